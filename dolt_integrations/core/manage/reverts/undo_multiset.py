"""Undoing a commit's changes to a table without a key, whose rows are a multiset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine import table_name
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.diffs.multisets import Pinned, Subtraction
from dolt_integrations.engine.versions.merges import Conflict, ConflictRow
from dolt_integrations.errors import ColumnNotFoundError, QueryError

if TYPE_CHECKING:
    from dolt_integrations.core.rows.diff import TableVersions
    from dolt_integrations.engine import Connection

_MOST = 100


def subtract(workspace: Connection, table: str, made: str, before: str, versions: TableVersions) -> Conflict | None:
    """Delete as many of each row as a commit added, and restore what it deleted, as uncommitted work.

    Args:
        workspace: A session on a private branch.
        table: The table, which has no key.
        made: The commit.
        before: Its parent.
        versions: The versions of the table.

    Returns:
        The conflict, if rows of the commit were changed or removed since, or the columns differ; otherwise None.
    """
    new, old = versions.at(made), versions.at(before)
    if new is None:
        return None
    now = versions.at(head(workspace))
    names = [column.name for column in new.schema.columns if not column.is_generated]
    if now is not None:  # columns that others have added since, with their values
        since = [column.name for column in now.schema.columns if not column.is_generated]
        names += [name for name in since if name not in new.schema.names]
    parent = None if old is None else Pinned(before, old)
    subtraction = Subtraction(workspace, table_name(workspace, table), names, Pinned(made, new), parent)
    try:
        count, rows = subtraction.missing(_MOST)
        if count:
            gone = tuple(ConflictRow(row, None, None) for row in rows)
            said = "rows of the commit were changed or removed since"
            return Conflict(table, "data", count, gone, description=said)
        subtraction.apply()
    except (QueryError, ColumnNotFoundError) as error:
        return Conflict(table, "schema", 1, description=str(error))
    return None
