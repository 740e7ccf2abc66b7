"""How finished work gets from its private branch onto the branch that it is for: all of it at once, or nothing."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.conflicting import conflict_error
from dolt_integrations.core.branches.forward import MovedError, forward
from dolt_integrations.core.branches.merge import Superseded, merge_into
from dolt_integrations.core.branches.pending import refuse_twins, state_to_write
from dolt_integrations.core.branches.private import keep_branch, private_branch
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Author, Connection
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.engine.versions.heads import branches_in_other_case
from dolt_integrations.engine.versions.merges import Conflict
from dolt_integrations.engine.versions.procedures import commit, head, table_hash
from dolt_integrations.errors import InvalidNameError, LostRaceError, MergeConflictError, SupersededError

if TYPE_CHECKING:
    from dolt_integrations.core.writes.workspace import Workspace

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CommitInfo:
    """What a commit says of itself.

    Attributes:
        message: Its message, trailers included.
        author: Who made it.
    """

    message: str
    author: Author


class Landing(ABC):
    """A way for the work of a `Workspace` to land on a branch."""

    @abstractmethod
    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Bring a branch onto the work.

        Args:
            work: What has been built and committed.
            branch: The branch.
            info: For a commit that the landing has to make.

        Returns:
            The commit at the head of the branch then: the work's, or one that has it on top of what others committed.

        Raises:
            LostRaceError: Others were faster, and the branch has nothing of the work.
        """


@dataclass(frozen=True)
class CreateBranch(Landing):
    """The branch does not exist: it is created at the work.

    Attributes:
        otherwise: How the work lands where another writer has created the branch meanwhile; None raises.
    """

    otherwise: Landing | None = None

    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Create the branch.

        Raises:
            InvalidNameError: Dolt does not take the name, or does not tell it apart from another branch's.
            LostRaceError: Another writer created it first, and there is no other way to land.
        """
        try:
            self._create(work, branch)
        except LostRaceError:
            if self.otherwise is None:
                raise
            return self.otherwise.land(work, branch, info)
        return work.head

    def _create(self, work: Workspace, branch: str) -> None:
        refuse_twins(branches_in_other_case(work.session, branch), branch, work.session.address)
        try:
            create_branch(work.session, branch, work.head)
        except InvalidNameError as error:
            hint = "Choose another name."
            raise InvalidNameError(f"Dolt does not take the branch name {branch!r}", hint=hint) from error
        logger.debug("created %s at %s", branch, work.head)


@dataclass(frozen=True)
class FastForward(Landing):
    """The branch becomes the work as long as it is where that began; otherwise the work is to be done again."""

    def land(self, work: Workspace, branch: str, info: CommitInfo | None = None) -> str:
        """Move the branch forward, while no other writer moves it.

        Raises:
            MovedError: The branch has moved since the work began.
            UncommittedChangesError: A table that the work changes has uncommitted work.
        """
        database = work.database
        with database.connect(branch) as target, target.lock(database.address.database, branch):
            if head(target) != work.start:
                raise MovedError(f"{branch} moved meanwhile")
            return forward(target, branch, work.head, sorted(work.changed))


@dataclass(frozen=True)
class PutOnTop(Landing):
    """The branch becomes the work, by a fast-forward; on top of what others have committed since, if they have.

    History stays linear: the work's tables are taken into a commit at the new head.

    Attributes:
        table: The table that the work is about. Of others that it changes, by triggers, only what nobody else has
            changed since is taken.
        session: On the branch, where the save can start again: the table, too, must not have changed since. None where
            it cannot, because its rows came as a stream: the table becomes what was written, as of the later of two
            writers.
    """

    table: str
    session: Connection | None = None

    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Move the branch forward, in its turn.

        Raises:
            LostRaceError: The branch kept moving, or a table that the work changes has changed.
            MergeConflictError: The same, of work that cannot be made again; the error names the branch that keeps it.
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
            self._check_untouched(work, branch, now)
            other = stack.enter_context(private_branch(work.database, now))
            take_tables(other, work.head, tables)
            commit(other, info.message, info.author)
            return forward(target, branch, head(other), tables)

    def _check_untouched(self, work: Workspace, branch: str, now: str) -> None:
        """Make sure that no other writer has changed what must not have changed since the work began.

        Raises:
            LostRaceError: Another writer has, and the save can start again.
            EntangledError: Another writer has, and it cannot.
        """
        tables = [table for table in sorted(work.changed) if self.session is not None or table != self.table]
        if not tables:
            return
        with work.database.connect(work.start) as old, work.database.connect(now) as new:
            touched = [table for table in tables if table_hash(old, table) != table_hash(new, table)]
        if touched and self.session is not None:
            raise LostRaceError(f"another session changed table `{touched[0]}` on {branch} at the same time")
        if touched:
            raise EntangledError(f"its triggers wrote to table `{touched[0]}`, which others have changed meanwhile")

    def _kept(self, work: Workspace, branch: str, error: EntangledError) -> MergeConflictError:
        kept = keep_branch(work.database, work.head)
        return MergeConflictError(
            f"table `{self.table}` cannot land on branch {branch!r} of {work.database.location}: {error}. "
            f"The work is on branch {kept!r}",
            hint=f"Look at both, then save again, or merge that branch: dolt merge {kept}.",
            conflicts=[Conflict(self.table, "schema", 1, description=str(error))],
            branch=kept,
        )


@dataclass(frozen=True)
class Merge(Landing):
    """The work is merged into the branch, by a fast-forward or a merge commit.

    Attributes:
        on_conflict: See `MergeBranch`.
        superseded: Of tables of the branch the writes of earlier attempts that are taken back first.
    """

    on_conflict: str | None = None
    superseded: Superseded = field(default_factory=dict)

    def land(self, work: Workspace, branch: str, info: CommitInfo) -> str:
        """Merge.

        Raises:
            MergeConflictError: Others changed the same; the error names the branch that keeps the work.
            SupersededError: Others have built on what is to be taken back; the branch is as it was.
            UncommittedChangesError: The merge changes a table with uncommitted work.
            LostRaceError: The branch kept moving.
        """
        try:
            return merge_into(
                work.database,
                branch,
                work.head,
                message=info.message,
                author=info.author,
                on_conflict=self.on_conflict,
                superseded=self.superseded,
            )
        except SupersededError:
            raise
        except MergeConflictError as error:
            kept = keep_branch(work.database, work.head)
            raise conflict_error(f"{error} The work is on branch {kept!r}", error.conflicts, branch=kept) from error
