"""Saves that need more than one transaction: built and committed on a private branch, then landed on the target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.target import Save
from dolt_integrations.core.branches.undo import warn_of
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.frames.digest import RowsDigest
from dolt_integrations.core.provenance.commit_info import CommitInfo
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import superseding, without_superseding
from dolt_integrations.core.rows import cache
from dolt_integrations.core.writes.workspace import Workspace, open_workspace
from dolt_integrations.core.writes.written import Written
from dolt_integrations.engine import TableSchema
from dolt_integrations.engine.tables.definitions.schema import find_definition
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.log import is_ancestor

if TYPE_CHECKING:
    from dolt_integrations.core.branches.merges.merge import Superseded
    from dolt_integrations.core.branches.private import Reserved
    from dolt_integrations.core.writes.build import Built
    from dolt_integrations.core.writes.destination import Destination


def save_beside(
    to: Destination,
    save: Save,
    schema: TableSchema | None = None,
    *,
    place: Reserved | None = None,
    is_new: bool = False,
) -> Written:
    """Build a table on a private branch, and land it on the target in the way that the branch config asks for.

    Args:
        to: The branch, and how work lands on it.
        save: A frame, or a stream with its first batch.
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
    to.check(save)
    with open_workspace(to.database, to.target.start, place) as work:
        save = to.superseding(to.named(work.session, save))
        plan, outside = _divided(work, save)
        if save.rest is None and not plan.superseded:
            made = _make_at_once(work, to, save, plan, schema, is_new=is_new)
        else:
            made = _make(work, save, plan, schema)
        if made.adopted is not None:
            return Written(made.adopted)
        if not made.changed and to.target.exists and not outside:
            return Written(to.unchanged(save.table, made.content))
        landed = _land(work, to, made, outside)
    return _written(to, made, landed, work.head)


@dataclass(frozen=True)
class _Made:
    """What was built and committed on the private branch.

    Attributes:
        save: The save, with its final message.
        changed: Whether anything was committed.
        content: Dolt's hash of the table.
        plain: See `Written`.
        adopted: The version of an earlier commit of the same rows, which makes this work superfluous, or None.
    """

    save: Save
    changed: bool
    content: str | None
    plain: TableSchema | None = None
    adopted: Version | None = None


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


def _make_at_once(
    work: Workspace, to: Destination, save: Save, plan: Save, schema: TableSchema | None, *, is_new: bool
) -> _Made:
    """Build and commit a frame that takes nothing back."""
    info = CommitInfo(plan.message, plan.author)
    built = work.build_and_commit(plan, info, schema, is_new=is_new, there=to.target.table)
    plain = None if to.conf.merges or built.commit is None else _plain(work, save, built)
    return _Made(save, bool(built.tables), built.content, plain)


def _make(work: Workspace, save: Save, plan: Save, schema: TableSchema | None) -> _Made:
    """Build and commit a stream, or a frame that takes earlier writes back."""
    digest = RowsDigest(save.primary_key or ()) if save.locked is not None else None
    changed = bool(work.build(plan, digest, schema))
    content = table_hash(work.session, save.table)
    if save.locked is not None and digest is not None:
        found = save.locked.adopted(save, digest.hex())
        if found is not None:
            return _Made(save, changed, content, adopted=found)
        save, plan = (save.locked.named(each, digest.hex()) for each in (save, plan))
    if changed:
        work.commit(CommitInfo(plan.message, plan.author))
        warn_of(save.table, plan.superseded)
    return _Made(save, changed, content)


def _plain(work: Workspace, save: Save, built: Built) -> TableSchema | None:
    """Return the schema of the table that was built, if the table holds exactly the given rows (see `Written`)."""
    if save.mode != REPLACE or built.has_triggers or not cache.is_worthwhile(save.rows.data):
        return None
    found = find_definition(work.session, save.table)
    return None if found is None or found.has_foreign_collations else found.schema


def _land(work: Workspace, to: Destination, made: _Made, outside: Superseded) -> str:
    """Land the work on its branch. Returns the branch's new head."""
    save, branch = made.save, to.target.branch
    landed = to.landing(save, outside).land(work, branch, CommitInfo(save.message, save.author))
    if made.changed:
        check_landed(to.database, work.session, branch, landed, keep=save.rest is not None)
    return landed


def _written(to: Destination, made: _Made, landed: str, head: str) -> Written:
    """Return what was written. If the branch's head is not the work's own commit, it may hold others' rows as well."""
    content, plain = made.content, made.plain
    if landed != head:
        content = to.content_at(landed, made.save.table)
        plain = plain if content == made.content else None
    return Written(Version(landed, to.target.branch, content, made.changed), plain)
