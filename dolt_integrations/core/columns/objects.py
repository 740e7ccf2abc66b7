"""Columns of Python objects: strings, bytes, dates, times, decimals, UUIDs, and JSON documents."""

from __future__ import annotations

import datetime
import decimal
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dolt_integrations.core.columns.arrays import encode_arrays
from dolt_integrations.core.columns.conversions import conversion_of
from dolt_integrations.core.columns.encoded import EncodedColumn, shown
from dolt_integrations.core.columns.json import encode_documents
from dolt_integrations.core.columns.mark import UNTYPED, Mark
from dolt_integrations.errors import UnsupportedTypeError, UnsupportedValueError, with_article

MAX_DIGITS = 65
MAX_SCALE = 30
"""Limits of a DECIMAL (MySQL manual, "Fixed-Point Types")."""

FAST_DECIMAL = (28, 9)
"""The digits and scale up to which connectorx reads a DECIMAL exactly."""


@dataclass(frozen=True)
class ObjectClass:
    """How the objects of one Python class are stored.

    Attributes:
        classes: The classes. All objects of a column have to be of these.
        encode: Converts the objects, None for a missing one, to an Arrow array and the SQL type (None for strings).
        decode: Converts a value from Arrow to the object.
        is_stored: Whether values of an Arrow type may be such objects.
    """

    classes: tuple[type, ...]
    encode: Callable[[Sequence[Any], str], tuple[pa.Array, str | None]]
    decode: Callable[[Any], Any]
    is_stored: Callable[[pa.DataType], bool]


def encode_objects(series: pd.Series, where: str) -> EncodedColumn:
    """Store a column of objects of one class.

    Raises:
        UnsupportedTypeError: The objects are of several classes, or of one that has no SQL type.
        UnsupportedValueError: The SQL type cannot hold an object.
    """
    if _are_texts(series):
        return _encode_texts(series, where)
    _check_nans(series, where)
    values = [None if missing else value for value, missing in zip(series, series.isna(), strict=True)]
    if any(isinstance(value, np.ndarray) for value in values) and _are_arrays(values):
        return encode_arrays(values, where, series.name)
    if all(value is None or isinstance(value, str) for value in values):  # pandas calls texts with a NaT mixed
        return _encode_texts(values, where)
    name = _class_of(values, where, series.name)
    array, sql_type = OBJECT_CLASSES[name].encode(values, where)
    return EncodedColumn(array, sql_type, True, Mark(dtype="object", of=name))


def _encode_texts(values: Any, where: str) -> EncodedColumn:
    texts = to_texts(values, where)
    of = UNTYPED if texts.null_count == len(texts) else None
    return EncodedColumn(texts, None, True, Mark(dtype="object", of=of))


def _are_texts(series: pd.Series) -> bool:
    try:
        return pd.api.types.infer_dtype(series, skipna=True) in ("string", "empty")
    except decimal.InvalidOperation:
        return False


def _check_nans(series: pd.Series, where: str) -> None:
    """Refuse NaNs of Decimal, which pandas takes for missing values; among texts nothing else can be meant."""
    among_texts = any(isinstance(value, str) for value in series)
    for row, value in enumerate(series):
        if isinstance(value, decimal.Decimal) and (value.is_snan() or (value.is_nan() and not among_texts)):
            problem = f"{where} holds {value!r}, which a DECIMAL cannot store (row {row}, counted from 0)"
            raise UnsupportedValueError(problem, hint="Drop the value, or replace it with None, which becomes NULL.")


def _are_arrays(values: Sequence[Any]) -> bool:
    return all(value is None or isinstance(value, np.ndarray) for value in values)


def _class_of(values: Sequence[Any], where: str, label: object) -> str:
    first = next(value for value in values if value is not None)
    name = next((name for name, kind in OBJECT_CLASSES.items() if type(first) in kind.classes), None)
    wanted = (str,) if isinstance(first, str) else OBJECT_CLASSES[name].classes if name else ()
    for row, value in enumerate(values):
        if value is not None and type(value) not in wanted:
            raise UnsupportedTypeError(
                f"{where} has dtype object and holds {shown(value)}, {with_article(type(value).__name__)} "
                f"(row {row}, counted from 0)" + (f", among objects of type {wanted[0].__name__}" if wanted else ""),
                hint=conversion_of(values, label),
            )
    return str(name)


def decode_objects(values: pa.ChunkedArray, of: str | None) -> pd.Series:
    """Return what `encode_objects` was given.

    Raises:
        TypeError: Objects of that class are not stored as such values.
        ValueError: A value is not such an object.
    """
    if of in (None, UNTYPED):
        return pd.Series(values.to_pylist(), dtype=object)
    kind = OBJECT_CLASSES.get(of)
    if kind is None or not (kind.is_stored(values.type) or pa.types.is_null(values.type)):
        raise TypeError(f"{values.type} cannot be read as objects of {shown(of)}")
    objects = [None if value is None else kind.decode(value) for value in values.to_pylist()]
    return pd.Series(objects, dtype=object)


def to_texts(values: Any, where: str) -> pa.Array:
    """Return strings as an Arrow array.

    Raises:
        UnsupportedValueError: A string is not valid Unicode.
    """
    try:
        return pa.array(values, pa.large_string(), from_pandas=True)
    except (pa.ArrowException, UnicodeError, TypeError, ValueError) as error:
        row = next((row for row, value in enumerate(values) if _is_half(value)), 0)
        problem = f"{where} has a string that is not valid Unicode (row {row}, counted from 0): {error}"
        raise UnsupportedValueError(problem, hint="Repair the string, or store it as bytes.") from error


def _is_half(value: Any) -> bool:
    """Whether a string has a lone surrogate, which is not valid Unicode."""
    return isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value)


def _encode_booleans(values: Sequence[Any], _where: str) -> tuple[pa.Array, str]:
    return pa.array(values, pa.bool_()), "tinyint(1)"


def _encode_integers(values: Sequence[Any], where: str) -> tuple[pa.Array, str]:
    """Store integers in 64 bits, or as a DECIMAL if some are larger."""
    there = [value for value in values if value is not None]
    if -(2**63) <= min(there) and max(there) < 2**63:
        return pa.array(values, pa.int64()), "bigint"
    if min(there) >= 0 and max(there) < 2**64:
        return pa.array(values, pa.uint64()), "bigint unsigned"
    for row, value in enumerate(values):
        if value is not None and abs(value) >= 10**MAX_DIGITS:
            problem = (
                f"{where} holds {shown(value)}, which has more than {MAX_DIGITS} digits (row {row}, counted from 0)"
            )
            raise UnsupportedValueError(problem, hint="Store the numbers as strings.")
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.large_string()), f"decimal({MAX_DIGITS},0)"


def _are_whole(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0))


def _encode_bytes(values: Sequence[Any], _where: str) -> tuple[pa.Array, str]:
    return pa.array(values, pa.large_binary()), "longblob"


def _encode_dates(values: Sequence[Any], _where: str) -> tuple[pa.Array, str]:
    return pa.array(values, pa.date32()), "date"


def _encode_times(values: Sequence[Any], where: str) -> tuple[pa.Array, str]:
    for row, value in enumerate(values):
        if value is not None and (value.tzinfo is not None or value.fold):
            problem = f"{where} holds {shown(value)}, a time with a time zone or fold (row {row}, counted from 0)"
            raise UnsupportedValueError(problem, hint="Use times without a zone.")
    return pa.array(values, pa.time64("us")).cast(pa.int64()).cast(pa.duration("us")), "time(6)"


def _decode_time(value: datetime.timedelta) -> datetime.time:
    if not datetime.timedelta(0) <= value < datetime.timedelta(days=1):
        raise ValueError(f"{value} is not a time of day")
    return (datetime.datetime.min + value).time()


def _encode_decimals(values: Sequence[Any], where: str) -> tuple[pa.Array, str]:
    digits, scale = 1, 0
    for row, value in enumerate(values):
        if value is None:
            continue
        whole, fraction = _measure(value)
        digits, scale = max(digits, whole), max(scale, fraction)
        if not value.is_finite() or scale > MAX_SCALE or digits + scale > MAX_DIGITS or _is_negative_zero(value):
            raise UnsupportedValueError(
                f"{where} holds {shown(value)}, which a DECIMAL cannot store: at most {MAX_DIGITS} digits, {MAX_SCALE} "
                f"of them after the point, in the whole column (row {row}, counted from 0)",
                hint="Round the values, or store them as strings.",
            )
    texts = [None if value is None else format(value, f".{scale}f") for value in values]
    return pa.array(texts, pa.large_string()), decimal_type(digits, scale)


def decimal_type(whole: int, scale: int) -> str:
    """Return the DECIMAL for that many digits before and after the point, with room to grow.

    Example:
        >>> decimal_type(3, 2), decimal_type(30, 2)
        ('decimal(28,2)', 'decimal(65,2)')
    """
    fast = whole <= FAST_DECIMAL[0] - FAST_DECIMAL[1] and scale <= FAST_DECIMAL[1]
    return f"decimal({FAST_DECIMAL[0] if fast else MAX_DIGITS},{scale})"


def _measure(value: decimal.Decimal) -> tuple[int, int]:
    """Return the number of digits before and after the point."""
    if not value.is_finite():
        return 0, 0
    exponent = int(value.as_tuple().exponent)
    return max(value.adjusted() + 1, 1), max(-exponent, 0)


def _is_negative_zero(value: decimal.Decimal) -> bool:
    return value.is_zero() and value.is_signed()


def _encode_uuids(values: Sequence[Any], _where: str) -> tuple[pa.Array, str]:
    return pa.array([None if value is None else str(value) for value in values], pa.large_string()), "varchar(36)"


def _same(value: Any) -> Any:
    return value


OBJECT_CLASSES = {
    "bool": ObjectClass((bool,), _encode_booleans, _same, pa.types.is_boolean),
    "int": ObjectClass((int,), _encode_integers, int, _are_whole),
    "bytes": ObjectClass((bytes,), _encode_bytes, _same, pa.types.is_large_binary),
    "date": ObjectClass((datetime.date,), _encode_dates, _same, pa.types.is_date),
    "time": ObjectClass((datetime.time,), _encode_times, _decode_time, pa.types.is_duration),
    "decimal": ObjectClass((decimal.Decimal,), _encode_decimals, _same, pa.types.is_decimal),
    "json": ObjectClass((dict, list), encode_documents, json.loads, pa.types.is_large_string),
    "uuid": ObjectClass((uuid.UUID,), _encode_uuids, uuid.UUID, pa.types.is_large_string),
}
"""The classes of objects that a column may hold, by their name in a `Mark`."""
