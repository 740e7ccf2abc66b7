"""A few rows that differ between two commits, with shortened values, for display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.types import GEOMETRIES, parse_type
from dolt_integrations.engine.tables.preview import as_text, shown_value
from dolt_integrations.engine.versions.diffs.diff import AMBIGUOUS, diff_function
from dolt_integrations.engine.wire.answers import number, text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column
    from dolt_integrations.engine.versions.diffs.diff import TableVersion


@dataclass(frozen=True)
class ShownChange:
    """A row that differs, for display.

    Attributes:
        kind: `added`, `modified` or `removed`.
        new: The new values, shortened; None is NULL.
        old: The old values, shortened; None is NULL.
        differs: For each column, whether the complete values differ.
    """

    kind: str
    new: tuple[str | None, ...]
    old: tuple[str | None, ...]
    differs: tuple[bool, ...]


def shown_changes(
    connection: Connection, old: str, new: str, table: TableVersion, columns: tuple[Column, ...], most: int
) -> list[ShownChange]:
    """Return some rows that differ, with shortened values. No value is fetched completely.

    Args:
        connection: A session on the database, at any revision.
        old: The full hash of the old commit.
        new: The full hash of the new commit.
        table: The table in both. `can_differ` has to be true.
        columns: The columns to show: see `comparable`.
        most: The maximum number of rows.
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
    """Return the columns that can be selected from `dolt_diff()`, which has its own `commit` and `commit_date`."""
    return tuple(column for column in columns if column.name.lower() not in AMBIGUOUS)


def _differ(new: str, old: str, column: Column) -> str:
    return "0" if parse_type(column.sql_type).base in GEOMETRIES else f"NOT ({new} <=> {old})"


def count_kinds(
    connection: Connection, old: str, new: str, table: TableVersion, most: int
) -> tuple[dict[str, int], bool]:
    """Return the numbers of added, modified and removed rows, and whether they are complete.

    At most `most` rows are counted: counting all would take Dolt a second or two per million.
    """
    limited = f"SELECT diff_type FROM {diff_function(old, new, table.name)} LIMIT {int(most) + 1}"
    rows = connection.rows(f"SELECT diff_type, COUNT(*) FROM ({limited}) AS q GROUP BY diff_type", kinds=(text, number))
    return dict(rows), sum(count for _, count in rows) <= most
