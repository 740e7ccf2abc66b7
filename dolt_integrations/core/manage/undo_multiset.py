"""Undoing what a commit did to a table without a key, whose rows are a multiset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine import table_name
from dolt_integrations.engine.versions.merges import Conflict, ConflictRow
from dolt_integrations.engine.versions.multisets import Pinned, Subtraction
from dolt_integrations.errors import ColumnNotFoundError, QueryError

if TYPE_CHECKING:
    from dolt_integrations.core.rows.changes import TableVersions
    from dolt_integrations.engine import Connection

_MOST = 100


def subtract(workspace: Connection, table: str, made: str, before: str, versions: TableVersions) -> Conflict | None:
    """Take away as many of each row as a commit added, and give back what it took, as uncommitted work.

    Args:
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
    parent = None if old is None else Pinned(before, old)
    subtraction = Subtraction(workspace, table_name(workspace, table), names, Pinned(made, new), parent)
    try:
        count, rows = subtraction.missing(_MOST)
        if count:
            gone = tuple(ConflictRow(row, None, None) for row in rows)
            said = "others have changed or removed rows of it since"
            return Conflict(table, "data", count, gone, description=said)
        subtraction.apply()
    except (QueryError, ColumnNotFoundError) as error:
        return Conflict(table, "schema", 1, description=str(error))
    return None
