"""Day-two operations on a whole repository: promote, revert, restore, compare, prune, garbage collection."""

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
    """The operations of a `Repository`. Each is atomic: a branch gets all of the change or none."""

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
        """Return the runs that wrote to a branch, newest first.

        Args:
            branch: The branch; None is the default branch.
            most: The maximum number of runs; None is all.

        Returns:
            A row for each run: `run` (the argument for `revert` and `compare`), `date` (of its newest commit;
            datetime64[us, UTC]), `author`, `tables` (that it changed), `commits` (their number, int64), `commit` (the
            newest), `reverted` (whether all of its commits are reverted).

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
        """Return the versions that an execution read, according to its commits on any branch.

        Args:
            execution: An execution as for `revert`, but not a commit.

        Returns:
            A row for each version: `task`, `input` (the table, or the SQL of a query), `commit`, `database`, `own`
            (whether the execution wrote it itself). Tasks that wrote nothing are missing, because they made no commit.

        Raises:
            RunNotFoundError: The execution wrote nothing here; the hint suggests similar ids.
            ConfigError: The id is the one that all local executions share.
        """
        return past_execution(self._place, execution).frame()

    def doctor(self) -> list[Check]:
        """Check packages, cache, server, rights, clock and leftovers. Changes nothing and raises no error."""
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
            branch: The branch with the run's work. It is not deleted (see `branches.delete` and `prune`).
            into: The branch to merge into; None is the default branch.
            audit: Called with a `Promotion`, which reads and diffs the result before it lands. It refuses by raising an
                exception, or by returning a false value other than None.
            tests: Whether to run Dolt's own tests, the table `dolt_tests`, on the result.
            on_conflict: `ours` resolves conflicts to the version of `into`, `theirs` to that of the branch; None
                raises an error.
            message: The message of the merge commit, if there is one.

        Returns:
            The new version of `into`. `changed` is False if it had the branch's commits already.

        Raises:
            BranchNotFoundError: No such branch; the hint suggests similar names.
            AuditError: The audit or a test refused; nothing is changed.
            MergeConflictError: Both sides changed the same rows. The error lists them; nothing is changed.
            UncommittedChangesError: `into` has uncommitted work that the merge would change.

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
        """Undo all commits of an execution on all its tables, in one new commit. Later rows stay.

        Args:
            execution: The id of a Flyte execution (`ex:project:domain:name`), the `Run-Id` of a local run, the path of
                a Metaflow run or task (`Flow/7`), or a commit.
            branch: The branch to change; None is the default branch.
            message: The commit's message. A trailer `Reverts` is added for each commit.

        Returns:
            The new version of the branch. `changed` is False if the execution is reverted already.

        Raises:
            RunNotFoundError: The execution wrote nothing on the branch; the hint suggests similar ids.
            MergeConflictError: Others have changed its rows since. The error lists them; nothing is changed.
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
        """Restore tables to a version, in one new commit. All later changes to them are undone.

        Args:
            tables: One or several tables, including dropped ones.
            to: A commit, tag, branch, ancestor (`HEAD~2`) or timestamp.
            branch: The branch to change; None is the default branch.
            message: The commit's message.

        Raises:
            TableNotFoundError: That version has no such table.
            RevisionNotFoundError: No such version.
            ConstraintError: The result would violate a foreign key; nothing is changed.
            UncommittedChangesError: A table has uncommitted changes on the branch.
        """
        return restore(self._place, tables, to, branch, message)

    def compare(self, one: str, other: str, branch: str | None = None) -> pd.DataFrame:
        """Compare two runs, or two versions, table by table.

        Args:
            one: A branch, tag, commit, ancestor or timestamp; or an execution as for `revert`, which stands for each
                table as its last commit to that table left it. For two executions, only the tables that at least one
                of them wrote are compared.
            other: The version or execution to compare with.
            branch: The branch on which to look up executions and `HEAD`; None is the default branch.

        Returns:
            A row for each table: `table`, `change` (added, removed, modified, same), `rows_added`, `rows_changed`,
            `rows_removed` (int64; without a key rows are added and removed), `schema` (`+new bigint`, `-gone text`,
            `x: int -> bigint`; empty if the columns are the same).

        Raises:
            NotFoundError: No such version or execution; the hint suggests similar names.
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
        """Delete branches of runs that are merged, or older than some days. By default, only list them.

        Outputs of tasks refer to commits, and `gc` removes commits that no branch or tag leads to. So each branch that
        is deleted without being merged leaves a tag `dolt-integrations/pinned/<commit>`, unless `keep_commits` says
        otherwise.

        Args:
            older_than: The age in days, since its newest commit, after which an unmerged branch is deleted.
            like: A pattern with `*` and `?` for the branches to consider; None considers those whose newest commit an
                execution made, and those of refused work (`dolt-integrations/kept/...`).
            keep_commits: True tags the head of each branch that is not merged; a list of commits tags only these;
                False tags nothing, and outputs that are pinned to the branch cannot be read after a `gc`.
            into: The branch into which others count as merged; None is the default branch.
            dry_run: Whether to delete nothing.

        Returns:
            A row for each branch: `branch`, `commit`, `age` (days), `action` (keep; delete, or deleted where it is no
            dry run), `reason`, `tags` (that are, or would be, made).

        Raises:
            BranchNotFoundError: There is no branch `into`.
        """
        return prune(self._place, Retention(older_than, like, keep_commits, into), dry_run=dry_run)

    def gc(self, *, full: bool = False) -> int | None:
        """Delete data that no branch and no tag leads to, to free disk space.

        Dolt ends the sessions that are open at the time. Saves and loads of this library start again by themselves;
        other clients have to reconnect.

        Args:
            full: Whether to examine also what earlier collections kept, such as branches that were deleted afterwards.

        Returns:
            The number of bytes by which the directory became smaller; None on a server.

        Raises:
            AccessDeniedError: The user does not have the right.
        """
        return gc(self._place, full=full)
