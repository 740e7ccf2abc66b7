"""The commit that a block reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core import SerialBranch, Version, find_version
from dolt_integrations.core.writeid import find_write
from dolt_integrations.engine import open_database
from dolt_integrations.engine.procedures import parent
from dolt_integrations.errors import BranchNotFoundError

if TYPE_CHECKING:
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


def pin_of_attempt(config: DoltConfig, write_id: str) -> Version | None:
    """Return the version that an earlier attempt of a block began at, if it has landed; None if none has."""
    with open_database(config.database) as database:
        landed = find_write(database, config.branch, write_id)
        if landed is None:
            return None
        with database.connect() as session:
            before = parent(session, landed)
    return Version(before, config.branch) if before else None
