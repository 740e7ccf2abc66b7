"""Checking the condition of a user, with errors that show only what the user wrote."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import nearest, quote
from dolt_integrations.engine.tables.definitions.missing_column import missing_column
from dolt_integrations.engine.tables.query import check_query, with_double_equals
from dolt_integrations.errors import ColumnNotFoundError, QuerySyntaxError, WriteQueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.engine.session.connection import Connection


def check_condition(connection: Connection, table: str, where: str, query: str, columns: Sequence[str]) -> None:
    """Check that the string is a condition on the rows of a table.

    It has to parse inside the parentheses of a CAST as well as in the query. A string that closes the parentheses to
    continue with something else fails in one of the two.

    Args:
        connection: The session.
        table: The table.
        where: The condition.
        query: The query that `select_table` makes with it.
        columns: The columns of the table, for hints.

    Raises:
        QueryError: It does not parse, or writes.
        NotFoundError: It names a table or column that does not exist.
    """
    with _about(f"the condition on table `{table}` of {connection.address}", where, columns):
        check_query(connection, f"SELECT 1 FROM {quote(table)} WHERE CAST(\n{where}\nAS SIGNED)")
        check_query(connection, query)


@contextmanager
def _about(what: str, where: str, columns: Sequence[str]) -> Iterator[None]:
    try:
        yield
    except ColumnNotFoundError as error:
        found = missing_column(error)
        if found is None:
            raise
        problem = f"{what} names column {found!r}, which does not exist: {where}"
        raise ColumnNotFoundError(problem, hint=nearest(found, columns)) from error
    except QuerySyntaxError as error:
        problem = f"{what} does not parse{_place(str(error), where)}: {where}"
        raise QuerySyntaxError(problem, hint=with_double_equals(where)) from error
    except WriteQueryError as error:
        hint = "A condition may only read."
        raise WriteQueryError(f"{what} writes, or does not parse: {where}", hint=hint) from error


def _place(message: str, where: str) -> str:
    """Return where the condition stops to parse, unless Dolt names a part of the query around it."""
    found = re.search(r"syntax error near '([^\n]{1,80})(?:'|\n)", message)
    return f" near {found[1]!r}" if found and found[1] in where else ""
