"""A save that needs DDL, which is not transactional in Dolt: made on a private branch, then landed on the target."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.evolution import alterations
from dolt_integrations.core.references import check_references, referring_tables, unchecked_references
from dolt_integrations.core.retry import retried
from dolt_integrations.core.target import check_clean, check_others
from dolt_integrations.core.version import Version
from dolt_integrations.core.workspace import private_branch
from dolt_integrations.engine import find_table, insert_table, quote
from dolt_integrations.engine.procedures import (
    commit,
    create_branch,
    fast_forward,
    head,
    stage,
    status,
    table_hash,
    take_table,
)
from dolt_integrations.errors import DataError, InvalidNameError, LostRaceError, UncommittedChangesError

if TYPE_CHECKING:
    from dolt_integrations.core.target import Save, Target
    from dolt_integrations.engine import Connection, Database, TableSchema

logger = logging.getLogger(__name__)


def save_on_new_branch(database: Database, save: Save, target: Target) -> Version:
    """Make the table on a private branch, and create the target there.

    Raises:
        InvalidNameError: Dolt does not take the target's name.
        LostRaceError: Somebody else created it first; the save may be tried again.
    """
    with private_branch(database, target.start) as workspace:
        schema = save.rows.schema(save.primary_key, find_table(workspace, save.table))
        changed = _build(workspace, save, schema)
        made = head(workspace)
        _create(workspace, target, made)
        return Version(made, target.branch, table_hash(workspace, save.table), changed)


def _create(workspace: Connection, target: Target, made: str) -> None:
    try:
        create_branch(workspace, target.branch, made)
    except InvalidNameError as error:
        hint = "Choose another name."
        raise InvalidNameError(f"Dolt does not take the branch name {target.branch!r}", hint=hint) from error
    logger.debug("created %s at %s", target.branch, made)


def save_by_private_branch(
    database: Database, connection: Connection, save: Save, schema: TableSchema, target: Target
) -> Version:
    """Make the table on a private branch, and bring the target onto it.

    Args:
        database: Where.
        connection: On the target.
        save: What.
        schema: The table's columns and key, as they are to be.
        target: With the commit that `schema` was decided on.

    Raises:
        LostRaceError: Others changed the table meanwhile, or kept moving the target; the save may be tried again.
        UncommittedChangesError: The table has become dirty on the target.
    """
    with private_branch(database, target.start) as workspace:
        before = table_hash(workspace, save.table)
        if not _build(workspace, save, schema):
            return Version(head(connection), target.branch, before, changed=False)
        made, after = head(workspace), table_hash(workspace, save.table)

        def land() -> str:
            with connection.lock(database.address.database, target.branch):
                return _land(database, connection, save, target, made, before)

        return Version(retried(land, _MovedError), target.branch, after, changed=True)


class _MovedError(LostRaceError):
    """The target moved on, the table did not: landing again may succeed."""


def _build(workspace: Connection, save: Save, schema: TableSchema) -> bool:
    """Give the table its columns and rows, and commit. Returns whether that changed it."""
    before = table_hash(workspace, save.table)
    _empty(workspace, save, schema)
    with unchecked_references(workspace, save.table), workspace.transaction():
        insert_table(workspace, save.table, save.rows.data)
        check_references(workspace, save.table)
    if before == table_hash(workspace, save.table):
        return False
    stage(workspace, [save.table])
    commit(workspace, save.message, save.author)
    return True


def _empty(workspace: Connection, save: Save, schema: TableSchema) -> None:
    """Leave the table without rows, with the columns that it is to have: altered, or made (anew)."""
    existing = find_table(workspace, save.table)
    if existing is not None and existing.primary_key == schema.primary_key and not save.overwrite:
        changes = alterations(save.table, existing, schema)
        with unchecked_references(workspace, save.table):
            workspace.execute(f"DELETE FROM {quote(save.table)}")
        for change in changes:
            workspace.execute(change)
        if find_table(workspace, save.table) == schema:
            return
    if existing != schema:
        _recreate(workspace, save, schema)


def _recreate(workspace: Connection, save: Save, schema: TableSchema) -> None:
    if referring_tables(workspace, save.table):
        raise DataError(
            f"table `{save.table}` has a foreign key from or to it, and the frame has another key or order of columns",
            hint="Change the table's columns with SQL first.",
        )
    workspace.execute(f"DROP TABLE IF EXISTS {quote(save.table)}")
    workspace.execute(schema.ddl(save.table))


def _land(database: Database, connection: Connection, save: Save, target: Target, made: str, before: str | None) -> str:
    """Bring the target onto the commit, or onto one like it on top of what others committed. Returns that commit."""
    now = head(connection)
    if table_hash(connection, save.table) != before:
        raise LostRaceError(f"another session changed table `{save.table}` on {target.branch} at the same time")
    if now == target.start:
        return _fast_forward(connection, save, target, made)
    with private_branch(database, now) as workspace:
        take_table(workspace, made, save.table)
        commit(workspace, save.message, save.author)
        return _fast_forward(connection, save, target, head(workspace))


def _fast_forward(connection: Connection, save: Save, target: Target, made: str) -> str:
    """Move the target. Dolt unstages the user's work on the way, so stage it again."""
    pending = status(connection)
    check_clean(pending, save.table, target.branch)
    staged = check_others(pending, target.branch)
    try:
        fast_forward(connection, made)
    except (LostRaceError, UncommittedChangesError) as error:
        # Dolt also speaks of local changes when somebody commits at the same moment; the look before found none.
        raise _MovedError(f"{target.branch} moved while a save landed: {error}") from error
    stage(connection, sorted(staged))
    logger.debug("moved %s forward to %s", target.branch, made)
    return made
