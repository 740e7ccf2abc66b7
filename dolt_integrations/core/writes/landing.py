"""Landing finished work from its private branch on the target branch: all of it at once, or nothing."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.forward import MovedError, forward
from dolt_integrations.core.branches.looks import looks
from dolt_integrations.core.branches.merges.conflicting import conflict_error
from dolt_integrations.core.branches.merges.merge import Superseded, merge_into
from dolt_integrations.core.branches.pending import refuse_twins, state_to_write
from dolt_integrations.core.branches.private import keep_branch, private_branch, reserved
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Connection
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.engine.versions.commits import commit, head
from dolt_integrations.engine.versions.heads import branches_in_other_case
from dolt_integrations.engine.versions.merges import Conflict
from dolt_integrations.errors import InvalidNameError, LostRaceError, MergeConflictError, SupersededError

if TYPE_CHECKING:
    from dolt_integrations.core.provenance.commit_info import CommitInfo
    from dolt_integrations.core.writes.workspace import Workspace

logger = logging.getLogger(__name__)


class Landing(ABC):
    """A strategy for landing the work of a `Workspace` on a branch."""

    @abstractmethod
    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Make the work part of a branch.

        Args:
            work: The workspace, with its work committed.
            branch: The branch.
            info: The message and author, should the landing need a commit of its own.

        Returns:
            The branch's new head: the work's commit, or one that combines it with what other writers committed.

        Raises:
            LostRaceError: Another writer was faster. The branch has none of the work.
        """


@dataclass(frozen=True)
class CreateBranch(Landing):
    """Create the branch, which does not exist yet, at the work's commit.

    Attributes:
        otherwise: The strategy to use if another writer creates the branch first. None raises instead.
    """

    otherwise: Landing | None = None

    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Create the branch.

        Raises:
            InvalidNameError: Dolt rejects the name, or it differs from an existing branch's only by case.
            LostRaceError: Another writer created the branch first, and there is no `otherwise`.
        """
        try:
            self._create(work, branch)
        except LostRaceError:
            if self.otherwise is None:
                raise
            return self.otherwise.land(work, branch, info)
        return work.head

    def _create(self, work: Workspace, branch: str) -> None:
        try:
            create_branch(work.session, branch, work.head)
        except LostRaceError:
            refuse_twins(branches_in_other_case(work.session, branch), branch, work.session.address)
            raise
        except InvalidNameError as error:
            hint = "Choose another name."
            raise InvalidNameError(f"Dolt does not accept the branch name {branch!r}", hint=hint) from error
        logger.debug("created %s at %s", branch, work.head)


@dataclass(frozen=True)
class FastForward(Landing):
    """Fast-forward the branch to the work. If the branch has moved since the work began, the work must be redone."""

    def land(self, work: Workspace, branch: str, info: CommitInfo | None = None) -> str:
        """Move the branch forward under its lock.

        Raises:
            MovedError: The branch has moved since the work began.
            UncommittedChangesError: A table that the work changes has uncommitted work.
        """
        database = work.database
        with database.connect(branch) as target, target.lock(database.address.database, branch):
            if head(target) != work.start:
                raise MovedError(f"{branch} has moved")
            return forward(target, branch, work.head, sorted(work.changed))


@dataclass(frozen=True)
class PutOnTop(Landing):
    """Fast-forward the branch to the work, or put the work on top of what other writers have committed since.

    History stays linear: if the branch has moved, the work's tables are copied into a new commit at its head.

    Attributes:
        table: The table that was saved. Other tables that the work changed, through triggers, land only if no other
            writer has changed them.
        session: A session on the branch, if the save can be repeated: then no other writer may have changed `table`
            either. None if it cannot, because its rows came as a stream: then the stream's table wins.
    """

    table: str
    session: Connection | None = None

    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Move the branch forward under its lock.

        Raises:
            LostRaceError: The branch kept moving, or another writer changed a table that the work changes.
            MergeConflictError: The latter, for work that cannot be repeated. The error names the branch that keeps it.
            UncommittedChangesError: A table that the work changes has uncommitted work.
        """
        try:
            return retried(lambda: self._put(work, branch, info), MovedError)
        except EntangledError as error:
            if self.session is not None:
                raise
            raise self._kept(work, branch, error) from error

    def _put(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        with ExitStack() as stack:
            target = self.session or stack.enter_context(work.database.connect(branch))
            stack.enter_context(target.lock(work.database.address.database, branch))
            if target.revision != branch:
                target.switch(branch)
            state, tables = state_to_write(target, branch), sorted(work.changed)
            now = state.head
            if now == work.start:
                return forward(target, branch, work.head, tables, state)
            self._check_untouched(target, work, branch, now)
            place = stack.enter_context(reserved(target)) if self.session is not None else None
            other = stack.enter_context(private_branch(work.database, now, place))
            made = _copied(other, work, info)
            target.switch(branch)
            try:
                return forward(target, branch, made, tables)
            except MovedError as error:  # raised in the block, it would end the session
                moved = error
        raise moved

    def _check_untouched(self, target: Connection, work: Workspace, branch: str, now: str) -> None:
        """Check that no other writer has changed the work's tables since it began (see `session`).

        Raises:
            LostRaceError: Another writer has, and the save can be repeated.
            EntangledError: Another writer has, and the save cannot be repeated.
        """
        tables = sorted(work.changed)
        before, after = (looks(target, commit, tables) for commit in (work.start, now))
        touched = [table for table in tables if after[table] != before[table]]
        if self.session is None and self.table in touched:
            touched.remove(self.table)
            if after[self.table].referring != before[self.table].referring:
                raise EntangledError(f"another writer has changed the foreign keys of table `{self.table}`")
        if touched and self.session is not None:
            raise LostRaceError(f"another session changed table `{touched[0]}` on {branch} at the same time")
        if touched:
            raise EntangledError(f"its triggers wrote to table `{touched[0]}`, which another writer has changed")

    def _kept(self, work: Workspace, branch: str, error: EntangledError) -> MergeConflictError:
        kept = keep_branch(work.database, work.head)
        return MergeConflictError(
            f"table `{self.table}` cannot land on branch {branch!r} of {work.database.location}: {error}. "
            f"The work is on branch {kept!r}",
            hint=f"Compare the two branches, then save again, or merge that branch: dolt merge {kept}.",
            conflicts=[Conflict(self.table, "schema", 1, description=str(error))],
            branch=kept,
        )


def _copied(session: Connection, work: Workspace, info: CommitInfo) -> str:
    """Copy the work's tables onto a private branch, and return the commit with them."""
    take_tables(session, work.head, sorted(work.changed))
    commit(session, info.message, info.author)
    return head(session)


@dataclass(frozen=True)
class Merge(Landing):
    """Merge the work into the branch, by a fast-forward or a merge commit.

    Attributes:
        on_conflict: See `MergeBranch`.
        superseded: Writes of earlier attempts to take back on the branch first, by table.
        began: The branch's head when the work began. None if that does not matter.
    """

    on_conflict: str | None = None
    superseded: Superseded = field(default_factory=dict)
    began: str | None = None

    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Merge the work into the branch.

        Raises:
            MergeConflictError: Another writer changed the same rows or schema, or moved the branch back. The error
                names the branch that keeps the work.
            SupersededError: Another writer has built on what is to be taken back. The branch is unchanged.
            UncommittedChangesError: The merge changes a table with uncommitted work.
            LostRaceError: The branch kept moving.
        """
        try:
            return merge_into(
                work.database,
                branch,
                work.head,
                info,
                on_conflict=self.on_conflict,
                superseded=self.superseded,
                began=self.began,
            )
        except SupersededError:
            raise
        except MergeConflictError as error:
            kept = keep_branch(work.database, work.head)
            raise conflict_error(f"{error} The work is on branch {kept!r}", error.conflicts, branch=kept) from error
