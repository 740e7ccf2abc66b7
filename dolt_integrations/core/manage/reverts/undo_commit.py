"""Undoing one commit on a private branch, row by row, keeping what was written since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.claims import claims
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.manage.reverts.undo_multiset import subtract
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.engine import DEFAULT_AUTHOR, table_name
from dolt_integrations.engine.session.transactions import trial
from dolt_integrations.engine.tables.contents import copy_rows, drop_table, empty_table, set_foreign_key_checks
from dolt_integrations.engine.versions.commits import commit, head
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.merges import Conflict, changed_tables, conflicts, merge, refused_merge
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.errors import DataError, LostRaceError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.branches.claims import Claim, Later
    from dolt_integrations.engine import Connection, Database

MOST = 100
"""The most conflicting rows to list per table."""

_MESSAGE = "Undo a commit"


class Undo:
    """A commit to undo on a private branch that contains it."""

    def __init__(self, database: Database, workspace: Connection, made: str, before: str) -> None:
        """Find the tables that the commit changed.

        Args:
            database: The database.
            workspace: A session on the private branch, which has no uncommitted work.
            made: The commit.
            before: Its parent.
        """
        self._database, self._workspace = database, workspace
        self._made, self._before, self._now = made, before, head(workspace)
        with database.connect() as connection:
            self.tables = changed_tables(connection, before, made)

    def apply(self) -> list[Conflict]:
        """Undo the commit in new commits. Returns the conflicts; if there are any, the branch must be discarded."""
        keyless = [table for table in self.tables if self._is_subtracted(table)]
        found = [conflict for table in keyless if (conflict := self._subtract(table)) is not None]
        if found:
            return found
        if keyless:
            stage(self._workspace, keyless)
            commit(self._workspace, _MESSAGE, DEFAULT_AUTHOR)
        others = [table for table in self.tables if table not in keyless]
        return self._merge(others) if others else []

    def claims(self, later: Later) -> Iterator[tuple[str, list[Claim]]]:
        """Yield each table with the later commits that changed the same rows of it, after `apply`."""
        undo = self._now, head(self._workspace)
        superseding = later.superseding()
        for table in self.tables:
            found = claims(self._database, self._workspace, table, undo, later.of(table), superseding)
            if found:
                yield table, found

    def _is_subtracted(self, table: str) -> bool:
        """Whether a table has no key, in the commit and now, and was changed since."""
        states = [self._versions(table).at(each) for each in (self._made, self._now)]
        has_keys = any(state is None or state.schema.primary_key for state in states)
        return not has_keys and not self._is_unchanged(table)

    def _subtract(self, table: str) -> Conflict | None:
        return subtract(self._workspace, table, self._made, self._before, self._versions(table))

    def _versions(self, table: str) -> TableVersions:
        return TableVersions(self._database, self._workspace, table)

    def _hash_at(self, commit: str, table: str) -> str | None:
        with self._database.connect(commit) as snapshot:
            return table_hash(snapshot, table)

    def _is_unchanged(self, table: str) -> bool:
        """Whether a table is as the commit left it."""
        return self._hash_at(self._made, table) == self._hash_at(self._now, table)

    def _merge(self, tables: list[str]) -> list[Conflict]:
        """Undo the tables in a commit directly on top of the commit, and merge that, so Dolt keeps later changes."""
        with private_branch(self._database, self._made) as other:
            set_foreign_key_checks(other, False)  # the merge verifies them
            try:
                for table in tables:
                    self._put_before(other, table)
                stage(other, tables)
            except (EntangledError, QueryError, DataError) as error:
                return [Conflict(table, "schema", 1, description=str(error))]
            commit(other, _MESSAGE, DEFAULT_AUTHOR)
            return _try(self._workspace, head(other))

    def _put_before(self, other: Connection, table: str) -> None:
        """Restore a table to before the commit. Columns that the commit added stay if the table was changed since."""
        old, new = self._versions(table).at(self._before), self._versions(table).at(self._made)
        unchanged = self._is_unchanged(table)
        if old is not None and (new is None or unchanged or old.is_like(new)):
            take_tables(other, self._before, [old.name])
        elif old is None and unchanged:
            drop_table(other, table_name(other, table))
        elif new is not None:
            empty_table(other, new.name)
            if old is not None:
                known = [column.name for column in new.schema.columns if not column.is_generated]
                names = [name for name in old.schema.names if name in known]
                copy_rows(other, new.name, names, self._before, old.name)


def _try(workspace: Connection, revision: str) -> list[Conflict]:
    """Merge in one transaction, and roll it back if there are conflicts. Returns the conflicts."""
    with trial(workspace) as keep:
        try:
            merged = merge(workspace, revision, _MESSAGE, DEFAULT_AUTHOR)
        except (LostRaceError, QueryError) as error:
            return [refused_merge(error)]
        if not merged:
            return conflicts(workspace, MOST)
        keep()
        return []
