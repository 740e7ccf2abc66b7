"""The working set of a branch: uncommitted work, staged or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import text
from dolt_integrations.errors import TableNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class TableStatus:
    """A row of `dolt_status`: a table with uncommitted work, staged or not."""

    table: str
    staged: bool
    status: str

    @property
    def names(self) -> tuple[str, ...]:
        """The table's name, or both names of a renamed table, which Dolt shows as `old -> new`."""
        return tuple(self.table.split(" -> ")) if self.status == "renamed" else (self.table,)


def status(connection: Connection) -> list[TableStatus]:
    """Return the uncommitted work on the session's branch, including tables that `dolt_ignore` names."""
    columns, kinds = "SELECT table_name, CAST(staged AS CHAR), status", (text, text, text)
    try:
        rows = connection.rows(f"{columns} FROM dolt_status_ignored", kinds=kinds)
    except TableNotFoundError:  # Dolt before 1.82 has no such view of its status
        rows = connection.rows(f"{columns} FROM dolt_status", kinds=kinds)
    return [TableStatus(table, staged == "1", word) for table, staged, word in rows]


def uncommitted_tables(connection: Connection) -> list[str]:
    """Return the tables of the session's branch with uncommitted work, except those that `dolt_ignore` names."""
    return [name for (name,) in connection.rows("SELECT DISTINCT table_name FROM dolt_status", kinds=(text,))]


def is_merging(connection: Connection) -> bool:
    """Whether a merge or cherry-pick is in progress on the session's branch; the next commit would conclude it."""
    return bool(connection.value("SELECT is_merging FROM dolt_merge_status"))


def stage(connection: Connection, tables: Iterable[str]) -> None:
    """Stage exactly these tables, even if `dolt_ignore` names them.

    They are staged at once, because Dolt does not stage the drop of a table that a table which is staged refers to.
    """
    names = list(tables)
    if not names:
        return
    # Without -f Dolt leaves out what dolt_ignore names, and reports success.
    try:
        connection.execute(f"CALL DOLT_ADD('-f', '--', {', '.join(['%s'] * len(names))})", names)
    except TableNotFoundError:  # Dolt 2 raises this if the drop of a table is staged already
        found = status(connection)
        pending = {name for entry in found if not entry.staged for name in entry.names}
        staged = {name for entry in found if entry.staged for name in entry.names} - pending
        left = [name for name in names if name not in staged]
        if len(left) == len(names):
            raise
        stage(connection, left)


def discard_changes(connection: Connection) -> None:
    """Reset the session's branch to its head. Uncommitted work is lost."""
    connection.execute("CALL DOLT_RESET('--hard')")


def take_table(connection: Connection, revision: str, table: str) -> None:
    """Set a table of the session's branch to its version at a revision. Stages it and all other uncommitted work."""
    connection.execute("CALL DOLT_CHECKOUT(%s, '--', %s)", (revision, table))
