"""What is to be saved, where to, and in which state the target is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.frames import EncodedFrame
from dolt_integrations.engine import Author, nearest
from dolt_integrations.engine.procedures import active_branch, branches, resolve
from dolt_integrations.errors import BranchNotFoundError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.branch import Branch
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.procedures import TableStatus


@dataclass(frozen=True)
class Save:
    """What is to be saved, and how its commit is to look.

    Attributes:
        table: The table's name, in the case that it has in the database if it is there.
        overwrite: Whether a table with other columns is made anew, its old columns lost to later readers.
    """

    table: str
    rows: EncodedFrame
    primary_key: tuple[str, ...] | None
    message: str
    author: Author
    overwrite: bool = False


@dataclass(frozen=True)
class Target:
    """The branch that a save goes to, and the commit that it starts from."""

    branch: str
    start: str
    exists: bool


def find_target(connection: Connection, database: Database, branch_conf: Branch) -> Target:
    """Look up the branch that a config names, or where it is to begin.

    Raises:
        BranchNotFoundError: It does not exist, and the config does not create it.
        RevisionNotFoundError: It is to be created from what does not exist.
    """
    known = branches(connection)
    branch = branch_name(connection, branch_conf)
    if branch in known:
        return Target(branch, known[branch], exists=True)
    if branch_conf.creates:
        return Target(branch, resolve(connection, branch_conf.start or active_branch(connection)), exists=False)
    hint = nearest(branch, known)
    raise BranchNotFoundError(f"no branch {branch!r} in database {database.location}", hint=hint)


def branch_name(connection: Connection, branch_conf: Branch | None) -> str:
    """Return the name of the branch that a config means; the default branch, if it names none."""
    name = branch_conf.name if branch_conf is not None else None
    return active_branch(connection) if name is None else name


def check_clean(pending: list[TableStatus], table: str, branch: str) -> None:
    """Refuse to save a table that has uncommitted changes on the branch.

    Raises:
        UncommittedChangesError: It has.
    """
    if any(entry.table.lower() == table.lower() for entry in pending):
        raise UncommittedChangesError(
            f"table `{table}` has uncommitted changes on branch {branch!r}",
            hint=f"There, commit them (dolt add {table}; dolt commit -m ...) or discard them (dolt checkout {table}).",
        )


def check_others(pending: list[TableStatus], branch: str) -> set[str]:
    """Refuse uncommitted work in other tables that a merge would not keep as it is. Returns the tables that are staged.

    Raises:
        UncommittedChangesError: A table is staged and has further changes on top, or is dropped or renamed.
    """
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
