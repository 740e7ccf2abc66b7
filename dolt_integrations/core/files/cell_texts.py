"""Formatting values as CSV cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from dolt_integrations.core.files.cell_types import UNITS

if TYPE_CHECKING:
    from dolt_integrations.core.columns.encoded import EncodedColumn


def format_cells(column: EncodedColumn) -> pl.Series:
    """Return the text of each value, which `parse_cells` parses to the same value."""
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
