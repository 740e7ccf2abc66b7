"""Parsing the cells of a CSV file to values of a column's type.

Cells have the form of SQL literals where there is one. Binary values are hexadecimal after `0x`, as in a MySQL literal.
Durations are clock times with any number of hours (`-838:59:59.000001`). Timestamps with a time zone are in UTC and end
with `+00:00`.
"""

from __future__ import annotations

import decimal
import json
import math
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.files.cell_floats import rounded, vanished, vanishes
from dolt_integrations.core.files.cell_types import _RANGES, UNITS, _Target, _target
from dolt_integrations.engine.sql.types import GEOMETRIES
from dolt_integrations.errors import UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.engine import Column


_LONGEST = 2**63 - 1
_BITS = {pa.int8(): pl.Int8, pa.int16(): pl.Int16, pa.int32(): pl.Int32, pa.int64(): pl.Int64} | {
    pa.uint8(): pl.UInt8, pa.uint16(): pl.UInt16, pa.uint32(): pl.UInt32, pa.uint64(): pl.UInt64
}  # fmt: skip
_TIMESTAMP = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(?::([0-5][0-9])(?:\.([0-9]{1,9}))?)?)?"
    r" ?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?$"
)
_PLAIN_TIMESTAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{6}$"
_CLOCK = r"^(-?)([0-9]{1,16}):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?$"
_UUID = "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


def parse_cells(texts: pa.ChunkedArray, column: Column, locate: Callable[[int], str]) -> pa.ChunkedArray:
    """Parse cells to values of a table's column, with the Arrow type in which the engine fetches it.

    Args:
        texts: The text of each row's cell. An unquoted empty cell is NULL.
        column: The column as the table declares it, with its mark.
        locate: Returns the position of a row in the file, for errors.

    Raises:
        UnsupportedValueError: A cell is not a value of the column's type, or NULL although the column is NOT NULL.

    Example:
        >>> texts = pa.chunked_array([["1", None, "+3"]])
        >>> parse_cells(texts, Column("a", "tinyint"), "row {}".format).to_pylist()
        [1, None, 3]
    """
    target = _target(column)
    series = pl.Series(column.name, pl.from_arrow(texts.cast(pa.large_string())), pl.String)
    if not column.nullable and series.null_count():
        row = int(series.is_null().arg_max() or 0)
        hint = "Fill the cell, or make the column nullable with SQL."
        raise UnsupportedValueError(f"{locate(row)}, column {column.name!r} is empty, but it is NOT NULL", hint=hint)
    values = _parse(series, target)
    bad = values.is_null() & series.is_not_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        problem = f"{locate(row)}, column {column.name!r}: {shown(series[row])} is not a valid {target.name}"
        hint = "An empty cell without quotes is NULL." if series[row] == "" else "Change the cell or the column's type."
        raise UnsupportedValueError(problem, hint=hint)
    array = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    return pa.chunked_array([array]).cast(target.arrow if values.dtype != pl.Int8 else pa.int8())


def _parse(texts: pl.Series, target: _Target) -> pl.Series:
    """Return the values, or null for texts that are not valid."""
    if target.base not in _PARSERS:
        return texts if target.of != "uuid" else _matching(texts, _UUID)
    return _PARSERS[target.base](texts.str.strip_chars(" \t"), target)


def _matching(texts: pl.Series, pattern: str) -> pl.Series:
    return texts.set(~texts.str.contains(pattern), None)


def _integers(texts: pl.Series, target: _Target) -> pl.Series:
    if target.is_duration:
        return _whole(texts, pl.Int64).zip_with(~texts.str.contains(":", literal=True), _clock(texts, target.unit))
    values = _whole(texts, _BITS[target.arrow])
    name = target.base + (" unsigned" if pa.types.is_unsigned_integer(target.arrow) else "")
    least, most = _RANGES.get(name, (None, None))
    if target.base == "bit":
        least, most = 0, 2 ** (*target.arguments, 1)[0] - 1
    outside = (values < least) | (values > most) if least is not None else None
    if target.base == "year":
        outside = outside | ((values > 0) & (values < 1901))
    return values if outside is None else values.set(outside, None)


def _whole(texts: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    values = texts.cast(dtype, strict=False)
    if values.null_count() > texts.null_count():
        # pandas writes the integers of a column with missing values as `1.0`.
        values = texts.str.replace(r"^([+-]?[0-9]+)\.0*$", "$1").cast(dtype, strict=False)
    return values


def _booleans(texts: pl.Series, _target: _Target) -> pl.Series:
    """Return booleans, or all of the cells as numbers: MySQL's BOOLEAN, a TINYINT(1), holds other small numbers too."""
    numbers = _whole(texts, pl.Int8)
    if numbers.null_count() == texts.null_count() and not numbers.is_between(0, 1).all():
        return numbers
    words = {"true": True, "false": False, "1": True, "0": False}
    return texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _floats(texts: pl.Series, target: _Target) -> pl.Series:
    values = texts.cast(pl.Float32 if target.base == "float" else pl.Float64, strict=False)
    bad = ~values.is_finite() | vanished(texts, values)
    return values.set(bad, None).scatter(rounded(texts, values), None)


def _decimals(texts: pl.Series, target: _Target) -> pl.Series:
    """Return decimals as strings without exponents, which Arrow converts exactly."""
    precision, scale = (*target.arguments, 0)[:2] if target.arguments else (10, 0)
    powers = texts.str.contains(r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]{1,3}$")
    if powers.any():
        texts = texts.scatter(powers.arg_true(), [_plain(text) for text in texts.filter(powers)])
    fits = texts.str.contains(rf"^[+-]?0*[0-9]{{0,{precision - scale}}}(?:\.[0-9]{{0,{scale}}}0*)?$")
    return texts.set(~(fits & texts.str.contains("[0-9]")), None)


def _plain(text: str) -> str:
    return format(decimal.Decimal(text), "f")


def _dates(texts: pl.Series, _target: _Target) -> pl.Series:
    days = _matching(texts, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$").str.to_date("%Y-%m-%d", strict=False)
    return days.set(days.dt.year() < 1, None)


def _timestamps(texts: pl.Series, target: _Target) -> pl.Series:
    if texts.str.contains(_PLAIN_TIMESTAMP).all():
        counts = texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).to_physical()
    else:
        counts = _microseconds(texts, target.has_zone)
    bad = counts % target.step != 0
    if target.unit == "ns":
        bad |= (counts > _LONGEST // 1000) | (counts < -(_LONGEST // 1000))
    values = counts.cast(pl.Datetime("us"))
    return values.set(bad | (values.dt.year() < 1) | (values.dt.year() > 9999), None)


def _microseconds(texts: pl.Series, with_zone: bool) -> pl.Series:
    """Return timestamps in any ISO form as microseconds since 1970, or null for texts that are not valid."""
    parts = texts.str.extract_groups(_TIMESTAMP).struct.unnest()
    day, clock, second, fraction, utc, sign, hours, minutes = parts.get_columns()
    whole = day + " " + clock.fill_null("00:00") + ":" + second.fill_null("00")
    timestamps = whole.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False).to_physical()
    nanoseconds = _nanoseconds(fraction)
    zoned = utc.is_not_null() | sign.is_not_null()
    bad = (nanoseconds % 1000 != 0) | (zoned & (not with_zone))
    return (timestamps + nanoseconds // 1000 - _offsets(sign, hours, minutes)).set(bad, None)


def _offsets(sign: pl.Series, hours: pl.Series, minutes: pl.Series) -> pl.Series:
    size = (hours.cast(pl.Int64) * 60 + minutes.cast(pl.Int64)) * 60_000_000
    return size.zip_with(sign.ne_missing("-"), -size).fill_null(0)


def _nanoseconds(fraction: pl.Series) -> pl.Series:
    return fraction.fill_null("0").str.pad_end(9, "0").cast(pl.Int64)


def _times(texts: pl.Series, target: _Target) -> pl.Series:
    durations = _clock(texts, "us")
    longest = 24 * 3600 * 10**6 - 1 if target.of == "time" else 839 * 3600 * 10**6 - 1
    least = 0 if target.of == "time" else -longest
    values = durations.set((durations < least) | (durations > longest) | (durations % target.step != 0), None)
    return values.cast(pl.Duration("us"))


def _clock(texts: pl.Series, unit: str | None) -> pl.Series:
    """Return clock times as integers in a unit, or null for texts that are not valid, not exact or out of range."""
    per_second = UNITS[unit or "us"]
    minus, hours, minutes, seconds, fraction = texts.str.extract_groups(_CLOCK).struct.unnest().get_columns()
    whole = hours.cast(pl.Int64) * 3600 + minutes.cast(pl.Int64) * 60 + seconds.cast(pl.Int64)
    nanoseconds = _nanoseconds(fraction)
    least = 10**9 // per_second
    counts = whole * per_second + nanoseconds // least
    bad = (hours.cast(pl.Int64) > _LONGEST // 3600) | (whole < 0) | (whole > _LONGEST // per_second)
    bad |= (counts < 0) | (nanoseconds % least != 0)
    return counts.zip_with(minus.ne_missing("-"), -counts).set(bad, None)


def _bytes(texts: pl.Series, _target: _Target) -> pl.Series:
    return _matching(texts, "^0[xX](?:[0-9a-fA-F]{2})*$").str.slice(2).str.decode("hex")


def _documents(texts: pl.Series, _target: _Target) -> pl.Series:
    return pl.Series(texts.name, [text if text is not None and _is_json(text) else None for text in texts], pl.String)


def _is_json(text: str) -> bool:
    try:
        json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse, parse_float=_float)
    except (ValueError, RecursionError):
        return False
    return True


def _without_duplicates(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("an object has the same key twice")


def _float(text: str) -> None:
    if not math.isfinite(float(text)) or vanishes(text):
        raise ValueError(f"{text} is not a finite float, or too small for one")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number")


_BINARY = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", *GEOMETRIES)
_PARSERS: dict[str, Callable[[pl.Series, _Target], pl.Series]] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), _integers),
    **dict.fromkeys(("float", "double"), _floats),
    **dict.fromkeys(("datetime", "timestamp"), _timestamps),
    **dict.fromkeys(_BINARY, _bytes),
    "boolean": _booleans,
    "decimal": _decimals,
    "date": _dates,
    "time": _times,
    "json": _documents,
}
"""The parsers by SQL type. All other types are text types."""

PARSED = frozenset(_PARSERS) | {"boolean"}
"""The SQL types that are not text types."""

NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "float", "double", "decimal"})
"""The numeric SQL types."""
