"""Operations on all rows of a table: count, delete, copy from another version."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.wire.answers import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import TableSchema


def row_count(connection: Connection, table: str) -> int:
    """Return the number of rows of a table at the session's revision."""
    return int(connection.value(f"SELECT COUNT(*) FROM {quote(table)}", kind=number))


def largest_number(connection: Connection, table: str, column: str) -> int:
    """Return the largest value of an integer column; 0 if the table has no rows."""
    statement = f"SELECT COALESCE(MAX({quote(column)}), 0) FROM {quote(table)}"
    return int(connection.value(statement, kind=number))


def any_text_matches(connection: Connection, table: str, column: str, pattern: str) -> bool:
    """Whether any value of a column, as a string, matches a MySQL regular expression."""
    value, expression = f"CAST({quote(column)} AS CHAR)", connection.literal(pattern)
    return connection.row(f"SELECT 1 FROM {quote(table)} WHERE {value} REGEXP {expression} LIMIT 1") is not None


def has_values(connection: Connection, table: str, column: str) -> bool:
    """Whether any row has a value in a column that is not NULL."""
    return connection.row(f"SELECT 1 FROM {quote(table)} WHERE {quote(column)} IS NOT NULL LIMIT 1") is not None


def create_table(connection: Connection, table: str, schema: TableSchema) -> None:
    """Create a table. Dolt's DDL ends the session's transaction."""
    connection.execute(schema.ddl(table))


def drop_table(connection: Connection, table: str) -> None:
    """Drop a table if it exists. Dolt's DDL ends the session's transaction."""
    connection.execute(f"DROP TABLE IF EXISTS {quote(table)}")


def empty_table(connection: Connection, table: str) -> None:
    """Delete all rows of a table."""
    connection.execute(f"DELETE FROM {quote(table)}")


def copy_rows(connection: Connection, table: str, columns: Sequence[str], revision: str, source: str) -> None:
    """Insert all rows of a version of a table into a table.

    Args:
        connection: A session on a branch.
        table: The table to insert into.
        columns: The names of the columns to copy. Both tables have them.
        revision: A branch, tag or commit of the same database.
        source: The name of the table to copy from, at that revision.
    """
    names = ", ".join(map(quote, columns))
    rows = f"SELECT {names} FROM {table_at(connection, revision, source)}"
    connection.execute(f"INSERT INTO {quote(table)} ({names}) {rows}")


def table_at(connection: Connection, revision: str, table: str) -> str:
    """Return the SQL name of a table at a revision of the session's database."""
    return f"{quote(f'{connection.address.database}/{revision}')}.{quote(table)}"


def set_foreign_key_checks(connection: Connection, on: bool) -> None:
    """Switch foreign key checks, and with them cascades, on or off for the session."""
    connection.execute(f"SET foreign_key_checks = {int(on)}")


@contextmanager
def without_foreign_key_checks(connection: Connection) -> Iterator[None]:
    """Run a block without foreign key checks and cascades."""
    set_foreign_key_checks(connection, False)
    try:
        yield
    finally:
        set_foreign_key_checks(connection, True)
