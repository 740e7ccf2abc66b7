"""What changed in a table between two commits: which rows, of which kind, with their values before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.rows.compare import compare_rows
from dolt_integrations.engine import fetch, select_table
from dolt_integrations.engine.versions.differing import (
    TableVersion,
    can_differ,
    differing_rows,
    find_version_of,
    written_keys,
)

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection, Database, TableSchema


@dataclass(frozen=True)
class Changes:
    """The rows that differ.

    Attributes:
        kinds: added, modified or removed, for each.
        old: As each was; all NULL where it was not there.
        new: As each is; all NULL where it is no more.
    """

    kinds: pa.Array | pa.ChunkedArray
    old: pa.Table
    new: pa.Table

    def page(self, limit: int | None, offset: int) -> Changes:
        """Return some of them."""
        return Changes(*(each.slice(offset, limit) for each in (self.kinds, self.old, self.new)))


class TableVersions:
    """A table's versions in the commits of a database; each is looked up once."""

    def __init__(self, database: Database, connection: Connection, table: str) -> None:
        """Read from a database, through a session of the caller's and short ones at the commits."""
        self._database = database
        self._connection = connection
        self._table = table
        self._known: dict[str, TableVersion | None] = {}

    def at(self, commit: str) -> TableVersion | None:
        """Return the table in a commit; None if it is not there.

        Raises:
            RevisionNotFoundError: No such commit.
        """
        if commit not in self._known:
            with self._database.connect(commit) as snapshot:
                self._known[commit] = find_version_of(snapshot, self._table)
        return self._known[commit]

    def rows(self, commit: str) -> pa.Table:
        """Return all rows of the table in a commit; none, without columns, if it is not there."""
        version = self.at(commit)
        if version is None:
            return pa.table({})
        columns = version.schema.columns
        with self._database.connect(commit) as snapshot:
            return fetch(snapshot, select_table(version.name, columns), columns)

    def changes(self, old: str, new: str, *, limit: int | None = None, offset: int = 0) -> Changes:
        """Return the rows that differ between two commits, found by Dolt where it can.

        Args:
            old: The old commit.
            new: The new one.
            limit: How many rows at most; None is all.
            offset: How many to leave out before, in an order that is the same each time.
        """
        before, after = self.at(old), self.at(new)
        if before is not None and after is not None and can_differ(before, after):
            rows = differing_rows(self._connection, old, new, before, after, limit=limit, offset=offset)
            return Changes(*rows)
        return self._compared(old, new, _common_key(before, after)).page(limit, offset)

    def written_keys(self, old: str, new: str) -> pa.Table:
        """Return the primary keys of the rows that were added or modified; the table's key has not changed."""
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
    """Whether two versions of a table have the same columns in their key, whatever their order and their types."""
    return set(one.primary_key) == set(other.primary_key)
