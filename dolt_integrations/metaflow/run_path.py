"""Finding the run that wrote a table."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.adapters import is_commit_hash
from dolt_integrations.core import SerialBranch, history
from dolt_integrations.errors import RunNotFoundError
from dolt_integrations.metaflow.client import find_run

if TYPE_CHECKING:
    from dolt_integrations.core import Location
    from dolt_integrations.metaflow.client import Run

logger = logging.getLogger(__name__)

PREFIX = "Run: "
"""The prefix of the first line of a block's commit, before the path of the task."""


class RunPath(str):
    """The path of a task, `Flow/run_id/step/task_id`, as Metaflow writes it.

    Example:
        >>> path = RunPath("HospitalPriceVariance/17/start/1")
        >>> path.pathspec, path.id
        ('HospitalPriceVariance/17', '17')
    """

    __slots__ = ()

    @property
    def pathspec(self) -> str:
        """The path of the run, `Flow/run_id`, which `metaflow.Run` takes."""
        return "/".join(self.split("/")[:2])

    @property
    def id(self) -> str:
        """The run's id."""
        return self.split("/")[1]

    @property
    def run(self) -> Run:
        """The run.

        Raises:
            RunNotFoundError: Metaflow does not find it.
        """
        return find_run(self)


def revision(branch: str | None, commit: str | None) -> tuple[str | None, str | None]:
    """Return the branch and commit of upstream's programs, which give a commit in the place of the branch."""
    if branch is not None and commit is None and is_commit_hash(branch):
        return None, branch
    return branch, commit


def last_run(location: Location, table: str, branch: str | None, commit: str | None) -> RunPath:
    """Return the path of the run that last changed a table.

    Raises:
        RunNotFoundError: No run has changed the table.
        NotFoundError: No such database, branch, commit or table.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Run: Flow/7/start/1")
        >>> last_run(folder, "users", None, None)
        'Flow/7/start/1'
    """
    past = history(location, table, branch_conf=SerialBranch(branch), as_of=commit)
    runs = past[past["message"].str.startswith(PREFIX) & (past["execution_id"].str.count("/") == 3)]
    if runs.empty:
        newest = f"; its newest commit is by {past['author'].iloc[0]}: {past['message'].iloc[0]!r}" if len(past) else ""
        raise RunNotFoundError(
            f"no Metaflow run has changed table `{table}` of {location} up to {commit or branch or 'now'}{newest}",
            hint="history() lists the commits that changed it.",
        )
    if runs.index[0] != past.index[0]:
        logger.warning("table %s was changed outside of runs after run %s", table, runs["execution_id"].iloc[0])
    return RunPath(runs["execution_id"].iloc[0])
