"""Promoting a branch: auditing its work and merging all of it into another branch, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dolt_integrations.core.audits import check_audit, find_problem
from dolt_integrations.core.branches.merges.conflicting import conflict_error
from dolt_integrations.core.branches.merges.merge import merge_into
from dolt_integrations.core.branches.target import branch_name, required_branch
from dolt_integrations.core.configs.branch import SerialBranch, named_branch
from dolt_integrations.core.configs.on_conflict import check_on_conflict
from dolt_integrations.core.configs.options import check_flag, check_text
from dolt_integrations.core.inspect.diff import diff
from dolt_integrations.core.manage.landing import work_on
from dolt_integrations.core.manage.place import Place
from dolt_integrations.core.provenance.commit_info import CommitInfo
from dolt_integrations.core.reads.read import Loaded, read_table
from dolt_integrations.engine import Location
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.errors import AuditError, ConfigError, MergeConflictError

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.writes.workspace import Workspace
    from dolt_integrations.engine import Connection, Database


@dataclass(frozen=True)
class Promotion:
    """What is about to land on a branch, for an audit to inspect.

    Attributes:
        location: The database.
        branch: The branch that is promoted.
        into: The branch that it is merged into.
        before: The current head of `into`.
        commit: The merged commit that will become its head.
        tables: The tables in which the two commits differ.

    Example:
        >>> shop = Repository(folder)
        >>> _ = shop.table("users").write(pd.DataFrame({"id": [1]}), key="id")
        >>> work = NewBranch("work", "HEAD")
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1, 2]}), branch_conf=work)
        >>> shop.promote("work", audit=lambda new: len(new.read("users").data) == 2).changed
        True
    """

    location: Location
    branch: str
    into: str
    before: str
    commit: str
    tables: tuple[str, ...]

    def read(self, tablename: str | None = None, sql: str | None = None) -> Loaded:
        """Read a table or a query as it will be after the promotion.

        Raises:
            DoltError: As `read_table` does.

        Example:
            >>> shop = Repository(folder)
            >>> _ = shop.table("users").write(pd.DataFrame({"id": [1]}), key="id")
            >>> _ = shop.table("users", NewBranch("work")).write(pd.DataFrame({"id": [2]}), mode="append")
            >>> shop.promote("work", audit=lambda new: new.read("users").data["id"].is_unique).changed
            True
        """
        return read_table(self.location, tablename, sql, as_of=self.commit)

    def diff(self, tablename: str) -> pd.DataFrame:
        """Return the rows of a table that the promotion changes (see `diff`).

        Raises:
            DoltError: As `diff` does.

        Example:
            >>> shop = Repository(folder)
            >>> _ = shop.table("users").write(pd.DataFrame({"id": [1]}), key="id")
            >>> _ = shop.table("users", NewBranch("work")).write(pd.DataFrame({"id": [2]}), mode="append")
            >>> shop.promote("work", audit=lambda new: len(new.diff("users")) == 1).changed
            True
        """
        return diff(self.location, tablename, self.before, self.commit)


@dataclass(frozen=True)
class Promoter:
    """The options of a promotion (see `Repository.promote`)."""

    place: Place
    branch: str
    into: str | None = None
    on_conflict: str | None = None
    message: str | None = None
    audit: Callable[[Promotion], object] | None = None
    tests: bool = False

    def __post_init__(self) -> None:
        """Check the options.

        Raises:
            ConfigError: An option has the wrong type or an unknown value.
        """
        check_on_conflict(self.on_conflict)
        named_branch(self.branch, "the branch to promote")
        check_flag(self.tests, "tests")
        if self.message is not None:
            check_text(self.message, "message")
        check_audit(self.audit, "the Promotion")

    def promote(self) -> Version:
        """Merge the branch after auditing it.

        Raises:
            AuditError: The audit or Dolt's tests refused the work. Nothing is merged.
            BranchNotFoundError: A branch does not exist.
            ConfigError: The branch would be promoted into itself.
            MergeConflictError: Both branches changed the same rows or schema. Nothing is merged.
            UncommittedChangesError: The merge changes a table with uncommitted work. Nothing is merged.
            LostRaceError: The target kept moving. It has none of the work.
        """
        with self.place.writing(self.into, source=self.branch) as database, database.connect() as connection:
            into = branch_name(connection, SerialBranch(self.into))
            required_branch(connection, database, into)
            theirs = required_branch(connection, database, self.branch)
            if into == self.branch:
                raise ConfigError(f"cannot promote branch {into!r} into itself", hint="Name another branch: into=...")
            with connection.lock(database.address.database, into, "merge"):
                return work_on(self.place, database, into, lambda work: self._work(work, into, theirs))

    def _work(self, workspace: Workspace, into: str, theirs: str) -> None:
        session, start = workspace.session, workspace.start
        if is_ancestor(session, theirs, start):
            return
        self._merge(workspace.database, str(session.revision), into, theirs)
        session.switch(str(session.revision))  # see what the merge's own session has committed
        workspace.adopt()
        tables = tuple(sorted(workspace.changed))
        self._check(session, Promotion(self.place.location, self.branch, into, start, workspace.head, tables))

    def _merge(self, database: Database, workspace: str, into: str, theirs: str) -> None:
        info = CommitInfo(self.message or f"Promote {self.branch} into {into}", self.place.author_in(database))
        try:
            merge_into(database, workspace, theirs, info, on_conflict=self.on_conflict)
        except MergeConflictError as error:
            hint = 'Nothing was merged. Merge by hand (docs/day-two.md), or use on_conflict="ours" or "theirs".'
            found = "; ".join(map(str, error.conflicts))
            what = f"branch {self.branch!r} does not merge into {into!r} of {database.location}: {found}"
            raise conflict_error(what, error.conflicts, hint=hint) from None

    def _check(self, workspace: Connection, promotion: Promotion) -> None:
        audit = None if self.audit is None else partial(self.audit, promotion)
        problem, cause = find_problem(workspace, audit, tests=self.tests)
        if problem:
            raise AuditError(
                f"branch {self.branch!r} was not promoted: {problem}",
                hint=f"{promotion.into!r} is unchanged; the work stays on {self.branch!r}.",
                branch=self.branch,
            ) from cause
