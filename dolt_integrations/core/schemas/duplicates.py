"""Which row of a frame has a key that another row has, and which key that is: Dolt's error names only the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.engine.tables.numbered import NumberedRows
from dolt_integrations.engine.tables.unique_keys import UniqueKey, unique_keys

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine import Connection, TableSchema


@dataclass(frozen=True)
class Duplicate:
    """A row that has the key of another one: of the frame (`other`), or of the table (None)."""

    key: UniqueKey
    row: int
    other: int | None


def find_duplicate(
    connection: Connection, table: str, schema: TableSchema, data: pa.Table, mode: str
) -> Duplicate | None:
    """Return the first row that has the key of another one; None where no row explains Dolt's refusal.

    Args:
        connection: Where nothing of the rows is written.
        table: The table that did not take the rows.
        schema: Its columns.
        data: The rows.
        mode: What the save does with the rows that the table has.
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
    """Return the first row that has the key of a row of the table; of an upsert, of another row than its own."""
    besides = schema.primary_key if mode != APPEND else ()
    return rows.first_like(table, key, besides)
