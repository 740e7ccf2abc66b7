"""pyarrow-backed dtypes, and Arrow's types in general."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.column import EncodedColumn
from dolt_integrations.core.dtypes import STORAGE
from dolt_integrations.core.marks import Mark
from dolt_integrations.core.moments import find_zone, to_microseconds
from dolt_integrations.errors import UnsupportedTypeError

_NUMBERS = {"float": "float32", "double": "float64"}
_WHOLE = {"date32[day]": "date", "binary": "longblob", "large_binary": "longblob"}


def encode_arrow(series: pd.Series, where: str) -> EncodedColumn:
    """Store a column of a pyarrow-backed dtype.

    Raises:
        UnsupportedTypeError: A type that has no SQL type.
    """
    name = str(series.dtype)
    array = pa.array(series)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    found = _stored(array, where)
    if found is None or arrow_dtype(name) != series.dtype:
        hint = "Convert it, for example with frame.astype({...: str})."
        raise UnsupportedTypeError(f"{where} has dtype {name}, which has no SQL type here", hint=hint)
    values, sql_type = found
    unit = array.type.unit if pa.types.is_duration(array.type) else None
    return EncodedColumn(values, sql_type, True, Mark(dtype=name, of="arrow"), unit)


def _stored(array: pa.Array, where: str) -> tuple[pa.Array, str | None] | None:
    kind = array.type
    name = _NUMBERS.get(str(kind), str(kind))
    if name in STORAGE:
        return array, STORAGE[name].sql_type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return array.cast(pa.large_string()), None
    if str(kind) in _WHOLE:
        return array, _WHOLE[str(kind)]
    if pa.types.is_timestamp(kind):
        return to_microseconds(array.cast(pa.timestamp(kind.unit)), where), "datetime(6)"
    if pa.types.is_duration(kind):
        return array.cast(pa.int64()), "bigint"
    if kind == pa.time64("us"):
        return array.cast(pa.int64()).cast(pa.duration("us")), "time(6)"
    if pa.types.is_decimal(kind) and 0 <= kind.scale <= min(30, kind.precision) and kind.precision <= 65:
        return array.cast(pa.string()).cast(pa.large_string()), f"decimal({kind.precision},{kind.scale})"
    return None


def decode_arrow(values: pa.ChunkedArray, dtype: str) -> pd.Series:
    """Return what `encode_arrow` was given."""
    return pd.Series(pd.arrays.ArrowExtensionArray(restore_type(values, arrow_dtype(dtype).pyarrow_dtype)))


def restore_type(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return values out of Dolt in the Arrow type that they had: moments with a zone are kept in UTC without one.

    Raises:
        ValueError: The type does not hold one of the values exactly, or has a time zone that there is not.
    """
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        find_zone(kind.tz)
        values = exactly(values, pa.timestamp(kind.unit)).cast(pa.timestamp(kind.unit, "UTC"))
        return values.cast(kind)
    if pa.types.is_decimal(kind) and not pa.types.is_decimal(values.type):
        return pa.chunked_array([pa.array(values.to_pylist(), kind)])
    if pa.types.is_time(kind) and pa.types.is_duration(values.type):
        values = values.cast(pa.int64())
        if pc.any(pc.or_(pc.less(values, 0), pc.greater_equal(values, _DAY))).as_py():
            raise ValueError("a duration that is no time of a day")
    return exactly(values, kind)


_DAY = 24 * 3600 * 10**6


def exactly(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return values as another Arrow type.

    Raises:
        ValueError: The type does not hold one of them exactly, or holds values of another kind.
    """
    if values.type == kind:
        return values
    if is_text(values.type) != is_text(kind) and not pa.types.is_null(values.type):
        raise TypeError(f"no {values.type} is read as {kind}")
    found = values.cast(kind)
    if pa.types.is_floating(kind) and not found.cast(values.type).equals(values):
        raise ValueError(f"{kind} does not hold every {values.type} exactly")
    return found


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type is one of texts, or of nothing but NULL."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind))


def arrow_dtype(name: str) -> Any:
    """Return the pyarrow-backed dtype of a name, or None where the name does not tell enough."""
    if match := re.fullmatch(r"decimal(128|256)\((\d+), (-?\d+)\)\[pyarrow\]", name):
        make = pa.decimal128 if match.group(1) == "128" else pa.decimal256
        return pd.ArrowDtype(make(int(match.group(2)), int(match.group(3))))
    if name == "time64[us][pyarrow]":
        return pd.ArrowDtype(pa.time64("us"))
    try:
        return pd.ArrowDtype.construct_from_string(name) if name != "string[pyarrow]" else pd.ArrowDtype(pa.string())
    except (TypeError, NotImplementedError):
        return None
