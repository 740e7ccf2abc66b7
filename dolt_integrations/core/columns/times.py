"""Timestamps and durations: datetime64 with and without a time zone, and timedelta64."""

from __future__ import annotations

import importlib
import re
import zoneinfo
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.dtypes import dtype_of_name, name_of
from dolt_integrations.core.columns.encoded import EncodedColumn, refuse, shown
from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.errors import UnsupportedTypeError, UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Callable


def encode_timestamps(series: pd.Series, where: str) -> EncodedColumn:
    """Store timestamps as DATETIME(6), those with a time zone in UTC.

    Raises:
        UnsupportedValueError: A timestamp has nanoseconds, or a year that Dolt cannot store.
        UnsupportedTypeError: The time zone has no name by which it could be found again.
    """
    name, of = name_of(series.dtype), None
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        of = _zone_class(series.dtype, where)
        series = series.dt.tz_convert("UTC").dt.tz_localize(None)
    timestamps = to_microseconds(pa.array(series, from_pandas=True), where)
    return EncodedColumn(timestamps, "datetime(6)", True, Mark(dtype=name, of=of))


def _zone_class(dtype: Any, where: str) -> str | None:
    """Return the library of a time zone, or None if pandas chooses that library for the zone's name by itself.

    Raises:
        UnsupportedTypeError: The zone has no name by which it could be found again.
    """
    library = type(dtype.tz).__module__.partition(".")[0]
    try:
        if str(dtype.tz) == "tzlocal()":
            raise ValueError("each machine has its own")
        found = dtype_of_name(str(dtype))
        if found == dtype:
            return None
        if library in _ZONES and str(found.tz) == str(dtype.tz):
            return library
    except (TypeError, ValueError, KeyError):
        pass
    raise UnsupportedTypeError(f"{where} has a time zone without a name: {dtype}", hint="Use a zoneinfo.ZoneInfo.")


def _pytz_zone(name: str) -> Any:
    return importlib.import_module("pytz").timezone(name)


_ZONES: dict[str, Callable[[str], Any]] = {"zoneinfo": zoneinfo.ZoneInfo, "pytz": _pytz_zone}


def to_microseconds(array: pa.Array, where: str) -> pa.Array:
    """Return timestamps without a zone in microseconds.

    Raises:
        UnsupportedValueError: A timestamp has nanoseconds, or is outside the years 1 to 9999.
    """
    if array.type.unit == "ns":
        problem = "holds {value}, which has nanoseconds; Dolt keeps microseconds"
        refuse(pc.not_equal(pc.nanosecond(array), 0), where, problem, array.cast(pa.int64()))
    try:
        timestamps = array.cast(pa.timestamp("us"))
        years = pc.year(timestamps)
    except pa.ArrowInvalid as error:
        most = (2**63 - 1) // {"s": 10**6, "ms": 10**3}.get(array.type.unit, 1)
        row = pc.index(pc.greater(pc.abs(array.cast(pa.int64())), most), True).as_py()
        problem = f"{where} holds a timestamp beyond the range of microseconds (row {row}, counted from 0): {error}"
        raise UnsupportedValueError(
            problem, hint="Dolt supports the years 1 to 9999; change or drop the value."
        ) from error
    outside = pc.or_(pc.less(years, 1), pc.greater(years, 9999))
    refuse(outside, where, "holds a timestamp outside the years 1 to 9999", years)
    return timestamps


def decode_timestamps(values: pa.ChunkedArray, dtype: str, of: str | None = None) -> pd.Series:
    """Return what `encode_timestamps` was given.

    Raises:
        TypeError: The dtype is not a timestamp dtype, or the values are not timestamps.
        ValueError: The dtype does not hold one of the values exactly.
    """
    found = _MOMENT.fullmatch(dtype)
    if found is None or not (pa.types.is_timestamp(values.type) or pa.types.is_null(values.type)):
        raise TypeError(f"{values.type} cannot be read as {shown(dtype)}")
    unit, zone = found.groups()
    plain = pd.Series(values.cast(pa.timestamp(unit)).to_numpy())
    return plain if zone is None else plain.dt.tz_localize("UTC").dt.tz_convert(find_zone(zone, of))


_MOMENT = re.compile(r"datetime64\[(s|ms|us|ns)(?:, ([^\[\]]+))?\]")


def find_zone(name: str, of: str | None = None) -> Any:
    """Return the time zone that a comment names.

    Args:
        name: The zone's name.
        of: The library that provides it; None for pandas's own choice.

    Raises:
        ValueError: pandas would open the name as a file: dateutil accepts any path.
        KeyError: There is no such zone, or no such library here.
    """
    if name.startswith("dateutil/"):
        raise ValueError(f"{shown(name)} is not the name of a time zone")
    return _ZONES[of](name) if of else dtype_of_name(f"datetime64[us, {name}]").tz


def encode_durations(series: pd.Series, where: str) -> EncodedColumn:
    """Store durations as BIGINT counts of their own unit, because TIME is limited to 839 hours."""
    durations = pa.array(series, from_pandas=True)
    return EncodedColumn(
        durations.cast(pa.int64()), "bigint", True, Mark(dtype=name_of(series.dtype)), durations.type.unit
    )


def decode_durations(values: pa.ChunkedArray, dtype: str) -> pd.Series:
    """Return what `encode_durations` was given, or a TIME as a duration in microseconds.

    Raises:
        TypeError: The dtype is not a duration dtype, or the values are not durations.
        ValueError: The dtype does not hold one of the values exactly.
    """
    return pd.Series(to_durations(values, dtype).to_numpy())


def to_durations(values: pa.ChunkedArray, dtype: str) -> pa.ChunkedArray:
    """Convert durations, or counts of a dtype's unit, to durations of that dtype. See `decode_durations`."""
    found = re.fullmatch(r"timedelta64\[(s|ms|us|ns)\]", dtype)
    if found is None or not (pa.types.is_duration(values.type) or pa.types.is_integer(values.type)):
        raise TypeError(f"{values.type} cannot be read as {shown(dtype)}")
    unit = pa.duration(found.group(1))
    return values.cast(unit) if pa.types.is_duration(values.type) else values.cast(pa.int64()).cast(unit)
