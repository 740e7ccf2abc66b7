"""Changes of whole branches: promote, revert, restore; and comparing two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.manage.compare import compare
from dolt_integrations.core.manage.promote import Promoter
from dolt_integrations.core.manage.restore import restore
from dolt_integrations.core.manage.reverts.revert import revert
from dolt_integrations.core.repository.maintenance import Maintenance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.manage.promote import Promotion
    from dolt_integrations.core.provenance.version import Version


class Operations(Maintenance):
    """The operations of a `Repository`. Each is atomic: a branch gets all of the change or none."""

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

        If the repository has a remote, both branches are pulled before.

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
            ConfigError: The id is the one that all local executions share, or a commit is the first one or a merge.

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

        Example:
            >>> repository = Repository(folder)
            >>> users = repository.table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}))
            >>> _ = users.write(pd.DataFrame({"id": [2]}))
            >>> _ = repository.restore("users", "HEAD~1")
            >>> users.read()["id"].tolist()
            [1]
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

        Example:
            >>> repository = Repository(folder)
            >>> users = repository.table("users")
            >>> _ = users.write(pd.DataFrame({"id": [1]}), key="id")
            >>> _ = users.write(pd.DataFrame({"id": [2]}), mode="append")
            >>> repository.compare("HEAD~1", "HEAD")[["table", "change", "rows_added"]]
               table    change  rows_added
            0  users  modified           1
        """
        return compare(self._place, one, other, branch)
