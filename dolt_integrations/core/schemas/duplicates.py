"""Finding the row and the key behind a duplicate key error of Dolt, which names only the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.engine.tables.definitions.unique_keys import UniqueKey, unique_keys
from dolt_integrations.engine.tables.numbered import NumberedRows

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine import Connection, TableSchema


@dataclass(frozen=True)
class Duplicate:
    """A row with the key of another row.

    Attributes:
        key: The key.
        row: The row of the frame, counted from 0.
        other: The other row of the frame. None if the other row is in the table.
    """

    key: UniqueKey
    row: int
    other: int | None


def find_duplicate(
    connection: Connection, table: str, schema: TableSchema, data: pa.Table, mode: str
) -> Duplicate | None:
    """Return the first row with the key of another row, or None if no row explains Dolt's error.

    Args:
        connection: A session in which none of the rows are written.
        table: The table that refused the rows.
        schema: Its schema.
        data: The rows.
        mode: The mode of the save.
    """
    given = {name.lower() for name in data.column_names}
    for key in unique_keys(connection, table):
        if not all(name.lower() in given for name in key.names):
            continue
        rows = NumberedRows(connection, schema, data, [*key.names, *schema.primary_key])
        pair = rows.pair(key)
        if pair:
            return Duplicate(key, pair[1], pair[0])
        row = None if mode == REPLACE else _in_table(rows, table, key, schema, mode)
        if row is not None:
            return Duplicate(key, row, None)
    return None


def _in_table(rows: NumberedRows, table: str, key: UniqueKey, schema: TableSchema, mode: str) -> int | None:
    """Return the first row with the key of a row of the table. For an upsert, rows with equal primary keys are fine."""
    besides = schema.primary_key if mode != APPEND else ()
    return rows.first_like(table, key, besides)
