"""Keeping -0.0 in rows while their table is altered."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.types import parse_type
from dolt_integrations.engine.tables.dml import upsert_rows
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.engine.tables.negative_zeros import is_negative_zero
from dolt_integrations.engine.wire.answers import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import TableSchema

logger = logging.getLogger(__name__)

_FLOATS = ("float", "double")


@contextmanager
def keeping_signs(connection: Connection, table: str, before: TableSchema, after: TableSchema) -> Iterator[None]:
    """Run a block that alters a table, and write -0.0 again where there was one: Dolt rewrites the rows with 0.0.

    In a table without a key these rows cannot be named: a warning is logged if their signs are lost.

    Args:
        connection: A session without an open transaction.
        table: The table's name.
        before: Its columns and key now.
        after: Its columns and key after the block.
    """
    found = _found(connection, table, before, after) if before.has_key(after.primary_key) else {}
    names = [] if before.primary_key else _kept_floats(before, after)
    count = _count(connection, table, names)
    yield
    lost = count - _count(connection, table, names) if count else 0
    if lost:
        logger.warning("table %s has no key, so altering it changed -0.0 to 0.0 in %d values", table, lost)
    for column, keys in found.items():
        rows = keys.append_column(column, pa.array([-0.0] * keys.num_rows))
        with connection.transaction():
            upsert_rows(connection, table, after, rows)


def _found(connection: Connection, table: str, before: TableSchema, after: TableSchema) -> dict[str, pa.Table]:
    """Return the keys of the rows with -0.0, by column."""
    if not before.primary_key:
        return {}
    key = tuple(column for column in before.columns if column.name in before.primary_key)
    names = ", ".join(quote(column.name) for column in key)
    found = {}
    for name in _kept_floats(before, after):
        query = f"SELECT {names} FROM {quote(table)} WHERE {is_negative_zero(quote(name))}"
        keys = fetch(connection, query, key, fast=False)
        if keys.num_rows:
            found[name] = keys
    return found


def _kept_floats(before: TableSchema, after: TableSchema) -> list[str]:
    """Return the columns, outside the key, that are floats before and after."""
    floats = {column.name.lower() for column in after.columns if parse_type(column.sql_type).base in _FLOATS}
    floats -= {name.lower() for name in before.primary_key}
    kept = (column for column in before.columns if column.name.lower() in floats and not column.is_generated)
    return [column.name for column in kept if parse_type(column.sql_type).base in _FLOATS]


def _count(connection: Connection, table: str, columns: Sequence[str]) -> int:
    """Return the number of -0.0 in some columns."""
    if not columns:
        return 0
    counts = " + ".join(f"COALESCE(SUM({is_negative_zero(quote(name))}), 0)" for name in columns)
    return int(connection.value(f"SELECT CAST({counts} AS SIGNED) FROM {quote(table)}", kind=number))
