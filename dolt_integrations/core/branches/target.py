"""What to save, which branch to save it to, and from which commit the save starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.branches.earlier import LockedWrite
from dolt_integrations.core.branches.pending import refuse_twins
from dolt_integrations.core.configs.mode import APPEND, REPLACE, UPSERT
from dolt_integrations.core.frames.frame import EncodedFrame
from dolt_integrations.core.provenance.find import EarlierWrite
from dolt_integrations.core.rows.differences import Differences
from dolt_integrations.core.schemas.generated import check_sources
from dolt_integrations.core.schemas.limits import check_limits, fitted_row
from dolt_integrations.core.schemas.union import extended
from dolt_integrations.core.schemas.violations import check_required
from dolt_integrations.engine import Author, table_name
from dolt_integrations.engine.names.identifiers import check_branch_name
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.heads import Head, branches, branches_in_other_case, find_head, nearest_branch
from dolt_integrations.engine.versions.revisions import resolve
from dolt_integrations.engine.versions.state import TableState
from dolt_integrations.errors import BranchNotFoundError, PrimaryKeyError

if TYPE_CHECKING:
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.heads import Branches


@dataclass(frozen=True)
class Save:
    """What to save, and the metadata of its commit.

    Attributes:
        table: The table's name, in the case of the existing table if there is one.
        rows: The rows; for a stream, the first batch.
        primary_key: The key columns that the user gave. None uses the frame's or the table's.
        message: The commit message.
        author: The author of the commit.
        overwrite: Whether to recreate a table whose columns differ, which drops its old columns.
        mode: What happens to the existing rows (see `core.configs.mode`).
        differences: For a `replace`, what changes in the table's current version. None rewrites all rows.
        rest: For a stream, the batches after the first.
        superseded: The writes of earlier attempts that the same commit takes back, newest first.
        locked: For an attempt's stream, how the write is recognised once all batches are read.
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
    locked: LockedWrite | None = None

    @property
    def size(self) -> int:
        """The number of rows to write or delete, as far as it is known (see `differences`)."""
        return self.differences.size if self.differences is not None else int(self.rows.data.num_rows)

    def named(self, connection: Connection) -> Save:
        """Return the save with the table's name in the case that the table has at the session's revision."""
        return replace(self, table=table_name(connection, self.table))

    def schema(self, existing: TableSchema | None) -> TableSchema:
        """Return the schema that the table is to have.

        Args:
            existing: The schema that it has. None if it does not exist.

        Raises:
            DataError: The frame does not fit the table.
            PrimaryKeyError: An upsert creates the table, and no key is given.
        """
        wanted = self.rows.schema(self.primary_key, existing, keeps_blank=not self.overwrite)
        if self.mode == UPSERT and existing is None and not wanted.primary_key:
            hint = "Pass primary_key, or name the frame's index."
            raise PrimaryKeyError(
                f"an upsert would create table `{self.table}`, which needs a primary key, and none was given", hint=hint
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
        start: Its head. For a branch that is created or merged into, the commit that the config starts from.
        exists: Whether the branch exists.
        table: The state of the table at `start`, or None if it is not known.
        head: The head of a branch that exists, as far as it was looked up apart from `start`.
    """

    branch: str
    start: str
    exists: bool
    table: TableState | None = None
    head: str | None = None


def find_target(
    connection: Connection, database: Database, branch_conf: Branch, *, known: Head | None = None
) -> Target:
    """Look up the branch that a config names, and the commit to start from.

    Args:
        connection: A session at no revision.
        database: The database.
        branch_conf: The branch config.
        known: What `head_to_write` has returned for it before.

    Raises:
        BranchNotFoundError: The branch does not exist, and the config does not create it.
        InvalidNameError: Its name differs from another branch's only by case, or is not a valid branch name.
        RevisionNotFoundError: The revision to start from does not exist.
    """
    name = branch_conf.name
    found = head_to_write(connection, database, name) if known is None else find_head(connection, known.branch)
    if found.exists or not branch_conf.creates:
        newest = required_head(connection, database, found)
        merged = branch_conf.merges and branch_conf.start is not None
        start = resolve(connection, str(branch_conf.start)) if merged else newest
        return Target(found.branch, start, exists=True, head=newest)
    check_branch_name(found.branch)
    if branch_conf.start:
        start = resolve(connection, branch_conf.start)
    else:
        start = required_head(connection, database, find_head(connection, None))
    return Target(found.branch, start, exists=False)


def head_to_write(connection: Connection, database: Database, branch: str | None) -> Head:
    """Look up a branch to write to, which may not exist yet.

    If it exists and Dolt takes another branch for it, `pending_work`, which runs before every write, raises.

    Args:
        connection: A session at no revision.
        database: The database.
        branch: The branch. None is the default branch.

    Raises:
        InvalidNameError: It does not exist, and another branch's name differs only by case.
    """
    found = find_head(connection, branch)
    if not found.exists:
        refuse_twins(branches_in_other_case(connection, found.branch), found.branch, database.location)
    return found


def required_head(connection: Connection, database: Database, found: Head) -> str:
    """Return the head commit of a branch that must exist.

    Raises:
        BranchNotFoundError: It does not exist. The hint suggests similar names.
    """
    if found.commit is None:
        hint = nearest_branch(found.branch, branches(connection))
        raise BranchNotFoundError(f"no branch {found.branch!r} in database {database.location}", hint=hint)
    return found.commit


def check_name(known: Branches, branch: str, where: object) -> None:
    """Refuse to write to a branch that Dolt cannot distinguish from another one.

    Dolt puts sessions on the first of such branches, in whatever case the name is given.

    Raises:
        InvalidNameError: Another branch's name differs only by case.
    """
    refuse_twins(known.others_in_case(branch), branch, where)


def required_branch(connection: Connection, database: Database, branch: str) -> str:
    """Return the head commit of a branch that must exist and that will be written to.

    Raises:
        BranchNotFoundError: It does not exist. The hint suggests similar names.
        InvalidNameError: It does not exist, and another branch's name differs only by case.
    """
    return required_head(connection, database, head_to_write(connection, database, branch))


def head_of(known: Branches, branch: str, database: Database) -> str:
    """Return the head commit of a branch that must be among the known ones.

    Raises:
        BranchNotFoundError: It is not. The hint suggests similar names.
    """
    if branch not in known.heads:
        hint = nearest_branch(branch, known.heads)
        raise BranchNotFoundError(f"no branch {branch!r} in database {database.location}", hint=hint)
    return known.heads[branch]


def name_for_merge(workspace: Connection, database: Database, merge_to: str, table: str) -> str:
    """Return a table's name in the case that it has on the private branch, or else on the branch to merge into.

    Args:
        workspace: A session on the private branch.
        database: The database.
        merge_to: The branch to merge into, which may not exist yet.
        table: The name, in any case.

    Raises:
        InvalidNameError: It is the name of a view, or of two tables whose names differ only by case.
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
    """Return the name of a config's branch, or the default branch's if the config names none."""
    name = branch_conf.name if branch_conf is not None else None
    return find_head(connection, None).branch if name is None else name
