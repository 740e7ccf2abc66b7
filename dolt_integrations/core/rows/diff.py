"""The rows of a table that differ between two commits, with the kind of change and the values before and after."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.rows.local_diff import compare_rows
from dolt_integrations.engine import fetch, select_table
from dolt_integrations.engine.versions.diffs.diff import (
    TableVersion,
    can_differ,
    differing_rows,
    find_version_of,
    known_version,
    written_keys,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import Connection, Database, TableSchema


@dataclass(frozen=True)
class Changes:
    """The rows that differ between two versions.

    Attributes:
        kinds: For each row, `added`, `modified` or `removed`.
        old: The old rows; all NULL for rows that were added.
        new: The new rows; all NULL for rows that were removed.
    """

    kinds: pa.Array | pa.ChunkedArray
    old: pa.Table
    new: pa.Table

    def page(self, limit: int | None, offset: int) -> Changes:
        """Return up to `limit` rows (None: all) after skipping `offset` rows."""
        return Changes(*(each.slice(offset, limit) for each in (self.kinds, self.old, self.new)))


class TableVersions:
    """A table's versions in the commits of a database, each looked up only once."""

    def __init__(
        self, database: Database, connection: Connection, table: str, snapshot: Connection | None = None
    ) -> None:
        """Set the sessions to read through.

        Args:
            database: The database.
            connection: A session on the database, for differences between commits.
            table: The table.
            snapshot: Another session, which is moved from commit to commit. None opens one for each commit.
        """
        self._database = database
        self._connection = connection
        self._table = table
        self._snapshot = snapshot
        self._known: dict[str, TableVersion | None] = {}

    def at(self, commit: str) -> TableVersion | None:
        """Return the table's version in a commit, or None if the commit does not have the table.

        Raises:
            RevisionNotFoundError: The commit does not exist.
        """
        if commit not in self._known:
            self._known[commit] = known_version(self._connection, self._table, commit) or self._looked_up(commit)
        return self._known[commit]

    def _looked_up(self, commit: str) -> TableVersion | None:
        with self._session_at(commit) as snapshot:
            return find_version_of(snapshot, self._table)

    def rows(self, commit: str) -> pa.Table:
        """Return all rows of the table in a commit. Without the table, the result has no rows and no columns."""
        version = self.at(commit)
        if version is None:
            return pa.table({})
        columns = version.schema.columns
        with self._session_at(commit) as snapshot:
            return fetch(snapshot, select_table(version.name, columns), columns)

    @contextmanager
    def _session_at(self, commit: str) -> Iterator[Connection]:
        if self._snapshot is None:
            with self._database.connect(commit) as snapshot:
                yield snapshot
            return
        if self._snapshot.revision != commit:
            self._snapshot.switch(commit)
        yield self._snapshot

    def changes(self, old: str, new: str, *, limit: int | None = None, offset: int = 0) -> Changes:
        """Return the rows that differ between two commits, computed by Dolt if it can do so exactly.

        Args:
            old: The old commit.
            new: The new commit.
            limit: The most rows to return. None returns all.
            offset: The number of rows to skip. Their order is the same each time.

        Raises:
            RevisionNotFoundError: A commit does not exist.
        """
        before, after = self.at(old), self.at(new)
        if before is not None and after is not None and can_differ(before, after):
            rows = differing_rows(self._connection, old, new, before, after, limit=limit, offset=offset)
            return Changes(*rows)
        return self._compared(old, new, _common_key(before, after)).page(limit, offset)

    def written_keys(self, old: str, new: str) -> pa.Table:
        """Return the primary keys of the rows that were added or modified. The table's key must not have changed."""
        before, after = self.at(old), self.at(new)
        if before is not None and after is not None and can_differ(before, after):
            return written_keys(self._connection, old, new, after)
        changes = self.changes(old, new)
        key = list(after.schema.primary_key) if after is not None else []
        return changes.new.filter(pc.not_equal(changes.kinds, "removed")).select(key)

    def _compared(self, old: str, new: str, key: tuple[str, ...]) -> Changes:
        before, after = self.rows(old), self.rows(new)
        found = compare_rows(before, after, key)
        return Changes(
            found["kind"].to_arrow().cast(pa.large_string()),
            before.take(found["old"].to_arrow()) if before.num_columns else before,
            after.take(found["new"].to_arrow()) if after.num_columns else after,
        )


def _common_key(before: TableVersion | None, after: TableVersion | None) -> tuple[str, ...]:
    if before is None or after is None or not same_key(before.schema, after.schema):
        return ()
    return after.schema.primary_key


def same_key(one: TableSchema, other: TableSchema) -> bool:
    """Whether the keys of two versions have the same columns, regardless of their order and types."""
    return set(one.primary_key) == set(other.primary_key)
