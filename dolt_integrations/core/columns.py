"""One column of a frame: to Dolt by its dtype, and back by its declaration."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrowtypes import decode_arrow, encode_arrow, exactly, is_text
from dolt_integrations.core.categories import decode_categories, encode_categories
from dolt_integrations.core.column import EncodedColumn, refuse, shown
from dolt_integrations.core.comments import read_as_commented
from dolt_integrations.core.dtypes import NULLABLE, STORAGE, default_dtype, dtype_of_name, name_of
from dolt_integrations.core.marks import Mark
from dolt_integrations.core.moments import decode_moments, decode_spans, encode_moments, encode_spans
from dolt_integrations.core.objects import decode_objects, encode_objects, to_texts
from dolt_integrations.engine import arrow_type, parse_type
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from dolt_integrations.engine import Column


def encode_column(series: pd.Series, where: str) -> EncodedColumn:
    """Turn a column into values for Dolt.

    Args:
        series: The column.
        where: The column and its table, for errors.

    Raises:
        UnsupportedTypeError: Its dtype, or the class of its objects, has no SQL type.
        UnsupportedValueError: A value that Dolt cannot hold, with its row.
    """
    dtype, name = series.dtype, name_of(series.dtype)
    if isinstance(dtype, pd.CategoricalDtype):
        return encode_categories(series, where, encode_column)
    if isinstance(dtype, pd.ArrowDtype):
        return _finite(encode_arrow(series, where), where)
    if isinstance(dtype, pd.StringDtype):
        return EncodedColumn(to_texts(series, where), None, True, Mark(dtype=name))
    if name in STORAGE:
        return _finite(_encode_number(series, name), where)
    for start, encode in (("object", encode_objects), ("datetime64", encode_moments), ("timedelta64", encode_spans)):
        if name.startswith(start):
            return encode(series, where)
    hint = "Convert it, for example with frame.astype({...: str})."
    raise UnsupportedTypeError(f"{where} has dtype {name}, which has no SQL type here", hint=hint)


def _encode_number(series: pd.Series, name: str) -> EncodedColumn:
    storage = STORAGE[name]
    values = pa.array(series, from_pandas=not name.startswith("Float"))
    return EncodedColumn(values, storage.sql_type, storage.nullable, Mark(dtype=name))


def _finite(column: EncodedColumn, where: str) -> EncodedColumn:
    if pa.types.is_floating(column.values.type):
        bad = pc.invert(pc.is_finite(column.values))
        refuse(bad, where, "holds {value}, which Dolt cannot store", column.values)
    return column


def needed_mark(mark: Mark, column: Column) -> Mark:
    """Return the part of a mark that the column's SQL type does not say already."""
    numbers = parse_type(column.sql_type).is_boolean and mark.dtype == ("Int8" if column.nullable else "int8")
    if numbers or (mark.dtype, mark.of) == default_dtype(column):
        return replace(mark, dtype=None, of=None)
    return mark


def decode_column(column: Column, values: pa.ChunkedArray, warned: set[str] | None = None) -> pd.Series:
    """Return the column that the values were, as its table declares it.

    A column of integers or booleans that is declared without NULLs and has some all the same, as an outer join makes
    them, gets the nullable dtype. One whose comment says what the values are not is read by its SQL type: somebody else
    wrote the comment, changed the type below it, or this machine lacks the time zone.

    Args:
        column: As its table declares it.
        values: As the engine fetches them.
        warned: The columns that a warning was logged of already; grows.
    """

    def by_type() -> pd.Series:
        return _decode(*default_dtype(column), values)

    return read_as_commented(column, lambda mark: _decode_marked(mark, values), by_type, warned)


def _decode_marked(mark: Mark, values: pa.ChunkedArray) -> pd.Series:
    if mark.dtype == "category":
        return decode_categories(_decode(str(mark.of), None, values), mark)
    return _decode(str(mark.dtype), mark.of, values)


def _decode(dtype: str, of: str | None, values: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_integer(values.type) and dtype in ("bool", "boolean"):
        dtype = "Int8" if dtype == "boolean" else "int8"
    if values.null_count:
        dtype = NULLABLE.get(dtype, dtype)
    if of == "arrow":
        return decode_arrow(values, dtype)
    if dtype == "object":
        return decode_objects(values, of)
    if dtype.startswith("datetime64"):
        return decode_moments(values, dtype, of)
    if dtype.startswith("timedelta64"):
        return decode_spans(values, dtype)
    return _decode_plain(values, dtype)


def _decode_plain(values: pa.ChunkedArray, name: str) -> pd.Series:
    if name in STORAGE:
        values = exactly(values, arrow_type(STORAGE[name].sql_type))
    elif not re.fullmatch(r"str(ing)?(\[\w+\])?", name) or not is_text(values.type):
        raise TypeError(f"no {values.type} is read as {shown(name)}")
    dtype = dtype_of_name(name)
    if isinstance(dtype, pd.api.extensions.ExtensionDtype):
        return pd.Series(dtype.__from_arrow__(values))  # type: ignore[attr-defined]
    return pd.Series(values.to_numpy().astype(dtype, copy=False))
