"""Errors about a column that does not exist: which one it is, and which ones it might be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import nearest
from dolt_integrations.engine.sql.tokens import tokens
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.tables.definitions.schema import describe_table
from dolt_integrations.errors import ColumnNotFoundError, DoltError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection

_MISSING = re.compile(r'column "(.{1,200}?)" could not be found|does not have column "(.{1,200}?)"')

_MOST_TABLES = 10
"""The most tables whose columns are looked at for a hint."""


def missing_column(error: ColumnNotFoundError) -> str | None:
    """Return the column that Dolt's error names, or None."""
    found = _MISSING.search(str(error))
    return found[1] or found[2] if found else None


def with_suggestion(connection: Connection, query: str, error: ColumnNotFoundError) -> ColumnNotFoundError:
    """Return the error about a column of a query with the most similar columns of the query's tables as its hint.

    Args:
        connection: The session in which it failed.
        query: The query.
        error: The error.
    """
    name = missing_column(error)
    if name is None or error.hint:
        return error
    try:
        hint = nearest(name.rpartition(".")[2], _columns(connection, query))
    except DoltError:  # the error itself says more than that it has no hint
        return error
    return ColumnNotFoundError(f"{error}, in: {query}", hint=hint) if hint else error


def _columns(connection: Connection, query: str) -> list[str]:
    """Return the columns of the tables whose names are in a query."""
    words = {token.text.strip("`").lower() for token in tokens(query) if not token.is_comment}
    known = [table for table in tables(connection) if table.lower() in words]
    return [name for table in known[:_MOST_TABLES] for name in describe_table(connection, table).names]
