"""Texts that a collation takes for equal and that are not the same: `a` and `A`, `e` and `é`.

Dolt's UPDATE (1.83 and 2.3) leaves a row as it is where its new values equal the old ones in this sense.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.contents import set_foreign_key_checks
from dolt_integrations.engine.tables.schema import TableSchema, foreign_collations, has_triggers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine.session.connection import Connection

logger = logging.getLogger(__name__)

_TEXTS = ("varchar", "char", "text", "tinytext", "mediumtext", "longtext")
"""What the types of columns with a collation begin with, ENUM and SET aside."""


def write_equal_values(
    connection: Connection, table: str, schema: TableSchema, given: Iterable[str], stage: str, same: str
) -> None:
    """Write what an UPDATE has left: rows whose values are equal to those that are staged, and not the same.

    They are deleted and inserted, foreign keys unchecked: to those the values are equal.

    Args:
        connection: With an open transaction, in which the rows were updated.
        table: The table's name.
        schema: All of its columns, and its key.
        given: The names of the columns that are staged, in any case.
        stage: The quoted name of the temporary table that has it.
        same: The condition by which the rows of both belong together.
    """
    names = _doubtful(connection, table, schema, given)
    if not names:
        return
    differs = " OR ".join(_differs(quote(table), stage, quote(name)) for name in names)
    if connection.row(f"SELECT 1 FROM {stage} JOIN {quote(table)} ON {same} WHERE {differs} LIMIT 1") is None:
        return
    if has_triggers(connection, table):
        logger.warning(
            "table %s has triggers, so that Dolt keeps its values in columns %s where they differ from the new ones "
            "only in what the collation takes for equal",
            table,
            ", ".join(names),
        )
        return
    _rewrite(connection, table, schema, names, stage, f"{same} WHERE {differs}")


def _rewrite(
    connection: Connection, table: str, schema: TableSchema, names: list[str], stage: str, condition: str
) -> None:
    columns = [column for column in schema.columns if not column.is_generated]
    listed = ", ".join(quote(column.name) for column in columns)
    values = ", ".join(f"{stage if c.name in names else quote(table)}.{quote(c.name)}" for c in columns)
    whole = quote(name := f"staged_{secrets.token_hex(8)}")
    ddl = TableSchema(tuple(replace(column, details="") for column in columns)).ddl(name)
    connection.execute(ddl.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
    connection.execute(
        f"INSERT INTO {whole} ({listed}) SELECT {values} FROM {stage} JOIN {quote(table)} ON {condition}"
    )
    key = " AND ".join(f"{quote(table)}.{quote(each)} = {whole}.{quote(each)}" for each in schema.primary_key)
    set_foreign_key_checks(connection, False)
    connection.execute(f"DELETE {quote(table)} FROM {quote(table)} JOIN {whole} ON {key}")
    connection.execute(f"INSERT INTO {quote(table)} ({listed}) SELECT {listed} FROM {whole}")
    set_foreign_key_checks(connection, True)
    connection.execute(f"DROP TEMPORARY TABLE {whole}")


def _doubtful(connection: Connection, table: str, schema: TableSchema, given: Iterable[str]) -> list[str]:
    """Return the columns, as the table spells them, of which some values may be equal and not the same."""
    values = {name.lower() for name in given} - {name.lower() for name in schema.primary_key}
    texts = [c.name for c in schema.columns if c.name.lower() in values and c.sql_type.lower().startswith(_TEXTS)]
    return texts if texts and foreign_collations(connection, table) else []


def _differs(table: str, stage: str, name: str) -> str:
    one, other = (f"HEX(CAST({side}.{name} AS CHAR))" for side in (table, stage))
    return f"{one} <> {other}"
