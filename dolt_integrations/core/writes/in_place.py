"""A save that needs no DDL: one transaction on the target branch."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_clean, check_state
from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.core.frames.frame import decode_result, encode_frame
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.writes.build import put_rows
from dolt_integrations.core.writes.foreign_keys import check_references, unchecked_references
from dolt_integrations.core.writes.written import Written
from dolt_integrations.engine import Result, describe_table, fetch, select_table
from dolt_integrations.engine.tables.schema import find_definition
from dolt_integrations.engine.versions.procedures import commit, commit_all, head_and_table, stage, status, table_hash
from dolt_integrations.engine.versions.state import branch_and_table, branch_state
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.state import BranchState, TableState

logger = logging.getLogger(__name__)


def save_in_transaction(
    database: Database,
    connection: Connection,
    save: Save,
    branch: str,
    schema: TableSchema | None = None,
    *,
    keyed: bool = False,
) -> Written | None:
    """Write the rows of a table that has the right columns already, and commit.

    Args:
        database: Where.
        connection: On the branch.
        save: What.
        branch: Where.
        schema: The columns that the table is to have, if that is known.
        keyed: Whether only a table with a primary key will do.

    Returns:
        None where the table would have to be made or altered first, or something is staged. Nothing is written then.

    Raises:
        LostRaceError: Another session changed the table in between, or moved the branch; the save may be tried again.
        UncommittedChangesError: The table has uncommitted changes on the branch, or one that its triggers write to; or
            a merge is open there.
    """
    with connection.transaction():
        found = find_definition(connection, save.table)
        if found is None or (keyed and not found.schema.primary_key):
            return None
        save = replace(save, table=found.name)
        state, table = _look(connection, save, branch)
        if any(entry.staged for entry in state.status) or found.schema != (schema or save.schema(found.schema)):
            return None
        dirty = _hashes(connection, state)
        if save.mode == APPEND and save.rows.num_rows:
            return Written(_append(database, connection, save, found.schema, state, dirty))
        content = _put(connection, save, found.schema, table)
        made = _commit(connection, save, state, dirty)
    version = _verified(database, connection, save, branch, made, content)
    is_plain = table is not None and not (table.has_triggers or found.has_foreign_collations)
    return Written(version, found.schema if is_plain and version.table_hash == content else None)


def _look(connection: Connection, save: Save, branch: str) -> tuple[BranchState, TableState | None]:
    """Look at the branch in the transaction's snapshot; at what is bound to the table where rows are deleted."""
    state, table = (
        branch_and_table(connection, save.table) if save.mode == REPLACE else (branch_state(connection), None)
    )
    check_state(state, branch, connection.address)
    check_clean(state.status, save.table, branch)
    return state, table


def _hashes(connection: Connection, state: BranchState) -> dict[str, str | None]:
    """Return the hash of each table with uncommitted work of the user's."""
    return {name: table_hash(connection, name) for entry in state.status for name in entry.names}


def _put(connection: Connection, save: Save, schema: TableSchema, table: TableState | None) -> str | None:
    """Write the rows; return the table's hash."""
    # What only adds rows, or changes some, may leave the keys to Dolt; see the module on references for the others.
    referring = table.referring if table is not None else ()
    with unchecked_references(connection, referring):
        put_rows(connection, save, schema, before=table.content if table is not None else None)
        check_references(connection, save.table, referring, save.rows.data)
    return table_hash(connection, save.table)


def _commit(connection: Connection, save: Save, state: BranchState, dirty: dict[str, str | None]) -> str | None:
    """Commit the table, and what its triggers and foreign keys changed; None where it is as it was before."""
    if state.is_clean:
        made = commit_all(connection, save.message, save.author)
    else:
        stage(connection, [save.table, *_also_changed(connection, save, state.branch, dirty)])
        made = commit(connection, save.message, save.author)
    logger.debug("committed table %s to %s as %s", save.table, state.branch, made)
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
    database: Database,
    connection: Connection,
    save: Save,
    schema: TableSchema,
    state: BranchState,
    dirty: dict[str, str | None],
) -> Version:
    """Add rows and commit. Rows that others add at the same time are welcome among ours."""
    put_rows(connection, save, schema)
    made = _commit(connection, save, state, dirty)
    if made is None:
        raise _lost(save, state.branch, "committed")
    connection.switch(made)
    content = check_landed(database, connection, state.branch, made, table=save.table)
    return Version(made, state.branch, content, changed=True)


def _verified(
    database: Database, connection: Connection, save: Save, branch: str, made: str | None, content: str | None
) -> Version:
    """Dolt merges concurrent transactions row by row: make sure that no rows of others came among ours."""
    if made is None:
        now, found = head_and_table(connection, save.table)
        if found != content:
            raise _lost(save, branch, "committed")
        return Version(now, branch, content, changed=False)
    if check_landed(database, connection, branch, made, table=save.table) == content:
        return Version(made, branch, content, changed=True)
    with database.connect(made) as snapshot:
        there = table_hash(snapshot, save.table)
        if save.mode == REPLACE and there != content and not _holds(snapshot, save):
            raise _lost(save, branch, "changed")
    return Version(made, branch, there, changed=True)


def _lost(save: Save, branch: str, what: str) -> LostRaceError:
    return LostRaceError(f"another session {what} table `{save.table}` on {branch} at the same time")


def _holds(snapshot: Connection, save: Save) -> bool:
    """Whether the table has our rows and no others. After a merge Dolt's hash can differ though they are the same."""
    columns = describe_table(snapshot, save.table).columns
    found = decode_result(Result(columns, fetch(snapshot, select_table(save.table, columns), columns)))
    return save.rows.has_rows_of(encode_frame(found, table=save.table))
