"""A save that needs no DDL: one transaction on the target branch."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.build import put_rows
from dolt_integrations.core.frames import decode_result, encode_frame
from dolt_integrations.core.modes import REPLACE
from dolt_integrations.core.references import check_references, referring_tables, unchecked_references
from dolt_integrations.core.target import check_clean
from dolt_integrations.core.version import Version
from dolt_integrations.engine import (
    Connection,
    Result,
    describe_table,
    fetch,
    find_table,
    select_table,
)
from dolt_integrations.engine.procedures import commit, head, stage, status, table_hash
from dolt_integrations.errors import LostRaceError

if TYPE_CHECKING:
    from dolt_integrations.core.target import Save, Target
    from dolt_integrations.engine import TableSchema

logger = logging.getLogger(__name__)


def save_in_transaction(connection: Connection, save: Save, schema: TableSchema, target: Target) -> Version:
    """Write the rows of a table that has the right columns already, and commit.

    Raises:
        LostRaceError: Another session changed the table in between; the save may be tried again.
    """
    # What only adds rows, or changes some, may leave the keys to Dolt; see the module on references for the others.
    referring = referring_tables(connection, save.table) if save.mode == REPLACE else []
    with unchecked_references(connection, referring), connection.transaction():
        _check_unchanged(connection, save, schema, target)
        before = table_hash(connection, save.table)
        put_rows(connection, save, schema)
        after = table_hash(connection, save.table)
        if before == after:
            return Version(head(connection), target.branch, after, changed=False)
        check_references(connection, save.table, referring)
        stage(connection, [save.table])
        made = commit(connection, save.message, save.author)
    return _verified(connection, save, target, made, after)


def _check_unchanged(connection: Connection, save: Save, schema: TableSchema, target: Target) -> None:
    """Look again: what another session did since the first look is in this transaction's snapshot."""
    pending = status(connection)
    check_clean(pending, save.table, target.branch)
    if any(entry.staged for entry in pending) or find_table(connection, save.table) != schema:
        raise LostRaceError(f"another session changed table `{save.table}` or staged work on {target.branch}")


def _verified(connection: Connection, save: Save, target: Target, made: str | None, content: str | None) -> Version:
    """Dolt merges concurrent transactions row by row: make sure that nobody's rows came among ours."""
    if made is None:
        raise LostRaceError(f"another session committed table `{save.table}` on {target.branch} at the same time")
    if table_hash(connection, save.table) == content:
        logger.debug("committed table %s to %s as %s", save.table, target.branch, made)
        return Version(made, target.branch, content, changed=True)
    with Connection(connection.address, made) as snapshot:
        found = table_hash(snapshot, save.table)
        if save.mode == REPLACE and found != content and not _holds(snapshot, save):
            raise LostRaceError(f"another session changed table `{save.table}` on {target.branch} at the same time")
    logger.debug("committed table %s to %s as %s", save.table, target.branch, made)
    return Version(made, target.branch, found, changed=True)


def _holds(snapshot: Connection, save: Save) -> bool:
    """Whether the table has our rows and no others. After a merge Dolt's hash can differ though they are the same."""
    columns = describe_table(snapshot, save.table).columns
    found = decode_result(Result(columns, fetch(snapshot, select_table(save.table, columns), columns)))
    return save.rows.has_rows_of(encode_frame(found, table=save.table))
