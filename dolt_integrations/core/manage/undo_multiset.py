"""Undoing what a commit did to a table without a key, whose rows are a multiset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine import quote, table_name
from dolt_integrations.engine.versions.merges import Conflict, ConflictRow
from dolt_integrations.errors import ColumnNotFoundError, QueryError

if TYPE_CHECKING:
    from dolt_integrations.core.rows.changes import TableVersions
    from dolt_integrations.engine import Connection, Database

_MOST = 100


def subtract(
    database: Database, workspace: Connection, table: str, made: str, before: str, versions: TableVersions
) -> Conflict | None:
    """Take away as many of each row as a commit added, and give back what it took, as uncommitted work.

    Args:
        database: Where.
        workspace: On a private branch.
        table: The table, which has no key.
        made: The commit.
        before: Its parent.
        versions: Of the table.

    Returns:
        What is in the way: rows of the commit that others have changed or removed since, or other columns.
    """
    new, old = versions.at(made), versions.at(before)
    if new is None:
        return None
    names = [column.name for column in new.schema.columns if not column.is_generated]
    here = quote(table_name(workspace, table))
    columns = ", ".join(map(quote, names))
    now = f"SELECT {columns} FROM {here}"
    after = f"SELECT {columns} FROM {_at(database, made, new.name)}"
    was = f"{after} WHERE FALSE"
    if old is not None:
        known = ", ".join(quote(name) if name in old.schema.names else "NULL" for name in names)
        was = f"SELECT {known} FROM {_at(database, before, old.name)}"
    try:
        missing = _missing(workspace, after, was, now)
        if missing is not None:
            return Conflict(table, "data", *missing, description="others have changed or removed rows of it since")
        _replace(
            workspace,
            here,
            columns,
            f"({now} EXCEPT ALL ({after} EXCEPT ALL {was})) UNION ALL ({was} EXCEPT ALL {after})",
        )
    except (QueryError, ColumnNotFoundError) as error:
        return Conflict(table, "schema", 1, description=str(error))
    return None


def _at(database: Database, revision: str, table: str) -> str:
    return f"{quote(f'{database.address.database}/{revision}')}.{quote(table)}"


def _missing(workspace: Connection, after: str, was: str, now: str) -> tuple[int, tuple[ConflictRow, ...]] | None:
    """Return how many rows that the commit added are there no more, and the first of them; None if all are."""
    gone = f"(({after} EXCEPT ALL {was}) EXCEPT ALL ({now}))"
    count = int(workspace.value(f"SELECT COUNT(*) FROM {gone} AS gone"))
    if not count:
        return None
    rows = workspace.dictionaries(f"SELECT * FROM {gone} AS gone LIMIT {_MOST}")
    return count, tuple(ConflictRow(row, None, None) for row in rows)


def _replace(workspace: Connection, table: str, columns: str, rows: str) -> None:
    with workspace.transaction():
        workspace.execute(f"CREATE TEMPORARY TABLE left_over AS {rows}")
        workspace.execute(f"DELETE FROM {table}")
        workspace.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM left_over")
        workspace.execute("DROP TEMPORARY TABLE left_over")
