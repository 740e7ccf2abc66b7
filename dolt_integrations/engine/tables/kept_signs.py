"""Keeping -0.0 in rows while their table is altered."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.types import parse_type
from dolt_integrations.engine.tables.dml import upsert_rows
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.engine.tables.negative_zeros import is_negative_zero

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.schema import TableSchema

_FLOATS = ("float", "double")


@contextmanager
def keeping_signs(connection: Connection, table: str, before: TableSchema, after: TableSchema) -> Iterator[None]:
    """Run a block that alters a table, and write -0.0 again where there was one: Dolt rewrites the rows with 0.0.

    Only for tables with a key, which the alteration does not change.

    Args:
        connection: A session without an open transaction.
        table: The table's name.
        before: Its columns and key now.
        after: Its columns and key after the block.
    """
    found = _found(connection, table, before, after) if before.has_key(after.primary_key) else {}
    yield
    for column, keys in found.items():
        rows = keys.append_column(column, pa.array([-0.0] * keys.num_rows))
        with connection.transaction():
            upsert_rows(connection, table, after, rows)


def _found(connection: Connection, table: str, before: TableSchema, after: TableSchema) -> dict[str, pa.Table]:
    """Return the keys of the rows with -0.0, by column."""
    if not before.primary_key:
        return {}
    kept = {column.name.lower() for column in after.columns if parse_type(column.sql_type).base in _FLOATS}
    kept -= {name.lower() for name in before.primary_key}
    key = tuple(column for column in before.columns if column.name in before.primary_key)
    names = ", ".join(quote(column.name) for column in key)
    found = {}
    for column in before.columns:
        if column.name.lower() in kept and parse_type(column.sql_type).base in _FLOATS and not column.is_generated:
            query = f"SELECT {names} FROM {quote(table)} WHERE {is_negative_zero(quote(column.name))}"
            keys = fetch(connection, query, key, fast=False)
            if keys.num_rows:
                found[column.name] = keys
    return found
