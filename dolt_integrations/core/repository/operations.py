"""What is done on a repository as a whole on day two: promote, revert, restore, compare, prune, collect garbage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.manage.branches import Branches
from dolt_integrations.core.manage.compare import compare
from dolt_integrations.core.manage.doctor import doctor
from dolt_integrations.core.manage.gc import gc
from dolt_integrations.core.manage.past import past_execution
from dolt_integrations.core.manage.place import Place
from dolt_integrations.core.manage.promote import Promoter
from dolt_integrations.core.manage.prune import Retention, prune
from dolt_integrations.core.manage.restore import restore
from dolt_integrations.core.manage.revert import revert
from dolt_integrations.core.manage.runs import runs
from dolt_integrations.core.manage.summary import tables_at
from dolt_integrations.core.manage.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.core.manage.doctor import Check
    from dolt_integrations.core.manage.promote import Promotion
    from dolt_integrations.core.provenance.meta import Meta
    from dolt_integrations.core.provenance.version import Version
    from dolt_integrations.engine import Author, Location


class Operations:
    """The operations of a `Repository`. Each is atomic: a branch has all of it, or is as it was."""

    location: Location
    author: Author | None
    remote: Remote | None
    hooks: tuple[Meta, ...]

    @property
    def _place(self) -> Place:
        return Place(self.location, self.author, self.remote, self.hooks)

    @property
    def branches(self) -> Branches:
        """The branches: `list`, `create`, `rename`, `delete`."""
        return Branches(self._place)

    @property
    def tags(self) -> Tags:
        """The tags: `list`, `create`, `rename`, `delete`."""
        return Tags(self._place)

    def tables(self, branch: str | None = None, as_of: AsOf | None = None) -> list[str]:
        """Return the names of the tables of a version.

        Raises:
            NotFoundError: No such database, branch or version.
        """
        return tables_at(self._place, branch, as_of)

    def runs(self, branch: str | None = None, most: int | None = None) -> pd.DataFrame:
        """Return the runs that have written to a branch, newest first.

        Args:
            branch: The branch; None is the default branch.
            most: How many; None is all.

        Returns:
            A row for each run: `run` (what `revert` and `compare` take), `date` (of its newest commit;
            datetime64[us, UTC]), `author`, `tables` (that it changed), `commits` (int64), `commit` (the newest),
            `reverted` (whether all of its commits are).

        Raises:
            BranchNotFoundError: No such branch.

        Example:
            >>> repository = Repository(folder)
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}), key="id", message="Run: Flow/7/start/1")
            >>> repository.runs()[["run", "tables", "commits"]]
                  run tables  commits
            0  Flow/7  users        1
        """
        return runs(self._place, branch, most)

    def inputs(self, execution: str) -> pd.DataFrame:
        """Return what an execution had read, as its commits on any branch say: the versions to run it again on.

        Args:
            execution: As `revert` takes it, but no commit.

        Returns:
            A row for each version: `task`, `input` (the table, or the SQL of a query), `commit`, `database`, `own`
            (whether the execution had made it itself). Tasks that wrote nothing leave no trace.

        Raises:
            RunNotFoundError: The execution has written nothing there, with the nearest ids.
            ConfigError: The id is the one that all local executions share.
        """
        return past_execution(self._place, execution).frame()

    def doctor(self) -> list[Check]:
        """Check packages, cache, server, rights, clock, and what was left behind. Nothing is changed or raised."""
        return doctor(self._place)

    def promote(
        self,
        branch: str,
        into: str | None = None,
        *,
        audit: Callable[[Promotion], object] | None = None,
        tests: bool = False,
        on_conflict: str | None = None,
        message: str | None = None,
    ) -> Version:
        """Merge a run's branch into another one, by a fast-forward or a merge commit, after an audit.

        Args:
            branch: The branch with the run's work; it stays (see `branches.delete` and `prune`).
            into: Where to; None is the default branch.
            audit: Called with a `Promotion`, which reads and diffs what is about to land. It refuses by raising, or by
                returning anything but None and what is true.
            tests: Run Dolt's own tests, the table `dolt_tests`, on what is about to land.
            on_conflict: `ours` takes the version of `into` where both changed the same, `theirs` the branch's; None
                raises.
            message: Of the merge commit, if there is one.

        Returns:
            The version that `into` has now; `changed` is False where it had the branch's commits already.

        Raises:
            BranchNotFoundError: No such branch, with the nearest names.
            AuditError: The audit or a test refused; nothing is changed.
            MergeConflictError: Both changed the same; the error lists the rows, and nothing is changed.
            UncommittedChangesError: Uncommitted work on `into` is in the way.

        Example:
            >>> repository = Repository(folder)
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}), key="id")
            >>> run = repository.table("users", branch=NewBranch("run/1"))
            >>> _ = run.write(pd.DataFrame({"id": [1, 2]}))
            >>> repository.promote("run/1", audit=lambda new: len(new.diff("users")) < 10).branch
            'main'
        """
        return Promoter(self._place, branch, into, on_conflict, message, audit, tests).promote()

    def revert(self, execution: str, branch: str | None = None, *, message: str | None = None) -> Version:
        """Undo an execution: all its commits on all its tables, in one new commit; later rows stay.

        Args:
            execution: The id of a Flyte execution (`ex:project:domain:name`), the `Run-Id` of a local run, the path of
                a Metaflow run or task (`Flow/7`), or a commit.
            branch: Where; None is the default branch.
            message: The commit's message, to which a trailer `Reverts` for each commit is added.

        Returns:
            The version that the branch has now; `changed` is False where the execution is reverted already.

        Raises:
            RunNotFoundError: The execution has written nothing there, with the nearest ids.
            MergeConflictError: Others have changed its rows since. The error lists them, and nothing is changed.
            ConfigError: The id is the one that all local executions share.

        Example:
            >>> repository = Repository(folder)
            >>> users = repository.table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), key="id", message="Run: flow/1")
            >>> _ = users.write(pd.DataFrame({"id": [2]}), mode="append", message="Run: flow/2")
            >>> _ = users.write(pd.DataFrame({"id": [3]}), mode="append", message="Run: flow/3")
            >>> _ = repository.revert("flow/2")
            >>> users.read()["id"].tolist()
            [1, 3]
        """
        return revert(self._place, execution, branch, message)

    def restore(
        self, tables: str | Iterable[str], to: AsOf, branch: str | None = None, *, message: str | None = None
    ) -> Version:
        """Make tables what they were at a version, in one new commit; whatever has changed in them since is undone.

        Args:
            tables: A table, or several; also one that has been dropped.
            to: A commit, tag, branch, ancestor (`HEAD~2`) or timestamp.
            branch: Where; None is the default branch.
            message: The commit's message.

        Raises:
            TableNotFoundError: That version has no such table.
            RevisionNotFoundError: No such version.
            ConstraintError: A foreign key would be broken; nothing is changed.
            UncommittedChangesError: A table has uncommitted changes on the branch.
        """
        return restore(self._place, tables, to, branch, message)

    def compare(self, one: str, other: str, branch: str | None = None) -> pd.DataFrame:
        """Compare two runs, or two versions, table by table.

        Args:
            one: A branch, tag, commit, ancestor or timestamp; or an execution, as `revert` takes it, of which each
                table is taken as its last commit on it left it. Between two executions only the tables that one of
                them wrote are compared.
            other: The other one.
            branch: Where executions and `HEAD` are looked for; None is the default branch.

        Returns:
            A row for each table: `table`, `change` (added, removed, modified, same), `rows_added`, `rows_changed`,
            `rows_removed` (int64; without a key rows are added and removed), `schema` (`+new bigint`, `-gone text`,
            `x: int -> bigint`; empty if the columns are the same).

        Raises:
            NotFoundError: No such version or execution, with the nearest names.
        """
        return compare(self._place, one, other, branch)

    def prune(
        self,
        *,
        older_than: float | None = None,
        like: str | None = None,
        keep_commits: bool | Iterable[str] = True,
        into: str | None = None,
        dry_run: bool = True,
    ) -> pd.DataFrame:
        """Delete branches of runs that are merged, or older than some days; by default only say which.

        A literal or a cached output of Flyte refers to its commit, which `gc` removes with the last branch or tag that
        leads to it. So each branch that is deleted without being merged leaves a tag
        `dolt-integrations/pinned/<commit>`, unless `keep_commits` says otherwise.

        Args:
            older_than: Days since its newest commit after which a branch goes even if it is not merged.
            like: Which branches, with `*` and `?`; None is those whose newest commit an execution made, and those of
                work that was refused (`dolt-integrations/kept/...`).
            keep_commits: True tags the head of each branch that is not merged; a list of commits tags only these;
                False tags nothing, and outputs that are pinned to the branch cannot be read after a `gc`.
            into: What counts as merged: what this branch has; None is the default branch.
            dry_run: Delete nothing.

        Returns:
            A row for each branch: `branch`, `commit`, `age` (days), `action` (keep; delete, or deleted where it is no
            dry run), `reason`, `tags` (that are, or would be, made).

        Raises:
            BranchNotFoundError: No branch `into`.
        """
        return prune(self._place, Retention(older_than, like, keep_commits, into), dry_run=dry_run)

    def gc(self, *, full: bool = False) -> int | None:
        """Free the disk of what no branch and no tag leads to, through the server that serves the database.

        Dolt ends the sessions that are open meanwhile. Saves and loads of this library start again by themselves;
        other clients have to connect anew.

        Args:
            full: Look through what earlier collections have kept as well: a branch that was deleted after one of them
                is only freed by this.

        Returns:
            The bytes that a directory is smaller by; None on a server.

        Raises:
            AccessDeniedError: The user may not.
        """
        return gc(self._place, full=full)
