"""All the rows of a table at once: counted, deleted, or taken from a version of a table."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.session.answers import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.schema import TableSchema


def row_count(connection: Connection, table: str) -> int:
    """Return the number of rows of a table at the session's revision."""
    return int(connection.value(f"SELECT COUNT(*) FROM {quote(table)}", kind=number))


def largest_number(connection: Connection, table: str, column: str) -> int:
    """Return the largest value of a column of integers; 0 if the table has no rows."""
    statement = f"SELECT COALESCE(MAX({quote(column)}), 0) FROM {quote(table)}"
    return int(connection.value(statement, kind=number))


def any_text_matches(connection: Connection, table: str, column: str, pattern: str) -> bool:
    """Whether the text of a value of a column matches a regular expression of MySQL's."""
    value, expression = f"CAST({quote(column)} AS CHAR)", connection.literal(pattern)
    return connection.row(f"SELECT 1 FROM {quote(table)} WHERE {value} REGEXP {expression} LIMIT 1") is not None


def create_table(connection: Connection, table: str, schema: TableSchema) -> None:
    """Make a table. Dolt's DDL ends the session's transaction."""
    connection.execute(schema.ddl(table))


def drop_table(connection: Connection, table: str) -> None:
    """Drop a table, if it is there. Dolt's DDL ends the session's transaction."""
    connection.execute(f"DROP TABLE IF EXISTS {quote(table)}")


def empty_table(connection: Connection, table: str) -> None:
    """Delete all rows of a table."""
    connection.execute(f"DELETE FROM {quote(table)}")


def copy_rows(connection: Connection, table: str, columns: Sequence[str], revision: str, source: str) -> None:
    """Insert all rows of a version of a table into a table.

    Args:
        connection: A session on a branch.
        table: Where the rows go.
        columns: The names of the columns, which both have.
        revision: A branch, tag or commit of the same database.
        source: The table's name there.
    """
    names = ", ".join(map(quote, columns))
    rows = f"SELECT {names} FROM {table_at(connection, revision, source)}"
    connection.execute(f"INSERT INTO {quote(table)} ({names}) {rows}")


def table_at(connection: Connection, revision: str, table: str) -> str:
    """Return the SQL name of a table at a revision of the session's database."""
    return f"{quote(f'{connection.address.database}/{revision}')}.{quote(table)}"


def set_foreign_key_checks(connection: Connection, on: bool) -> None:
    """Let the session's statements check foreign keys and cascade, or do neither."""
    connection.execute(f"SET foreign_key_checks = {int(on)}")


@contextmanager
def without_foreign_key_checks(connection: Connection) -> Iterator[None]:
    """Let the block's statements neither check foreign keys nor cascade."""
    set_foreign_key_checks(connection, False)
    try:
        yield
    finally:
        set_foreign_key_checks(connection, True)
