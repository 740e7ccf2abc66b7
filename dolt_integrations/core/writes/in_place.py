"""A save that needs no DDL: one transaction on the target branch."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.pending import check_clean, pending_work
from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.core.frames.frame import decode_result, encode_frame
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.writes.build import put_rows
from dolt_integrations.core.writes.foreign_keys import check_references, referring_tables, unchecked_references
from dolt_integrations.engine import (
    Connection,
    Result,
    describe_table,
    fetch,
    find_base_table,
    select_table,
)
from dolt_integrations.engine.versions.procedures import commit, head, stage, status, table_hash
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.engine import TableSchema
    from dolt_integrations.engine.versions.procedures import TableStatus

logger = logging.getLogger(__name__)


def save_in_transaction(
    connection: Connection, save: Save, branch: str, schema: TableSchema | None = None, *, keyed: bool = False
) -> Version | None:
    """Write the rows of a table that has the right columns already, and commit.

    Args:
        connection: On the branch.
        save: What.
        branch: Where.
        schema: The columns that the table is to have, if that is known.
        keyed: Whether only a table with a primary key will do.

    Returns:
        None where the table would have to be made or altered first, or something is staged. Nothing is written then.

    Raises:
        LostRaceError: Another session changed the table in between; the save may be tried again.
        UncommittedChangesError: The table has uncommitted changes on the branch, or one that its triggers write to; or
            a merge is open there.
    """
    with connection.transaction():
        pending = pending_work(connection, branch)
        found = _look(connection, save, branch, schema, pending)
        if found is None or (keyed and not found[1].primary_key):
            return None
        save, schema = found
        dirty = _hashes(connection, pending)
        if save.mode == APPEND and save.rows.num_rows:
            return _append(connection, save, schema, branch, dirty)
        content = _put(connection, save, schema)
        made = _commit(connection, save, branch, dirty)
    return _verified(connection, save, branch, made, content)


def _look(
    connection: Connection, save: Save, branch: str, schema: TableSchema | None, pending: list[TableStatus]
) -> tuple[Save, TableSchema] | None:
    """Look at the table in the transaction's snapshot; None where it has not the columns that it is to have."""
    check_clean(pending, save.table, branch)
    found = find_base_table(connection, save.table)
    if found is None or any(entry.staged for entry in pending):
        return None
    save = replace(save, table=found[0])
    return (save, found[1]) if found[1] == (schema or save.schema(found[1])) else None


def _hashes(connection: Connection, pending: list[TableStatus]) -> dict[str, str | None]:
    """Return the hash of each table with uncommitted work of the user's."""
    return {name: table_hash(connection, name) for entry in pending for name in entry.names}


def _put(connection: Connection, save: Save, schema: TableSchema) -> str | None:
    """Write the rows; return the table's hash."""
    # What only adds rows, or changes some, may leave the keys to Dolt; see the module on references for the others.
    referring = referring_tables(connection, save.table) if save.mode == REPLACE else []
    with unchecked_references(connection, referring):
        put_rows(connection, save, schema)
        check_references(connection, save.table, referring, save.rows.data)
    return table_hash(connection, save.table)


def _commit(connection: Connection, save: Save, branch: str, dirty: dict[str, str | None]) -> str | None:
    """Commit the table, and what its triggers and foreign keys changed; None where it is as it was before."""
    stage(connection, [save.table, *_also_changed(connection, save, branch, dirty)])
    made = commit(connection, save.message, save.author)
    logger.debug("committed table %s to %s as %s", save.table, branch, made)
    return made


def _also_changed(connection: Connection, save: Save, branch: str, dirty: dict[str, str | None]) -> list[str]:
    """Return the other tables that the save has changed: by a trigger, or by a key ON UPDATE CASCADE.

    Raises:
        UncommittedChangesError: One has uncommitted work of the user's, with which the save's rows would be mixed.
    """
    mixed = [name for name, content in dirty.items() if table_hash(connection, name) != content]
    if mixed:
        raise UncommittedChangesError(
            f"a save of table `{save.table}` changes `{mixed[0]}` as well, by a trigger or a foreign key, and that "
            f"has uncommitted changes on branch {branch!r}",
            hint=f"There, commit them (dolt add -f {mixed[0]}; dolt commit) or discard them.",
        )
    return [entry.table for entry in status(connection) if entry.table not in {save.table, *dirty}]


def _append(
    connection: Connection, save: Save, schema: TableSchema, branch: str, dirty: dict[str, str | None]
) -> Version:
    """Add rows and commit. Rows that others add at the same time are welcome among ours."""
    put_rows(connection, save, schema)
    made = _commit(connection, save, branch, dirty)
    if made is None:
        raise LostRaceError(f"another session committed table `{save.table}` on {branch} at the same time")
    connection.switch(made)
    return Version(made, branch, table_hash(connection, save.table), changed=True)


def _verified(connection: Connection, save: Save, branch: str, made: str | None, content: str | None) -> Version:
    """Dolt merges concurrent transactions row by row: make sure that nobody's rows came among ours."""
    if table_hash(connection, save.table) == content:
        return Version(made or head(connection), branch, content, changed=made is not None)
    if made is None:
        raise LostRaceError(f"another session committed table `{save.table}` on {branch} at the same time")
    with Connection(connection.address, made) as snapshot:
        found = table_hash(snapshot, save.table)
        if save.mode == REPLACE and found != content and not _holds(snapshot, save):
            raise LostRaceError(f"another session changed table `{save.table}` on {branch} at the same time")
    return Version(made, branch, found, changed=True)


def _holds(snapshot: Connection, save: Save) -> bool:
    """Whether the table has our rows and no others. After a merge Dolt's hash can differ though they are the same."""
    columns = describe_table(snapshot, save.table).columns
    found = decode_result(Result(columns, fetch(snapshot, select_table(save.table, columns), columns)))
    return save.rows.has_rows_of(encode_frame(found, table=save.table))
