"""Names of tables, and names that differ only in case, which Dolt treats as equal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.wire.answers import text
from dolt_integrations.errors import InvalidNameError, TableNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


_LIST = "SHOW FULL TABLES"


def tables(connection: Connection, commit: str | None = None) -> list[str]:
    """Return the names of the tables at a commit, or at the session's revision."""
    if commit is None:
        rows = connection.rows(_LIST, kinds=(text, text))
    else:
        rows = connection.rows(f"{_LIST} AS OF %s", (commit,), (text, text))
    return [name for name, kind in rows if kind == "BASE TABLE"]


def table_name(connection: Connection, name: str) -> str:
    """Return a table's name in the case that the database has; if there is no such table, return the name unchanged.

    Raises:
        InvalidNameError: It is the name of a view, or of two tables that differ only in case.
    """
    return find_name(connection, name) or name


def find_name(connection: Connection, name: str) -> str | None:
    """Return a table's name in the case that the database has, or None if there is no such table.

    Raises:
        InvalidNameError: It is the name of a view, or of two tables that differ only in case.
    """
    if not name.lower().startswith("dolt_"):  # SHOW CREATE TABLE also shows Dolt's own tables
        try:
            found, create = connection.row(f"SHOW CREATE TABLE {quote(name)}", kinds=(text, text)) or ("", "")
        except TableNotFoundError:
            return None
        if found == name and create.startswith("CREATE TABLE "):
            return name
    return _listed(connection, name)


def _listed(connection: Connection, name: str) -> str | None:
    """Find a name as `find_name` does, in a list of all tables."""
    rows: list[tuple[str, str]] = [(found, kind) for found, kind in connection.rows(_LIST, kinds=(text, text))]
    matches = [entry for entry in rows if entry[0].lower() == name.lower()]
    if len(matches) > 1:
        raise two_in_case(connection, name, [found for found, _ in matches])
    for found, kind in matches:
        if kind == "VIEW":
            raise InvalidNameError(
                f"`{found}` is a view of {connection.address}, not a table", hint="Choose another name."
            )
        return found
    return None


def two_in_case(connection: Connection, name: str, found: list[str]) -> InvalidNameError:
    """Return the error for a name of tables that differ only in case."""
    where = f"{connection.address} at {connection.revision}" if connection.revision else str(connection.address)
    return InvalidNameError(
        f"{where} has tables {' and '.join(f'`{each}`' for each in sorted(found))}, and Dolt treats both as `{name}`",
        hint="Rename the one that Dolt finds by either name (RENAME TABLE), and commit that.",
    )


def tables_in_two_cases(connection: Connection) -> list[str]:
    """Return the tables at the session's revision whose names differ only in case from that of another table."""
    names = tables(connection)
    cases = Counter(name.lower() for name in names)
    return [name for name in names if cases[name.lower()] > 1]
