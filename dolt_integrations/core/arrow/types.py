"""pyarrow-backed dtypes, and Arrow types in general."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.columns import encode_arrow_column
from dolt_integrations.core.arrow.nested import decode_nested, is_nested
from dolt_integrations.core.columns.arrow_names import type_of_json
from dolt_integrations.core.columns.mark import Mark, mark_of
from dolt_integrations.core.columns.times import find_zone, to_durations
from dolt_integrations.engine import arrow_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column


def encode_arrow(series: pd.Series, where: str) -> EncodedColumn:
    """Store a column of a pyarrow-backed dtype.

    Raises:
        UnsupportedTypeError: The type has no SQL type.
        UnsupportedValueError: Dolt cannot hold a value. The message names its row.
    """
    name, array = str(series.dtype), pa.array(series)
    encoded = encode_arrow_column(array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array]), where)
    if arrow_dtype(name) == series.dtype:
        return replace(encoded, mark=Mark(dtype=name, of="arrow"))
    of = "json" if encoded.mark.of == "json" else "arrow"
    return replace(encoded, mark=Mark(dtype=ANY, of=of, arrow=encoded.mark.arrow))


ANY = "pyarrow"
"""A mark's name for a pyarrow-backed dtype whose own name is ambiguous. Its `arrow` holds the type."""


def decode_arrow(values: pa.ChunkedArray, mark: Mark) -> pd.Series:
    """Return what `encode_arrow` was given.

    Raises:
        ValueError: The values are not of the type that the mark names.
    """
    return pd.Series(pd.arrays.ArrowExtensionArray(restore_type(values, _marked_type(mark))))


def _marked_type(mark: Mark) -> pa.DataType:
    return type_of_json(mark.arrow) if mark.arrow is not None else arrow_dtype(str(mark.dtype)).pyarrow_dtype


def arrow_type_of(column: Column) -> pa.DataType:
    """Return the Arrow type that a column is read as.

    Raises:
        TypeError: The comment names an unknown type. As with every error here, the comment is then ignored.

    Example:
        >>> arrow_type_of(Column("a", "datetime(6)", comment='pandas: {"dtype": "datetime64[ns, UTC+02:00]"}'))
        TimestampType(timestamp[ns, tz=+02:00])
    """
    mark = mark_of(column.comment)
    dtype, stored = mark.dtype or "", arrow_type(column.sql_type)
    if mark.arrow is not None or mark.of == "arrow":
        return _marked_type(mark)
    if dtype == "category":
        return pa.dictionary(_index_type(len(mark.categories or ())), stored, ordered=mark.ordered)
    if mark.of == "time":
        return pa.time64("us")
    if dtype == "float16":
        return pa.float16()
    if pa.types.is_boolean(stored) and dtype.lower() == "int8":
        return pa.int8()
    if dtype.startswith("timedelta64"):
        return to_durations(pa.chunked_array([], pa.int64()), dtype).type
    if match := re.fullmatch(r"datetime64\[(s|ms|us|ns)(?:, (?:UTC(?=[+-]))?([^\[\]]+))?\]", dtype):
        return pa.timestamp(match[1], match[2])
    return stored


def _index_type(categories: int) -> pa.DataType:
    """Return the index type that pandas uses for that many categories."""
    return pa.int8() if categories < 2**7 else pa.int16() if categories < 2**15 else pa.int32()


def restore_type(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Convert values from Dolt, where timestamps are in UTC without a zone, to the Arrow type that they had.

    Raises:
        ValueError: The type does not hold a value exactly, or has an unknown time zone.
    """
    if isinstance(kind, pa.BaseExtensionType):
        chunks = restore_type(values, kind.storage_type).chunks
        return pa.chunked_array([pa.ExtensionArray.from_storage(kind, chunk) for chunk in chunks], kind)
    if is_nested(kind):
        if not is_text(values.type):
            raise TypeError(f"{values.type} cannot be read as {kind}")
        return decode_nested(values, kind)
    for matches, restore in _RESTORERS:
        if matches(kind):
            return restore(values, kind)
    return exactly(values, kind)


def _restore_nulls(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if values.null_count < len(values):
        raise ValueError("there are values in a column of Arrow's type null")
    return pa.chunked_array([pa.nulls(len(values), kind)])


def _restore_dictionary(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    plain = restore_type(values, kind.value_type)
    return restore_categories(plain, pc.unique(plain.drop_null()), kind)


def restore_categories(values: pa.ChunkedArray, categories: pa.Array, kind: pa.DataType) -> pa.ChunkedArray:
    """Encode values as a dictionary.

    A value outside the categories, which SQL may have written, is added to them.

    Raises:
        ValueError: There are too many categories for the type of the indices.
    """
    found = pc.unique(values.drop_null())
    unknown = found.filter(pc.invert(pc.is_in(found, categories)))
    categories = pa.concat_arrays([categories, unknown])
    indices = pc.index_in(values.combine_chunks(), categories).cast(kind.index_type)
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, categories, ordered=kind.ordered)], kind)


def _restore_runs(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    plain = restore_type(values, kind.value_type).combine_chunks()
    return pa.chunked_array([pc.run_end_encode(plain, kind.run_end_type)], kind)


def _restore_timestamps(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind.tz is None:
        return exactly(values, kind)
    find_zone(kind.tz)
    return exactly(values, pa.timestamp(kind.unit)).cast(pa.timestamp(kind.unit, "UTC")).cast(kind)


def _restore_decimals(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_decimal(values.type) and kind.scale >= 0:
        return exactly(values, kind)
    return pa.chunked_array([pa.array(values.to_pylist(), kind)], kind)


def _restore_times(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if not pa.types.is_duration(values.type):
        return exactly(values, kind)
    counts = values.cast(pa.int64())
    if pc.any(pc.or_(pc.less(counts, 0), pc.greater_equal(counts, _DAY))).as_py():
        raise ValueError("a duration that is not a time of day")
    return counts.cast(pa.time64("us")).cast(kind)


def _restore_bytes(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return exactly(exactly(values, pa.binary()), kind)


_RESTORERS: list[tuple[Callable[[pa.DataType], bool], Callable[[pa.ChunkedArray, pa.DataType], pa.ChunkedArray]]] = [
    (pa.types.is_null, _restore_nulls),
    (pa.types.is_dictionary, _restore_dictionary),
    (pa.types.is_run_end_encoded, _restore_runs),
    (pa.types.is_timestamp, _restore_timestamps),
    (pa.types.is_decimal, _restore_decimals),
    (pa.types.is_time, _restore_times),
    (pa.types.is_fixed_size_binary, _restore_bytes),
]
"""Conversions to types that a cast alone cannot reach."""

_DAY = 24 * 3600 * 10**6


def exactly(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Cast values to another Arrow type.

    Raises:
        ValueError: The type does not hold a value exactly, or holds values of another kind.
    """
    if values.type == kind:
        return values
    if _means_something_else(values.type, kind):
        raise TypeError(f"{values.type} cannot be read as {kind}")
    # A safe cast refuses every integer above 2**24 or 2**53, of which a float holds many.
    found = values.cast(kind, safe=not (pa.types.is_integer(values.type) and pa.types.is_floating(kind)))
    if pa.types.is_floating(kind) and not found.cast(values.type).equals(values):
        raise ValueError(f"{kind} does not hold every {values.type} exactly")
    return found


def _means_something_else(given: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a cast would change the meaning of values, as pyarrow does that makes timestamps of numbers."""
    if pa.types.is_null(given) or (pa.types.is_integer(given) and pa.types.is_duration(wanted)):
        return False
    return any(is_one(given) != is_one(wanted) for is_one in _MEANINGS)


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type is a string type or the null type."""
    return str(kind) in ("string", "large_string", "string_view", "null")


_MEANINGS: list[Callable[[pa.DataType], bool]] = [
    is_text,
    lambda kind: "binary" in str(kind),
    pa.types.is_timestamp,
    pa.types.is_date,
    pa.types.is_time,
    pa.types.is_duration,
]
"""The kinds of types whose values are no numbers."""


def arrow_dtype(name: str) -> Any:
    """Return the pyarrow-backed dtype of that name, or None if the name is ambiguous."""
    if match := re.fullmatch(r"decimal(128|256)\((\d+), (-?\d+)\)\[pyarrow\]", name):
        make = pa.decimal128 if match.group(1) == "128" else pa.decimal256
        return pd.ArrowDtype(make(int(match.group(2)), int(match.group(3))))
    if name == "time64[us][pyarrow]":
        return pd.ArrowDtype(pa.time64("us"))
    try:
        return pd.ArrowDtype.construct_from_string(name) if name != "string[pyarrow]" else pd.ArrowDtype(pa.string())
    except (TypeError, NotImplementedError):
        return None
