"""The cells of a CSV file: the text of every value, and the value of every text that is one of its column's type.

The texts are those of SQL where SQL has one. Bytes are hexadecimal behind `0x`, as in a MySQL literal; spans are clock
times of any number of hours (`-838:59:59.000001`); moments with a time zone are in UTC and say so (`+00:00`).
"""

from __future__ import annotations

import decimal
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.engine import arrow_type, parse_type
from dolt_integrations.errors import UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column

UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""How many of a unit are a second."""

_LONGEST = 2**63 - 1
_BITS = {pa.int8(): pl.Int8, pa.int16(): pl.Int16, pa.int32(): pl.Int32, pa.int64(): pl.Int64} | {
    pa.uint8(): pl.UInt8, pa.uint16(): pl.UInt16, pa.uint32(): pl.UInt32, pa.uint64(): pl.UInt64
}  # fmt: skip
_RANGES = {"mediumint": (-(2**23), 2**23 - 1), "mediumint unsigned": (0, 2**24 - 1), "year": (0, 2155)}
_MOMENT = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(?::([0-5][0-9])(?:\.([0-9]{1,9}))?)?)?"
    r" ?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2}))?$"
)
_PLAIN_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{6}$"
_CLOCK = r"^(-?)([0-9]{1,16}):([0-5][0-9]):([0-5][0-9])(?:\.([0-9]{1,9}))?$"
_UUID = "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


@dataclass(frozen=True)
class _Target:
    """What a column takes, of its SQL type and its mark."""

    base: str
    arguments: tuple[int, ...]
    dtype: str
    of: str | None
    arrow: pa.DataType
    name: str

    @property
    def unit(self) -> str | None:
        """The unit of a span or a moment, where the dtype has one."""
        found = re.match(r"(?:datetime64|timestamp|timedelta64|duration)\[(s|ms|us|ns)\b", self.dtype)
        return found.group(1) if found else None

    @property
    def is_span(self) -> bool:
        """Whether the column counts units of time in a BIGINT."""
        return self.base == "bigint" and self.dtype.startswith(("timedelta64[", "duration["))

    @property
    def has_zone(self) -> bool:
        """Whether the column is of moments with a time zone."""
        return bool(re.match(r"datetime64\[\w+, |timestamp\[\w+, tz=", self.dtype))

    @property
    def step(self) -> int:
        """The microseconds that every value is a multiple of."""
        digits = min((*self.arguments, 0)[0], 6)
        return max(int(10 ** (6 - digits)), 1_000_000 // UNITS[self.unit or "us"])


def _target(column: Column) -> _Target:
    kind, mark = parse_type(column.sql_type), mark_of(column.comment)
    dtype = mark.dtype if isinstance(mark.dtype, str) else ""
    base = "boolean" if kind.is_boolean else kind.base
    name = column.sql_type.upper() + (f" ({dtype})" if dtype else "")
    return _Target(base, kind.arguments, dtype, mark.of, arrow_type(column.sql_type), name)


def parse_cells(texts: pa.ChunkedArray, column: Column, locate: Callable[[int], str]) -> pa.ChunkedArray:
    """Return the values that texts are in a column of a table, of the Arrow type that the engine fetches it as.

    Args:
        texts: A text for each row; an unquoted empty cell is NULL.
        column: As the table declares it, with its mark.
        locate: Tells where a row is, for errors.

    Raises:
        UnsupportedValueError: A text that is no value of the column, or NULL where the column takes none.

    Example:
        >>> texts = pa.chunked_array([["1", None, "+3"]])
        >>> parse_cells(texts, Column("a", "tinyint"), "row {}".format).to_pylist()
        [1, None, 3]
    """
    target = _target(column)
    series = pl.Series(column.name, pl.from_arrow(texts.cast(pa.large_string())), pl.String)
    if not column.nullable and series.null_count():
        row = int(series.is_null().arg_max() or 0)
        hint = "Fill the cell, or let the column take NULL."
        raise UnsupportedValueError(f"{locate(row)}, column {column.name!r} is empty, but it is NOT NULL", hint=hint)
    values = _parse(series, target)
    bad = values.is_null() & series.is_not_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        problem = f"{locate(row)}, column {column.name!r}: {shown(series[row])} is no {target.name}"
        hint = "An empty cell without quotes is NULL." if series[row] == "" else "Change the cell or the column's type."
        raise UnsupportedValueError(problem, hint=hint)
    array = values.to_arrow(compat_level=pl.CompatLevel.oldest())
    return pa.chunked_array([array]).cast(target.arrow)


def _parse(texts: pl.Series, target: _Target) -> pl.Series:
    """Return the values; null where a text is none."""
    if target.base not in _PARSERS:
        return texts if target.of != "uuid" else _matching(texts, _UUID)
    return _PARSERS[target.base](texts.str.strip_chars(" \t"), target)


def _matching(texts: pl.Series, pattern: str) -> pl.Series:
    return texts.set(~texts.str.contains(pattern), None)


def _integers(texts: pl.Series, target: _Target) -> pl.Series:
    if target.is_span:
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
    words = {"true": True, "false": False, "1": True, "0": False}
    return texts.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)


def _floats(texts: pl.Series, target: _Target) -> pl.Series:
    values = texts.cast(pl.Float32 if target.base == "float" else pl.Float64, strict=False)
    return values.set(~values.is_finite(), None)


def _decimals(texts: pl.Series, target: _Target) -> pl.Series:
    """Return the texts of decimals, without exponents; Arrow makes the decimals of them, exactly."""
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


def _moments(texts: pl.Series, target: _Target) -> pl.Series:
    if texts.str.contains(_PLAIN_MOMENT).all():
        counts = texts.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False).to_physical()
    else:
        counts = _microseconds(texts, target.has_zone)
    bad = counts % target.step != 0
    if target.unit == "ns":
        bad |= (counts > _LONGEST // 1000) | (counts < -(_LONGEST // 1000))
    values = counts.cast(pl.Datetime("us"))
    return values.set(bad | (values.dt.year() < 1) | (values.dt.year() > 9999), None)


def _microseconds(texts: pl.Series, with_zone: bool) -> pl.Series:
    """Return moments of any ISO form as microseconds since 1970; null where one is none."""
    parts = texts.str.extract_groups(_MOMENT).struct.unnest()
    day, clock, second, fraction, utc, sign, hours, minutes = parts.get_columns()
    whole = day + " " + clock.fill_null("00:00") + ":" + second.fill_null("00")
    moments = whole.str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False).to_physical()
    nanoseconds = _nanoseconds(fraction)
    zoned = utc.is_not_null() | sign.is_not_null()
    bad = (nanoseconds % 1000 != 0) | (zoned & (not with_zone))
    return (moments + nanoseconds // 1000 - _offsets(sign, hours, minutes)).set(bad, None)


def _offsets(sign: pl.Series, hours: pl.Series, minutes: pl.Series) -> pl.Series:
    size = (hours.cast(pl.Int64) * 60 + minutes.cast(pl.Int64)) * 60_000_000
    return size.zip_with(sign.ne_missing("-"), -size).fill_null(0)


def _nanoseconds(fraction: pl.Series) -> pl.Series:
    return fraction.fill_null("0").str.pad_end(9, "0").cast(pl.Int64)


def _times(texts: pl.Series, target: _Target) -> pl.Series:
    spans = _clock(texts, "us")
    longest = 24 * 3600 * 10**6 - 1 if target.of == "time" else 839 * 3600 * 10**6 - 1
    least = 0 if target.of == "time" else -longest
    values = spans.set((spans < least) | (spans > longest) | (spans % target.step != 0), None)
    return values.cast(pl.Duration("us"))


def _clock(texts: pl.Series, unit: str | None) -> pl.Series:
    """Return how many of a unit clock times are; null where one is no whole number of them, or too long."""
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
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


_BINARY = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry")
_PARSERS: dict[str, Callable[[pl.Series, _Target], pl.Series]] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), _integers),
    **dict.fromkeys(("float", "double"), _floats),
    **dict.fromkeys(("datetime", "timestamp"), _moments),
    **dict.fromkeys(_BINARY, _bytes),
    "boolean": _booleans,
    "decimal": _decimals,
    "date": _dates,
    "time": _times,
    "json": _documents,
}
"""What reads the texts of each SQL type; every other type is of texts."""

PARSED = frozenset(_PARSERS) | {"boolean"}
"""The SQL types that are not of texts."""

NUMBERS = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint", "float", "double", "decimal"})
"""The SQL types of numbers."""


def format_cells(column: EncodedColumn) -> pl.Series:
    """Return the text of each value, which `parse_cells` reads as the same value again."""
    values = pl.Series(pl.from_arrow(column.values))
    dtype = column.mark.dtype or ""
    if found := re.match(r"(?:timedelta64|duration)\[(s|ms|us|ns)\]", dtype):
        return _clock_texts(values, found.group(1))
    if isinstance(values.dtype, pl.Duration):
        return _clock_texts(values.dt.total_microseconds(), "us")
    if isinstance(values.dtype, pl.Datetime):
        zone = "+00:00" if re.match(r"datetime64\[\w+, |timestamp\[\w+, tz=", dtype) else ""
        return values.dt.to_string(f"%Y-%m-%d %H:%M:%S%.6f{zone}")
    if values.dtype == pl.Binary:
        return "0x" + values.bin.encode("hex")
    return values.cast(pl.String)


def _clock_texts(counts: pl.Series, unit: str) -> pl.Series:
    per_second = UNITS[unit]
    size = counts.abs()
    seconds, rest = size // per_second, size % per_second
    digits = len(str(per_second)) - 1
    parts = [(seconds // 3600).cast(pl.String).str.zfill(2)]
    parts += [(seconds // 60 % 60).cast(pl.String).str.zfill(2), (seconds % 60).cast(pl.String).str.zfill(2)]
    text = (counts < 0).replace_strict({True: "-", False: ""}, return_dtype=pl.String)
    text = text + parts[0] + ":" + parts[1] + ":" + parts[2]
    return text + "." + rest.cast(pl.String).str.zfill(digits) if digits else text
