"""Values that rows have for generated columns, which are not written because Dolt computes them."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.bulk import insert_table
from dolt_integrations.engine.tables.definitions.schema import TableSchema
from dolt_integrations.errors import DataError, DoltError, ServerLostError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column

logger = logging.getLogger(__name__)

_GIVEN = "given_"


def columns_computed_otherwise(connection: Connection, schema: TableSchema, data: pa.Table) -> list[str]:
    """Return the generated columns for which the rows have other values than Dolt computes from them.

    Dolt computes them in a temporary table. Columns that are computed from others that the rows lack are left out.

    Args:
        connection: A session with an open transaction.
        schema: The table's columns.
        data: The rows.
    """
    given = {name.lower(): name for name in data.column_names}
    checked = [column for column in _computable(schema, given) if column.name.lower() in given]
    if not checked or not data.num_rows:
        return []
    stage, columns = f"computed_{secrets.token_hex(8)}", _columns(schema, given, checked)
    if not _created(connection, stage, columns):
        return []
    wanted = {given[column.name.lower()]: f"{_GIVEN}{column.name}" for column in checked}
    rows = data.rename_columns([wanted.get(name, name) for name in data.column_names])
    try:
        insert_table(connection, stage, rows, TableSchema(columns))
        return [column.name for column in checked if _differs(connection, stage, column.name)]
    except (DataError, pa.ArrowInvalid):  # a value that the column could not even store
        return [column.name for column in checked]
    finally:
        connection.execute(f"DROP TEMPORARY TABLE {quote(stage)}")


def columns_not_computable(schema: TableSchema, data: pa.Table) -> list[str]:
    """Return the generated columns for which the rows have values, but not the columns that they are computed from."""
    given = {name.lower(): name for name in data.column_names}
    computable = _computable(schema, given)
    left = [column for column in schema.columns if column.is_generated and column not in computable]
    names = [(column.name, given[column.name.lower()]) for column in left if column.name.lower() in given]
    return [name for name, there in names if data.column(there).null_count < data.num_rows]


def _created(connection: Connection, stage: str, columns: tuple[Column, ...]) -> bool:
    """Create the temporary table. The save itself needs no right to do so, and goes on without."""
    try:
        connection.execute(TableSchema(columns).ddl(stage).replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
    except ServerLostError:
        raise
    except DoltError as error:
        logger.warning("cannot check the values for generated columns, which are not written: %s", error)
        return False
    return True


def _computable(schema: TableSchema, given: dict[str, str]) -> list[Column]:
    """Return the generated columns of which all sources are given or can be computed."""
    known = {column.name.lower() for column in schema.columns if not column.is_generated} & set(given)
    found: list[Column] = []
    for column in schema.columns:
        sources = {name.replace("``", "`").lower() for name in re.findall(r"`((?:[^`]|``)+)`", column.details)}
        if column.is_generated and sources <= known:
            known.add(column.name.lower())
            found.append(column)
    return found


def _columns(schema: TableSchema, given: dict[str, str], checked: list[Column]) -> tuple[Column, ...]:
    """Return the columns of the temporary table: the sources, what is computed from them, and what was given for it."""
    sources = [replace(c, details="") for c in schema.columns if c.name.lower() in given and not c.is_generated]
    named = [replace(c, name=f"{_GIVEN}{c.name}", details="") for c in checked]
    return tuple(replace(column, nullable=True) for column in (*sources, *_computable(schema, given), *named))


def _differs(connection: Connection, stage: str, name: str) -> bool:
    same = f"{quote(_GIVEN + name)} <=> {quote(name)}"
    return connection.row(f"SELECT 1 FROM {quote(stage)} WHERE NOT ({same}) LIMIT 1") is not None
