"""Saving frames larger than memory: batch by batch on a private branch, then landed as one commit."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from dolt_integrations.core.branches.earlier import superseding_save
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.target import find_target, name_for_merge, required_branch
from dolt_integrations.core.branches.undo import take_back, warn_of
from dolt_integrations.core.configs.branch import MergeBranch
from dolt_integrations.core.frames.digest import RowsDigest, add_frame
from dolt_integrations.core.frames.frame import EncodedFrame, encode_frame
from dolt_integrations.core.progress import counted
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.schemas.union import APPEND, REPLACE, UPSERT
from dolt_integrations.core.writes.beside import create_target, divided, merge_work
from dolt_integrations.core.writes.build import build_table
from dolt_integrations.core.writes.on_top import put_on_top
from dolt_integrations.engine import find_table
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.engine.versions.procedures import commit, head, resolve, stage, table_hash
from dolt_integrations.errors import DataError, DoltError, LostRaceError, StorageError

if TYPE_CHECKING:
    from dolt_integrations.core.branches.merge import Superseded
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database

logger = logging.getLogger(__name__)

ROWS = 500_000
"""Rows of the batches that a LazyFrame is read in."""


def is_stream(data: Any) -> bool:
    """Whether data comes in batches: an iterator of frames, a pyarrow RecordBatchReader or a polars LazyFrame."""
    return isinstance(data, (Iterator, pa.RecordBatchReader, pl.LazyFrame))


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
    before, changed = table_hash(workspace, save.table), {save.table}
    if save.superseded:
        take_back(database, workspace, save.table, save.superseded)
    later = replace(save, mode=UPSERT if save.mode == UPSERT else APPEND, overwrite=False)
    for number, rows in enumerate(counted(_batches(save), f"write {save.table}")):
        if save.turn is not None:
            add_frame(digest, rows)
        part = replace(save if number == 0 else later, rows=rows)
        changed.update(build_table(workspace, part, part.schema(find_table(workspace, save.table))))
    if before == table_hash(workspace, save.table):
        return []
    stage(workspace, sorted(changed))
    return sorted(changed)


def _batches(save: Save) -> Iterator[EncodedFrame]:
    yield save.rows
    for batch in save.rest or ():
        yield _encoded(batch, save.table)


@contextmanager
def first_batch(data: Any, table: str) -> Iterator[tuple[EncodedFrame, Iterator[Any] | None]]:
    """Yield data, encoded; of a stream its first batch, and the others as they are.

    Raises:
        DataError: The data is not to be stored as it is, or the stream is empty: it has not even columns.
        StorageError: No room for the temporary file of a LazyFrame.
    """
    check_process()
    with _opened(data, table) as batches:
        first = data if batches is None else _first_of(batches, table)
        yield (encode_frame(first, table=table) if batches is None else _encoded(first, table)), batches


@contextmanager
def _opened(data: Any, table: str) -> Iterator[Iterator[Any] | None]:
    """Yield the batches of a stream, a LazyFrame's from a temporary file; None for a frame."""
    if isinstance(data, pl.LazyFrame):
        with _collected(data, table) as batches:
            yield batches
    elif isinstance(data, pa.RecordBatchReader):
        yield _tables(data)
    else:
        yield data if isinstance(data, Iterator) else None


def _tables(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield a table for each batch."""
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _encoded(batch: Any, table: str) -> EncodedFrame:
    return encode_frame(batch, table=table, in_stream=True)


@contextmanager
def _collected(data: pl.LazyFrame, table: str) -> Iterator[Iterator[pl.DataFrame]]:
    """Let polars compute a LazyFrame to a file, in bounded memory, and yield that in batches."""
    with tempfile.TemporaryFile(prefix="dolt-integrations-") as file:
        path = f"/dev/fd/{file.fileno()}"  # it has no name of its own, so that nothing stays of it, whatever happens
        try:
            data.sink_parquet(path, row_group_size=ROWS)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _uncomputed(table, error) from error
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        scan = pl.scan_parquet(path)
        yield (scan.slice(at, ROWS).collect() for at in range(0, max(rows, 1), ROWS))


def _uncomputed(table: str, error: Exception) -> DoltError:
    if re.search(r"os error (28|122)|no space left|quota", str(error), re.IGNORECASE):
        hint = f"Make room in {tempfile.gettempdir()}, or set TMPDIR to another place."
        return StorageError(f"cannot write a temporary file for table `{table}`: {error}", hint=hint)
    return DataError(f"the LazyFrame for table `{table}` cannot be computed: {error}", hint="Mend it.")


def _first_of(batches: Iterator[Any], table: str) -> Any:
    try:
        return next(batches)
    except StopIteration:
        hint = "Give at least one, which may have no rows. One that has been read already has none left."
        raise DataError(f"the iterator or reader for table `{table}` has no frames", hint=hint) from None
