"""What is to be saved, where to, and in which state the target is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.differences import Differences
from dolt_integrations.core.frames import EncodedFrame
from dolt_integrations.core.modes import REPLACE, UPSERT, extended
from dolt_integrations.engine import Author, nearest, table_name
from dolt_integrations.engine.procedures import active_branch, find_branches, resolve
from dolt_integrations.errors import BranchNotFoundError, PrimaryKeyError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.branch import Branch
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.procedures import Branches, TableStatus


@dataclass(frozen=True)
class Save:
    """What is to be saved, and how its commit is to look.

    Attributes:
        table: The table's name, in the case that it has in the database if it is there.
        overwrite: Whether a table with other columns is made anew, its old columns lost to later readers.
        mode: What becomes of the rows that the table has: see `core.modes`.
        rest: Where the rows come in batches, those after the first.
        differences: Of a `replace`, what changes in the version that the table has; None is all.
    """

    table: str
    rows: EncodedFrame
    primary_key: tuple[str, ...] | None
    message: str
    author: Author
    overwrite: bool = False
    mode: str = REPLACE
    differences: Differences | None = None
    rest: Iterator[Any] | None = None

    @property
    def size(self) -> int:
        """How many rows are written or deleted, where that is known."""
        return self.differences.size if self.differences is not None else int(self.rows.data.num_rows)

    def named(self, connection: Connection) -> Save:
        """Return the save with the table's name in the case that it has at the session's revision."""
        return replace(self, table=table_name(connection, self.table))

    def schema(self, existing: TableSchema | None) -> TableSchema:
        """Return the columns and the key that the table is to have.

        Args:
            existing: What it has; None where it is not there.

        Raises:
            DataError: The frame and the table do not go together.
        """
        wanted = self.rows.schema(self.primary_key, existing)
        if self.mode == UPSERT and existing is None and not wanted.primary_key:
            hint = "Give primary_key, or a named index."
            raise PrimaryKeyError(
                f"an upsert makes table `{self.table}` with a primary key, and none is named", hint=hint
            )
        if existing is None or self.mode == REPLACE:
            return wanted
        return extended(existing, wanted, self.primary_key, self.mode, self.table, self.rows.blank)


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
    known = find_branches(connection)
    branch = known.name_of(branch_conf.name)
    if branch in known.heads or not branch_conf.creates:
        return Target(branch, head_of(known, branch, database), exists=True)
    return Target(branch, resolve(connection, branch_conf.start or known.active), exists=False)


def required_branch(connection: Connection, database: Database, branch: str) -> str:
    """Return the commit at the head of a branch that has to be there.

    Raises:
        BranchNotFoundError: It is not, with the nearest names.
    """
    return head_of(find_branches(connection), branch, database)


def head_of(known: Branches, branch: str, database: Database) -> str:
    """Return the commit at the head of a branch that has to be among those that are known.

    Raises:
        BranchNotFoundError: It is not, with the nearest names.
    """
    if branch not in known.heads:
        hint = nearest(branch, known.heads)
        raise BranchNotFoundError(f"no branch {branch!r} in database {database.location}", hint=hint)
    return known.heads[branch]


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
