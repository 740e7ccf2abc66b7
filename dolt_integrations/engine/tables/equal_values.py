"""Values that are equal in SQL but not identical: `a` and `A` in some collations, 0.0 and -0.0.

Dolt's UPDATE (1.83 and 2.3) does not change a row whose new values are equal to the old ones in this sense, and its
INSERT ... SELECT turns -0.0 into 0.0.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.types import parse_type
from dolt_integrations.engine.tables.bulk import insert_table
from dolt_integrations.engine.tables.contents import without_foreign_key_checks
from dolt_integrations.engine.tables.definitions.schema import TableSchema, find_definition, has_triggers
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.engine.tables.negative_zeros import has_other_sign, has_zero, is_negative_zero

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column

logger = logging.getLogger(__name__)

_TEXTS = ("varchar", "char", "text", "tinytext", "mediumtext", "longtext")
"""Prefixes of the types with a collation, except ENUM and SET."""


def write_equal_values(
    connection: Connection, table: str, schema: TableSchema, data: pa.Table, stage: str, same: str
) -> None:
    """Write the rows that an upsert skipped because their values are equal to the staged ones, but not identical.

    The rows are deleted and inserted. Foreign keys need no check, because the values are equal for them too.

    Args:
        connection: A session with the open transaction of the upsert.
        table: The table's name.
        schema: All of its columns, and its key.
        data: The staged rows.
        stage: The quoted name of the temporary table with these rows.
        same: The SQL condition that joins both tables.
    """
    texts, floats = _texts(connection, table, schema, data), _floats_with_zeros(schema, data)
    left = [_differs(quote(table), stage, quote(name)) for name in texts]
    left += [has_other_sign(f"{quote(table)}.{quote(name)}", f"{stage}.{quote(name)}") for name in floats]
    if not left:
        return
    condition = f"FROM {quote(table)} JOIN {stage} ON {same} WHERE {' OR '.join(left)}"
    columns = tuple(column for column in schema.columns if not column.is_generated)
    sources = (stage if column.name in (*texts, *floats) else quote(table) for column in columns)
    values = ", ".join(f"{source}.{quote(c.name)}" for source, c in zip(sources, columns, strict=True))
    rows = fetch(connection, f"SELECT {values} {condition}", columns, fast=False)
    if rows.num_rows and has_triggers(connection, table):
        logger.warning(
            "table %s has triggers: %d of its rows are equal to the new ones in SQL but not identical, and are kept",
            table,
            rows.num_rows,
        )
    elif rows.num_rows:
        with without_foreign_key_checks(connection):
            connection.execute(f"DELETE {quote(table)} {condition}")
            insert_table(connection, table, rows, schema)


def find_negative_zeros(
    connection: Connection, table: str, schema: TableSchema, data: pa.Table, stage: str, same: str
) -> pa.Table:
    """Return the rows, as an upsert has to leave them, that have -0.0 in a column that the upsert does not write.

    Dolt's UPDATE writes these as 0.0. The arguments are those of `write_equal_values`, before the upsert.
    """
    given = {name.lower() for name in data.column_names}
    columns = tuple(column for column in schema.columns if not column.is_generated)
    left = [c for c in columns if c.name.lower() not in given and parse_type(c.sql_type).base in ("float", "double")]
    if not left:
        return pa.table({})
    negative = " OR ".join(is_negative_zero(f"{quote(table)}.{quote(column.name)}") for column in left)
    sides = (stage if column.name.lower() in given else quote(table) for column in columns)
    values = ", ".join(f"{side}.{quote(column.name)}" for side, column in zip(sides, columns, strict=True))
    query = f"SELECT {values} FROM {quote(table)} JOIN {stage} ON {same} WHERE {negative}"
    return fetch(connection, query, columns, fast=False)


def write_negative_zeros(
    connection: Connection,
    table: str,
    schema: TableSchema,
    rows: pa.Table,
    delete: Callable[[Connection, str, TableSchema, pa.Table], None],
) -> None:
    """Write again the rows that `find_negative_zeros` has found, after the upsert; `delete` deletes rows by key."""
    if has_triggers(connection, table):
        what = "table %s has triggers: %d of its rows had -0.0 in columns that are not written, and have 0.0 now"
        logger.warning(what, table, rows.num_rows)
        return
    with without_foreign_key_checks(connection):
        delete(connection, table, schema, rows.select(list(schema.primary_key)))
        insert_table(connection, table, rows, schema)


def _texts(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> list[str]:
    """Return the staged columns of strings, also those of the key, if the table may have them in another spelling."""
    names = [c.name for c in _staged(schema, data) if c.sql_type.lower().startswith(_TEXTS)]
    found = find_definition(connection, table) if names else None
    return names if found is not None and found.has_foreign_collations else []


def _floats_with_zeros(schema: TableSchema, data: pa.Table) -> list[str]:
    """Return the columns with a zero of either sign, where the table may have the other one."""
    values = {name.lower(): data.column(name) for name in data.column_names}
    key = {name.lower() for name in schema.primary_key}
    given = [column.name for column in _staged(schema, data) if column.name.lower() not in key]
    return [name for name in given if has_zero(values[name.lower()])]


def _staged(schema: TableSchema, data: pa.Table) -> list[Column]:
    names = {name.lower() for name in data.column_names}
    return [column for column in schema.columns if column.name.lower() in names]


def _differs(table: str, stage: str, name: str) -> str:
    one, other = (f"HEX(CAST({side}.{name} AS CHAR))" for side in (table, stage))
    return f"{one} <> {other}"
