"""Saves that need no DDL: one transaction on the target branch."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.pending import check_clean, check_state
from dolt_integrations.core.branches.phantoms import clear_overtaken
from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.core.frames.decoded import decode_result
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.writes.build import put_rows
from dolt_integrations.core.writes.foreign_keys import check_references, unchecked_references
from dolt_integrations.core.writes.mingled import warn_of_changed_columns, warn_of_mingled, warn_of_mingled_rows
from dolt_integrations.core.writes.odd_dates import keeping_odd_dates
from dolt_integrations.core.writes.written import Written
from dolt_integrations.engine import Result, describe_table, fetch, select_table
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.tables.definitions.schema import find_definition
from dolt_integrations.engine.versions.commits import commit, commit_all, parent
from dolt_integrations.engine.versions.diffs.hashes import head_and_table, staged_hash, table_hash, working_hashes
from dolt_integrations.engine.versions.state import branch_and_table, branch_state
from dolt_integrations.engine.versions.working_set import stage, status
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.branches import Landed
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
    """Write rows to a table that already has the right columns, and commit.

    Args:
        database: The database.
        connection: A session on the branch.
        save: What to save.
        branch: The branch.
        schema: The schema that the table is to have, if the caller knows it.
        keyed: Whether to write only if the table has a primary key.

    Returns:
        What was written. None if the table has to be created or altered first, or the branch has staged changes;
        nothing is written then.

    Raises:
        DataError: The rows cannot be stored, or break a constraint. Nothing is written.
        LostRaceError: Another session changed the table or moved the branch. The save can be tried again.
        UncommittedChangesError: The table, or one that its triggers write to, has uncommitted changes on the branch; or
            a merge is in progress there.
    """
    with connection.transaction():
        found = find_definition(connection, save.table)
        if found is None or (keyed and not found.schema.primary_key):
            return None
        save = replace(save, table=found.name)
        save = keeping_odd_dates(connection, save, found.schema) if schema is None else save
        state, table = _look(connection, save, branch)
        if any(entry.staged for entry in state.status) or found.schema != (schema or save.schema(found.schema)):
            return None
        dirty = _hashes(connection, state)
        if save.mode == APPEND and save.rows.num_rows:
            return Written(_append(database, connection, save, found.schema, state, dirty))
        content, tables = _put(connection, save, found.schema, table)
        made = _commit(connection, save, state, dirty, tables)
    version = _verified(database, connection, save, found.schema, state, made, content, table)
    is_plain = table is not None and not (table.has_triggers or found.has_foreign_collations)
    return Written(version, found.schema if is_plain and version.table_hash == content else None)


def _look(connection: Connection, save: Save, branch: str) -> tuple[BranchState, TableState | None]:
    """Read the branch's state in the transaction, and the table's if rows will be deleted. Both must be clean."""
    state, table = (
        branch_and_table(connection, save.table) if save.mode == REPLACE else (branch_state(connection), None)
    )
    check_state(state, branch, connection.address)
    check_clean(state.status, save.table, branch)
    return state, table


def _hashes(connection: Connection, state: BranchState) -> dict[str, str | None]:
    """Return the hash of each table that has uncommitted work of the user."""
    return {name: table_hash(connection, name) for entry in state.status for name in entry.names}


def _put(connection: Connection, save: Save, schema: TableSchema, table: TableState | None) -> tuple[str | None, str]:
    """Write the rows. Return the table's hash, and that of all tables."""
    # For appends and upserts (table is None) Dolt checks the foreign keys itself. A replace deletes rows first.
    referring = table.referring if table is not None else ()
    with unchecked_references(connection, referring):
        put_rows(connection, save, schema, before=table.content if table is not None else None)
        check_references(connection, save.table, referring, save.rows.data)
    return working_hashes(connection, save.table)


@dataclass(frozen=True)
class _Made:
    """A commit, and Dolt's hash of all the tables that it was to have."""

    commit: str
    tables: str


def _commit(
    connection: Connection, save: Save, state: BranchState, dirty: dict[str, str | None], tables: str
) -> _Made | None:
    """Commit the table and what its triggers and foreign keys changed. Returns None if nothing changed."""
    if state.is_clean:
        made = commit_all(connection, save.message, save.author)
    else:
        stage(connection, [save.table, *_also_changed(connection, save, state.branch, dirty)])
        tables = staged_hash(connection)
        made = commit(connection, save.message, save.author)
    logger.debug("committed table %s to %s as %s", save.table, state.branch, made)
    return _Made(made, tables) if made is not None else None


def _also_changed(connection: Connection, save: Save, branch: str, dirty: dict[str, str | None]) -> list[str]:
    """Return the other tables that the save has changed, through triggers or ON UPDATE CASCADE.

    Raises:
        UncommittedChangesError: One has uncommitted work of the user, which would be committed with the save's rows.
    """
    mixed = [name for name, content in dirty.items() if table_hash(connection, name) != content]
    if mixed:
        raise UncommittedChangesError(
            f"saving table `{save.table}` also changes table `{mixed[0]}`, through a trigger or a foreign key, and "
            f"`{mixed[0]}` has uncommitted changes on branch {branch!r}",
            hint=f"On that branch, commit them (dolt add -f {mixed[0]}; dolt commit) or discard them.",
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
    """Add rows and commit. Rows that other writers add at the same time may be in the same version."""
    put_rows(connection, save, schema)
    _, tables = working_hashes(connection, save.table)
    made = _commit(connection, save, state, dirty, tables)
    if made is None:
        raise _lost(save, state.branch, "committed")
    found = _landed(database, connection, save, schema, state, made, in_commit=True)
    return Version(made.commit, state.branch, found.content, changed=True)


def _landed(
    database: Database,
    connection: Connection,
    save: Save,
    schema: TableSchema,
    state: BranchState,
    made: _Made,
    *,
    in_commit: bool = False,
) -> Landed:
    """Check that the branch has the commit, and mend what other clients mixed into it.

    With `in_commit`, the hashes that are returned are those of the commit, whatever others have done since.
    """
    found = check_landed(database, connection, state.branch, made.commit, table=save.table)
    if in_commit and not found.is_seen:
        connection.switch(made.commit)
        found = check_landed(database, connection, state.branch, made.commit, table=save.table)
    if found.tables != made.tables:
        warn_of_mingled(database, save, state.branch, made.commit)
        if save.mode != REPLACE:
            warn_of_changed_columns(database, save, schema, state.branch, made.commit)
    before = found.parent or parent(connection, made.commit) or state.head
    clear_overtaken(connection, state.branch, state.head, before)
    return found


def _verified(
    database: Database,
    connection: Connection,
    save: Save,
    schema: TableSchema,
    state: BranchState,
    made: _Made | None,
    content: str | None,
    table: TableState | None,
) -> Version:
    """Check that the commit holds our rows only, because Dolt merges concurrent transactions row by row.

    Raises:
        LostRaceError: Another writer's rows are in the table, or the branch lost the commit.
    """
    branch = state.branch
    if made is None:
        now, found = head_and_table(connection, save.table)
        if found != content:
            raise _lost(save, branch, "committed")
        return Version(now, branch, content, changed=False)
    if _landed(database, connection, save, schema, state, made).content == content:
        return Version(made.commit, branch, content, changed=True)
    with visiting(connection, made.commit) as snapshot:
        there = table_hash(snapshot, save.table)
        if save.mode == REPLACE and there != content and not _holds(snapshot, save):
            warn_of_mingled_rows(database, save, branch, made.commit, table.content if table is not None else None)
            raise _lost(save, branch, "changed")
    return Version(made.commit, branch, there, changed=True)


def _lost(save: Save, branch: str, what: str) -> LostRaceError:
    return LostRaceError(f"another session {what} table `{save.table}` on {branch} at the same time")


def _holds(snapshot: Connection, save: Save) -> bool:
    """Whether the table has our rows and no others. After a merge Dolt's hash can differ even if the rows are equal."""
    columns = describe_table(snapshot, save.table).columns
    found = decode_result(Result(columns, fetch(snapshot, select_table(save.table, columns), columns)))
    return save.rows.has_rows_of(encode_frame(found, table=save.table))
