"""Which way a save takes: one transaction on the branch, or a private branch beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.pending import check_clean, check_others, pending_work
from dolt_integrations.core.branches.target import Save, Target, find_target
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.rows.differences import WORTHWHILE, find_differences
from dolt_integrations.core.writes.beside import save_beside
from dolt_integrations.core.writes.in_place import save_in_transaction
from dolt_integrations.engine import (
    find_table,
)
from dolt_integrations.engine.versions.procedures import table_hash
from dolt_integrations.errors import LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.heads import Head


SMALL = 10_000
"""Rows up to which a table is written in a transaction on its branch, others waiting; more are written beside it."""


def _write(database: Database, connection: Connection, save: Save, branch_conf: Branch, found: Head) -> Version:
    if save.rest is not None or branch_conf.merges:
        target = find_target(connection, database, branch_conf)
        return save_beside(database, connection, save, branch_conf, target)
    branch = found.branch
    few = save.rows.num_rows < (WORTHWHILE if save.mode == REPLACE else SMALL)
    if few and found.exists and not save.superseded:
        if branch_conf.name is not None:
            connection.switch(branch)
        version = _write_at_once(database, connection, save, branch)
        if version is not None:
            return version
    with connection.lock(database.address.database, branch, save.table.lower()):
        return _save_to(database, connection, save, branch_conf, find_target(connection, database, branch_conf))


def _write_at_once(database: Database, connection: Connection, save: Save, branch: str) -> Version | None:
    """Write in one transaction on the branch, where the table has the right columns.

    Rows that are added to a table with a key need no turn: Dolt merges such transactions, and refuses equal keys.

    Returns:
        None where that cannot be.
    """
    if save.mode != REPLACE:
        # Somebody may be landing, so that the table looks changed; with a turn one can tell.
        with suppress(LostRaceError, UncommittedChangesError):
            version = save_in_transaction(connection, save, branch, keyed=True)
            if version is not None:
                return version
    name = database.address.database
    with connection.locks((name, branch, save.table.lower()), (name, branch)):
        return save_in_transaction(connection, save, branch)


def _is_small(save: Save) -> bool:
    return save.size <= SMALL


def _compared(database: Database, connection: Connection, save: Save, schema: TableSchema, target: Target) -> Save:
    """Return the save with what it changes in the table's version at the target's start, where that pays."""
    if save.mode != REPLACE or save.overwrite or save.rows.num_rows < WORTHWHILE:
        return save
    base = table_hash(connection, save.table)
    if base is None:
        return save
    with database.connect(target.start) as snapshot:
        if table_hash(snapshot, save.table) != base:
            return save
        return replace(save, differences=find_differences(snapshot, save.table, schema, base, save.rows.data))


def _save_to(database: Database, connection: Connection, save: Save, branch_conf: Branch, target: Target) -> Version:
    if not target.exists:
        return save_beside(database, connection, save, branch_conf, target)
    connection.switch(target.branch)
    save = save.named(connection)
    with connection.lock(database.address.database, target.branch):
        # While a save lands, others see its table, or all but its table, as uncommitted.
        pending = pending_work(connection, target.branch)
        check_clean(pending, save.table, target.branch)
        existing = find_table(connection, save.table)
    if save.superseded:
        check_others(pending, target.branch)
        return save_beside(database, connection, save, branch_conf, target)
    schema = save.schema(existing)
    if existing == schema:
        save = _compared(database, connection, save, schema, target)
        if save.differences is not None and save.differences.size == 0:
            return Version(target.start, target.branch, save.differences.base, changed=False)
    if existing == schema and _is_small(save) and not any(entry.staged for entry in pending):
        return _write_in_turn(database, connection, save, schema, target)
    check_others(pending, target.branch)
    return save_beside(database, connection, save, branch_conf, target, schema)


def _write_in_turn(
    database: Database, connection: Connection, save: Save, schema: TableSchema, target: Target
) -> Version:
    with connection.lock(database.address.database, target.branch):
        version = save_in_transaction(connection, save, target.branch, schema)
    if version is None:
        raise LostRaceError(f"another session changed table `{save.table}` or staged work on {target.branch}")
    return version
