"""Foreign keys: a save must neither cascade into other tables nor leave rows that refer to nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.errors import DataError

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
        DataError: One has not; the transaction is to be rolled back.
    """
    for name in referring:
        if connection.value("CALL DOLT_VERIFY_CONSTRAINTS('--all', %s)", (name,)) != 0:
            raise DataError(
                f"saving table `{table}` would break a foreign key of table `{name}`",
                hint="Save the rows that are referred to first, and keep those that are in use.",
            )
