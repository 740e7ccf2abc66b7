"""Choosing how to save: in one transaction on the branch, or on a private branch that then lands."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.landed import UnlandedError
from dolt_integrations.core.branches.pending import check_clean, check_others, check_state
from dolt_integrations.core.branches.private import Reserved, reserved
from dolt_integrations.core.branches.target import Save, Target, find_target
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.rows.differences import find_differences
from dolt_integrations.core.rows.version_rows import cached_rows, rows_of
from dolt_integrations.core.writes.beside import save_beside
from dolt_integrations.core.writes.destination import Destination
from dolt_integrations.core.writes.in_place import save_in_transaction
from dolt_integrations.core.writes.odd_dates import keeping_odd_dates
from dolt_integrations.core.writes.written import Written
from dolt_integrations.engine import find_table
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.tables.definitions.names import find_name
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.state import branch_and_table
from dolt_integrations.errors import LostRaceError, OpenConflictsError
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.heads import Head
    from dolt_integrations.engine.versions.state import BranchState, TableState


def _write(database: Database, connection: Connection, save: Save, branch_conf: Branch, found: Head) -> Written:
    if save.rest is not None or branch_conf.merges:
        target = find_target(connection, database, branch_conf)
        return save_beside(Destination(database, connection, branch_conf, target), save)
    branch = found.branch
    few = save.rows.num_rows < (limits().compared_rows if save.mode == REPLACE else limits().in_place_rows)
    if few and found.exists and not save.superseded:
        if branch_conf.name is not None:
            connection.switch(branch)
        written = _write_at_once(database, connection, save, branch)
        if written is not None:
            return written
    with reserved(connection, (database.address.database, branch, save.table.lower())) as place:
        if found.exists:
            return _save_to(database, place, save, branch_conf, branch)
        target = find_target(connection, database, branch_conf, known=found)
        if target.exists:
            return _save_to(database, place, save, branch_conf, branch)
        return save_beside(Destination(database, connection, branch_conf, target), save, place=place)


def _write_at_once(database: Database, connection: Connection, save: Save, branch: str) -> Written | None:
    """Write in one transaction on the branch, if the table has the right columns.

    Appends and upserts to a table with a primary key take the lock of the branch, and not that of the table, which a
    writer of the whole table holds for long. Without the branch's lock, commits would overlap (see `phantoms`).

    Returns:
        What was written, or None if one transaction is not enough.
    """
    name = database.address.database
    if save.mode != REPLACE:
        try:
            with connection.lock(name, branch):
                written = save_in_transaction(database, connection, save, branch, keyed=True)
        except UnlandedError:
            raise
        except LostRaceError:
            written = None  # A client without our locks was faster.
        except OpenConflictsError:
            return None  # The branch began at a commit that has noted conflicts (see `phantoms`).
        if written is not None:
            return written
    with suppress(OpenConflictsError), connection.locks((name, branch, save.table.lower()), (name, branch)):
        return save_in_transaction(database, connection, save, branch)
    return None


def _compared(
    database: Database, connection: Connection, save: Save, schema: TableSchema, start: str, table: TableState
) -> Save:
    """Return the save with its differences from the table's current version, if computing them is worthwhile."""
    base = table.content
    if save.mode != REPLACE or save.overwrite or save.rows.num_rows < limits().compared_rows or base is None:
        return save
    old = cached_rows(database.address.source, start, save.table, schema, base)
    if old is None:
        with visiting(connection, start) as snapshot:
            if table_hash(snapshot, save.table) != base or find_table(snapshot, save.table) != schema:
                return save
            old = rows_of(snapshot, save.table, schema, base)
    found = find_differences(old, schema, base, save.rows.data, save.rows.written)
    # Dolt (1.83) does not fire triggers in a DELETE with a join.
    is_seen = found is not None and found.size and table.has_triggers
    return save if is_seen else replace(save, differences=found)


def _save_to(database: Database, place: Reserved, save: Save, branch_conf: Branch, branch: str) -> Written:
    """Save to an existing branch. The session of `place` holds the lock of the table on it."""
    connection = place.session
    if branch_conf.name is not None and connection.revision != branch:
        connection.switch(branch)
    name = find_name(connection, save.table)
    save = replace(save, table=name or save.table)
    state, table = _state(database, connection, save, branch, is_there=name is not None)
    target = Target(branch, state.head, exists=True, table=table if state.is_clean else None)
    to = Destination(database, connection, branch_conf, target)
    if save.superseded:
        check_others(state.status, branch)
        return save_beside(to, save, place=place)
    existing = find_table(connection, save.table) if name is not None else None
    save = keeping_odd_dates(connection, save, existing)
    schema = save.schema(existing)
    if existing == schema:
        save = _compared(database, connection, save, schema, target.start, table)
        written = _save_differences(to, save, schema, state)
        if written is not None:
            return written
    check_others(state.status, branch)
    return save_beside(to, save, schema, place=place, is_new=existing is None)


def _save_differences(to: Destination, save: Save, schema: TableSchema, state: BranchState) -> Written | None:
    """Save to a table that has the right columns, if nothing or little changes. Returns None otherwise."""
    branch = to.target.branch
    if save.differences is not None and save.differences.size == 0:
        return Written(Version(to.target.start, branch, save.differences.base, changed=False))
    if save.size > limits().in_place_rows or any(entry.staged for entry in state.status):
        return None
    with suppress(OpenConflictsError):
        return _write_in_turn(to.database, to.session, save, schema, branch)
    return None


def _state(
    database: Database, connection: Connection, save: Save, branch: str, *, is_there: bool
) -> tuple[BranchState, TableState]:
    """Return the state of the branch and of the table, after checking that a save may change them.

    Raises:
        UncommittedChangesError: The table has uncommitted changes, or a merge is in progress.
    """
    state, table = branch_and_table(connection, save.table, is_there=is_there)
    if not state.is_clean:
        # While another save lands, its tables look uncommitted. Under the branch's lock no save is landing.
        with connection.lock(database.address.database, branch):
            state, table = branch_and_table(connection, save.table, is_there=is_there)
    check_state(state, branch, connection.address)
    check_clean(state.status, save.table, branch)
    return state, table


def _write_in_turn(database: Database, connection: Connection, save: Save, schema: TableSchema, branch: str) -> Written:
    with connection.lock(database.address.database, branch):
        written = save_in_transaction(database, connection, save, branch, schema)
    if written is None:
        raise LostRaceError(f"another session changed table `{save.table}` or staged work on {branch}")
    return written
