"""Which row of a frame has a key that another row has, and which key that is: Dolt's error names only the value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.engine import quote
from dolt_integrations.engine.tables.numbered import TABLE, NumberedRows

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine import Connection, TableSchema


@dataclass(frozen=True)
class UniqueKey:
    """A key whose values are unique: the primary key, or a UNIQUE index.

    Attributes:
        parts: Each column with the number of characters that count, None for all.
    """

    name: str
    parts: tuple[tuple[str, int | None], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(name for name, _ in self.parts)

    def __str__(self) -> str:
        """Say it as SQL does."""
        kind = self.name if self.is_primary else f"UNIQUE {self.name}"
        return f"{kind} ({', '.join(self.names)})"

    @property
    def is_primary(self) -> bool:
        """Whether it is the primary key."""
        return self.name == "PRIMARY KEY"

    def parts_of(self, table: str) -> list[str]:
        """Return what counts of each column, in SQL."""
        columns = [(f"{table}.{quote(name)}", length) for name, length in self.parts]
        return [column if length is None else f"LEFT({column}, {length})" for column, length in columns]


@dataclass(frozen=True)
class Duplicate:
    """A row that has the key of another one: of the frame (`other`), or of the table (None)."""

    key: UniqueKey
    row: int
    other: int | None


def unique_keys(connection: Connection, table: str) -> list[UniqueKey]:
    """Return a table's primary key and its unique indexes."""
    found: dict[str, list[tuple[str, int | None]]] = {}
    rows = connection.dictionaries(f"SHOW KEYS FROM {quote(table)}")
    with connection.understood(f"the list of the indexes of `{table}`"):
        for row in rows:
            if not int(row["Non_unique"]):
                length = row.get("Sub_part")
                part = (str(row["Column_name"]), int(length) if length else None)
                found.setdefault(str(row["Key_name"]), []).append(part)
    named = {"PRIMARY": "PRIMARY KEY"}
    return [UniqueKey(named.get(name, name), tuple(parts)) for name, parts in found.items()]


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
        pair = rows.pair(key.parts_of(TABLE))
        if pair:
            return Duplicate(key, pair[1], pair[0])
        row = None if mode == REPLACE else _in_table(rows, table, key, schema, mode)
        if row is not None:
            return Duplicate(key, row, None)
    return None


def _in_table(rows: NumberedRows, table: str, key: UniqueKey, schema: TableSchema, mode: str) -> int | None:
    """Return the first row that has the key of a row of the table; of an upsert, of another row than its own."""
    same = [f"{theirs} = {ours}" for theirs, ours in zip(key.parts_of(quote(table)), key.parts_of(TABLE), strict=True)]
    own = " AND ".join(f"{quote(table)}.{quote(name)} = {TABLE}.{quote(name)}" for name in schema.primary_key)
    condition = "TRUE" if mode == APPEND or not own else f"NOT ({own})"
    return rows.first(condition, f"JOIN {quote(table)} ON {' AND '.join(same)}")
