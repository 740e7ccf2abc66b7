"""Moving a branch onto a commit that was made elsewhere, somebody's uncommitted work on it kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.pending import check_clean, check_others, state_to_write
from dolt_integrations.engine import Connection
from dolt_integrations.engine.versions.procedures import fast_forward, stage, table_hash
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine.versions.procedures import TableStatus
    from dolt_integrations.engine.versions.state import BranchState

logger = logging.getLogger(__name__)


class MovedError(LostRaceError):
    """The branch has moved on meanwhile: what was made may land on top of that."""


def _new_in(connection: Connection, commit: str, pending: list[TableStatus]) -> list[str]:
    """Return the user's new tables that are in the commit as well: Dolt's diffs leave out what `dolt_ignore` names."""
    names = [entry.table for entry in pending if entry.status == "new table"]
    if not names:
        return []
    with Connection(connection.address, commit) as made:
        return [name for name in names if table_hash(made, name) is not None]


def forward(
    connection: Connection, branch: str, commit: str, tables: Iterable[str], state: BranchState | None = None
) -> str:
    """Fast-forward the session's branch to a commit. Returns the commit.

    Dolt unstages the user's work on the way, so it is staged again.

    Args:
        connection: On the branch, holding its lock.
        branch: Its name.
        commit: Where to.
        tables: Those that differ between the two.
        state: Of the branch, as `state_to_write` returned it since the lock was taken; None looks.

    Raises:
        MovedError: The branch is no ancestor of the commit.
        UncommittedChangesError: A merge is open there, one of the tables has uncommitted work, or others have some
            that cannot be kept.
    """
    pending = list((state or state_to_write(connection, branch)).status)
    for table in {*tables, *_new_in(connection, commit, pending)}:
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
