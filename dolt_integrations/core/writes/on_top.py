"""Landing a table that cannot be made a second time, because its rows came as a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.forward import MovedError, forward
from dolt_integrations.core.branches.private import keep_branch, private_branch
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.retry import retried
from dolt_integrations.engine.versions.merges import Conflict
from dolt_integrations.engine.versions.procedures import commit, head, parent, table_hash
from dolt_integrations.errors import MergeConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.engine import Database


def put_on_top(database: Database, save: Save, branch: str, made: str, changed: Sequence[str]) -> str:
    """Bring a branch onto a commit, or onto one like it on top of what others have committed since.

    Args:
        database: Where.
        save: What was made.
        branch: The branch.
        made: The commit that has it.
        changed: The tables in which that differs from its parent: the save's, and what its triggers wrote to.

    Returns:
        The commit that the branch has then.

    Raises:
        LostRaceError: The branch kept moving.
        MergeConflictError: Others renamed the table, or changed a table that triggers wrote to; the error names the
            branch that keeps the work.
        UncommittedChangesError: One of the tables has uncommitted work.
    """
    try:
        return retried(lambda: _put(database, save, branch, made, changed), MovedError)
    except EntangledError as error:
        kept = keep_branch(database, made)
        raise MergeConflictError(
            f"table `{save.table}` cannot land on branch {branch!r} of {database.location}: {error}. "
            f"The work is on branch {kept!r}",
            hint=f"Look at both, then save again, or merge that branch: dolt merge {kept}.",
            conflicts=[Conflict(save.table, "schema", 1, description=str(error))],
            branch=kept,
        ) from error


def _put(database: Database, save: Save, branch: str, made: str, changed: Sequence[str]) -> str:
    with database.connect(branch) as connection, connection.lock(database.address.database, branch):
        now, before = head(connection), parent(connection, made)
        if before == now:
            return forward(connection, branch, made, changed)
        _check_untouched(database, str(before), now, [table for table in changed if table != save.table])
        with private_branch(database, now) as workspace:
            take_tables(workspace, made, changed)
            commit(workspace, save.message, save.author)
            return forward(connection, branch, head(workspace), changed)


def _check_untouched(database: Database, before: str, now: str, tables: Sequence[str]) -> None:
    """Make sure that nobody else has changed what the triggers wrote to.

    Raises:
        EntangledError: Others have.
    """
    if not tables:
        return
    with database.connect(before) as old, database.connect(now) as new:
        touched = [table for table in tables if table_hash(old, table) != table_hash(new, table)]
    if touched:
        raise EntangledError(f"its triggers wrote to table `{touched[0]}`, which others have changed meanwhile")
