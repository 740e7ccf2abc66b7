"""The target type of a column's cells: its SQL type and the dtype in its column comment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.engine import arrow_type, parse_type

if TYPE_CHECKING:
    from dolt_integrations.engine import Column


UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
"""How many of a unit are a second."""


_RANGES = {"mediumint": (-(2**23), 2**23 - 1), "mediumint unsigned": (0, 2**24 - 1), "year": (0, 2155)}


@dataclass(frozen=True)
class _Target:
    """The target type of cells, from a column's SQL type and its mark."""

    base: str
    arguments: tuple[int, ...]
    dtype: str
    of: str | None
    arrow: pa.DataType
    name: str

    @property
    def unit(self) -> str | None:
        """The unit of a duration or a timestamp, if the dtype names one."""
        found = re.match(r"(?:datetime64|timestamp|timedelta64|duration)\[(s|ms|us|ns)\b", self.dtype)
        return found.group(1) if found else None

    @property
    def is_duration(self) -> bool:
        """Whether the column stores durations as integers in a BIGINT."""
        return self.base == "bigint" and self.dtype.startswith(("timedelta64[", "duration["))

    @property
    def has_zone(self) -> bool:
        """Whether the column holds timestamps with a time zone."""
        return bool(re.match(r"datetime64\[\w+, |timestamp\[\w+, tz=", self.dtype))

    @property
    def step(self) -> int:
        """The precision of the column in microseconds: every value is a multiple of it."""
        digits = min((*self.arguments, 0)[0], 6)
        return max(int(10 ** (6 - digits)), 1_000_000 // UNITS[self.unit or "us"])


def _target(column: Column) -> _Target:
    kind, mark = parse_type(column.sql_type), mark_of(column.comment)
    dtype = mark.dtype if isinstance(mark.dtype, str) else ""
    base = "boolean" if kind.is_boolean else kind.base
    name = column.sql_type.upper() + (f" ({dtype})" if dtype else "")
    return _Target(base, kind.arguments, dtype, mark.of, arrow_type(column.sql_type), name)
