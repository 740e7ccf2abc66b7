"""Encoding an Arrow column of any type for Dolt, without going through pandas."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.decimals import encode_decimals
from dolt_integrations.core.arrow.nested import encode_nested, is_nested
from dolt_integrations.core.columns.arrow_names import is_kept, type_to_json
from dolt_integrations.core.columns.dtypes import NULLABLE, STORAGE, TEXT_DTYPE, name_of
from dolt_integrations.core.columns.encoded import EncodedColumn, refuse, refuse_infinite
from dolt_integrations.core.columns.mark import UNTYPED, Mark
from dolt_integrations.core.columns.times import to_microseconds
from dolt_integrations.errors import UnsupportedTypeError, UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

types = pa.types

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""The days of the years 1 to 9999, counted from 1970."""

_LISTED = ("string", "large_string", "int8", "int16", "int32", "int64", "double", "bool")
"""The types of a dictionary's values that a column's comment can list as categories."""


def encode_arrow_column(values: pa.ChunkedArray, where: str) -> EncodedColumn:
    """Encode an Arrow column for Dolt. The mark names the Arrow type, and the dtype that pandas has for it.

    Args:
        values: The column.
        where: The column and its table, for errors.

    Raises:
        UnsupportedTypeError: The type, such as a union or an interval, has no SQL type.
        UnsupportedValueError: Dolt cannot hold a value. The message names its row.
    """
    try:
        name = type_to_json(values.type)
        plain = _plain(values)
    except (TypeError, pa.ArrowException) as error:
        hint = "Cast it, for example table.set_column(..., column.cast(pyarrow.string()))."
        raise UnsupportedTypeError(f"{where} has type {values.type}, which has no SQL type here", hint=hint) from error
    if isinstance(values.type, pa.BaseExtensionType) and not is_kept(values.type):
        logger.warning("%s has type %s, and is read back as %s", where, values.type, values.type.storage_type)
    encoded = _encode(plain, where)
    return replace(encoded, mark=replace(encoded.mark, arrow=name))


def _plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert extension types, views and fixed-size types to their plain equivalents."""
    kind = values.type
    if isinstance(kind, pa.BaseExtensionType):
        return _plain(values.cast(kind.storage_type))
    if types.is_run_end_encoded(kind):
        chunks = [pc.run_end_decode(chunk) for chunk in values.chunks]
        return _plain(pa.chunked_array(chunks, kind.value_type))
    if types.is_dictionary(kind) and not _is_categorical(values):
        return _plain(values.cast(kind.value_type))
    if types.is_fixed_size_binary(kind):
        return values.cast(pa.binary()).cast(pa.large_binary())
    if str(kind) in ("binary", "binary_view"):
        return values.cast(pa.large_binary())
    return values.cast(pa.large_string()) if str(kind) in ("string", "string_view") else values


def _is_categorical(values: pa.ChunkedArray) -> bool:
    """Whether the dictionaries can be pandas categories: unique values, of a type that JSON can list."""
    if str(values.type.value_type) not in _LISTED:
        return False
    found = [chunk.dictionary for chunk in values.chunks]
    return not any(each.null_count or len(each) != len(each.unique()) for each in found)


def _encode(values: pa.ChunkedArray, where: str) -> EncodedColumn:
    kind = values.type
    if types.is_dictionary(kind):
        return _encode_dictionary(values, where)
    if is_nested(kind):
        texts, sql_type = encode_nested(values, where)
        return EncodedColumn(texts, sql_type, True, Mark(dtype="object", of="json"))
    array = _one(values)
    encode = next(encode for matches, encode in _ENCODERS if matches(kind))  # every type that has a name has one
    return encode(array, where)


def _one(values: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.nulls(0, values.type)


def _encode_dictionary(values: pa.ChunkedArray, where: str) -> EncodedColumn:
    array = _one(values)
    categories = _encode(_plain(pa.chunked_array([array.dictionary])), where)
    of = _PLAIN.get(str(categories.mark.dtype), str(categories.mark.dtype))
    mark = Mark("category", of, tuple(array.dictionary.to_pylist()), ordered=values.type.ordered)
    return EncodedColumn(categories.values.take(array.indices), categories.sql_type, True, mark)


_PLAIN = {nullable: plain for plain, nullable in NULLABLE.items()}


def _encode_nulls(array: pa.Array, _where: str) -> EncodedColumn:
    return EncodedColumn(pa.nulls(len(array), pa.large_string()), None, True, Mark("object", UNTYPED))


def _encode_texts(array: pa.Array, where: str) -> EncodedColumn:
    try:
        array.validate(full=True)
    except pa.ArrowInvalid as error:
        problem = f"{where} has a string that is not valid UTF-8: {error}"
        raise UnsupportedValueError(problem, hint="Repair it, or store it as binary.") from error
    return EncodedColumn(array, None, True, Mark(dtype=TEXT_DTYPE))


def _encode_bytes(array: pa.Array, _where: str) -> EncodedColumn:
    return EncodedColumn(array, "longblob", True, Mark(dtype="object", of="bytes"))


def _encode_integers(array: pa.Array, _where: str) -> EncodedColumn:
    dtype = NULLABLE[str(array.type)]
    return EncodedColumn(array, STORAGE[dtype].sql_type, True, Mark(dtype=dtype))


def _encode_floats(array: pa.Array, where: str) -> EncodedColumn:
    dtype = {"halffloat": "float16", "float": "float32", "double": "float64"}[str(array.type)]
    array = array.cast(pa.float32()) if dtype == "float16" else array
    return refuse_infinite(EncodedColumn(array, STORAGE[dtype].sql_type, True, Mark(dtype=dtype)), where)


def _encode_dates(array: pa.Array, where: str) -> EncodedColumn:
    days = array
    if types.is_date64(array.type):
        milliseconds = array.cast(pa.int64())
        days = array.cast(pa.date32(), safe=False)
        rest = pc.not_equal(pc.multiply(pc.divide(milliseconds, 86_400_000), 86_400_000), milliseconds)
        refuse(rest, where, "holds {value} milliseconds as a date, which is not a whole day", milliseconds)
    counts = days.cast(pa.int32())
    outside = pc.or_(pc.less(counts, _FIRST_DAY), pc.greater(counts, _LAST_DAY))
    refuse(outside, where, "holds day {value} counted from 1970, a date outside of the years 1 to 9999", counts)
    return EncodedColumn(days, "date", True, Mark(dtype="object", of="date"))


def _encode_times(array: pa.Array, where: str) -> EncodedColumn:
    unit = array.type.unit
    counts = array.cast(pa.int32() if types.is_time32(array.type) else pa.int64()).cast(pa.int64())
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    outside = pc.or_(pc.less(counts, 0), pc.greater_equal(counts, 86_400 * per_second))
    refuse(outside, where, f"holds {{value}} {unit} as a time of day, which is not within a day", counts)
    if unit == "ns":
        finer = pc.not_equal(pc.multiply(pc.divide(counts, 1000), 1000), counts)
        refuse(finer, where, "holds {value} ns, which has nanoseconds; Dolt keeps microseconds", counts)
        counts = pc.divide(counts, 1000)
    else:
        counts = pc.multiply(counts, 10**6 // per_second)
    return EncodedColumn(counts.cast(pa.duration("us")), "time(6)", True, Mark(dtype="object", of="time"))


def _encode_timestamps(array: pa.Array, where: str) -> EncodedColumn:
    kind = array.type
    dtype = f"datetime64[{kind.unit}]"
    if kind.tz is not None:
        try:
            dtype = name_of(pa.array([], kind).to_pandas().dtype)
        except (pa.ArrowException, ValueError, KeyError, LookupError) as error:
            hint = 'Use a name of the time zone database, or an offset such as "+02:00".'
            raise UnsupportedTypeError(f"{where} has the unknown time zone {kind.tz!r}", hint=hint) from error
    values = to_microseconds(array.cast(pa.int64()).cast(pa.timestamp(kind.unit)), where)
    return EncodedColumn(values, "datetime(6)", True, Mark(dtype=dtype))


def _encode_durations(array: pa.Array, where: str) -> EncodedColumn:
    counts, unit = array.cast(pa.int64()), array.type.unit
    least = pc.equal(counts, pa.scalar(-(2**63), pa.int64()))
    refuse(least, where, "holds a duration of {value}, which pandas and numpy read as a missing value", counts)
    return EncodedColumn(counts, "bigint", True, Mark(dtype=f"timedelta64[{unit}]"), unit)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(types.is_large_binary(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(types.is_integer(kind) or types.is_boolean(kind))


_ENCODERS: list[tuple[Callable[[pa.DataType], bool], Callable[[pa.Array, str], EncodedColumn]]] = [
    (types.is_null, _encode_nulls),
    (types.is_large_string, _encode_texts),
    (_is_bytes, _encode_bytes),
    (_is_number, _encode_integers),
    (types.is_floating, _encode_floats),
    (types.is_date, _encode_dates),
    (types.is_time, _encode_times),
    (types.is_timestamp, _encode_timestamps),
    (types.is_duration, _encode_durations),
    (types.is_decimal, encode_decimals),
]
