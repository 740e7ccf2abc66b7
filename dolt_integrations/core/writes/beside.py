"""Saves that need more than one transaction: built and committed on a private branch, then landed on the target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.earlier import superseding_save
from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.target import Target, name_for_merge
from dolt_integrations.core.branches.undo import warn_of
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.frames.digest import RowsDigest
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import superseding, without_superseding
from dolt_integrations.core.rows import cache
from dolt_integrations.core.writes.commit_info import CommitInfo
from dolt_integrations.core.writes.landing import CreateBranch, Landing, Merge, PutOnTop
from dolt_integrations.core.writes.workspace import Workspace, open_workspace
from dolt_integrations.core.writes.written import Written
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.tables.schema import find_definition
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.hashes import table_hash
from dolt_integrations.engine.versions.log import is_ancestor

if TYPE_CHECKING:
    from dolt_integrations.core.branches.merge import Superseded
    from dolt_integrations.core.branches.private import Reserved
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.writes.build import Built
    from dolt_integrations.engine import Connection, Database, TableSchema


def save_beside(
    database: Database,
    connection: Connection,
    save: Save,
    branch_conf: Branch,
    target: Target,
    schema: TableSchema | None = None,
    *,
    place: Reserved | None = None,
    is_new: bool = False,
) -> Written:
    """Build a table on a private branch, and land it on the target in the way that the branch config asks for.

    Args:
        database: The database.
        connection: A session. It is on the target if that exists and the save is of a frame.
        save: A frame, or a stream with its first batch.
        branch_conf: The branch, and how work lands on it.
        target: The branch, with the commit to start from.
        schema: The columns and key that the table is to have. None if the table has to be read again.
        place: The private branch. None opens a session for a new one.
        is_new: Whether the table is known not to exist.

    Raises:
        DataError: A batch cannot be stored as it is, or does not fit the earlier ones. Nothing is written.
        InvalidNameError: Dolt rejects the name of a branch that is to be created.
        LostRaceError: Another writer changed the table or created the branch. The save can be tried again.
        MergeConflictError: Another writer changed the same rows. The error names the branch that keeps the work.
        SupersededError: Another writer has built on rows of an earlier attempt that the save takes back.
        UncommittedChangesError: The table has uncommitted work on the target.
    """
    if target.exists and (branch_conf.merges or save.rest is not None):
        check_branch(database, target.branch, save.table if save.rest is not None else None)
    built = plain = None
    with open_workspace(database, target.start, place) as work:
        save = _superseding(_named(database, work, save, branch_conf, target), branch_conf)
        plan, outside = _divided(work, save)
        digest = RowsDigest(save.primary_key or ()) if save.locked is not None else None
        if save.rest is None and not plan.superseded:
            info = CommitInfo(plan.message, plan.author)
            built = work.build_and_commit(plan, info, schema, is_new=is_new, there=target.table)
            plain = None if branch_conf.merges or built.commit is None else _plain(work, save, built)
        changed = built.tables if built is not None else work.build(plan, digest, schema)
        if save.locked is not None and digest is not None:
            found = save.locked.adopted(save, digest.hex())
            if found is not None:
                return Written(found)
            save, plan = (save.locked.named(each, digest.hex()) for each in (save, plan))
        if changed and built is None:
            work.commit(CommitInfo(plan.message, plan.author))
            warn_of(save.table, plan.superseded)
        elif not changed and target.exists and not outside:
            return Written(_unchanged(database, work, save, branch_conf, target))
        content = built.content if built is not None else table_hash(work.session, save.table)
        landing = _landing(connection, save, branch_conf, target, outside)
        landed = work.land(landing, target.branch, CommitInfo(save.message, save.author))
        if changed:
            check_landed(database, work.session, target.branch, landed, keep=save.rest is not None)
    if landed != work.head:
        with visiting(connection, landed) as snapshot:
            there = table_hash(snapshot, save.table)
        content, plain = there, plain if there == content else None
    return Written(Version(landed, target.branch, content, bool(changed)), plain)


def _plain(work: Workspace, save: Save, built: Built) -> TableSchema | None:
    """Return the schema of the table that was built, if the table holds exactly the given rows (see `Written`)."""
    if save.mode != REPLACE or built.has_triggers or not cache.is_worthwhile(save.rows.data):
        return None
    found = find_definition(work.session, save.table)
    return None if found is None or found.has_foreign_collations else found.schema


def _landing(
    connection: Connection, save: Save, branch_conf: Branch, target: Target, superseded: Superseded
) -> Landing:
    """Return how the work lands. A stream cannot be read again, so it is merged with what other writers committed."""
    if branch_conf.merges:
        return Merge(branch_conf.resolution, superseded)
    if save.rest is None:
        return PutOnTop(save.table, connection) if target.exists else CreateBranch()
    again = PutOnTop(save.table) if save.mode == REPLACE else Merge()
    return again if target.exists else CreateBranch(again)


def _named(database: Database, work: Workspace, save: Save, branch_conf: Branch, target: Target) -> Save:
    """Return the save with the table's name in the case that the existing table has."""
    if branch_conf.merges or save.rest is not None:
        return replace(save, table=name_for_merge(work.session, database, target.branch, save.table))
    return save if target.exists else save.named(work.session)


def _superseding(save: Save, branch_conf: Branch) -> Save:
    """Let a stream supersede its earlier attempts. Whether it repeats one of them is known only at its end."""
    if save.locked is None:
        return save
    inside = branch_conf.merges or save.mode != REPLACE
    return superseding_save(save, save.locked.superseded(save.table), inside=inside)


def _divided(work: Workspace, save: Save) -> tuple[Save, Superseded]:
    """Split what a save supersedes into what its own commit takes back and what the target takes back before the merge.

    Args:
        work: A workspace at the commit that the save starts from.
        save: The save. Its message names everything that it supersedes.

    Returns:
        The save with the superseded writes that its start contains; and those that its start lacks, by table.
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
