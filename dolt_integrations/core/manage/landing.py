"""Work on a private branch that lands on a branch as one commit, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.forward import MovedError, forward
from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.target import branch_name, required_branch
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.retry import retried
from dolt_integrations.engine.versions.merges import changed_tables
from dolt_integrations.engine.versions.procedures import commit, head, soft_reset, stage, status

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Author, Connection, Database

    Work = Callable[[Connection, str], object]
    """What is done on the private branch: gets its session, and the commit that the branch is at."""


def work_on(place: Place, database: Database, branch: str | None, work: Work) -> Version:
    """Do work on a private branch, and move the branch onto what it has committed.

    Args:
        place: Whose hooks are notified.
        database: Where.
        branch: The branch; None is the default branch.
        work: Called again, on the new head, where others commit to the branch meanwhile.

    Returns:
        The version that the branch has now; `changed` is whether the work has committed anything.

    Raises:
        BranchNotFoundError: No such branch.
        UncommittedChangesError: Uncommitted work on the branch is in the way.
        LostRaceError: The branch kept moving; it has nothing of the work.
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
    with private_branch(database, start) as workspace:
        work(workspace, start)
        made = head(workspace)
        if made == start:
            return start, Version(start, branch)
        _land(database, branch, start, made)
        check_landed(database, workspace, branch, made)
    return start, Version(made, branch, changed=True)


def _land(database: Database, branch: str, start: str, made: str) -> None:
    with database.connect() as connection:  # of a session on the branch Dolt 1.83 checks other rights here
        changed = changed_tables(connection, start, made)
    with database.connect(branch) as connection, connection.lock(database.address.database, branch):
        if head(connection) != start:
            raise MovedError(f"{branch} moved meanwhile")
        forward(connection, branch, made, changed)


def squash(workspace: Connection, start: str, message: str, author: Author) -> None:
    """Make one commit of what a private branch has committed since its start; none where nothing has changed."""
    soft_reset(workspace, start)
    for name in sorted({name for entry in status(workspace) for name in entry.names}):
        stage(workspace, [name])
    commit(workspace, message, author)
