"""Foreign keys: a save must neither cascade into other tables nor leave rows that refer to nothing."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.engine import quote
from dolt_integrations.errors import ConstraintError, DoltError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import Connection


def referring_tables(connection: Connection, table: str) -> list[str]:
    """Return the tables with a foreign key from or to a table, itself included; none where there is no such key."""
    rows = connection.rows(
        "SELECT DISTINCT table_name FROM information_schema.referential_constraints "
        "WHERE constraint_schema = DATABASE() AND (table_name = %s OR referenced_table_name = %s)",
        (table, table),
    )
    return [str(name) for (name,) in rows]


@contextmanager
def unchecked_references(connection: Connection, referring: list[str]) -> Iterator[None]:
    """Let a block delete all rows of a table and write them again without its deletes being refused, or cascading.

    Args:
        connection: The session.
        referring: What `referring_tables` says of the table.
    """
    if not referring:
        yield
        return
    connection.execute("SET foreign_key_checks = 0")
    try:
        yield
    finally:
        connection.execute("SET foreign_key_checks = 1")


def check_references(connection: Connection, table: str, referring: list[str]) -> None:
    """Make sure, in the transaction, that every reference from or to a table has its row.

    Raises:
        ConstraintError: One has not; the transaction is to be rolled back.
    """
    for name in referring:
        if connection.value("CALL DOLT_VERIFY_CONSTRAINTS('--all', %s)", (name,)) != 0:
            raise ConstraintError(
                f"saving table `{table}` would break a foreign key of table `{name}`{_first(connection, name)}",
                hint="Save the rows that are referred to first, and keep those that are in use.",
            )


def _first(connection: Connection, table: str) -> str:
    """Return the first row that breaks a foreign key, for the text of an error."""
    with suppress(DoltError, ValueError, TypeError):
        row = connection.dictionaries(f"SELECT * FROM {quote(f'dolt_constraint_violations_{table}')} LIMIT 1")[0]
        info = json.loads(row.pop("violation_info"))
        hidden = ("from_root_ish", "violation_type", "dolt_row_hash")
        values = {name: value for name, value in row.items() if name not in hidden}
        return f": {info.get('ForeignKey')} ({', '.join(info.get('Columns', []))}) has no row for {shown(values)}"
    return ""
