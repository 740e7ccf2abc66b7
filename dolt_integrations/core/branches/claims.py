"""Rows that later commits changed, and that an undo would change again: they may be the later writers' rows."""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.core.branches.touched import Touched, alike, disputed, rows_at
from dolt_integrations.core.provenance.find import hash_at
from dolt_integrations.core.provenance.trailers import trailer_values
from dolt_integrations.core.provenance.undone import RESTORES, quoted, reverted
from dolt_integrations.core.provenance.write_id import superseded_in
from dolt_integrations.core.rows.diff import TableVersions, same_key
from dolt_integrations.engine.versions.log import LogEntry, is_ancestor, newest_since
from dolt_integrations.errors import InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import polars as pl

    from dolt_integrations.core.rows.diff import Changes
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.diffs.diff import TableVersion

_ALL = 2**31 - 1


@dataclass(frozen=True)
class Claim:
    """A later commit, and the rows before and after the undo that it changed as well."""

    entry: LogEntry
    old: pa.Table
    new: pa.Table


class Later:
    """The commits of a branch since another one, without those that were taken back."""

    def __init__(
        self, database: Database, connection: Connection, head: str, since: str, ignored: Collection[str] = ()
    ) -> None:
        """Read the log.

        Args:
            database: The database.
            connection: A session on the database.
            head: The full hash of the branch's commit.
            since: The commit. What its ancestors did is not later; what a branch did that was merged since is.
            ignored: Commits that do not count.
        """
        self._database, self._connection, self._head, self._since = database, connection, head, since
        self._all = newest_since(connection, head, since, _ALL) if head != since else []
        gone = reverted(self._all)
        self._ignored = {*ignored, *gone, *gone.values()}

    def of(self, table: str) -> list[LogEntry]:
        """Return those that changed a table, newest first."""
        if not self._all:
            return []
        try:
            found = newest_since(self._connection, self._head, self._since, _ALL, table)
        except InvalidNameError:  # Dolt cannot filter by such a name
            found = self._all
        ignored = {*self._ignored, *quoted(found, lambda *pair: self._undoes(table, *pair))}
        return self._not_restored([entry for entry in found if entry.commit not in ignored])

    def _undoes(self, table: str, revert: LogEntry, original: LogEntry) -> bool:
        """Whether a table is after a revert as it was before another commit, so nothing is left of that."""
        hashes = [hash_at(self._database, each, table) for each in (revert.commit, *original.parents[:1])]
        return hashes[0] == hashes[-1] and len(hashes) > 1

    def superseding(self) -> set[str]:
        """Return the commits that took back what the commit wrote, and wrote anew."""
        names = {self._since, *(entry.commit for entry in self._all if self._since in entry.parents[1:])}
        return {entry.commit for entry in self._all if not names.isdisjoint(superseded_in(entry.message))}

    def _not_restored(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        """Leave out a restore to a version of the branch since, together with what it undid."""
        left, here = list(entries), {self._since, *(entry.commit for entry in self._all)}
        for entry in entries:
            version = next(iter(trailer_values(entry.message, RESTORES)), "")
            if entry not in left or version not in here or not is_ancestor(self._connection, self._since, version):
                continue
            older = left[left.index(entry) + 1 :]
            kept = [each for each in older if is_ancestor(self._connection, each.commit, version)]
            left = [*left[: left.index(entry)], *kept]
        return left


def claims(
    database: Database,
    workspace: Connection,
    table: str,
    undo: tuple[str, str],
    later: Sequence[LogEntry],
    superseding: Collection[str] = (),
) -> list[Claim]:
    """Return the later commits that changed rows which an undo changes, newest first.

    That the rows are now as the undone commit left them does not make them its own: others may have removed them and
    added them again. A commit that wrote a row as it was has not changed it.

    Args:
        database: The database.
        workspace: A session on the private branch on which the commit was undone.
        table: The table.
        undo: The commits before and after the undo.
        later: The later commits that changed the table.
        superseding: Those that took back what the undone commit wrote. What is left of its rows is theirs.
    """
    if not later:
        return []
    versions = TableVersions(database, workspace, table)
    changes = versions.changes(*undo)
    if not len(changes.kinds):
        return []
    states = [state for state in map(versions.at, undo) if state is not None]
    entries = [entry for entry in later if entry.parents]
    if any(state.schema.primary_key for state in states):
        found = [(entry, _disputed(versions, states, changes, entry)) for entry in entries]
    else:
        found = _disputed_by_value(versions, changes, entries) if entries else []
    found = [(entry, changes if entry.commit in superseding else rows) for entry, rows in found]
    return [Claim(entry, rows.old, rows.new) for entry, rows in found if len(rows.kinds)]


def _disputed(versions: TableVersions, states: Sequence[TableVersion], changes: Changes, entry: LogEntry) -> Changes:
    """Return those of the changed rows that a commit changed; a merge, relative to each of its parents."""
    for parent in entry.parents:
        if len(changes.kinds):
            changes = _disputed_since(versions, states, changes, parent, entry.commit)
    return changes


def _disputed_since(
    versions: TableVersions, undo: Sequence[TableVersion], changes: Changes, parent: str, commit: str
) -> Changes:
    before, after = versions.at(parent), versions.at(commit)
    states = [*undo, *(state for state in (before, after) if state is not None)]
    if any(not same_key(states[0].schema, state.schema) for state in states):
        return changes
    key, since = states[0].schema.primary_key, versions.changes(parent, commit)
    computed = {column.name for state in states for column in state.schema.columns if column.is_generated}
    defaults = {column.name: column.details for column in after.schema.columns} if before and after else {}
    return disputed(Touched(changes, key, computed), Touched(since, key, computed, defaults).without_dropped())


def _disputed_by_value(
    versions: TableVersions, changes: Changes, entries: Sequence[LogEntry]
) -> list[tuple[LogEntry, Changes]]:
    """Return those of the changed rows, in a table without a key, of which others both removed and added equal ones.

    Nobody can tell which of the equal rows they removed, nor whether one that they added is left. If they have only
    added some, or only removed some, the numbers add up.
    """
    masks = [[_alike(versions, changes, entry, kind) for kind in ("removed", "added")] for entry in entries]
    removed, added = (functools.reduce(operator.or_, sides) for sides in zip(*masks, strict=True))
    return [
        (entry, rows_at(changes, (removed & added & (gone | new)).arg_true()))
        for entry, (gone, new) in zip(entries, masks, strict=True)
    ]


def _alike(versions: TableVersions, changes: Changes, entry: LogEntry, kind: str) -> pl.Series:
    masks = (alike(changes, versions.changes(parent, entry.commit), kind) for parent in entry.parents)
    return functools.reduce(operator.and_, masks)
