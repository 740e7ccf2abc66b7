"""Writing a table's schema and rows in the working set of a session's branch."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND, REPLACE, UPSERT
from dolt_integrations.core.frames.digest import RowsDigest, add_frame
from dolt_integrations.core.progress import counted
from dolt_integrations.core.schemas.generated import insert_numbered, warn_of_computed
from dolt_integrations.core.schemas.violations import check_new_rows, locating
from dolt_integrations.core.writes.ddl import clear_table, extend_table
from dolt_integrations.core.writes.foreign_keys import check_references, unchecked_references
from dolt_integrations.core.writes.odd_dates import holding_odd_dates, keeping_odd_dates, odd_dates_of
from dolt_integrations.core.writes.stream_source import encode_batch
from dolt_integrations.engine import find_table
from dolt_integrations.engine.tables.contents import empty_table
from dolt_integrations.engine.tables.dml import delete_rows, replace_rows, upsert_rows
from dolt_integrations.engine.versions.commits import commit
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.state import branch_and_table
from dolt_integrations.engine.versions.working_set import stage, status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.frames.frame import EncodedFrame
    from dolt_integrations.core.provenance.commit_info import CommitInfo
    from dolt_integrations.engine import Connection, TableSchema
    from dolt_integrations.engine.versions.state import TableState


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Built:
    """A table that was built on a private branch.

    Attributes:
        tables: The tables that were staged, including those that triggers wrote to. Empty if the table is unchanged.
        content: Dolt's hash of the table.
        commit: The commit that was made, or None if no commit was asked for or nothing changed.
        has_triggers: Whether the table has triggers, which may have changed the rows.
    """

    tables: list[str]
    content: str | None
    commit: str | None
    has_triggers: bool


def build_table(
    workspace: Connection,
    save: Save,
    schema: TableSchema,
    *,
    is_new: bool = False,
    info: CommitInfo | None = None,
    there: TableState | None = None,
) -> Built:
    """Write a table's schema and rows on a private branch, and stage it with the tables that its triggers wrote to.

    Args:
        workspace: A session on the private branch, where DDL, which commits implicitly, disturbs no other session.
        save: What to save.
        schema: The columns and key that the table is to have.
        is_new: Whether the table is known not to exist.
        info: Of a commit to make at the end, or None.
        there: The table's state now. None asks for it.

    Raises:
        DataError: The rows cannot be stored, or the table cannot be altered for them.
        LostRaceError: Another session created the table at the same time.
    """
    table = there or branch_and_table(workspace, save.table, is_there=not is_new)[1]
    before, is_empty = table.content, False
    if save.differences is not None and save.differences.base == before:
        logger.debug("table %s is changed in %d rows", save.table, save.differences.size)
    elif save.mode == REPLACE:
        is_empty = clear_table(workspace, save, schema, table.referring, is_new=is_new)
    else:
        extend_table(workspace, save, schema)
    with unchecked_references(workspace, table.referring), workspace.transaction():
        put_rows(workspace, save, schema, is_empty=is_empty, before=before)
        check_references(workspace, save.table, table.referring, save.rows.data)
        content = table_hash(workspace, save.table)
    if content == before:
        return Built([], content, None, table.has_triggers)
    changed = _changed(workspace, save.table, table)
    stage(workspace, changed)
    # After a DOLT_COMMIT inside a transaction, Dolt serves all later queries of the session from one snapshot.
    made = commit(workspace, info.message, info.author) if info is not None else None
    return Built(changed, content, made, table.has_triggers)


def _changed(workspace: Connection, name: str, table: TableState) -> list[str]:
    """Return the tables that a save has changed. Triggers and foreign keys may change others than its own."""
    if table.stands_alone:
        return [name]
    # dolt_status does not list a table of which only a comment has changed.
    return sorted({name, *(entry.table for entry in status(workspace))})


def build_batches(
    workspace: Connection, save: Save, digest: RowsDigest | None = None, schema: TableSchema | None = None
) -> list[str]:
    """Write all batches of a save on a private branch. Those after the first are appends or upserts.

    Args:
        workspace: A session on the private branch.
        save: A frame, or a stream's first batch with the other batches as its `rest`.
        digest: A digest to add the rows to, or None.
        schema: The schema that the table is to have with the first batch. None reads the table to find out.

    Returns:
        The tables that were staged. Empty if the table is unchanged.

    Raises:
        DataError: A batch cannot be stored. Earlier ones are on the private branch.
    """
    before = table_hash(workspace, save.table) if save.rest is not None else None
    later = replace(save, mode=UPSERT if save.mode == UPSERT else APPEND, overwrite=False)
    start = find_table(workspace, save.table) if save.rest is not None else None
    odd_dates = odd_dates_of(workspace, save, start)
    changed: set[str] = set()
    for number, rows in enumerate(batches_of(save, digest)):
        rows = holding_odd_dates(rows, start, odd_dates) if start is not None else rows
        part = replace(save if number == 0 else later, rows=rows)
        wanted = schema if number == 0 else None
        if wanted is None:
            existing = find_table(workspace, save.table)
            part = keeping_odd_dates(workspace, part, existing)
            wanted = part.schema(existing)
        built = build_table(workspace, part, wanted)
        changed.update(built.tables)
    if save.rest is not None and before == table_hash(workspace, save.table):
        return []
    return sorted(changed)


def batches_of(save: Save, digest: RowsDigest | None = None) -> Iterator[EncodedFrame]:
    """Yield the frame of a save, or a stream's batches, adding each to the digest first."""
    for rows in counted(_batches(save), f"write {save.table}") if save.rest is not None else [save.rows]:
        if digest is not None:
            add_frame(digest, rows)
        yield rows


def _batches(save: Save) -> Iterator[EncodedFrame]:
    yield save.rows
    for batch in save.rest or ():
        yield encode_batch(batch, save.table)


def put_rows(
    connection: Connection, save: Save, schema: TableSchema, *, is_empty: bool = False, before: str | None = None
) -> None:
    """Write the rows as the mode asks, in the session's transaction. The table already has the right columns.

    Args:
        connection: The session.
        save: What to save.
        schema: The table's columns and key.
        is_empty: Whether the table is known to have no rows.
        before: Dolt's hash of the table now. Differences are applied only to the version that they were computed from.

    Raises:
        ConstraintError: Rows break a constraint of the table. The error names the row if it can be found.
        DataError: Dolt cannot store a row.
    """
    differences = save.differences if save.mode == REPLACE else None
    written = differences.written if differences is not None else save.rows.data
    warn_of_computed(connection, save.table, schema, written)
    with locating(connection, save.table, schema, save.rows.data, save.mode):
        _put_rows(connection, save, schema, is_empty=is_empty, before=before)


def _put_rows(connection: Connection, save: Save, schema: TableSchema, *, is_empty: bool, before: str | None) -> None:
    if save.mode == UPSERT:
        check_new_rows(connection, save.table, schema, save.rows.data)
        upsert_rows(connection, save.table, schema, save.rows.written)
        return
    if save.mode == REPLACE and save.differences is not None:
        if before == save.differences.base:
            delete_rows(connection, save.table, schema, save.differences.gone)
            replace_rows(connection, save.table, schema, save.differences.written, save.differences.replaced)
            return
        logger.debug("table %s has changed since it was compared: rewriting all rows", save.table)
    if save.mode == REPLACE and not is_empty:
        empty_table(connection, save.table)
    insert_numbered(connection, save.table, schema, save.rows.written)
