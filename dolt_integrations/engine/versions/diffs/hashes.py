"""Dolt's hashes of schema and rows: of one table, or of all tables of a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.session.head_ref import head_value
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.wire.answers import text
from dolt_integrations.errors import TableNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def head_and_table(connection: Connection, table: str) -> tuple[str, str]:
    """Return the commit at the head of the session's branch, and the hash of a table in its working set.

    Raises:
        TableNotFoundError: There is no such table.
    """
    statement = f"SELECT {head_value(connection.address.database)}, DOLT_HASHOF_TABLE(%s)"
    found = connection.row(statement, (table,), (text, text))
    return (str(found[0]), str(found[1])) if found else ("", "")


def table_hash(connection: Connection, table: str) -> str | None:
    """Return the hash of a table's schema and rows in the session's working set, or None if there is no such table."""
    try:
        return str(connection.value("SELECT DOLT_HASHOF_TABLE(%s)", (table,), text))
    except TableNotFoundError:
        return _hash_in_any_case(connection, table)


def _hash_in_any_case(connection: Connection, table: str) -> str | None:
    name = next((each for each in tables(connection) if each.lower() == table.lower() and each != table), None)
    return None if name is None else str(connection.value("SELECT DOLT_HASHOF_TABLE(%s)", (name,), text))


def working_hashes(connection: Connection, table: str) -> tuple[str | None, str]:
    """Return Dolt's hash of a table, and that of all tables, in the working set of the session's branch.

    Raises:
        TableNotFoundError: There is no such table.
    """
    statement = "SELECT DOLT_HASHOF_TABLE(%s), DOLT_HASHOF_DB('WORKING')"
    found = connection.row(statement, (table,), (text, text))
    return (str(found[0]), str(found[1])) if found else (None, "")


def staged_hash(connection: Connection) -> str:
    """Return Dolt's hash of all tables as they are staged on the session's branch."""
    return str(connection.value("SELECT DOLT_HASHOF_DB('STAGED')", kind=text))
