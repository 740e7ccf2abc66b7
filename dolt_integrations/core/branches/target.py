"""What is to be saved, where to, and in which state the target is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.branches.earlier import Turn
from dolt_integrations.core.branches.pending import refuse_twins
from dolt_integrations.core.configs.mode import APPEND, REPLACE, UPSERT
from dolt_integrations.core.frames.frame import EncodedFrame
from dolt_integrations.core.provenance.find import EarlierWrite
from dolt_integrations.core.rows.differences import Differences
from dolt_integrations.core.schemas.generated import check_sources
from dolt_integrations.core.schemas.limits import check_limits, fitted_row
from dolt_integrations.core.schemas.union import extended
from dolt_integrations.core.schemas.violations import check_required
from dolt_integrations.engine import Author, nearest, table_name
from dolt_integrations.engine.names.identifiers import check_branch_name
from dolt_integrations.engine.versions.heads import Head, branches_in_other_case, find_head
from dolt_integrations.engine.versions.procedures import branches, resolve, table_hash
from dolt_integrations.errors import BranchNotFoundError, PrimaryKeyError

if TYPE_CHECKING:
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.procedures import Branches


@dataclass(frozen=True)
class Save:
    """What is to be saved, and how its commit is to look.

    Attributes:
        table: The table's name, in the case that it has in the database if it is there.
        overwrite: Whether a table with other columns is made anew, its old columns lost to later readers.
        mode: What becomes of the rows that the table has: see `core.modes`.
        rest: Where the rows come in batches, those after the first.
        superseded: The writes of earlier attempts whose rows are taken back in the same commit, newest first.
        turn: Of an attempt's batches, how their write is known once they are read.
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
    superseded: tuple[EarlierWrite, ...] = ()
    turn: Turn | None = None

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
        wanted = self.rows.schema(self.primary_key, existing, keeps_blank=not self.overwrite)
        if self.mode == UPSERT and existing is None and not wanted.primary_key:
            hint = "Give primary_key, or a named index."
            raise PrimaryKeyError(
                f"an upsert makes table `{self.table}` with a primary key, and none is named", hint=hint
            )
        if existing is None or self.mode == REPLACE:
            if existing is not None:
                check_sources(self.table, existing, wanted)
            return wanted
        if self.mode == APPEND and self.rows.num_rows:
            check_required(self.table, existing, wanted.names)
        both = extended(existing, wanted, self.primary_key, self.mode, self.table, self.rows.blank)
        both = fitted_row(both, existing)
        check_limits(self.table, both)
        return both


@dataclass(frozen=True)
class Target:
    """The branch that a save goes to, and the commit that it starts from.

    Attributes:
        branch: The branch.
        start: Its head; of one that is merged into, and of one that is to be created, where the config says.
        exists: Whether the branch does.
    """

    branch: str
    start: str
    exists: bool


def find_target(connection: Connection, database: Database, branch_conf: Branch) -> Target:
    """Look up the branch that a config names, or where it is to begin.

    Raises:
        BranchNotFoundError: It does not exist, and the config does not create it.
        InvalidNameError: Dolt does not tell its name apart from another branch's, or takes it for no branch.
        RevisionNotFoundError: It is to be created from what does not exist.
    """
    found = head_to_write(connection, database, branch_conf.name)
    if found.exists or not branch_conf.creates:
        newest = required_head(connection, database, found)
        merged = branch_conf.merges and branch_conf.start is not None
        return Target(found.branch, resolve(connection, str(branch_conf.start)) if merged else newest, exists=True)
    check_branch_name(found.branch)
    if branch_conf.start:
        start = resolve(connection, branch_conf.start)
    else:
        start = required_head(connection, database, find_head(connection, None))
    return Target(found.branch, start, exists=False)


def head_to_write(connection: Connection, database: Database, branch: str | None) -> Head:
    """Look up the branch that is to be written to, and may not be there yet.

    Where it is there and Dolt takes another one for it, `pending_work` says so, which looks before every write.

    Args:
        connection: A session at no revision.
        database: Where.
        branch: Its name; None is the default branch.

    Raises:
        InvalidNameError: It is not there, and one is whose name differs from it only in case.
    """
    found = find_head(connection, branch)
    if not found.exists:
        refuse_twins(branches_in_other_case(connection, found.branch), found.branch, database.location)
    return found


def required_head(connection: Connection, database: Database, found: Head) -> str:
    """Return the commit at the head of a branch that has to be there.

    Raises:
        BranchNotFoundError: It is not, with the nearest names.
    """
    if found.commit is None:
        hint = nearest(found.branch, branches(connection))
        raise BranchNotFoundError(f"no branch {found.branch!r} in database {database.location}", hint=hint)
    return found.commit


def check_name(known: Branches, branch: str, where: object) -> None:
    """Refuse to write to a branch that Dolt does not tell apart from another one.

    Whatever the case of the name, its sessions are on the first of them.

    Raises:
        InvalidNameError: There is a branch whose name differs from this one's only in case.
    """
    refuse_twins(known.others_in_case(branch), branch, where)


def required_branch(connection: Connection, database: Database, branch: str) -> str:
    """Return the commit at the head of a branch that has to be there, to write to it.

    Raises:
        BranchNotFoundError: It is not, with the nearest names.
        InvalidNameError: Dolt does not tell it apart from another one.
    """
    return required_head(connection, database, head_to_write(connection, database, branch))


def head_of(known: Branches, branch: str, database: Database) -> str:
    """Return the commit at the head of a branch that has to be among those that are known.

    Raises:
        BranchNotFoundError: It is not, with the nearest names.
    """
    if branch not in known.heads:
        hint = nearest(branch, known.heads)
        raise BranchNotFoundError(f"no branch {branch!r} in database {database.location}", hint=hint)
    return known.heads[branch]


def name_for_merge(workspace: Connection, database: Database, merge_to: str, table: str) -> str:
    """Return the name of a table that is made beside a branch and merged into it: the one that it has already.

    Args:
        workspace: On the private branch.
        database: Where.
        merge_to: The branch, which may not be there yet.
        table: The name, in any case.

    Raises:
        InvalidNameError: That is the name of a view, or of two tables that differ only in case.
    """
    name = table_name(workspace, table)
    if name != table or table_hash(workspace, name) is not None:
        return name
    try:
        with database.connect(merge_to) as connection:
            return table_name(connection, table)
    except BranchNotFoundError:
        return table


def branch_name(connection: Connection, branch_conf: Branch | None) -> str:
    """Return the name of the branch that a config means; the default branch, if it names none."""
    name = branch_conf.name if branch_conf is not None else None
    return find_head(connection, None).branch if name is None else name
