"""Checking which timestamps and times of day a column holds exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.engine import parse_type

if TYPE_CHECKING:
    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column

_LAST_CLOCK = ((838 * 60 + 59) * 60 + 59) * 1_000_000
"""Microseconds of the largest TIME (MySQL manual, "The TIME Type")."""

_TIMESTAMPS = (1_000_000, 2_147_483_647_000_000)
"""Microseconds since 1970 that a TIMESTAMP holds (MySQL manual, "The DATE, DATETIME, and TIMESTAMP Types")."""


def not_timestamps(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which timestamps a DATETIME or TIMESTAMP cannot hold exactly. None if they are no timestamps."""
    if encoded.sql_type != "datetime(6)":
        return None
    sql_type = parse_type(column.sql_type)
    counts = encoded.values.cast(pa.int64())
    bad = _finer(counts, sql_type.arguments)
    if sql_type.base == "timestamp":
        bad = pc.or_(bad, pc.or_(pc.less(counts, _TIMESTAMPS[0]), pc.greater(counts, _TIMESTAMPS[1])))
    return bad


def _finer(microseconds: pa.Array, arguments: tuple[int, ...]) -> pa.Array:
    """Return which timestamps have more fractional digits of a second than the column."""
    step = 10 ** (6 - (*arguments, 0)[0])
    return pc.not_equal(pc.multiply(pc.divide(microseconds, step), step), microseconds)


def not_clocks(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which times of day or durations a TIME cannot hold exactly. None if they are neither."""
    if encoded.sql_type != "time(6)" and encoded.unit is None:
        return None
    counts = encoded.values.cast(pa.int64())
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[encoded.unit or "us"]
    most = _LAST_CLOCK * per_second // 10**6
    far = pc.or_(pc.less(counts, -most), pc.greater(counts, most))
    digits = (*parse_type(column.sql_type).arguments, 0)[0]
    step = max(1, per_second // 10**digits)
    return pc.or_(far, pc.not_equal(pc.multiply(pc.divide(counts, step), step), counts))
