"""Changes to the columns of a table, as clauses of `ALTER TABLE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column


def alter_table(table: str, changes: Sequence[str]) -> list[str]:
    """Return one `ALTER TABLE` statement for each clause, in order."""
    return [f"ALTER TABLE {quote(table)} {change}" for change in changes]


def alter(connection: Connection, statement: str) -> None:
    """Run a statement from `alter_table`. Dolt's DDL ends the session's transaction."""
    connection.execute(statement)


def drop_column(name: str) -> str:
    """Return the clause that drops a column."""
    return f"DROP COLUMN {quote(name)}"


def add_column(column: Column, after: str | None) -> str:
    """Return the clause that adds a column after another one, or as the first if `after` is None."""
    return f"ADD COLUMN {column.ddl()} {_place(after)}"


def change_column(old: str, new: Column) -> str:
    """Return the clause that redefines (and, if the names differ, renames) a column without moving it."""
    return f"CHANGE COLUMN {quote(old)} {new.ddl()}" if old != new.name else f"MODIFY COLUMN {new.ddl()}"


def move_column(old: str, new: Column, after: str | None) -> str:
    """Return the clause that redefines a column and moves it after another one, or to the front if `after` is None."""
    return f"{change_column(old, new)} {_place(after)}"


def _place(after: str | None) -> str:
    return "FIRST" if after is None else f"AFTER {quote(after)}"
