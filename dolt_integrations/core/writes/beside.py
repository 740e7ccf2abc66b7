"""A save that needs DDL, which is not transactional in Dolt: made on a private branch, then landed on the target."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.conflicting import conflict_error
from dolt_integrations.core.branches.forward import MovedError, forward
from dolt_integrations.core.branches.merge import merge_into
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.private import keep_branch, private_branch
from dolt_integrations.core.branches.take import take_tables
from dolt_integrations.core.branches.target import Target, check_name, name_for_merge, required_branch
from dolt_integrations.core.branches.undo import take_back, warn_of
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import superseding, without_superseding
from dolt_integrations.core.retry import retried
from dolt_integrations.core.schemas.union import REPLACE
from dolt_integrations.core.writes.build import build_table
from dolt_integrations.engine import find_table
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.procedures import commit, find_branches, head, resolve, table_hash
from dolt_integrations.errors import InvalidNameError, LostRaceError, MergeConflictError, SupersededError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.branches.merge import Superseded
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.configs.branch import MergeBranch
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.engine import Author, Connection, Database, TableSchema

logger = logging.getLogger(__name__)


def save_on_new_branch(database: Database, save: Save, target: Target) -> Version:
    """Make the table on a private branch, and create the target there.

    Raises:
        InvalidNameError: Dolt does not take the target's name.
        LostRaceError: Somebody else created it first; the save may be tried again.
    """
    with private_branch(database, target.start) as workspace:
        save = save.named(workspace)
        changed = build_and_commit(database, workspace, save)
        made = head(workspace)
        create_target(workspace, target.branch, made)
        return Version(made, target.branch, table_hash(workspace, save.table), bool(changed))


def create_target(workspace: Connection, branch: str, made: str) -> None:
    """Create the branch that a save goes to at the commit that it has made.

    Raises:
        InvalidNameError: Dolt does not take the name, or does not tell it apart from another branch's.
        LostRaceError: Somebody else created it first.
    """
    check_name(find_branches(workspace), branch, workspace.address)
    try:
        create_branch(workspace, branch, made)
    except InvalidNameError as error:
        hint = "Choose another name."
        raise InvalidNameError(f"Dolt does not take the branch name {branch!r}", hint=hint) from error
    logger.debug("created %s at %s", branch, made)


def save_by_private_branch(
    database: Database, connection: Connection, save: Save, schema: TableSchema | None, target: Target
) -> Version:
    """Make the table on a private branch, and bring the target onto it.

    Args:
        database: Where.
        connection: On the target.
        save: What.
        schema: The table's columns and key, as they are to be; None where it has to be looked at again.
        target: With the commit that `schema` was decided on.

    Raises:
        LostRaceError: Others changed the table meanwhile, or kept moving the target; the save may be tried again.
        UncommittedChangesError: The table has become dirty on the target.
    """
    with private_branch(database, target.start) as workspace:
        before = table_hash(workspace, save.table)
        changed = build_and_commit(database, workspace, save, schema)
        if not changed:
            return Version(head(connection), target.branch, before, changed=False)
        made, after = head(workspace), table_hash(workspace, save.table)

        def land() -> str:
            with connection.lock(database.address.database, target.branch):
                return _land(database, connection, save, target, made, before, changed)

        return Version(retried(land, MovedError), target.branch, after, changed=True)


def build_and_commit(
    database: Database, workspace: Connection, save: Save, schema: TableSchema | None = None
) -> list[str]:
    """Make the table and commit. Returns what that changed: the table, and what its triggers wrote to."""
    before = table_hash(workspace, save.table)
    if save.superseded:
        take_back(database, workspace, save.table, save.superseded)
    changed = build_table(workspace, save, schema or save.schema(find_table(workspace, save.table)))
    if save.superseded and table_hash(workspace, save.table) != before:
        changed = sorted({*changed, save.table})
    if changed:
        commit(workspace, save.message, save.author)
        warn_of(save.table, save.superseded)
    return changed


def _land(
    database: Database,
    connection: Connection,
    save: Save,
    target: Target,
    made: str,
    before: str | None,
    changed: Sequence[str],
) -> str:
    """Bring the target onto the commit, or onto one like it on top of what others committed. Returns that commit."""
    now = head(connection)
    if table_hash(connection, save.table) != before:
        raise LostRaceError(f"another session changed table `{save.table}` on {target.branch} at the same time")
    if now == target.start:
        return forward(connection, target.branch, made, changed)
    if len(changed) > 1:
        raise LostRaceError(
            f"others committed to {target.branch} while triggers of table `{save.table}` wrote elsewhere"
        )
    with private_branch(database, now) as workspace:
        take_tables(workspace, made, [save.table])
        commit(workspace, save.message, save.author)
        return forward(connection, target.branch, head(workspace), [save.table])


def save_by_merge(database: Database, save: Save, branch_conf: MergeBranch) -> Version:
    """Make the table on a private branch at `branch_from`, and merge that into `merge_to`.

    Returns:
        The version on `merge_to`, with the changes of others that it has.

    Raises:
        BranchNotFoundError: No branch `merge_to`.
        RevisionNotFoundError: No revision `branch_from`.
        MergeConflictError: Both sides changed the same; the error names the branch that keeps the work.
    """
    with database.connect() as connection:
        required_branch(connection, database, branch_conf.merge_to)
        start = resolve(connection, branch_conf.branch_from)
    check_branch(database, branch_conf.merge_to)
    with private_branch(database, start) as workspace:
        message = save.message
        save = replace(save, table=name_for_merge(workspace, database, branch_conf.merge_to, save.table))
        save, outside = divided(workspace, save)
        changed = build_and_commit(database, workspace, save)
        made = head(workspace)
        merged = (
            merge_work(database, made, branch_conf.merge_to, message, save.author, branch_conf.on_conflict, outside)
            if changed or outside
            else None
        )
    with database.connect(branch_conf.merge_to if merged is None else merged) as connection:
        at = merged or head(connection)
        return Version(at, branch_conf.merge_to, table_hash(connection, save.table), bool(changed))


def divided(workspace: Connection, save: Save) -> tuple[Save, dict[str, tuple[EarlierWrite, ...]]]:
    """Part what a save supersedes: what its own commit takes back, and what is to be taken back before it is merged.

    Args:
        workspace: On the commit that the save begins at.
        save: What is to be written; its message names all that it supersedes.

    Returns:
        The save with what its start has, and for its table what its start lacks.
    """
    here = tuple(write for write in save.superseded if is_ancestor(workspace, write.work, head(workspace)))
    there = tuple(write for write in save.superseded if write not in here)
    inside = here if save.mode != REPLACE else ()  # a replace wins over what its start has
    message = superseding(without_superseding(save.message), [write.commit for write in here])
    work = replace(save, superseded=inside, message=message if there else save.message)
    return work, {save.table: there} if there else {}


def merge_work(
    database: Database,
    made: str,
    merge_to: str,
    message: str,
    author: Author,
    on_conflict: str | None,
    superseded: Superseded | None = None,
) -> str:
    """Merge a commit into a branch; where it conflicts, keep it on a branch of its own, which the error names."""
    try:
        return merge_into(
            database, merge_to, made, message=message, author=author, on_conflict=on_conflict, superseded=superseded
        )
    except SupersededError:
        raise
    except MergeConflictError as error:
        kept = keep_branch(database, made)
        raise conflict_error(f"{error} The work is on branch {kept!r}", error.conflicts, branch=kept) from error
