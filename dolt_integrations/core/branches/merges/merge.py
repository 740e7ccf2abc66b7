"""Merging a commit into a branch: first on a private branch, so that the target gets all of the merge or nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.forward import forward
from dolt_integrations.core.branches.merges.conflicting import conflict_error
from dolt_integrations.core.branches.merges.decide import take_sides
from dolt_integrations.core.branches.merges.moved_back import HINT, MovedBackError, check_moved_back
from dolt_integrations.core.branches.merges.unmergeable import unmergeable
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.target import required_branch
from dolt_integrations.core.branches.undo import take_back, warn_of
from dolt_integrations.core.configs.on_conflict import check_on_conflict
from dolt_integrations.core.provenance.commit_info import CommitInfo
from dolt_integrations.core.provenance.find import EarlierWrite
from dolt_integrations.core.provenance.write_id import superseding
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Database, find_table
from dolt_integrations.engine.session.transactions import trial
from dolt_integrations.engine.tables.definitions.names import tables_in_two_cases
from dolt_integrations.engine.versions.commits import commit, head
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.merges import (
    Conflict,
    changed_tables,
    commit_merge,
    conflicts,
    merge,
    refused_merge,
    resolve_rows,
)
from dolt_integrations.engine.versions.revisions import resolve
from dolt_integrations.errors import LostRaceError, MergeConflictError, QueryError, SupersededError

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection

Superseded = Mapping[str, Sequence[EarlierWrite]]
"""The writes of earlier attempts to take back, newest first, by table."""

logger = logging.getLogger(__name__)


def merge_into(
    database: Database,
    target: str,
    revision: str,
    info: CommitInfo,
    *,
    on_conflict: str | None = None,
    superseded: Superseded | None = None,
    began: str | None = None,
) -> str:
    """Merge a revision into a branch, by a fast-forward or a merge commit.

    Args:
        database: The database.
        target: The branch. Uncommitted work in tables that the merge does not change is kept.
        revision: A branch, tag or commit.
        info: The message and author of the merge commit, if one is made.
        on_conflict: `ours` takes the target's version of what both changed, `theirs` the revision's. None raises.
        superseded: Writes of earlier attempts to take back on the target first, by table. The target gets that and the
            merge at once.
        began: The target's head when the work in `revision` began. None if that does not matter.

    Returns:
        The target's new head.

    Raises:
        ConfigError: `on_conflict` has another value.
        BranchNotFoundError: The target does not exist.
        RevisionNotFoundError: The revision does not exist.
        MergeConflictError: Both changed the same rows or the same schema, or the target was moved back since the work
            began. The target is unchanged.
        SupersededError: Another writer has built on what is to be taken back. The target is unchanged.
        UncommittedChangesError: The merge changes a table with uncommitted work. The target is unchanged.
        LostRaceError: The target kept moving. It has none of the merge.
    """
    check_on_conflict(on_conflict)
    with database.connect() as connection:
        theirs = resolve(connection, revision)
    merging = _Merging(database, theirs, info, on_conflict, superseded or {}, began)
    try:
        with database.connect() as connection, connection.lock(database.address.database, target, "merge"):
            return retried(lambda: merging.into(target), LostRaceError)
    except SupersededError:
        raise
    except MergeConflictError as error:
        raise conflict_error(
            f"{revision!r} does not merge into branch {target!r} of {database.location}: {error}",
            error.conflicts,
            hint=HINT if isinstance(error, MovedBackError) else _HINTS[on_conflict is None],
        ) from None


_HINTS = {
    True: 'Nothing was merged. Merge by hand, or use on_conflict="ours" or "theirs".',
    False: "Nothing was merged: on_conflict resolves only conflicts of rows and columns. Merge by hand.",
}


@dataclass(frozen=True)
class _Side:
    """The side that wins conflicts, and its commit."""

    name: str
    commit: str


@dataclass(frozen=True)
class _Merging:
    """A commit to merge, and how (see `merge_into`)."""

    database: Database
    theirs: str
    info: CommitInfo
    on_conflict: str | None
    superseded: Superseded
    began: str | None

    def into(self, target: str) -> str:
        """Merge on a private branch, then fast-forward the target. Returns the target's new head."""
        with self.database.connect() as connection:
            start = required_branch(connection, self.database, target)
            check_moved_back(connection, self.began, start, self.theirs)
        with private_branch(self.database, start) as workspace:
            self._take_back(workspace)
            merged = self._merge(workspace)
            return _land(self.database, target, start, merged)

    def _take_back(self, workspace: Connection) -> None:
        """Take writes back and commit that; with the write's own message if there is nothing else to merge."""
        for table, writes in self.superseded.items():
            take_back(self.database, workspace, table, writes)
            warn_of(table, writes)
        commits = [write.commit for writes in self.superseded.values() for write in writes]
        if commits:
            whole = is_ancestor(workspace, self.theirs, head(workspace))
            message = self.info.message if whole else superseding("Undo an earlier attempt", commits)
            commit(workspace, message, self.info.author)

    def _merge(self, workspace: Connection) -> str:
        """Merge on a private branch, resolving conflicts as asked. Returns its head."""
        ours, author = head(workspace), self.info.author
        sides = {"ours": ours, "theirs": self.theirs}
        wins = _Side(self.on_conflict, sides[self.on_conflict]) if self.on_conflict is not None else None
        found = unmergeable(workspace, ours, self.theirs) or self._try(workspace, self.theirs, wins)
        schemas = [conflict.table for conflict in found if conflict.kind == "schema" and conflict.table]
        if schemas and self.on_conflict == "theirs":
            take_sides(self.database, workspace, self.theirs, schemas, author)
            found = self._try(workspace, self.theirs, wins)
        elif schemas and self.on_conflict == "ours":
            with private_branch(self.database, self.theirs) as other:
                take_sides(self.database, other, ours, schemas, author)
                found = self._try(workspace, head(other), wins)
        if found:
            raise conflict_error("; ".join(map(str, found)), found)
        return head(workspace)

    def _try(self, workspace: Connection, revision: str, wins: _Side | None) -> list[Conflict]:
        """Merge in one transaction, and roll it back if conflicts are left. Returns the conflicts."""
        twins = tables_in_two_cases(workspace)
        with trial(workspace) as keep:
            try:
                merged = merge(workspace, revision, self.info.message, self.info.author)
            except (LostRaceError, QueryError) as error:
                return [refused_merge(error)]  # no other session works on a private branch, so a retry would not help
            if merged:
                keep()
                return _same_but_for_case(workspace, twins)
            left = self._resolved(workspace, wins) or _same_but_for_case(workspace, twins)
            if not left:
                commit_merge(workspace, self.info.message, self.info.author)
            return left

    def _resolved(self, workspace: Connection, wins: _Side | None) -> list[Conflict]:
        """Resolve the conflicts of an open merge, if one side wins and only rows conflict. Returns those left."""
        found = conflicts(workspace)
        if wins is not None:
            found = [_of_columns(self.database, workspace, conflict, wins.commit) for conflict in found]
        if wins is None or any(conflict.kind != "data" for conflict in found):
            return found
        refused = [left for conflict in found if (left := _resolve(workspace, conflict, wins)) is not None]
        return refused or [conflict for conflict in conflicts(workspace) if conflict.count]


def _resolve(workspace: Connection, conflict: Conflict, wins: _Side) -> Conflict | None:
    """Resolve a conflict of rows. Returns one of the schema if Dolt cannot write the winner's rows to the merged table.

    That is so if one side has dropped the table and created it again: to Dolt, equal columns are other ones then.
    """
    try:
        resolve_rows(workspace, conflict.table, wins.name)
    except QueryError as error:
        return replace(conflict, kind="schema", count=1, rows=(), description=str(error.__cause__ or error))
    return None


def _land(database: Database, target: str, start: str, merged: str) -> str:
    if merged == start:
        return start
    with database.connect() as connection:  # on the private branch, Dolt 1.83 would check other privileges
        changed = changed_tables(connection, start, merged)
    with database.connect(target) as connection, connection.lock(database.address.database, target):
        return forward(connection, target, merged, changed)


def _of_columns(database: Database, workspace: Connection, conflict: Conflict, winner: str) -> Conflict:
    """Turn a conflict of rows into one of the schema if the other side dropped a column that the winner has.

    Dolt cannot write the winner's rows to what is left of the table, or loses their values of that column.
    """
    if conflict.kind != "data":
        return conflict
    merged = find_table(workspace, conflict.table)
    with database.connect(winner) as snapshot:
        wanted = find_table(snapshot, conflict.table)
    lost = [name for name in wanted.names if name not in merged.names] if merged and wanted else []
    if not lost:
        return conflict
    return replace(conflict, kind="schema", count=1, description=f"one side dropped column `{lost[0]}`")


def _same_but_for_case(workspace: Connection, before: list[str]) -> list[Conflict]:
    """Return a conflict for each table that the merge put next to one whose name differs by case. Dolt hides one."""
    names = [name for name in tables_in_two_cases(workspace) if name not in before]
    description = f"there would be tables {' and '.join(f'`{name}`' for name in names)}, which Dolt treats as one"
    return [Conflict(name, "name", 1, description=description) for name in names]
