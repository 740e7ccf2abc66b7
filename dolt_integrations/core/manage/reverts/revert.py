"""Reverting an execution: undoing all its commits in one commit, keeping rows that were written later."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.claims import Later
from dolt_integrations.core.branches.merges.conflicting import conflict_error
from dolt_integrations.core.configs.options import check_text
from dolt_integrations.core.manage.executions import entries_of, names_of
from dolt_integrations.core.manage.landing import work_on
from dolt_integrations.core.manage.reverts.undo_commit import MOST, Undo
from dolt_integrations.core.provenance.commit_info import CommitInfo
from dolt_integrations.core.provenance.undone import REVERTS, reverted
from dolt_integrations.engine.versions.log import log
from dolt_integrations.engine.versions.merges import Conflict, ConflictRow
from dolt_integrations.engine.versions.revisions import resolve
from dolt_integrations.errors import ConfigError, RevisionNotFoundError, RunNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.branches.claims import Claim
    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.writes.workspace import Workspace
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.log import LogEntry
    from dolt_integrations.errors import MergeConflictError


def revert(place: Place, what: str, branch: str | None = None, message: str | None = None) -> Version:
    """Undo an execution or a commit on a branch (see `Repository.revert`)."""
    check_text(what, "the execution to revert")
    if message is not None:
        check_text(message, "message")
    with place.writing(branch) as database:

        def work(workspace: Workspace) -> None:
            with database.connect() as connection:
                entries = log(connection, workspace.start)
                found = _found(connection, entries, what, f"{branch or 'the default branch'} of {database.location}")
            gone = reverted(entries)
            undone = [entry for entry in found if entry.commit not in gone]
            ours = {entry.commit for entry in found}
            for entry in undone:
                later = Later(database, workspace.session, workspace.start, entry.commit, ours)
                _undo(database, workspace.session, entry, entries, what, later)
            if workspace.adopt():
                workspace.commit(CommitInfo(_message(what, undone, message), place.author_in(database)))

        return work_on(place, database, branch, work)


def _found(connection: Connection, entries: Sequence[LogEntry], what: str, where: str) -> list[LogEntry]:
    """Return the commits of an execution, or the named commit if the branch has it.

    Raises:
        ConfigError: The commit, or one of the execution, is the first commit; or the commit is a merge.
        RevisionNotFoundError: The branch does not have the commit.
        RunNotFoundError: It is neither an execution nor a commit.
    """
    try:
        found = entries_of(entries, what, where)
    except RunNotFoundError as error:
        try:
            commit = resolve(connection, what, entries[0].commit)
        except RevisionNotFoundError:
            raise error from None
        found = [entry for entry in entries if entry.commit == commit]
        if not found:
            raise RevisionNotFoundError(
                f"commit {commit} is not on {where}", hint="Name the branch that has it."
            ) from None
    _check_can_be_reverted(found)
    return found


def _check_can_be_reverted(entries: Sequence[LogEntry]) -> None:
    for entry in entries:
        if len(entry.parents) != 1:
            kind = "a merge" if entry.is_merge else "the first commit"
            hint = "Name an execution or another commit."
            raise ConfigError(f"commit {entry.commit} is {kind}, which cannot be reverted", hint=hint)


def _undo(
    database: Database,
    workspace: Connection,
    entry: LogEntry,
    entries: Sequence[LogEntry],
    what: str,
    later: Later,
) -> None:
    undo = Undo(database, workspace, entry.commit, entry.parents[0])
    found = undo.apply()
    if found:
        since = entries[: next(at for at, each in enumerate(entries) if each.commit == entry.commit)]
        raise _refusal(what, entry, found, _advice(database, found, since))
    for table, claimed in undo.claims(later):
        raise _refusal(what, entry, [_disputed(table, claimed)], _named([claim.entry for claim in claimed]))


def _refusal(what: str, entry: LogEntry, found: Sequence[Conflict], advice: str) -> MergeConflictError:
    return conflict_error(
        f"cannot revert {what!r}, because later commits built on commit {entry.commit}: {'; '.join(map(str, found))}",
        found,
        hint=f"Nothing is changed. {advice}",
    )


def _disputed(table: str, claimed: Sequence[Claim]) -> Conflict:
    """Return the conflict about rows that are now as the commit left them, but that later commits changed."""
    was, is_ = (side.slice(0, MOST).to_pylist() for side in (claimed[0].old, claimed[0].new))
    pairs = itertools.zip_longest(*([_row(row) for row in side] for side in (was, is_)))
    rows = tuple(ConflictRow(old, old, new) for old, new in pairs)
    count = max(claimed[0].old.num_rows, claimed[0].new.num_rows)
    return Conflict(table, "data", count, rows, description="others have changed these rows since")


def _row(values: dict[str, object]) -> dict[str, object] | None:
    return values if any(value is not None for value in values.values()) else None


def _advice(database: Database, found: Sequence[Conflict], since: Sequence[LogEntry]) -> str:
    """Return advice that names the executions or commits which have changed the tables since."""
    if not since:
        return "Restore the table to an earlier version, or undo the rows by hand."
    newest, wanted = since[0].commit, {entry.commit for entry in since}
    written: list[LogEntry] = []
    with database.connect() as connection:
        for table in {conflict.table for conflict in found if conflict.table and not conflict.table.startswith("-")}:
            written += [entry for entry in log(connection, newest, table) if entry.commit in wanted]
    return _named(written)


def _named(entries: Sequence[LogEntry]) -> str:
    by = dict.fromkeys(next(iter(names_of(entry.message)), entry.commit) for entry in entries)
    later = f"Since then these have written to it: {', '.join(list(by)[:5])}. Revert these first, or r" if by else "R"
    return f"{later}estore the table to an earlier version."


def _message(what: str, undone: Sequence[LogEntry], message: str | None) -> str:
    trailers = [f"{REVERTS}: {entry.commit}" for entry in undone]
    return "\n".join([message or f"Revert {' '.join(what.split())}", "", *trailers])
