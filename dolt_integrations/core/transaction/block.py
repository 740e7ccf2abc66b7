"""The open block of a `Transaction`: writing on its private branch, and landing the work."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from dolt_integrations.core.audits import find_problem
from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.private import keep_branch, remove_abandoned
from dolt_integrations.core.branches.target import head_to_write, required_head
from dolt_integrations.core.branches.undo import warn_of
from dolt_integrations.core.frames.digest import RowsDigest
from dolt_integrations.core.provenance.commit_info import CommitInfo
from dolt_integrations.core.provenance.find import find_write
from dolt_integrations.core.provenance.reads import note_read
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import (
    superseded_by,
    superseding,
    with_write_id,
    without_superseding,
)
from dolt_integrations.core.transaction.repeated import BlockDigest, check_same_rows, commit_seen
from dolt_integrations.core.writes.build import batches_of
from dolt_integrations.core.writes.landing import CreateBranch, Merge
from dolt_integrations.core.writes.odd_dates import keeping_odd_dates
from dolt_integrations.core.writes.workspace import Workspace, open_workspace
from dolt_integrations.engine import find_table, table_name
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.heads import find_head
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.revisions import resolve
from dolt_integrations.errors import AuditError, LostRaceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from dolt_integrations.core.branches.merges.merge import Superseded
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.provenance.find import BlockWrite
    from dolt_integrations.core.transaction.options import BlockOptions
    from dolt_integrations.engine import Author, Database


class Block:
    """The open block of a `Transaction`.

    Attributes:
        database: The database.
        options: The arguments of the transaction.
        branch: The branch that the work lands on.
        start: The commit that the work starts from.
        tables: The tables that it has changed, in order.
        message: The commit message.
        failure: The error of a write that failed halfway, after which the block lands nothing.
    """

    def __init__(self, database: Database, options: BlockOptions, stack: ExitStack) -> None:
        """Look up the branch, and create the private branch.

        Args:
            database: The database.
            options: The arguments of the transaction.
            stack: Receives what to release when the block ends.
        """
        self.database, self.options = database, options
        self.tables: dict[str, None] = {}
        self.message = with_write_id(options.message, options.write_id)
        self.failure: BaseException | None = None
        self._digest = BlockDigest()
        self._find_branch(stack)
        self._repeated = self._find_repeated(stack)
        if not self._is_new and (self._repeated is None or self._repeated.gone):
            check_branch(database, self.branch)
        self.work: Workspace = stack.enter_context(open_workspace(database, self.start))
        self._outside = self._take_back()

    def describe(self, message: str) -> None:
        """Set the commit message."""
        self.options = replace(self.options, message=message)
        self.message = with_write_id(message, self.options.write_id)

    def _find_branch(self, stack: ExitStack) -> None:
        options = self.options
        with self.database.connect() as connection:
            found = head_to_write(connection, self.database, options.branch)
            stack.callback(remove_abandoned, self.database)
            self.branch, self._is_new = found.branch, options.creates and not found.exists
            begin = required_head(connection, self.database, find_head(connection, None) if self._is_new else found)
            origin = options.origin(is_new=self._is_new)
            self.start = resolve(connection, origin) if origin else begin
            self._began = None if self._is_new else begin

    def _find_repeated(self, stack: ExitStack) -> BlockWrite | None:
        if self.options.write_id is None or self._is_new:
            return None
        session = stack.enter_context(self.database.connect())
        stack.enter_context(session.lock(self.database.address.database, "write", self.options.write_id))
        return find_write(self.database, self.branch, self.options.write_id)

    def _take_back(self) -> Superseded:
        """Take back the superseded writes that the start contains. Returns the others, to take back on landing."""
        outside = {}
        for table, writes in self.options.superseded.items():
            here = tuple(write for write in writes if is_ancestor(self.work.session, write.work, self.start))
            there = tuple(write for write in writes if write not in here)
            if here:
                self.work.take_back(table, here)
                warn_of(table, here)
                self.tables[table_name(self.work.session, table)] = None
            if there:
                outside[table] = there
        return outside

    @cached_property
    def author(self) -> Author:
        """The commit's author: the given one, the database's, or the default."""
        return self.database.author_for(self.options.author)

    def write(self, save: Save) -> None:
        """Write rows. If the block repeats one that has landed, only add them to the digest, unless they are gone.

        Raises:
            DoltError: The rows cannot be written. If the write failed halfway, the block lands nothing.
        """
        digest = RowsDigest(save.primary_key or ()) if self.options.write_id is not None else None
        if self._repeated is not None and save.table.lower() not in self._repeated.gone:
            for _ in batches_of(save, digest):
                pass  # at the end, the digest is compared with that of the landed rows
            self.tables[save.table] = None
        else:
            self._build(save, digest)
        if digest is not None:
            self._digest.add(save.table, save.mode, digest)

    def _build(self, save: Save, digest: RowsDigest | None) -> None:
        existing = find_table(self.work.session, save.table)
        save = keeping_odd_dates(self.work.session, save, existing)
        schema = save.schema(existing)
        try:
            if self.work.build(save, digest, schema):
                self.tables[save.table] = None
        except BaseException as error:
            self.failure = error
            raise

    def commit_to_read(self) -> str:
        """Return a commit with what the block started from and what it has written.

        Raises:
            BaseException: The error of a write that failed halfway.
        """
        if self.failure is not None:
            raise self.failure
        if self._repeated is not None:
            return commit_seen(self.database, self._repeated, has_written=bool(self.tables))
        note_read(self.start)
        return self.work.snapshot(CommitInfo("Work of a Transaction that has not ended", self.author))

    def land(self, audit: Callable[[], object] | None, *, tests: bool) -> Version:
        """Commit the work, audit it, and land it on the branch.

        Raises:
            AuditError: The work was refused. The error names the branch that keeps it.
            DoltError: See `Transaction.__exit__`.
        """
        if self._repeated is not None:
            check_same_rows(self.database, str(self.options.write_id), self._repeated, self._digest)
            if not self._repeated.gone:
                return Version(self._repeated.commit, self.branch, changed=False)
            self._repeated = None  # an audit reads what lands now
        self.message = with_write_id(self.options.message, self.options.write_id, rows=self._digest.hex())
        if self.failure is not None:
            raise self.failure
        made = self.work.commit(CommitInfo(self._work_message(), self.author))
        if made is not None:
            self._check(made, audit, tests=tests)
        if made is None and not self._outside:
            return Version(self._untouched(), self.branch, changed=False)
        merge = Merge(self.options.on_conflict, self._outside, self._began)
        landing = CreateBranch(merge) if self._is_new else merge
        landed = landing.land(self.work, self.branch, self._info)
        check_landed(self.database, self.work.session, self.branch, landed, keep=True)
        return Version(landed, self.branch, changed=True)

    @property
    def _info(self) -> CommitInfo:
        return CommitInfo(self.message, self.author)

    def _work_message(self) -> str:
        """Return the message of the work's own commit, which names only the writes that this commit takes back."""
        if not self._outside:
            return self.message
        there = [write.commit for writes in self._outside.values() for write in writes]
        known = superseded_by(self.message)
        return superseding(without_superseding(self.message), [each for each in known if each not in there])

    def _check(self, made: str, audit: Callable[[], object] | None, *, tests: bool) -> None:
        problem, cause = find_problem(self.work.session, audit, tests=tests)
        if problem:
            kept = keep_branch(self.database, made)
            raise AuditError(
                f"the Transaction on {self.database.location} was refused: {problem}",
                hint=f"None of it is on {self.branch!r}; the work is on branch {kept!r}.",
                branch=kept,
            ) from cause

    def _untouched(self) -> str:
        """Return the head of the branch that the block leaves unchanged. A missing branch is created."""
        if self._is_new:
            with suppress(LostRaceError):
                return CreateBranch().land(self.work, self.branch, self._info)
        with self.database.connect(self.branch) as connection:
            return head(connection)
