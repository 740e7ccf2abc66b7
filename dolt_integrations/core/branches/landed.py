"""Looking after a save that its branch has the commit that is reported: other clients do not know our locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import keep_branch
from dolt_integrations.engine.versions.branches import landed_commit
from dolt_integrations.errors import BranchNotFoundError, LostRaceError, RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection, Database


class UnlandedError(LostRaceError):
    """A commit has landed, and another client has taken it off the branch again."""


def check_landed(
    database: Database,
    connection: Connection,
    branch: str,
    commit: str,
    *,
    keep: bool = False,
    table: str | None = None,
) -> str | None:
    """Make sure that a branch has a commit that has just landed on it.

    Args:
        database: Where.
        connection: A session on it.
        branch: The branch.
        commit: The commit.
        keep: Whether the commit gets a branch of its own if it has been lost, because it cannot be made again.
        table: A table whose hash is asked for with it.

    Returns:
        The hash of the table at the session's revision.

    Raises:
        UnlandedError: Another client has moved the branch elsewhere meanwhile, or deleted it.
    """
    try:
        has_it, content = landed_commit(connection, branch, commit, table)
        if has_it:
            return content
    except (BranchNotFoundError, RevisionNotFoundError):
        pass
    what = f"commit {commit} had landed on branch {branch!r} of {database.location}, and another client has moved or"
    hint = f"The work is on branch {keep_branch(database, commit)!r}: merge that." if keep else "Save again."
    raise UnlandedError(f"{what} deleted the branch since", hint=hint)
