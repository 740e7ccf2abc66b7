"""Merging a commit into a branch: beside it first, so that the branch has all of the merge or nothing."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.branch import check_on_conflict
from dolt_integrations.core.forward import forward
from dolt_integrations.core.retry import retried
from dolt_integrations.core.target import required_branch
from dolt_integrations.core.workspace import private_branch
from dolt_integrations.engine import quote
from dolt_integrations.engine.merges import changed_tables, commit_merge, conflicts, merge, refused_merge, resolve_rows
from dolt_integrations.engine.procedures import commit, head, resolve, stage, table_hash, take_table
from dolt_integrations.errors import LostRaceError, MergeConflictError

if TYPE_CHECKING:
    from dolt_integrations.engine import Author, Connection, Database
    from dolt_integrations.engine.merges import Conflict

logger = logging.getLogger(__name__)


def merge_into(
    database: Database, target: str, revision: str, *, message: str, author: Author, on_conflict: str | None = None
) -> str:
    """Merge a revision into a branch, by a fast-forward or a merge commit.

    Args:
        database: Where.
        target: The branch. Its other changes, and uncommitted work in tables that the merge leaves alone, stay.
        revision: A branch, tag or commit.
        message: Of the merge commit, if there is one.
        author: Of that commit.
        on_conflict: `ours` takes the target's version of what both changed, `theirs` the revision's; None raises.

    Returns:
        The commit that the target has then.

    Raises:
        ConfigError: `on_conflict` is something else.
        BranchNotFoundError: No such target.
        RevisionNotFoundError: No such revision.
        MergeConflictError: Both changed the same rows or the same schema; the target is as it was.
        UncommittedChangesError: The merge changes a table with uncommitted work; the target is as it was.
        LostRaceError: The target kept moving; it has nothing of the merge.
    """
    check_on_conflict(on_conflict)
    with database.connect() as connection:
        theirs = resolve(connection, revision)

    def attempt() -> str:
        with database.connect() as connection:
            start = required_branch(connection, database, target)
        with private_branch(database, start) as workspace:
            merged = _merge(database, workspace, theirs, message, author, on_conflict)
            return _land(database, target, start, merged)

    try:
        with database.connect() as connection, connection.lock(database.address.database, target, "merge"):
            return retried(attempt, LostRaceError)
    except MergeConflictError as error:
        raise MergeConflictError(
            f"{revision!r} does not merge into branch {target!r} of {database.location}: {error}",
            hint='Nothing is merged. Merge by hand, or say on_conflict="ours" or "theirs".',
            conflicts=error.conflicts,
        ) from None


def _land(database: Database, target: str, start: str, merged: str) -> str:
    if merged == start:
        return start
    with database.connect(target) as connection, connection.lock(database.address.database, target):
        return forward(connection, target, merged, changed_tables(connection, start, merged))


def _merge(
    database: Database, workspace: Connection, theirs: str, message: str, author: Author, on_conflict: str | None
) -> str:
    """Merge on a private branch. Returns its head."""
    found = _try(workspace, theirs, message, author, on_conflict)
    schemas = [conflict.table for conflict in found if conflict.kind == "schema" and conflict.table]
    if schemas and on_conflict == "theirs":
        _take(database, workspace, theirs, schemas, author)
        found = _try(workspace, theirs, message, author, on_conflict)
    elif schemas and on_conflict == "ours":
        with private_branch(database, theirs) as other:
            _take(database, other, head(workspace), schemas, author)
            found = _try(workspace, head(other), message, author, on_conflict)
    if found:
        raise MergeConflictError("; ".join(map(str, found)), conflicts=found)
    return head(workspace)


def _try(workspace: Connection, revision: str, message: str, author: Author, on_conflict: str | None) -> list[Conflict]:
    """Merge in one transaction, which is undone where conflicts are left. Returns these."""
    workspace.execute("START TRANSACTION")
    try:
        try:
            merged = merge(workspace, revision, message, author)
        except LostRaceError as error:
            return [refused_merge(str(error))]  # nobody else works on a private branch: this is for good
        if merged:
            workspace.execute("COMMIT")
            return []
        found = conflicts(workspace)
        if on_conflict is None or any(conflict.kind != "data" for conflict in found):
            return found
        for conflict in found:
            resolve_rows(workspace, conflict.table, on_conflict)
        left = [conflict for conflict in conflicts(workspace) if conflict.count]
        if not left:
            commit_merge(workspace, message, author)
        return left
    finally:
        workspace.execute("ROLLBACK")


def _take(database: Database, workspace: Connection, revision: str, tables: list[str], author: Author) -> None:
    """Make tables what they are at a revision, where Dolt cannot merge their schemas, and commit."""
    with database.connect(revision) as snapshot:
        gone = [table for table in tables if table_hash(snapshot, table) is None]
    for table in tables:
        if table in gone:
            workspace.execute(f"DROP TABLE IF EXISTS {quote(table)}")
        else:
            take_table(workspace, revision, table)
    stage(workspace, gone)
    commit(workspace, f"Take the schema of {', '.join(tables)} from {revision}", author)
