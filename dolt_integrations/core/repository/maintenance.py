"""What a repository has, and keeping it in order: branches, tags, tables, runs, garbage collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.manage.branches import Branches
from dolt_integrations.core.manage.doctor import doctor
from dolt_integrations.core.manage.gc import gc
from dolt_integrations.core.manage.past import past_execution
from dolt_integrations.core.manage.place import Place
from dolt_integrations.core.manage.prune import Retention, prune
from dolt_integrations.core.manage.runs import runs
from dolt_integrations.core.manage.summary import tables_at
from dolt_integrations.core.manage.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.core.manage.doctor import Check
    from dolt_integrations.core.provenance.meta import Meta
    from dolt_integrations.engine import Author, Location


class Maintenance:
    """The contents of a `Repository`, and what keeps it small and sound."""

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

        Example:
            >>> repository = Repository(folder)
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}))
            >>> repository.tables()
            ['users']
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

        Example:
            >>> repository = Repository(folder)
            >>> message = chr(10).join(["Import", "", "Run-Id: run-7"])
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}), message=message)
            >>> list(repository.inputs("run-7").columns)
            ['task', 'input', 'commit', 'database', 'own']
        """
        return past_execution(self._place, execution).frame()

    def doctor(self) -> list[Check]:
        """Check packages, cache, server, rights, clock and leftovers. Changes nothing and raises no error.

        Example:
            >>> [check.name for check in Repository(folder).doctor()][:2]
            ['packages', 'cache']
        """
        return doctor(self._place)

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

        Example:
            >>> repository = Repository(folder)
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), branch_conf="main", message="Run: flows/7")
            >>> _ = repository.branches.create("run/1")
            >>> repository.prune(dry_run=False)[["branch", "action"]].values.tolist()
            [['run/1', 'deleted']]
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

        Example:
            >>> repository = Repository(folder)
            >>> _ = repository.table("users").write(pd.DataFrame({"id": [1]}))
            >>> isinstance(repository.gc(), int)
            True
        """
        return gc(self._place, full=full)
