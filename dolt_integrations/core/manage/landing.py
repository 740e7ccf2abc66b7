"""Doing work on a private branch and landing it as one commit, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.forward import MovedError
from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.target import branch_name, required_branch
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.retry import retried
from dolt_integrations.core.writes.landing import FastForward
from dolt_integrations.core.writes.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.core.writes.workspace import Workspace
    from dolt_integrations.engine import Database

    Work = Callable[[Workspace], object]
    """What is done on the private branch, and committed there."""


def work_on(place: Place, database: Database, branch: str | None, work: Work) -> Version:
    """Do work on a private branch, and fast-forward the branch to what it committed.

    Args:
        place: The place whose hooks are notified.
        database: The database.
        branch: The branch. None is the default branch.
        work: The work. It is repeated on the new head if another writer commits to the branch first.

    Returns:
        The version that the branch has now. `changed` is whether the work has committed anything.

    Raises:
        BranchNotFoundError: The branch does not exist.
        UncommittedChangesError: The work changes a table with uncommitted work, or a merge is in progress.
        LostRaceError: The branch kept moving. It has none of the work.
        DoltError: The work raised it.
    """
    with database.connect() as connection:
        branch = branch_name(connection, SerialBranch(branch))
        required_branch(connection, database, branch)
    check_branch(database, branch)
    before, version = retried(lambda: _attempt(database, branch, work), MovedError)
    place.notify(database, before, version)
    return version


def _attempt(database: Database, branch: str, work: Work) -> tuple[str, Version]:
    with database.connect() as connection:
        start = required_branch(connection, database, branch)
    with open_workspace(database, start) as workspace:
        work(workspace)
        if not workspace.adopt():
            return start, Version(start, branch)
        made = FastForward().land(workspace, branch)
        check_landed(database, workspace.session, branch, made)
    return start, Version(made, branch, changed=True)
