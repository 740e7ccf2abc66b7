"""Saving frames larger than memory: batch by batch on a private branch, then landed as one commit."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.earlier import superseding_save
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.target import find_target, name_for_merge, required_branch
from dolt_integrations.core.branches.undo import take_back, warn_of
from dolt_integrations.core.configs.branch import MergeBranch
from dolt_integrations.core.frames.digest import RowsDigest, add_frame
from dolt_integrations.core.progress import counted
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.schemas.union import APPEND, REPLACE, UPSERT
from dolt_integrations.core.writes.beside import create_target, divided, merge_work
from dolt_integrations.core.writes.build import build_table
from dolt_integrations.core.writes.on_top import put_on_top
from dolt_integrations.core.writes.stream_source import encode_batch
from dolt_integrations.engine import find_table
from dolt_integrations.engine.versions.procedures import commit, head, resolve, stage, table_hash
from dolt_integrations.errors import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.branches.merge import Superseded
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.frames.frame import EncodedFrame
    from dolt_integrations.engine import Connection, Database, TableSchema

logger = logging.getLogger(__name__)


def save_stream(database: Database, save: Save, branch_conf: Branch) -> Version:
    """Write batches to a private branch, and bring the target onto it.

    Of a `replace` the target's table becomes what was written, whatever others did to it meanwhile, as of the later of
    two writers; rows that are added or changed are merged with theirs.

    Args:
        database: Where.
        save: What, with the first batch; the others are its `rest`.
        branch_conf: The branch.

    Raises:
        DataError: A batch is not to be stored as it is, or does not go with those before; nothing is written.
        MergeConflictError: Others changed the same rows meanwhile; the error names the branch that keeps the work.
    """
    with database.connect() as connection:
        if isinstance(branch_conf, MergeBranch):
            branch, exists = branch_conf.merge_to, True
            required_branch(connection, database, branch)
            start = resolve(connection, branch_conf.branch_from)
        else:
            target = find_target(connection, database, branch_conf)
            branch, start, exists = target.branch, target.start, target.exists
    if exists:
        check_branch(database, branch, save.table)
    with private_branch(database, start) as workspace:
        save = replace(save, table=name_for_merge(workspace, database, branch, save.table))
        save = _superseding(save, merged=isinstance(branch_conf, MergeBranch))
        work, outside = divided(workspace, save)
        digest = RowsDigest(save.primary_key or ())
        changed = _build(database, workspace, work, digest)
        if save.turn is not None:
            found = save.turn.adopted(save, digest.hex())
            if found is not None:
                return found
            save, work = (save.turn.named(each, digest.hex()) for each in (save, work))
        if changed:
            commit(workspace, work.message, save.author)
            warn_of(save.table, work.superseded)
        made = head(workspace)
        if not changed and exists and not outside:
            return Version(start, branch, table_hash(workspace, save.table), changed=False)
        landed = None if exists else _create_target(workspace, branch, made)
        landed = landed or _land(database, save, branch_conf, branch, made, changed, outside)
    with database.connect(landed) as snapshot:
        return Version(landed, branch, table_hash(snapshot, save.table), bool(changed))


def _create_target(workspace: Connection, branch: str, made: str) -> str | None:
    """Create the branch at the commit that was made; None where somebody else has made it meanwhile."""
    try:
        create_target(workspace, branch, made)
    except LostRaceError:
        return None
    return made


def _land(
    database: Database,
    save: Save,
    branch_conf: Branch,
    branch: str,
    made: str,
    changed: list[str],
    superseded: Superseded,
) -> str:
    """Bring a branch that is there onto the commit. Returns the commit that it has then."""
    if isinstance(branch_conf, MergeBranch):
        return merge_work(database, made, branch, save.message, save.author, branch_conf.on_conflict, superseded)
    if save.mode == REPLACE:
        return put_on_top(database, save, branch, made, changed)
    return merge_work(database, made, branch, save.message, save.author, None)


def _superseding(save: Save, *, merged: bool) -> Save:
    """Return a save that supersedes what counts of earlier attempts; that it is one of them is known at its end."""
    if save.turn is None:
        return save
    return superseding_save(save, save.turn.superseded(save.table), inside=merged or save.mode != REPLACE)


def _build(database: Database, workspace: Connection, save: Save, digest: RowsDigest) -> list[str]:
    """Write all batches. Returns the tables that were staged: none where the table is as it was."""
    before = table_hash(workspace, save.table)
    if save.superseded:
        take_back(database, workspace, save.table, save.superseded)
    changed = build_batches(workspace, save, digest if save.turn is not None else None)
    if before == table_hash(workspace, save.table):
        return []
    stage(workspace, sorted({*changed, save.table}))
    return sorted({*changed, save.table})


def build_batches(
    workspace: Connection, save: Save, digest: RowsDigest | None = None, schema: TableSchema | None = None
) -> list[str]:
    """Write all batches of a save on a private branch, those after the first as appends or upserts.

    Args:
        workspace: On the private branch.
        save: What to save: a frame, or a stream's first batch with the others as its `rest`.
        digest: Gets the rows; None is none.
        schema: What the table is to have with the first batch; None where that has to be looked at.

    Returns:
        The tables that were staged: none where the table is as it was.
    """
    before = table_hash(workspace, save.table) if save.rest is not None else None
    later = replace(save, mode=UPSERT if save.mode == UPSERT else APPEND, overwrite=False)
    changed: set[str] = set()
    for number, rows in enumerate(batches_of(save, digest)):
        part = replace(save if number == 0 else later, rows=rows)
        wanted = schema if number == 0 else None
        changed.update(build_table(workspace, part, wanted or part.schema(find_table(workspace, save.table))))
    if save.rest is not None and before == table_hash(workspace, save.table):
        return []
    return sorted(changed)


def batches_of(save: Save, digest: RowsDigest | None = None) -> Iterator[EncodedFrame]:
    """Yield the frame of a save, or a stream's batches, each once it is part of the digest."""
    for rows in counted(_batches(save), f"write {save.table}") if save.rest is not None else [save.rows]:
        if digest is not None:
            add_frame(digest, rows)
        yield rows


def _batches(save: Save) -> Iterator[EncodedFrame]:
    yield save.rows
    for batch in save.rest or ():
        yield encode_batch(batch, save.table)
