"""Moving a branch onto a commit that was made elsewhere, somebody's uncommitted work on it kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.target import check_clean, check_others
from dolt_integrations.engine.procedures import fast_forward, stage, status
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine import Connection

logger = logging.getLogger(__name__)


class MovedError(LostRaceError):
    """The branch has moved on meanwhile: what was made may land on top of that."""


def forward(connection: Connection, branch: str, commit: str, tables: Iterable[str]) -> str:
    """Fast-forward the session's branch to a commit. Returns the commit.

    Dolt unstages the user's work on the way, so it is staged again.

    Args:
        connection: On the branch, holding its lock.
        branch: Its name.
        commit: Where to.
        tables: Those that differ between the two.

    Raises:
        MovedError: The branch is no ancestor of the commit.
        UncommittedChangesError: One of the tables has uncommitted work, or others have some that cannot be kept.
    """
    pending = status(connection)
    for table in tables:
        check_clean(pending, table, branch)
    staged = check_others(pending, branch)
    try:
        fast_forward(connection, commit)
    except (LostRaceError, UncommittedChangesError) as error:
        # Dolt also speaks of local changes when somebody commits at the same moment; the look before found none.
        raise MovedError(f"{branch} moved while a save landed: {error}") from error
    stage(connection, sorted(staged))
    logger.debug("moved %s forward to %s", branch, commit)
    return commit
