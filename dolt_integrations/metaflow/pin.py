"""The commit that a block reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core import SerialBranch, Version, find_version
from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.procedures import active_branch, parent
from dolt_integrations.errors import BranchNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.adapters import Attempt
    from dolt_integrations.metaflow.config import DoltConfig


def find_pin(config: DoltConfig) -> Version:
    """Return the version that a config reads now: of a branch that is still to be made, that which it starts at.

    Raises:
        NotFoundError: No such database, branch or commit.
    """
    branch_conf = SerialBranch(config.branch)
    try:
        return find_version(config.database, branch_conf=branch_conf, as_of=config.commit)
    except BranchNotFoundError:
        if config.start is None:
            raise
    return Version(find_version(config.database, as_of=config.start).commit, config.branch)


def pin_of_attempt(config: DoltConfig, attempt: Attempt) -> Version | None:
    """Return the version before what an earlier attempt of the task has landed; None if nothing of that is left.

    What this attempt has adopted, or has read, is not left: the blocks begin where those of the attempt before did.
    """
    with open_database(config.database) as database, database.connect(config.branch) as session:
        past = attempt.past(session, config.branch or active_branch(session))
        left = attempt.unread(session, past.alive)
        before = parent(session, left[-1].commit) if left else None
    return Version(before, config.branch) if before else None
