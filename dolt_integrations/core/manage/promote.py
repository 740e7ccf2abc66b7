"""Promoting a branch: what a run has written beside a branch is audited and merged into it, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.audits import refusal
from dolt_integrations.core.branches.conflicting import conflict_error
from dolt_integrations.core.branches.merge import merge_into
from dolt_integrations.core.branches.target import branch_name, required_branch
from dolt_integrations.core.configs.branch import SerialBranch, check_on_conflict, named_branch
from dolt_integrations.core.configs.options import check_flag, check_text, shown_kind
from dolt_integrations.core.inspect.diff import diff
from dolt_integrations.core.manage.landing import work_on
from dolt_integrations.core.manage.place import Place
from dolt_integrations.core.reads.read import Loaded, read_table
from dolt_integrations.engine import Location
from dolt_integrations.engine.versions.checks import failed_checks
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.errors import AuditError, ConfigError, MergeConflictError

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.core.writes.workspace import Workspace
    from dolt_integrations.engine import Connection, Database


@dataclass(frozen=True)
class Promotion:
    """What is about to land on a branch, for an audit to look at.

    Attributes:
        location: The database.
        branch: The branch that is promoted.
        into: The branch that it is merged into.
        before: The commit that `into` is at.
        commit: The merged commit that it is about to get.
        tables: The tables in which the two differ.
    """

    location: Location
    branch: str
    into: str
    before: str
    commit: str
    tables: tuple[str, ...]

    def read(self, tablename: str | None = None, sql: str | None = None) -> Loaded:
        """Read what is about to land.

        Raises:
            DoltError: As `read_table`.
        """
        return read_table(self.location, tablename, sql, as_of=self.commit)

    def diff(self, tablename: str) -> pd.DataFrame:
        """Return the rows of a table that the promotion changes; see `diff`.

        Raises:
            DoltError: As `diff`.
        """
        return diff(self.location, tablename, self.before, self.commit)


@dataclass(frozen=True)
class Promoter:
    """How a branch is promoted; see `Repository.promote`."""

    place: Place
    branch: str
    into: str | None = None
    on_conflict: str | None = None
    message: str | None = None
    audit: Callable[[Promotion], object] | None = None
    tests: bool = False

    def __post_init__(self) -> None:
        """Refuse options of the wrong kind."""
        check_on_conflict(self.on_conflict)
        named_branch(self.branch, "the branch to promote")
        check_flag(self.tests, "tests")
        if self.message is not None:
            check_text(self.message, "message")
        if self.audit is not None and not callable(self.audit):
            raise ConfigError(
                f"audit is {shown_kind(self.audit)}", hint="Give a function of one argument, the Promotion."
            )

    def promote(self) -> Version:
        """Merge the branch, audited.

        Raises:
            ConfigError: A branch cannot be promoted into itself.
        """
        with self.place.writing(self.into) as database, database.connect() as connection:
            into = branch_name(connection, SerialBranch(self.into))
            required_branch(connection, database, into)
            theirs = required_branch(connection, database, self.branch)
            if into == self.branch:
                raise ConfigError(f"branch {into!r} is promoted into itself", hint="Name another one: into=...")
            with connection.lock(database.address.database, into, "merge"):
                return work_on(self.place, database, into, lambda work: self._work(work, into, theirs))

    def _work(self, workspace: Workspace, into: str, theirs: str) -> None:
        session, start = workspace.session, workspace.start
        if is_ancestor(session, theirs, start):
            return
        self._merge(workspace.database, str(session.revision), into, theirs)
        session.switch(str(session.revision))  # to see what another session has merged
        workspace.adopt()
        tables = tuple(sorted(workspace.changed))
        self._check(session, Promotion(self.place.location, self.branch, into, start, workspace.head, tables))

    def _merge(self, database: Database, workspace: str, into: str, theirs: str) -> None:
        message, author = self.message or f"Promote {self.branch} into {into}", self.place.author_in(database)
        try:
            merge_into(database, workspace, theirs, message=message, author=author, on_conflict=self.on_conflict)
        except MergeConflictError as error:
            hint = 'Nothing is merged. Merge by hand (docs/day-two.md), or say on_conflict="ours" or "theirs".'
            found = "; ".join(map(str, error.conflicts))
            what = f"branch {self.branch!r} does not merge into {into!r} of {database.location}: {found}"
            raise conflict_error(what, error.conflicts, hint=hint) from None

    def _check(self, workspace: Connection, promotion: Promotion) -> None:
        problem, cause = self._problem(workspace, promotion)
        if problem:
            raise AuditError(
                f"branch {self.branch!r} was not promoted: {problem}",
                hint=f"{promotion.into!r} has nothing of it; the work stays on {self.branch!r}.",
                branch=self.branch,
            ) from cause

    def _problem(self, workspace: Connection, promotion: Promotion) -> tuple[str | None, BaseException | None]:
        if self.tests and (failed := failed_checks(workspace)):
            return "; ".join(failed), None
        try:
            return (refusal(self.audit(promotion)) if self.audit is not None else None), None
        except Exception as error:  # noqa: BLE001 - whatever the user's function raises refuses the work
            return f"the audit raised {type(error).__name__}: {error}", error
