"""Encoding a frame's column by its dtype, and decoding it by its declaration in the table."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.types import ANY, arrow_type_of, decode_arrow, encode_arrow, exactly, is_text
from dolt_integrations.core.columns.arrays import ARRAYS, decode_arrays
from dolt_integrations.core.columns.arrow_names import type_of_json
from dolt_integrations.core.columns.categoricals import decode_categories, encode_categories
from dolt_integrations.core.columns.comments import read_as_commented
from dolt_integrations.core.columns.conversions import conversion_of_dtype
from dolt_integrations.core.columns.dtypes import NULLABLE, STORAGE, default_dtype, dtype_of_name, name_of
from dolt_integrations.core.columns.encoded import EncodedColumn, refuse_infinite, shown
from dolt_integrations.core.columns.mark import UNTYPED, Mark
from dolt_integrations.core.columns.objects import decode_objects, encode_objects, to_texts
from dolt_integrations.core.columns.periods import decode_periods, encode_periods
from dolt_integrations.core.columns.times import (
    decode_durations,
    decode_timestamps,
    encode_durations,
    encode_timestamps,
)
from dolt_integrations.engine import arrow_type, parse_type
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from dolt_integrations.engine import Column

logger = logging.getLogger(__name__)


def encode_column(series: pd.Series, where: str) -> EncodedColumn:
    """Encode a column for Dolt.

    Args:
        series: The column.
        where: The column and its table, for errors.

    Raises:
        UnsupportedTypeError: Its dtype, or the class of its objects, has no SQL type.
        UnsupportedValueError: Dolt cannot hold a value. The message names its row.
    """
    dtype, name = series.dtype, name_of(series.dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        return encode_categories(series, where, encode_column)
    if isinstance(dtype, pd.ArrowDtype):
        return refuse_infinite(encode_arrow(series, where), where)
    if isinstance(dtype, pd.StringDtype):
        return EncodedColumn(to_texts(series, where), None, True, Mark(dtype=name))
    if name in STORAGE:
        return refuse_infinite(_encode_number(series, name), where)
    for start, encode in _ENCODERS.items():
        if name.startswith(start):
            return encode(series, where)
    hint = conversion_of_dtype(name, series.name)
    raise UnsupportedTypeError(f"{where} has dtype {name}, which has no SQL type here", hint=hint)


_ENCODERS = {
    "object": encode_objects,
    "datetime64": encode_timestamps,
    "timedelta64": encode_durations,
    "period": encode_periods,
}
"""The function that encodes a column, by the beginning of the dtype's name."""


def _encode_number(series: pd.Series, name: str) -> EncodedColumn:
    """Store numbers. float64 is what pandas gives to missing values of which it knows nothing, as in a file."""
    storage = STORAGE[name]
    values = pa.array(series, from_pandas=True)
    if name == "float16":
        values = values.cast(pa.float32())
    is_untyped = name == "float64" and len(values) and values.null_count == len(values)
    return EncodedColumn(values, storage.sql_type, storage.nullable, Mark(name, UNTYPED if is_untyped else None))


def needed_mark(mark: Mark, column: Column) -> Mark:
    """Return the part of a mark that does not follow from the column's SQL type."""
    numbers = parse_type(column.sql_type).is_boolean and mark.dtype == ("Int8" if column.nullable else "int8")
    if mark.arrow is not None and mark.dtype != ANY:
        plain = replace(mark, arrow=None)
        said = plain.comment()
        if arrow_type_of(replace(column, comment=said)) == type_of_json(mark.arrow):
            mark = plain
    if numbers or (mark.dtype, mark.of) == default_dtype(column):
        return replace(mark, dtype=None, of=None)
    return mark


def decode_column(column: Column, values: pa.ChunkedArray, warned: set[str] | None = None) -> pd.Series:
    """Decode values to the column that they were encoded from.

    A column of integers or booleans that is declared NOT NULL but has NULLs, as after an outer join, gets the nullable
    dtype. A column whose comment does not match its values is read by its SQL type: someone else wrote the comment or
    changed the type, or this machine lacks the time zone.

    Args:
        column: The column as its table declares it.
        values: The values as the engine fetches them.
        warned: The columns that were already warned about. Grows.
    """

    def by_type() -> pd.Series:
        return _decode(*default_dtype(column), values)

    def as_marked(mark: Mark) -> pd.Series:
        return _decode_marked(mark, values) if mark.dtype else by_type()

    series = read_as_commented(column, as_marked, by_type, warned)
    if column.sql_type == "json" and column.name not in (warned or ()) and pc.any(pc.equal(values, "null")).as_py():
        logger.warning(_NULL_DOCUMENT, shown(column.name))
        if warned is not None:
            warned.add(column.name)
    return series


_NULL_DOCUMENT = (
    "column %s has the JSON document null, which pandas takes for a missing value: where the rows are written back, it "
    "becomes NULL. Arrow and polars frames (read_arrow, to_polars) keep it"
)


def _decode_marked(mark: Mark, values: pa.ChunkedArray) -> pd.Series:
    if mark.of == "arrow" or mark.dtype == ANY:
        return decode_arrow(values, mark)
    if mark.dtype == ARRAYS:
        return decode_arrays(values, mark)
    if mark.dtype == "category":
        return decode_categories(_decode(str(mark.of), None, values), mark)
    return _decode(str(mark.dtype), mark.of, _as_booleans(values) if mark.dtype in ("bool", "boolean") else values)


def _as_booleans(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert the zeros and ones of a TINYINT that booleans were written to. Other values are returned unchanged."""
    if not pa.types.is_integer(values.type) or set(pc.unique(values.drop_null()).to_pylist()) - {0, 1}:
        return values
    return values.cast(pa.bool_())


def _decode(dtype: str, of: str | None, values: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_integer(values.type) and dtype in ("bool", "boolean"):
        dtype = "Int8" if dtype == "boolean" else "int8"
    if values.null_count:
        dtype = NULLABLE.get(dtype, dtype)
    if dtype == "object":
        return decode_objects(values, of)
    if dtype.startswith("datetime64"):
        return decode_timestamps(values, dtype, of)
    if dtype.startswith("timedelta64"):
        return decode_durations(values, dtype)
    if dtype.startswith("period"):
        return decode_periods(values, dtype)
    return _decode_plain(values, dtype)


def _decode_plain(values: pa.ChunkedArray, name: str) -> pd.Series:
    if name in STORAGE:
        values = exactly(values, arrow_type(STORAGE[name].sql_type))
    elif not re.fullmatch(r"str(ing)?(\[\w+\])?", name) or not is_text(values.type):
        raise TypeError(f"cannot read {values.type} as {shown(name)}")
    dtype = dtype_of_name(name)
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return pd.Series(dtype.__from_arrow__(values))  # type: ignore[attr-defined]
    found = values.to_numpy()
    made = found.astype(dtype, copy=False)
    if name == "float16" and not np.array_equal(made.astype(found.dtype), found, equal_nan=True):
        raise ValueError(f"{name} does not hold every value exactly")
    return pd.Series(made)
