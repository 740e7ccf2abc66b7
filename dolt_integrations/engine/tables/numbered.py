"""The numbered rows of a frame in a temporary table, where Dolt itself finds which of them violate a constraint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.bulk import insert_table
from dolt_integrations.engine.tables.definitions.schema import TableSchema
from dolt_integrations.engine.wire.answers import maybe, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column
    from dolt_integrations.engine.tables.definitions.unique_keys import UniqueKey

TABLE = "rows_to_check"


class NumberedRows:
    """Rows that a table refused, in a temporary table without constraints.

    Attributes:
        number: The quoted name of the column with the row numbers.
    """

    def __init__(self, connection: Connection, schema: TableSchema, data: pa.Table, names: Sequence[str]) -> None:
        """Create the temporary table with the named columns of the rows."""
        self._connection = connection
        wanted = {name.lower() for name in names}
        columns = [column for column in schema.columns if column.name.lower() in wanted]
        known = {column.name.lower() for column in columns}
        number = next(name for name in (f"row_{at}" for at in range(len(known) + 1)) if name not in known)
        definition = TableSchema((*map(_loose, columns), replace(_loose(columns[0]), name=number, sql_type="bigint")))
        connection.execute(f"DROP TEMPORARY TABLE IF EXISTS {TABLE}")
        connection.execute(definition.ddl(TABLE).replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
        rows = data.select([name for name in data.column_names if name.lower() in wanted])
        insert_table(connection, TABLE, rows.append_column(number, pa.array(range(data.num_rows), pa.int64())))
        self.number = f"{TABLE}.{quote(number)}"

    def first(self, condition: str, joined: str = "") -> int | None:
        """Return the number of the first row for which a condition is true, or None."""
        statement = f"SELECT MIN({self.number}) FROM {TABLE} {joined} WHERE {condition}"
        return self._connection.value(statement, kind=maybe(number))  # type: ignore[no-any-return]

    def first_failing(self, condition: str) -> int | None:
        """Return the number of the first row for which the SQL condition of a CHECK is false, or None."""
        return self.first(f"NOT {condition}")

    def first_without(self, table: str, pairs: Sequence[tuple[str, str]], *, given: bool = False) -> int | None:
        """Return the number of the first row without a matching row in another table, or None.

        Args:
            table: The other table.
            pairs: The names of the columns that have to be equal, in the rows and in the table.
            given: Whether to ignore rows with a NULL in one of these columns.
        """
        sides = [(f"{TABLE}.{quote(ours)}", f"{quote(table)}.{quote(theirs)}") for ours, theirs in pairs]
        same = " AND ".join(f"{theirs} = {ours}" for ours, theirs in sides)
        known = [f"{ours} IS NOT NULL" for ours, _ in sides] if given else []
        condition = " AND ".join([f"{sides[0][1]} IS NULL", *known])
        return self.first(condition, f"LEFT JOIN {quote(table)} ON {same}")

    def first_like(self, table: str, key: UniqueKey, besides: Sequence[str]) -> int | None:
        """Return the number of the first row whose key exists in a table, or None.

        Args:
            table: The other table.
            key: The key. A NULL in it is equal to nothing.
            besides: The names of columns. A row of the table that is equal in all of them does not count.
        """
        other = quote(table)
        same = [f"{a} = {b}" for a, b in zip(key.parts_of(other), key.parts_of(TABLE), strict=True)]
        own = " AND ".join(f"{other}.{quote(name)} = {TABLE}.{quote(name)}" for name in besides)
        return self.first(f"NOT ({own})" if own else "TRUE", f"JOIN {other} ON {' AND '.join(same)}")

    def pair(self, key: UniqueKey) -> tuple[int, int] | None:
        """Return the numbers of the first two rows with the same key, or None. NULLs are equal to nothing."""
        parts = key.parts_of(TABLE)
        names = ", ".join(parts)
        given = " AND ".join(f"{part} IS NOT NULL" for part in parts)
        first = self._connection.value(
            f"SELECT MIN(first_row) FROM (SELECT MIN({self.number}) AS first_row FROM {TABLE} WHERE {given} "
            f"GROUP BY {names} HAVING COUNT(*) > 1) AS twice",
            kind=maybe(number),
        )
        if first is None:
            return None
        same = " AND ".join(f"{part} = ({self._of_row(part, first)})" for part in parts)
        return first, self.first(f"{same} AND {self.number} > {first}") or first

    def _of_row(self, part: str, row: int) -> str:
        return f"SELECT {part} FROM {TABLE} WHERE {self.number} = {int(row)}"


def _loose(column: Column) -> Column:
    return replace(column, details="", nullable=True, comment="")
