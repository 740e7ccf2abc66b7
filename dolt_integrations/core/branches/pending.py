"""The user's uncommitted work on the target branch: what a save can keep, and what blocks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.versions.state import branch_state
from dolt_integrations.errors import InvalidNameError, UncommittedChangesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.state import BranchState
    from dolt_integrations.engine.versions.working_set import TableStatus


def pending_work(connection: Connection, branch: str) -> list[TableStatus]:
    """Return the uncommitted work on the session's branch, which a save is about to write to.

    Raises:
        InvalidNameError: Dolt has put the session on another branch, whose name differs only by case.
        UncommittedChangesError: A merge is in progress on the branch, and the save's commit would conclude it.
    """
    return list(state_to_write(connection, branch).status)


def state_to_write(connection: Connection, branch: str) -> BranchState:
    """Return the state of the session's branch, which a save is about to write to. Raises as `pending_work` does."""
    found = branch_state(connection)
    check_state(found, branch, connection.address)
    return found


def check_state(found: BranchState, branch: str, where: object) -> None:
    """Refuse to write to another branch than the intended one, or to one whose state a save could not keep.

    Where constraint violations are noted, Dolt moves the head of a branch, and then reports an error and leaves the
    tables as they were, so the next commit would undo the save (Dolt 1.83).

    Args:
        found: The state of the session's branch.
        branch: The intended branch.
        where: The database, for the error.

    Raises:
        InvalidNameError: Dolt has put the session on another branch, whose name differs only by case.
        UncommittedChangesError: A merge is in progress on the branch, or Dolt has noted constraint violations or
            conflicts that a save could not keep.
    """
    if found.branch != branch:
        refuse_twins([found.branch], branch, where)
    if found.is_merging:
        raise UncommittedChangesError(
            f"a merge (or a cherry-pick) is in progress on branch {branch!r}, and a save's commit would conclude it",
            hint="On that branch, conclude it (dolt commit) or abort it (dolt merge --abort), then save again.",
        )
    _check_notes(found.status, branch)


def _check_notes(pending: Iterable[TableStatus], branch: str) -> None:
    """Refuse what Dolt has noted about tables of the working set, and cannot commit.

    Raises:
        UncommittedChangesError: There are constraint violations, or conflicts in a table with uncommitted changes.
    """
    entries = list(pending)
    of = {status: sorted({entry.table for entry in entries if entry.status == status}) for status in _NOTES}
    changed = {entry.table for entry in entries if entry.status not in _NOTES}
    if of[_VIOLATION]:
        table = of[_VIOLATION][0]
        fix = f"delete the rows of `dolt_constraint_violations_{table}`, correct those of `{table}`"
        raise UncommittedChangesError(
            f"on branch {branch!r}, constraint violations are noted for table `{table}`, which Dolt does not commit",
            hint=f"On that branch, {fix}, and save again.",
        )
    for table in of[_CONFLICT]:
        if table in changed:
            raise UncommittedChangesError(
                f"on branch {branch!r}, table `{table}` has both conflicts and uncommitted changes",
                hint=f"On that branch, resolve them (dolt conflicts resolve --ours {table}) and commit or discard the "
                "changes, then save again.",
            )


_VIOLATION, _CONFLICT = _NOTES = ("constraint violation", "conflict")
"""Dolt's words for what it has noted in the status of a table."""


def refuse_twins(others: Sequence[str], branch: str, where: object) -> None:
    """Refuse to write to a branch that Dolt cannot distinguish from others.

    Raises:
        InvalidNameError: There are others, whose names differ only by case.
    """
    if others:
        raise InvalidNameError(
            f"branch name {branch!r} differs only in case from branch {' and '.join(map(repr, others))} of database "
            f"{where}, and Dolt treats such branches as one",
            hint="Choose another name. If both branches exist, rename or delete one (dolt branch -m).",
        )


def check_branch(database: Database, branch: str, table: str | None = None) -> None:
    """Refuse early what would prevent a save from landing. Nothing is written.

    Raises:
        BranchNotFoundError: The branch does not exist.
        InvalidNameError: Dolt takes another branch for it, whose name differs only by case.
        UncommittedChangesError: A merge is in progress on the branch, or the table has uncommitted changes.
    """
    with database.connect(branch) as connection, connection.lock(database.address.database, branch):
        pending = pending_work(connection, branch)
    if table is not None:
        check_clean(pending, table, branch)


def check_clean(pending: Iterable[TableStatus], table: str, branch: str) -> None:
    """Refuse to save a table that has uncommitted changes on the branch.

    Raises:
        UncommittedChangesError: It has uncommitted changes.
    """
    names = {name.lower() for entry in pending for name in entry.names}
    if table.lower() in names:
        raise UncommittedChangesError(
            f"table `{table}` has uncommitted changes on branch {branch!r}",
            hint=f"On that branch, commit them (dolt add -f {table}; dolt commit) or discard them "
            f"(dolt checkout {table}).",
        )


def check_others(pending: Iterable[TableStatus], branch: str) -> set[str]:
    """Refuse uncommitted work in other tables that a fast-forward would not keep. Returns the staged tables.

    Raises:
        UncommittedChangesError: A table has both staged and unstaged changes, or is dropped or renamed.
    """
    pending = list(pending)
    staged = {entry.table for entry in pending if entry.staged}
    mixed = staged & {entry.table for entry in pending if not entry.staged}
    gone = {entry.table for entry in pending if entry.status in ("deleted", "renamed")}
    if mixed or gone:
        names = ", ".join(f"`{name}`" for name in sorted(mixed | gone))
        what = "staged with further unstaged changes" if mixed else "dropped or renamed"
        hint = (
            "Commit those changes, or stage them all (dolt add)."
            if mixed
            else "Commit that change, or undo it (dolt checkout)."
        )
        raise UncommittedChangesError(f"on branch {branch!r} {names} is {what}, which a save cannot keep", hint=hint)
    return staged
