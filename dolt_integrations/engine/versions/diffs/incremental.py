"""The rows that differ between two versions of a table, for a reader that has the older version already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.types import DATES, parse_type
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.engine.tables.negative_zeros import is_negative_zero
from dolt_integrations.engine.tables.preview import count_rows
from dolt_integrations.engine.versions.diffs.diff import (
    AMBIGUOUS,
    TableVersion,
    can_differ,
    diff_function,
    exact_version,
)
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.wire.answers import anything, number, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column


@dataclass(frozen=True)
class Step:
    """The step from one version of a table to another.

    Attributes:
        old: The full hash of the older commit.
        new: The full hash of the newer commit.
        table: The table, which has the same columns and key in both.
        total: The number of rows in the newer version.
    """

    old: str
    new: str
    table: TableVersion
    total: int

    @property
    def key(self) -> list[str]:
        """The columns of the table's key, in key order."""
        return list(self.table.schema.primary_key)

    @property
    def function(self) -> str:
        """The SQL call that returns the rows that differ."""
        return diff_function(self.old, self.new, self.table.name)


@dataclass(frozen=True)
class Counts:
    """The numbers of rows that differ, by kind, and of rows in the newer version."""

    added: int
    modified: int
    removed: int
    total: int


def find_step(snapshot: Connection, table: str, old: str, old_hash: str) -> Step | None:
    """Return the step from an older version of a table to the session's, or None if Dolt's difference is not exact.

    Afterwards the session is at the older commit.

    Args:
        snapshot: A session at the newer commit.
        table: The table.
        old: The full hash of the older commit.
        old_hash: The table's expected hash there. If it has another one, the result is None.
    """
    commit, after = str(snapshot.revision), exact_version(snapshot, table)
    if after is None or not after.schema.primary_key or AMBIGUOUS & {name.lower() for name in after.schema.names}:
        return None
    total, _ = count_rows(snapshot, table, after.schema, 0)
    snapshot.switch(old)
    if table_hash(snapshot, table) != old_hash:
        return None
    before = exact_version(snapshot, table)
    return Step(old, commit, after, total) if before is not None and can_differ(before, after) else None


def has_negative_zeros(snapshot: Connection, table: str, columns: Sequence[str]) -> bool:
    """Whether any of the given float columns of a table contains -0.0."""
    negative = " OR ".join(is_negative_zero(quote(name)) for name in columns)
    return snapshot.row(f"SELECT 1 FROM {quote(table)} WHERE {negative} LIMIT 1") is not None


def count_differing(connection: Connection, step: Step, most: int) -> Counts | None:
    """Count the rows that differ; None if there are none, more than `most`, or some with dates in the year 0.

    Args:
        connection: A session on the database, at no revision.
        step: The step.
        most: The maximum number of rows.
    """
    dates = [quote(f"to_{column.name}") for column in step.table.schema.columns if _is_date(column)]
    limited = f"SELECT {', '.join(['diff_type', *dates])} FROM {step.function} LIMIT {int(most) + 1}"
    least = "".join(f", MIN({name})" for name in dates)
    statement = f"SELECT diff_type, COUNT(*){least} FROM ({limited}) AS q GROUP BY diff_type"
    rows: list[Any] = connection.rows(statement, kinds=(text, number, *[anything] * len(dates)))
    found = {kind: count for kind, count, *_ in rows}
    if not 0 < sum(found.values()) <= most or any(isinstance(value, str) for row in rows for value in row[2:]):
        return None
    return Counts(found.get("added", 0), found.get("modified", 0), found.get("removed", 0), step.total)


def _is_date(column: Column) -> bool:
    return parse_type(column.sql_type).base in DATES


def fetch_written(connection: Connection, step: Step) -> pa.Table:
    """Return the added and modified rows of the newer version."""
    return _fetch(connection, step, "to", step.table.schema.columns, "<>")


def fetch_removed(connection: Connection, step: Step) -> pa.Table:
    """Return the keys of the rows that were removed."""
    columns = {column.name: column for column in step.table.schema.columns}
    return _fetch(connection, step, "from", [columns[name] for name in step.table.schema.primary_key], "=")


def _fetch(connection: Connection, step: Step, side: str, columns: Sequence[Column], comparison: str) -> pa.Table:
    names = ", ".join(quote(f"{side}_{column.name}") for column in columns)
    query = f"SELECT {names} FROM {step.function} WHERE diff_type {comparison} 'removed'"
    # connectorx would panic: Dolt declares columns of a difference NOT NULL although they contain NULLs.
    return fetch(connection, query, tuple(columns), fast=False, has_odd_dates=False)
