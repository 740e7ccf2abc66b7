"""The rows of a frame in a temporary table, numbered, so that Dolt itself says which of them break a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.session.answers import maybe, number
from dolt_integrations.engine.tables.bulk import insert_table
from dolt_integrations.engine.tables.schema import TableSchema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.schema import Column

TABLE = "rows_to_check"


class NumberedRows:
    """Rows that a table did not take, in a temporary table without constraints.

    Attributes:
        number: The column of the rows' numbers, quoted.
    """

    def __init__(self, connection: Connection, schema: TableSchema, data: pa.Table, names: Sequence[str]) -> None:
        """Send those columns of the rows that are named."""
        self._connection = connection
        wanted = {name.lower() for name in names}
        columns = [column for column in schema.columns if column.name.lower() in wanted]
        known = {column.name for column in columns}
        number = next(name for name in (f"row_{at}" for at in range(len(known) + 1)) if name not in known)
        definition = TableSchema((*map(_loose, columns), replace(_loose(columns[0]), name=number, sql_type="bigint")))
        connection.execute(f"DROP TEMPORARY TABLE IF EXISTS {TABLE}")
        connection.execute(definition.ddl(TABLE).replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
        rows = data.select([name for name in data.column_names if name.lower() in wanted])
        insert_table(connection, TABLE, rows.append_column(number, pa.array(range(data.num_rows), pa.int64())))
        self.number = f"{TABLE}.{quote(number)}"

    def first(self, condition: str, joined: str = "") -> int | None:
        """Return the number of the first row of which a condition holds."""
        statement = f"SELECT MIN({self.number}) FROM {TABLE} {joined} WHERE {condition}"
        return self._connection.value(statement, kind=maybe(number))  # type: ignore[no-any-return]

    def pair(self, parts: Sequence[str]) -> tuple[int, int] | None:
        """Return the first two rows that are equal in all parts, none of which is NULL."""
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
