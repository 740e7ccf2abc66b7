"""A few rows of a table: those with certain values, or the first ones with the beginnings of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.session.answers import number
from dolt_integrations.engine.sql.types import GEOMETRIES, parse_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.schema import Column, TableSchema

LONGEST = 101
"""Characters of a text that are fetched: one more than are shown, so that a cut one can be told."""

_BLOBS = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}
_TEXTS = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext"}


def preview(
    connection: Connection, table: str, columns: Sequence[Column], rows: int, where: str | None = None
) -> list[tuple[str | None, ...]]:
    """Return the beginnings of the values of a table's first rows, NULLs as None.

    Args:
        connection: A session on the version.
        table: The table.
        columns: Those to show, one at least.
        rows: The most rows.
        where: A condition in SQL that they have to meet.
    """
    values = ", ".join(shown_value(quote(column.name), column) for column in columns)
    condition = f" WHERE (\n{where}\n)" if where else ""
    found = connection.rows(f"SELECT {values} FROM {quote(table)}{condition} LIMIT {int(rows)}")
    return [tuple(map(as_text, row)) for row in found]


def find_rows(connection: Connection, table: str, values: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
    """Return the rows of a table that have certain values, each whole and by the names of its columns.

    Args:
        connection: A session on the version.
        table: The table.
        values: By the names of columns, one at least.
        most: The most rows.
    """
    condition = " AND ".join(f"{quote(name)} = %s" for name in values)
    query = f"SELECT * FROM {quote(table)} WHERE {condition} LIMIT {int(most)}"
    return connection.dictionaries(query, list(values.values()))


def shown_value(expression: str, column: Column) -> str:
    """Return the SQL for what is shown of a column's values.

    Args:
        expression: The SQL for the whole value.
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
    """Return a value as a text; None is NULL."""
    if value is None:
        return None
    return value[:LONGEST].decode(errors="replace") if isinstance(value, bytes) else str(value)[:LONGEST]


def count_rows(connection: Connection, table: str, schema: TableSchema, most: int) -> tuple[int, bool]:
    """Return the number of rows, and whether these are all.

    Dolt counts a table with a key at once; the rows of one without are counted up to `most`.
    """
    if schema.primary_key:
        return connection.value(f"SELECT COUNT(*) FROM {quote(table)}", kind=number), True
    limited = f"SELECT COUNT(*) FROM (SELECT 1 FROM {quote(table)} LIMIT {int(most) + 1}) AS q"
    found = connection.value(limited, kind=number)
    return min(found, most), found <= most
