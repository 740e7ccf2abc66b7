"""Checking after a save that the branch has its commit. Clients that do not use our locks may have moved the branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import keep_branch
from dolt_integrations.engine.versions.branches import Landed, landed_commit
from dolt_integrations.errors import BranchNotFoundError, LostRaceError, RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection, Database


class UnlandedError(LostRaceError):
    """A commit landed, and another client then removed it from the branch."""


def check_landed(
    database: Database,
    connection: Connection,
    branch: str,
    commit: str,
    *,
    keep: bool = False,
    table: str | None = None,
) -> Landed:
    """Check that a branch has a commit that has just landed on it.

    Args:
        database: The database.
        connection: A session on the database.
        branch: The branch.
        commit: The commit.
        keep: Whether to keep a lost commit on a branch of its own, because the save cannot be repeated.
        table: A table whose hash to return, with that of all tables.

    Returns:
        What the session sees: the hashes of the table and of all tables, and the commit's parent; None without a table.

    Raises:
        UnlandedError: Another client has moved or deleted the branch since.
    """
    try:
        found = landed_commit(connection, branch, commit, table)
        if found.is_there:
            return found
    except (BranchNotFoundError, RevisionNotFoundError):
        pass
    what = f"commit {commit} landed on branch {branch!r} of {database.location}, but then another client moved or"
    hint = f"The work is on branch {keep_branch(database, commit)!r}; merge that branch." if keep else "Save again."
    raise UnlandedError(f"{what} deleted the branch", hint=hint)
