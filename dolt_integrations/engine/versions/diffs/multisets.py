"""Undoing a commit in a table without a key, whose rows are a multiset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.contents import empty_table, table_at
from dolt_integrations.engine.versions.diffs.diff import TableVersion
from dolt_integrations.engine.wire.answers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.session.connection import Connection


class Pinned(NamedTuple):
    """A table at a commit, and the commit's full hash."""

    commit: str
    table: TableVersion


class Subtraction:
    """The undo of a commit: rows that it added are removed as often as it added them; removed rows are restored."""

    def __init__(
        self, connection: Connection, table: str, columns: Sequence[str], new: Pinned, old: Pinned | None
    ) -> None:
        """Prepare the statements without running them.

        Args:
            connection: A session on the branch on which to change the table.
            table: The table's name there.
            columns: The names of its columns. One that a commit does not have yet is NULL there.
            new: The table in the commit.
            old: The table before the commit; None if it did not exist.
        """
        self._connection, self._table = connection, table
        self._columns = ", ".join(map(quote, columns))
        self._now = f"SELECT {self._columns} FROM {quote(table)}"
        self._new = self._at(new, columns)
        self._old = f"{self._new} WHERE FALSE" if old is None else self._at(old, columns)

    def _at(self, version: Pinned, columns: Sequence[str]) -> str:
        known = ", ".join(quote(name) if name in version.table.schema.names else "NULL" for name in columns)
        return f"SELECT {known} FROM {table_at(self._connection, version.commit, version.table.name)}"

    def missing(self, most: int) -> tuple[int, list[dict[str, Any]]]:
        """Return the number of rows that the commit added and that no longer exist, and at most `most` of them.

        Raises:
            QueryError: The table has other columns now.
            ColumnNotFoundError: A column does not exist any more.
        """
        gone = f"(({self._new} EXCEPT ALL {self._old}) EXCEPT ALL ({self._now})) AS gone"
        count = int(self._connection.value(f"SELECT COUNT(*) FROM {gone}", kind=number))
        if not count:
            return 0, []
        return count, self._connection.dictionaries(f"SELECT * FROM {gone} LIMIT {int(most)}")

    def apply(self) -> None:
        """Change the table in a transaction of its own. The change stays uncommitted.

        Raises:
            QueryError: The table has other columns now.
            ColumnNotFoundError: A column does not exist any more.
        """
        stay = f"({self._now} EXCEPT ALL ({self._new} EXCEPT ALL {self._old}))"
        rows = f"{stay} UNION ALL ({self._old} EXCEPT ALL {self._new})"
        connection, columns = self._connection, self._columns
        with connection.transaction():
            connection.execute(f"CREATE TEMPORARY TABLE left_over AS {rows}")
            empty_table(connection, self._table)
            connection.execute(f"INSERT INTO {quote(self._table)} ({columns}) SELECT {columns} FROM left_over")
            connection.execute("DROP TEMPORARY TABLE left_over")
