"""Formatting whole columns as strings for LOAD DATA and INSERT."""

from __future__ import annotations

import polars as pl

from dolt_integrations.engine.server.interrupts import allow_interrupts

allow_interrupts()  # importing polars has undone the call that opened the database


def _needs_hex(column: pl.Series) -> bool:
    if column.dtype == pl.Binary:
        return True
    return column.dtype == pl.String and bool(column.str.to_lowercase().eq("null").any())


def _tsv(column: pl.Series, hexed: bool) -> pl.Expr:
    """Return a column in the format of `LOAD DATA`; NULL stays null."""
    values = pl.col(column.name)
    if hexed:
        return values.cast(pl.Binary).bin.encode("hex")
    if column.dtype != pl.String:
        return _plain(column)
    if not column.str.contains(r"[\\\t\n\x00]").any():
        return values
    escapes = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\0": "\\0"}
    return values.str.replace_many(list(escapes), list(escapes.values()))


def _plain(column: pl.Series) -> pl.Expr:
    """Return numbers and times as strings that need no escaping."""
    values = pl.col(column.name)
    if column.dtype == pl.Boolean:
        return values.cast(pl.Int8).cast(pl.String)
    if column.dtype == pl.Float32:
        # Dolt compares a FLOAT as a DOUBLE, and the shortest string of the largest FLOAT is above it as a DOUBLE.
        return values.cast(pl.Float64).cast(pl.String)
    if isinstance(column.dtype, pl.Duration):
        return _clock(values)
    if isinstance(column.dtype, pl.Datetime):
        return values.dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
    return values.cast(pl.String)


def _clock(durations: pl.Expr) -> pl.Expr:
    """Return durations in MySQL's format for TIME: `-838:59:59.000000`."""
    total = durations.dt.total_microseconds()
    us = total.abs()
    text = pl.format(
        "{}{}:{}:{}.{}",
        pl.when(total < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        us // 3_600_000_000,
        (us // 60_000_000 % 60).cast(pl.String).str.zfill(2),
        (us // 1_000_000 % 60).cast(pl.String).str.zfill(2),
        (us % 1_000_000).cast(pl.String).str.zfill(6),
    )
    return pl.when(durations.is_not_null()).then(text)


def _literal(column: pl.Series) -> pl.Expr:
    """Return a column as SQL literals: bytes in hexadecimal, integers unquoted, everything else quoted.

    Dolt would read an unquoted float as a DECIMAL, which has no -0.0.
    """
    values = pl.col(column.name)
    if column.dtype == pl.Binary:
        return pl.format("X'{}'", values.bin.encode("hex"))
    if column.dtype == pl.String:
        return pl.format("'{}'", values.str.replace_many(["\\", "'", "\0"], ["\\\\", "''", "\\0"]))
    bare = column.dtype.is_integer() or column.dtype == pl.Boolean
    return _plain(column) if bare else pl.format("'{}'", _plain(column))
