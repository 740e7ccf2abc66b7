"""A save that needs more than one transaction: built on a private branch, committed there, and landed on the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.earlier import superseding_save
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.target import Target, name_for_merge
from dolt_integrations.core.branches.undo import warn_of
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.frames.digest import RowsDigest
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import superseding, without_superseding
from dolt_integrations.core.writes.landing import CommitInfo, CreateBranch, Landing, Merge, PutOnTop
from dolt_integrations.core.writes.workspace import Workspace, open_workspace
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.procedures import head, table_hash

if TYPE_CHECKING:
    from dolt_integrations.core.branches.merge import Superseded
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database, TableSchema


def save_beside(
    database: Database,
    connection: Connection,
    save: Save,
    branch_conf: Branch,
    target: Target,
    schema: TableSchema | None = None,
) -> Version:
    """Build a table beside its branch, and land it there as the branch's config says.

    Args:
        database: Where.
        connection: A session; on the target where that exists and the save is of a frame.
        save: What: a frame, or a stream with its first batch.
        branch_conf: The branch, and how work lands there.
        target: The branch, with the commit to begin at.
        schema: The table's columns and key, as they are to be; None where the table has to be looked at again.

    Raises:
        DataError: A batch is not to be stored as it is, or does not go with those before; nothing is written.
        InvalidNameError: Dolt does not take the name of a branch that is to be created.
        LostRaceError: Others changed the table meanwhile, or created the branch; the save may be tried again.
        MergeConflictError: Others changed the same rows; the error names the branch that keeps the work.
        UncommittedChangesError: The table has uncommitted work on the target.
    """
    if target.exists and (branch_conf.merges or save.rest is not None):
        check_branch(database, target.branch, save.table if save.rest is not None else None)
    with open_workspace(database, target.start) as work:
        save = _superseding(_named(database, work, save, branch_conf, target), branch_conf)
        plan, outside = _divided(work, save)
        digest = RowsDigest(save.primary_key or ()) if save.turn is not None else None
        changed = work.build(plan, digest, schema)
        if save.turn is not None and digest is not None:
            found = save.turn.adopted(save, digest.hex())
            if found is not None:
                return found
            save, plan = (save.turn.named(each, digest.hex()) for each in (save, plan))
        if changed:
            work.commit(CommitInfo(plan.message, plan.author))
            warn_of(save.table, plan.superseded)
        elif target.exists and not outside:
            return _unchanged(database, work, save, branch_conf, target)
        landing = _landing(connection, save, branch_conf, target, outside)
        landed = work.land(landing, target.branch, CommitInfo(save.message, save.author))
        content = table_hash(work.session, save.table) if landed == work.head else None
    if content is None:
        with database.connect(landed) as snapshot:
            content = table_hash(snapshot, save.table)
    return Version(landed, target.branch, content, bool(changed))


def _landing(
    connection: Connection, save: Save, branch_conf: Branch, target: Target, superseded: Superseded
) -> Landing:
    """Return how the work of a save lands. A stream cannot start again, so another writer's work is merged with its."""
    if branch_conf.merges:
        return Merge(branch_conf.resolution, superseded)
    if save.rest is None:
        return PutOnTop(save.table, connection) if target.exists else CreateBranch()
    again = PutOnTop(save.table) if save.mode == REPLACE else Merge()
    return again if target.exists else CreateBranch(again)


def _named(database: Database, work: Workspace, save: Save, branch_conf: Branch, target: Target) -> Save:
    """Return the save with the table's name in the case that it has already."""
    if branch_conf.merges or save.rest is not None:
        return replace(save, table=name_for_merge(work.session, database, target.branch, save.table))
    return save if target.exists else save.named(work.session)


def _superseding(save: Save, branch_conf: Branch) -> Save:
    """Return a stream that supersedes what counts of earlier attempts; that it is one of them is known at its end."""
    if save.turn is None:
        return save
    inside = branch_conf.merges or save.mode != REPLACE
    return superseding_save(save, save.turn.superseded(save.table), inside=inside)


def _divided(work: Workspace, save: Save) -> tuple[Save, Superseded]:
    """Part what a save supersedes: what its own commit takes back, and what is to be taken back before it is merged.

    Args:
        work: At the commit that the save begins at.
        save: What is to be written; its message names all that it supersedes.

    Returns:
        The save with what its start has, and for its table what its start lacks.
    """
    here = tuple(write for write in save.superseded if is_ancestor(work.session, write.work, work.start))
    there = tuple(write for write in save.superseded if write not in here)
    inside = here if save.mode != REPLACE else ()  # a replace wins over what its start has
    message = superseding(without_superseding(save.message), [write.commit for write in here])
    plan = replace(save, superseded=inside, message=message if there else save.message)
    return plan, {save.table: there} if there else {}


def _unchanged(database: Database, work: Workspace, save: Save, branch_conf: Branch, target: Target) -> Version:
    if not branch_conf.merges:
        return Version(target.start, target.branch, table_hash(work.session, save.table), changed=False)
    with database.connect(target.branch) as connection:
        return Version(head(connection), target.branch, table_hash(connection, save.table), changed=False)
