"""Fast-forwarding a branch to a commit that was made elsewhere, keeping the user's uncommitted work."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.pending import check_clean, check_others, state_to_write
from dolt_integrations.core.branches.phantoms import clear_overtaken
from dolt_integrations.engine import Connection
from dolt_integrations.engine.versions.commits import fast_forward
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine.versions.state import BranchState
    from dolt_integrations.engine.versions.working_set import TableStatus

logger = logging.getLogger(__name__)


class MovedError(LostRaceError):
    """The branch has moved since the work began. The work may still land on top of its new head."""


def _new_in(connection: Connection, commit: str, pending: list[TableStatus]) -> list[str]:
    """Return the user's new tables that the commit also has. Dolt's diffs omit tables that `dolt_ignore` matches."""
    names = [entry.table for entry in pending if entry.status == "new table"]
    if not names:
        return []
    with Connection(connection.address, commit) as made:
        return [name for name in names if table_hash(made, name) is not None]


def forward(
    connection: Connection, branch: str, commit: str, tables: Iterable[str], state: BranchState | None = None
) -> str:
    """Fast-forward the session's branch to a commit. Returns the commit.

    Dolt's fast-forward unstages the user's work, so it is staged again.

    Args:
        connection: A session on the branch that holds its lock.
        branch: The branch.
        commit: The commit.
        tables: The tables that differ between the branch and the commit.
        state: The branch's state, read since the lock was taken. None reads it.

    Raises:
        InvalidNameError: Dolt has put the session on another branch, whose name differs only by case.
        MovedError: The branch is not an ancestor of the commit.
        UncommittedChangesError: A merge is in progress on the branch, one of the tables has uncommitted work, or
            another table has uncommitted work that cannot be kept.
    """
    state = state or state_to_write(connection, branch)
    pending = list(state.status)
    for table in {*tables, *_new_in(connection, commit, pending)}:
        check_clean(pending, table, branch)
    staged = check_others(pending, branch)
    try:
        fast_forward(connection, commit)
    except (LostRaceError, UncommittedChangesError) as error:
        # Dolt also reports local changes when another writer commits at the same time. The check above found none.
        if not state.is_clean and not pending:
            clear_overtaken(connection, branch, state.head, commit)
        raise MovedError(f"{branch} moved while a save landed: {error}") from error
    stage(connection, sorted(staged))
    logger.debug("moved %s forward to %s", branch, commit)
    return commit
