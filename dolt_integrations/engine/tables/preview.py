"""A few rows of a table: those with certain values, or the first rows with their values shortened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.types import GEOMETRIES, parse_type
from dolt_integrations.engine.wire.answers import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column, TableSchema

LONGEST = 101
"""Characters of a value that are fetched: one more than are shown, to see whether it is longer."""

_BLOBS = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}


def preview(
    connection: Connection, table: str, columns: Sequence[Column], rows: int, where: str | None = None
) -> list[tuple[str | None, ...]]:
    """Return the first rows of a table with their values shortened; NULL is None.

    Args:
        connection: A session on the version.
        table: The table.
        columns: The columns to show, at least one.
        rows: The maximum number of rows.
        where: A SQL condition on the rows.
    """
    values = ", ".join(shown_value(quote(column.name), column) for column in columns)
    condition = f" WHERE (\n{where}\n)" if where else ""
    found = connection.rows(f"SELECT {values} FROM {quote(table)}{condition} LIMIT {int(rows)}")
    return [tuple(map(as_text, row)) for row in found]


def find_rows(connection: Connection, table: str, values: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """Return the complete rows of a table that have certain values, each as a dict by column name.

    Args:
        connection: A session on the version.
        table: The table.
        values: The values by column name, at least one.
        most: The maximum number of rows.
    """
    condition = " AND ".join(f"{quote(name)} = %s" for name in values)
    query = f"SELECT * FROM {quote(table)} WHERE {condition} LIMIT {int(most)}"
    return connection.dictionaries(query, list(values.values()))


def shown_value(expression: str, column: Column) -> str:
    """Return the SQL for the shortened values of a column.

    Args:
        expression: The SQL for the complete value.
        column: Its column.
    """
    base = parse_type(column.sql_type).base
    if base in _TEXTS:
        return f"LEFT({expression}, {LONGEST})"
    if base == "json":
        return f"LEFT(CAST({expression} AS CHAR), {LONGEST})"
    if base in _BLOBS:
        return f"CONCAT(LENGTH({expression}), ' bytes')"
    if base in GEOMETRIES:
        return f"IF({expression} IS NULL, NULL, 'geometry')"
    if base == "bit":
        return f"CAST({expression} AS UNSIGNED)"
    return expression


def as_text(value: Any) -> str | None:
    """Return a value as a string; None is NULL."""
    if value is None:
        return None
    return value[:LONGEST].decode(errors="replace") if isinstance(value, bytes) else str(value)[:LONGEST]


def count_rows(connection: Connection, table: str, schema: TableSchema, most: int) -> tuple[int, bool]:
    """Return the number of rows, and whether it is complete.

    Dolt counts a table with a key immediately. The rows of a table without one are counted up to `most`.
    """
    if schema.primary_key:
        return connection.value(f"SELECT COUNT(*) FROM {quote(table)}", kind=number), True
    limited = f"SELECT COUNT(*) FROM (SELECT 1 FROM {quote(table)} LIMIT {int(most) + 1}) AS q"
    found = connection.value(limited, kind=number)
    return min(found, most), found <= most
