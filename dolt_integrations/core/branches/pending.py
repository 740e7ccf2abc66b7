"""Uncommitted work of the user's on the branch that a save goes to: what a save can keep, and what is in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.versions.state import branch_state
from dolt_integrations.errors import InvalidNameError, UncommittedChangesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.procedures import TableStatus
    from dolt_integrations.engine.versions.state import BranchState


def pending_work(connection: Connection, branch: str) -> list[TableStatus]:
    """Return the uncommitted work on the session's branch, to which a save is about to be written.

    Raises:
        InvalidNameError: Dolt has put the session on another branch, whose name differs from this one's only in case.
        UncommittedChangesError: The user has begun a merge there, which the commit of a save would conclude.
    """
    return list(state_to_write(connection, branch).status)


def state_to_write(connection: Connection, branch: str) -> BranchState:
    """Return the state of the session's branch, to which a save is about to be written; see `pending_work`."""
    found = branch_state(connection)
    check_state(found, branch, connection.address)
    return found


def check_state(found: BranchState, branch: str, where: object) -> None:
    """Refuse to write to a branch on which a merge is open, or which is not the one that is meant; see `pending_work`.

    Args:
        found: The state of the session's branch.
        branch: The branch that is meant.
        where: The database, for the error.
    """
    if found.branch != branch:
        refuse_twins([found.branch], branch, where)
    if found.is_merging:
        raise UncommittedChangesError(
            f"a merge (or a cherry-pick) is open on branch {branch!r}, and the commit of a save would conclude it",
            hint="There, conclude it (dolt commit) or give it up (dolt merge --abort), then save again.",
        )


def refuse_twins(others: Sequence[str], branch: str, where: object) -> None:
    """Refuse to write to a branch that Dolt does not tell apart from others.

    Raises:
        InvalidNameError: There are some whose names differ from this one's only in case.
    """
    if others:
        raise InvalidNameError(
            f"branch name {branch!r} differs only in case from branch {' and '.join(map(repr, others))} of database "
            f"{where}, and Dolt takes such branches for one",
            hint="Choose another name; where both branches are there, rename or delete one (dolt branch -m).",
        )


def check_branch(database: Database, branch: str, table: str | None = None) -> None:
    """Refuse early what would be in the way of a save when it lands. Nothing is written.

    Raises:
        BranchNotFoundError: No such branch.
        UncommittedChangesError: A merge is open there, or the table has uncommitted changes.
    """
    with database.connect(branch) as connection, connection.lock(database.address.database, branch):
        pending = pending_work(connection, branch)
    if table is not None:
        check_clean(pending, table, branch)


def check_clean(pending: Iterable[TableStatus], table: str, branch: str) -> None:
    """Refuse to save a table that has uncommitted changes on the branch.

    Raises:
        UncommittedChangesError: It has.
    """
    names = {name.lower() for entry in pending for name in entry.names}
    if table.lower() in names:
        raise UncommittedChangesError(
            f"table `{table}` has uncommitted changes on branch {branch!r}",
            hint=f"There, commit them (dolt add -f {table}; dolt commit) or discard them (dolt checkout {table}).",
        )


def check_others(pending: Iterable[TableStatus], branch: str) -> set[str]:
    """Refuse uncommitted work in other tables that a merge would not keep as it is. Returns the tables that are staged.

    Raises:
        UncommittedChangesError: A table is staged and has further changes on top, or is dropped or renamed.
    """
    pending = list(pending)
    staged = {entry.table for entry in pending if entry.staged}
    mixed = staged & {entry.table for entry in pending if not entry.staged}
    gone = {entry.table for entry in pending if entry.status in ("deleted", "renamed")}
    if mixed or gone:
        names = ", ".join(f"`{name}`" for name in sorted(mixed | gone))
        what = "staged with further changes on top" if mixed else "dropped or renamed"
        hint = (
            "Commit that work, or stage all of a table (dolt add)."
            if mixed
            else "Commit it, or undo it (dolt checkout)."
        )
        raise UncommittedChangesError(f"on branch {branch!r} {names} is {what}, which a save cannot keep", hint=hint)
    return staged
