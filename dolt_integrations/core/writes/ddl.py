"""Creating, altering and recreating a table on a private branch, so that it has the schema of a save."""

from __future__ import annotations

import logging
import re
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.schemas.alterations import alterations, check_change, holds_all
from dolt_integrations.core.schemas.rules import check_rules
from dolt_integrations.core.writes.foreign_keys import unchecked_references
from dolt_integrations.engine import find_table
from dolt_integrations.engine.tables.contents import (
    any_text_matches,
    create_table,
    drop_table,
    empty_table,
    has_values,
)
from dolt_integrations.engine.tables.definitions.alter import alter
from dolt_integrations.engine.tables.kept_signs import keeping_signs
from dolt_integrations.errors import DataError, LostRaceError, QueryError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.engine import Column, Connection, TableSchema


logger = logging.getLogger(__name__)


def extend_table(workspace: Connection, save: Save, schema: TableSchema) -> None:
    """Create or alter the table, keeping its rows.

    Raises:
        UnsupportedTypeError: A JSON column would have to become text, which would change its numbers. Or a column
            without a type got values by SQL, and the frame has values of another type.
    """
    existing = find_table(workspace, save.table)
    changes = [schema.ddl(save.table)] if existing is None else alterations(save.table, existing, schema)
    if existing is not None:
        _check_documents(workspace, save.table, existing, schema)
        _check_untyped(workspace, save.table, existing, schema)
    with keeping_signs(workspace, save.table, existing, schema) if existing and changes else nullcontext():
        for change in changes:
            alter(workspace, change)


def _check_documents(workspace: Connection, table: str, existing: TableSchema, schema: TableSchema) -> None:
    """Refuse to convert JSON with doubles of 1e21 or more to text: Dolt (1.83) would write them as integers."""
    wanted = {column.name.lower(): column for column in schema.columns}
    for column in existing.columns:
        if column.sql_type != "json" or wanted.get(column.name.lower(), column).sql_type == "json":
            continue
        if any_text_matches(workspace, table, column.name, "[0-9]{22}"):
            raise UnsupportedTypeError(
                f"column {column.name!r} of table `{table}` is JSON and has numbers of 22 digits or more, which would "
                "change when stored as text, and the frame has numbers that would change when stored as JSON",
                hint="Save all rows with mode 'replace', or write whole numbers as integers.",
            )


def _check_untyped(workspace: Connection, table: str, existing: TableSchema, schema: TableSchema) -> None:
    """Refuse another type for a column that was saved without one, if SQL has given it values meanwhile."""
    wanted = {column.name.lower(): column for column in schema.columns}
    for old in existing.columns:
        new = wanted.get(old.name.lower(), old)
        if not mark_of(old.comment).is_untyped or holds_all(new.sql_type, old.sql_type):
            continue
        if has_values(workspace, table, old.name):
            check_change(table, replace(old, comment=""), new)


def clear_table(
    workspace: Connection, save: Save, schema: TableSchema, referring: Sequence[str], *, is_new: bool
) -> bool:
    """Create, alter or recreate the table, removing its rows. Return False if its rows were left for the caller.

    Raises:
        DataError: The table would have to be recreated, and foreign keys or rules in SQL forbid it.
        UnsupportedTypeError: A column's new type cannot hold all values of its old type.
        LostRaceError: Another session created the table at the same time.
    """
    existing = None if is_new else find_table(workspace, save.table)
    if existing is not None and existing.primary_key and not existing.has_key(schema.primary_key):
        _warn_of_key(save.table, existing.primary_key, schema.primary_key)
    if existing is not None and existing.has_key(schema.primary_key) and not save.overwrite:
        changes = alterations(save.table, existing, schema)
        _check_untyped(workspace, save.table, existing, schema)
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


def _warn_of_key(table: str, old: Sequence[str], new: Sequence[str]) -> None:
    lost, gained = (", ".join(f"`{name}`" for name in key) for key in (old, new))
    if new:
        effect = "`dolt diff` shows no rows between versions before and after"
        logger.warning("the primary key of table `%s` changes from %s to %s: %s", table, lost, gained, effect)
    else:
        logger.warning("table `%s` loses its primary key, because the frame that replaces it lacks %s", table, lost)


def _create(workspace: Connection, save: Save, schema: TableSchema) -> None:
    """Create a table that this session has not seen.

    Raises:
        LostRaceError: Another session created it first.
    """
    try:
        create_table(workspace, save.table, schema)
    except QueryError:
        if find_table(workspace, save.table) is not None:
            raise LostRaceError(f"another session created table `{save.table}` at the same time") from None
        raise


def _are_alike(found: TableSchema | None, wanted: TableSchema) -> bool:
    """Whether two schemas are equal. Dolt 2 pads the default of a DECIMAL with zeros to the column's scale."""
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
            f"table `{save.table}` has a foreign key from or to it, and the frame has another key or column order",
            hint="Change the table's columns with SQL first.",
        )
    if is_there and not save.overwrite:
        check_rules(workspace, save.table, None)
    if is_there:
        drop_table(workspace, save.table)
    _create(workspace, save, schema)
