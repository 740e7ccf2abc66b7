"""Dolt's own comparison of two commits for people to look at: a few rows, the beginnings of their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.session.answers import number, text
from dolt_integrations.engine.sql.types import GEOMETRIES, parse_type
from dolt_integrations.engine.tables.preview import as_text, shown_value
from dolt_integrations.engine.versions.differing import AMBIGUOUS, diff_function

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.schema import Column
    from dolt_integrations.engine.versions.differing import TableVersion


@dataclass(frozen=True)
class ShownChange:
    """A row that differs, as people look at it.

    Attributes:
        kind: added, modified or removed.
        new: The beginning of each value as it is; None is NULL.
        old: As it was.
        differs: Whether the two values differ, which their beginnings may not tell.
    """

    kind: str
    new: tuple[str | None, ...]
    old: tuple[str | None, ...]
    differs: tuple[bool, ...]


def shown_changes(
    connection: Connection, old: str, new: str, table: TableVersion, columns: tuple[Column, ...], most: int
) -> list[ShownChange]:
    """Return the beginnings of the values of some rows that differ. No value is fetched whole.

    Args:
        connection: A session on the database, at whatever revision.
        old: The whole hash of the old commit.
        new: That of the new one.
        table: The table in both; `can_differ` holds.
        columns: Those to show: see `comparable`.
        most: The most rows.
    """
    sides = [[quote(f"{side}_{column.name}") for column in columns] for side in ("to", "from")]
    values = [shown_value(name, column) for side in sides for name, column in zip(side, columns, strict=True)]
    tests = [_differ(new, old, column) for new, old, column in zip(*sides, columns, strict=True)]
    query = f"SELECT {', '.join(['diff_type', *values, *tests])} FROM {diff_function(old, new, table.name)}"
    width = len(columns)
    return [
        ShownChange(
            str(kind),
            tuple(map(as_text, found[:width])),
            tuple(map(as_text, found[width : 2 * width])),
            tuple(map(bool, found[2 * width :])),
        )
        for kind, *found in connection.rows(f"{query} LIMIT {int(most)}")
    ]


def comparable(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that `dolt_diff()` has by name: it has a `commit` and a `commit_date` of its own."""
    return tuple(column for column in columns if column.name.lower() not in AMBIGUOUS)


def _differ(new: str, old: str, column: Column) -> str:
    return "0" if parse_type(column.sql_type).base in GEOMETRIES else f"NOT ({new} <=> {old})"


def count_kinds(
    connection: Connection, old: str, new: str, table: TableVersion, most: int
) -> tuple[dict[str, int], bool]:
    """Return how many rows were added, modified and removed, and whether these are all.

    No more than `most` are counted: counting all of them would take Dolt a second or two for each million.
    """
    limited = f"SELECT diff_type FROM {diff_function(old, new, table.name)} LIMIT {int(most) + 1}"
    rows = connection.rows(f"SELECT diff_type, COUNT(*) FROM ({limited}) AS q GROUP BY diff_type", kinds=(text, number))
    return dict(rows), sum(count for _, count in rows) <= most
