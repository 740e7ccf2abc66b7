"""Giving a table its columns and rows, in the working set of a session's branch."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND, REPLACE, UPSERT
from dolt_integrations.core.frames.digest import RowsDigest, add_frame
from dolt_integrations.core.progress import counted
from dolt_integrations.core.schemas.alterations import alterations
from dolt_integrations.core.schemas.generated import insert_numbered
from dolt_integrations.core.schemas.rules import check_rules
from dolt_integrations.core.schemas.violations import check_new_rows, locating
from dolt_integrations.core.writes.foreign_keys import check_references, unchecked_references
from dolt_integrations.core.writes.stream_source import encode_batch
from dolt_integrations.engine import find_table
from dolt_integrations.engine.tables.alter import alter
from dolt_integrations.engine.tables.changes import delete_rows, replace_rows, upsert_rows
from dolt_integrations.engine.tables.contents import any_text_matches, create_table, drop_table, empty_table
from dolt_integrations.engine.versions.procedures import commit, stage, status, table_hash
from dolt_integrations.engine.versions.state import branch_and_table
from dolt_integrations.errors import DataError, LostRaceError, QueryError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.frames.frame import EncodedFrame
    from dolt_integrations.core.writes.landing import CommitInfo
    from dolt_integrations.engine import Column, Connection, TableSchema
    from dolt_integrations.engine.versions.state import TableState


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Built:
    """A table that was built on a private branch.

    Attributes:
        tables: What was staged, with what triggers wrote to: none where the table is as it was.
        content: Dolt's hash of the table.
        commit: Made of it; None where it was not to be committed.
        has_triggers: Whether the table has triggers, which may have changed the rows.
    """

    tables: list[str]
    content: str | None
    commit: str | None
    has_triggers: bool


def build_table(
    workspace: Connection, save: Save, schema: TableSchema, *, is_new: bool = False, info: CommitInfo | None = None
) -> Built:
    """Give the table its columns and rows on a private branch, and stage it and what its triggers wrote to.

    Args:
        workspace: On the private branch, where DDL, which ends transactions, harms nobody.
        save: What to save.
        schema: The columns and the key that the table is to have.
        is_new: Whether the table is known not to be there.
        info: Of the commit that is made in the end; None makes none.
    """
    _, table = branch_and_table(workspace, save.table, is_there=not is_new)
    before, is_empty = table.content, False
    if save.differences is not None and save.differences.base == before:
        logger.debug("table %s is changed in %d rows", save.table, save.differences.size)
    elif save.mode == REPLACE:
        is_empty = _empty(workspace, save, schema, table.referring, is_new=is_new)
    else:
        _extend(workspace, save, schema)
    with unchecked_references(workspace, table.referring), workspace.transaction():
        put_rows(workspace, save, schema, is_empty=is_empty, before=before)
        check_references(workspace, save.table, table.referring, save.rows.data)
        content = table_hash(workspace, save.table)
    if content == before:
        return Built([], content, None, table.has_triggers)
    changed = _changed(workspace, save.table, table)
    stage(workspace, changed)
    # Not in the transaction: after a DOLT_COMMIT in one, Dolt keeps one snapshot for all that the session asks later.
    made = commit(workspace, info.message, info.author) if info is not None else None
    return Built(changed, content, made, table.has_triggers)


def _changed(workspace: Connection, name: str, table: TableState) -> list[str]:
    """Return the tables that a save has changed: more than its own only by triggers and foreign keys."""
    if table.stands_alone:
        return [name]
    # Dolt's status says nothing of a comment that has changed.
    return sorted({name, *(entry.table for entry in status(workspace))})


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
        built = build_table(workspace, part, wanted or part.schema(find_table(workspace, save.table)))
        changed.update(built.tables)
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


def put_rows(
    connection: Connection, save: Save, schema: TableSchema, *, is_empty: bool = False, before: str | None = None
) -> None:
    """Do with the rows what the mode says, in the session's transaction; the table has the right columns already.

    Args:
        connection: The session.
        save: What to save.
        schema: The table's columns and key.
        is_empty: Whether the table is known to have no rows.
        before: Dolt's hash of the table as it is; of a `replace` of some rows, only that version can be changed.
    """
    with locating(connection, save.table, schema, save.rows.data, save.mode):
        _put_rows(connection, save, schema, is_empty=is_empty, before=before)


def _put_rows(connection: Connection, save: Save, schema: TableSchema, *, is_empty: bool, before: str | None) -> None:
    if save.mode == UPSERT:
        check_new_rows(connection, save.table, schema, save.rows.data)
        upsert_rows(connection, save.table, schema, save.rows.data)
        return
    if save.mode == REPLACE and save.differences is not None:
        if before == save.differences.base:
            delete_rows(connection, save.table, schema, save.differences.gone)
            replace_rows(connection, save.table, schema, save.differences.written, save.differences.replaced)
            return
        logger.debug("table %s has changed since it was compared: it is written anew", save.table)
    if save.mode == REPLACE and not is_empty:
        empty_table(connection, save.table)
    insert_numbered(connection, save.table, schema, save.rows.data)


def _extend(workspace: Connection, save: Save, schema: TableSchema) -> None:
    """Give the table its columns, its rows kept."""
    existing = find_table(workspace, save.table)
    changes = [schema.ddl(save.table)] if existing is None else alterations(save.table, existing, schema)
    if existing is not None:
        _check_documents(workspace, save.table, existing, schema)
    for change in changes:
        alter(workspace, change)


def _check_documents(workspace: Connection, table: str, existing: TableSchema, schema: TableSchema) -> None:
    """Refuse to make texts of documents with doubles from 1e21 on, which Dolt (1.83) would write as integers."""
    wanted = {column.name.lower(): column for column in schema.columns}
    for column in existing.columns:
        if column.sql_type != "json" or wanted.get(column.name.lower(), column).sql_type == "json":
            continue
        if any_text_matches(workspace, table, column.name, "[0-9]{22}"):
            raise UnsupportedTypeError(
                f"column {column.name!r} of table `{table}` is JSON and has numbers of 22 digits or more, which a text "
                "would not keep as they are, and the frame has numbers that Dolt's JSON would change",
                hint="Save all rows with mode 'replace', or write whole numbers as integers.",
            )


def _empty(workspace: Connection, save: Save, schema: TableSchema, referring: Sequence[str], *, is_new: bool) -> bool:
    """Give the table the columns that it is to have: altered, or made (anew). Returns whether it has no rows now."""
    existing = None if is_new else find_table(workspace, save.table)
    if existing is not None and existing.has_key(schema.primary_key) and not save.overwrite:
        changes = alterations(save.table, existing, schema)
        if not {name.lower() for name in existing.names} <= {name.lower() for name in schema.names}:
            check_rules(workspace, save.table, schema.names)
        with unchecked_references(workspace, referring):
            empty_table(workspace, save.table)
        for change in changes:
            alter(workspace, change)
        if _are_alike(find_table(workspace, save.table) if changes else existing, schema):
            return True
    if existing == schema:
        return False
    _recreate(workspace, save, schema, referring, is_there=existing is not None)
    return True


def _create(workspace: Connection, save: Save, schema: TableSchema) -> None:
    """Make a table that is not there, as far as this session knows.

    Raises:
        LostRaceError: Another session has made it since.
    """
    try:
        create_table(workspace, save.table, schema)
    except QueryError:
        if find_table(workspace, save.table) is not None:
            raise LostRaceError(f"another session made table `{save.table}` at the same time") from None
        raise


def _are_alike(found: TableSchema | None, wanted: TableSchema) -> bool:
    """Whether a table is as it was to be. Dolt 2 writes the default of a DECIMAL with all digits of its scale."""
    if found is None or found.primary_key != wanted.primary_key:
        return False
    return [_with_plain_default(each) for each in found.columns] == [_with_plain_default(c) for c in wanted.columns]


def _with_plain_default(column: Column) -> Column:
    details = re.sub(r"(?<=DEFAULT ')(-?\d+)(?:\.(\d*?)0*)?(?=')", r"\1.\2", column.details)
    return replace(column, details=details) if column.sql_type.startswith("decimal") else column


def _recreate(
    workspace: Connection, save: Save, schema: TableSchema, referring: Sequence[str], *, is_there: bool
) -> None:
    if referring:
        raise DataError(
            f"table `{save.table}` has a foreign key from or to it, and the frame has another key or order of columns",
            hint="Change the table's columns with SQL first.",
        )
    if is_there and not save.overwrite:
        check_rules(workspace, save.table, None)
    if is_there:
        drop_table(workspace, save.table)
    _create(workspace, save, schema)
