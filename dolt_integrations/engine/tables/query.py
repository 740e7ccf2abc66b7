"""Checking that a string is a single read-only query, and running it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.sql.tokens import tokens
from dolt_integrations.engine.tables.definitions.missing_column import with_suggestion
from dolt_integrations.engine.tables.definitions.schema import Column
from dolt_integrations.engine.tables.describe import describe_query
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.errors import ColumnNotFoundError, DoltError, QuerySyntaxError, WriteQueryError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class Result:
    """The result of a query: its rows and its columns. Plain columns of a table are as the table declares them."""

    columns: tuple[Column, ...]
    data: pa.Table


def select_all(table: str, rows: int | None = None) -> str:
    """Return the query for all columns of a table, optionally limited to the first rows.

    Example:
        >>> select_all("prices")
        'SELECT * FROM `prices`'
    """
    return f"SELECT * FROM {quote(table)}" + ("" if rows is None else f" LIMIT {int(rows)}")


def select_table(
    table: str, columns: tuple[Column, ...], *, where: str | None = None, order: tuple[str, ...] = ()
) -> str:
    """Return the query for rows of a table.

    Args:
        table: The table.
        columns: The columns to select.
        where: A SQL condition on the rows; None selects all rows.
        order: The names of the columns to order by; if empty, the order is Dolt's.

    Example:
        >>> select_table("prices", (Column("id", "int"),), order=("id",))
        'SELECT `id` FROM `prices` ORDER BY `id`'
    """
    query = f"SELECT {', '.join(quote(column.name) for column in columns)} FROM {quote(table)}"
    # On a line of its own: a comment at its end would hide what follows.
    query += "" if where is None else f" WHERE (\n{where}\n)"
    return query + (f" ORDER BY {', '.join(map(quote, order))}" if order else "")


def check_query(connection: Connection, sql: str) -> str:
    """Check that the string is one read-only query; return it without its trailing semicolon and comments.

    Dolt parses it as a derived table, where only a query is allowed. It is not run.

    Raises:
        WriteQueryError: It is another statement: INSERT, DDL, CALL, SHOW ...
        QuerySyntaxError: It does not parse.
        TableNotFoundError: It names a table that does not exist.
    """
    query = check_statement(sql, connection.address)
    try:
        _parse(connection, query)
    except DoltError as error:
        raise _explained(connection, query, error) from error
    return query


def check_statement(sql: str, where: object) -> str:
    """Check that the string begins as a query does, without a session.

    Args:
        sql: The string.
        where: The database, for the error.

    Returns:
        The query without its trailing semicolon and comments.

    Raises:
        WriteQueryError: It is another statement.
        QuerySyntaxError: It is no statement.
    """
    query = _without_end(sql.rstrip())
    word = _first_word(query)
    if word not in ("SELECT", "WITH", "VALUES", "TABLE"):
        raise _not_a_query(where, sql, word)
    return query


_LOOKS_BACK = re.compile(r"\bas\s+of\b|\b(head|working|staged)\b|\bdolt_\w+\s*\(", re.IGNORECASE)


def looks_back(sql: str) -> bool:
    """Whether the meaning of a query or condition may depend on HEAD: `AS OF`, `HEAD`, `dolt_diff()` ..."""
    return _LOOKS_BACK.search(sql) is not None


def without_rows(sql: str) -> str:
    r"""Return a query that refers to everything that `sql` does and returns no rows, to test whether it can run.

    Example:
        >>> without_rows("SELECT 2 AS n;")
        'SELECT 1 FROM (\nSELECT 2 AS n\n) AS q LIMIT 0'
    """
    query = sql.rstrip().rstrip(";")
    return f"SELECT 1 FROM (\n{query}\n) AS q LIMIT 0"


def _without_end(query: str) -> str:
    """Cut off the first semicolon that only semicolons and comments follow.

    If such a comment contains a quote, nothing is cut off: the quote could be the end of a string.
    """
    end = None
    for token in tokens(query):
        if token.text == ";" and end is None:
            end = token.at
        elif not (token.text == ";" or token.text.isspace() or (token.is_comment and not _QUOTE.search(token.text))):
            end = None
    return query if end is None else query[:end]


_QUOTE = re.compile("['\"`]")


def _parse(connection: Connection, query: str) -> None:
    derived = f"SELECT * FROM (\n{query}\n) AS q"
    # Dolt accepts no query in parentheses as a derived table. Only a query begins with a parenthesis, so it runs bare.
    bare = query.lstrip().startswith("(") and not _WRITES.search(query)
    connection.execute("PREPARE dolt_integrations_check FROM %s", (query if bare else derived,))
    connection.execute("DEALLOCATE PREPARE dolt_integrations_check")


_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|INTO)\b", re.IGNORECASE)


def _first_word(query: str) -> str:
    for token in tokens(query):
        if not (token.is_comment or token.text == "(" or token.text.isspace()):
            return token.text.upper() if re.fullmatch(r"\w+", token.text) else ""
    return ""


def _not_a_query(where: object, sql: str, word: str) -> DoltError:
    hint = "The sql of a config must be a SELECT; to write, use a tablename and data."
    if word in _STATEMENTS:
        return WriteQueryError(f"{word} is not a query, in: {sql.strip()} (database {where})", hint=hint)
    return QuerySyntaxError(f"not an SQL query: {sql.strip()!r} (database {where})", hint=hint)


_STATEMENTS = set(
    "INSERT UPDATE DELETE REPLACE CREATE ALTER DROP TRUNCATE RENAME CALL LOAD SET USE GRANT REVOKE COMMIT ROLLBACK "
    "BEGIN START SAVEPOINT LOCK UNLOCK ANALYZE KILL PREPARE EXECUTE DEALLOCATE SHOW DESCRIBE DESC EXPLAIN DO FLUSH "
    "IMPORT".split()
)


def _explained(connection: Connection, query: str, error: DoltError) -> DoltError:
    """Return the error for a query that does not parse: it quotes the query, and says if it looks like a write.

    For a column that does not exist, it suggests others.
    """
    if isinstance(error, ColumnNotFoundError):
        return with_suggestion(connection, query, error)
    refused = isinstance(error, QuerySyntaxError) or "INTO clause" in str(error)
    if refused and _WRITES.search(query):
        hint = "The sql of a config may only read; to write, use a tablename and data."
        return WriteQueryError(f"the query writes, or does not parse: {query} ({error})", hint=hint)
    if isinstance(error, QuerySyntaxError):
        text = re.sub(r"at position \d+ ", "", str(error))
        return QuerySyntaxError(f"{text}, in: {query}", hint=with_double_equals(query))
    return error


def with_double_equals(sql: str) -> str | None:
    """Return a hint for SQL that compares with `==`, as Python does, or None.

    Example:
        >>> with_double_equals("id == 1"), with_double_equals("name = '=='")
        ('Compare with `=`, not `==`.', None)
    """
    texts = [token.text for token in tokens(sql)]
    return "Compare with `=`, not `==`." if ("=", "=") in itertools.pairwise(texts) else None


def run_query(connection: Connection, query: str) -> Result:
    """Run a query that `check_query` returned, at the session's revision.

    Raises:
        QueryError: The query fails.
        NotFoundError: It names a table, column or revision that does not exist.
        AccessDeniedError: The user may not run it.
        ServerError: The server went away, or its answer makes no sense.
    """
    columns, certain = describe_query(connection, query)
    return Result(columns, fetch(connection, query, columns, fast=certain))
