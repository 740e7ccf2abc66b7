"""Reading a table in batches, in key order and bounded memory: each batch starts after the last key of the previous."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column, TableSchema


def fetch_by_key(
    connection: Connection, table: str, schema: TableSchema, columns: tuple[Column, ...], where: str | None, rows: int
) -> Iterator[pa.Table]:
    """Yield the rows of a table in key order, in batches of at most `rows` rows. There is at least one batch.

    Args:
        connection: A session at a commit.
        table: The table.
        schema: Its schema, with a primary key.
        columns: The columns to fetch. Missing key columns are appended.
        where: A SQL condition on the rows; None selects all rows.
        rows: The maximum number of rows in a batch.

    Raises:
        ServerError: The server returns the same rows again and again.
    """
    hidden = [column for column in schema.columns if column.name in schema.primary_key and column not in columns]
    columns = (*columns, *hidden)
    names = ", ".join(quote(column.name) for column in columns)
    order = ", ".join(quote(name) for name in schema.primary_key)
    # The condition gets a subquery of its own: in one WHERE with ours it could change what ours means.
    source = quote(table) if where is None else f"(SELECT {names} FROM {quote(table)} WHERE (\n{where}\n)) AS q"
    last: pa.Table | None = None
    while True:
        behind = f" WHERE {_behind(connection, schema.primary_key, last)}" if last is not None else ""
        data = fetch(connection, f"SELECT {names} FROM {source}{behind} ORDER BY {order} LIMIT {int(rows)}", columns)
        if data.num_rows or last is None:
            yield data
        if data.num_rows < rows:
            return
        last = _next(data, schema.primary_key, last, table)


def _next(data: pa.Table, key: tuple[str, ...], last: pa.Table | None, table: str) -> pa.Table:
    """Return the last row of a batch, after which the next batch starts.

    Raises:
        ServerError: It is also the last row of the previous batch, so the server would return the same rows forever.
    """
    found = data.slice(data.num_rows - 1)
    if last is not None and all(found.column(name).equals(last.column(name)) for name in key):
        problem = f"the server returns the same rows of table `{table}` for every key"
        raise ServerError(problem, hint="Check the server and any proxy between it and this program.")
    return found


def _behind(connection: Connection, key: tuple[str, ...], last: pa.Table) -> str:
    """Return the condition for rows after the last one, `a > 1 OR (a = 1 AND b > 2)`: Dolt runs it as a range scan."""
    values = [connection.literal(last.column(name)[0].as_py()) for name in key]
    alternatives = []
    for at, name in enumerate(key):
        equal = [f"{quote(before)} = {value}" for before, value in zip(key[:at], values[:at], strict=True)]
        alternatives.append("(" + " AND ".join([*equal, f"{quote(name)} > {values[at]}"]) + ")")
    return f"({' OR '.join(alternatives)})"
