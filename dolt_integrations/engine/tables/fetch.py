"""Fetching the rows of a query as Arrow, through connectorx if it can read them exactly, otherwise through pymysql."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import connectorx
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.server.interrupts import interruptible
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.engine.sql.types import DATES, GEOMETRIES, arrow_type, parse_type
from dolt_integrations.engine.wire.answers import number
from dolt_integrations.errors import DoltError
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.tables.definitions.schema import Column


def fetch(
    connection: Connection,
    query: str,
    columns: tuple[Column, ...],
    *,
    fast: bool = True,
    has_odd_dates: bool | None = None,
) -> pa.Table:
    """Fetch the rows of a query whose columns are known.

    Args:
        connection: The session. connectorx opens its own session at the same server and revision.
        query: A query.
        columns: The columns of its result. Their Arrow types (see `arrow_type`) are those of the returned table.
        fast: Whether connectorx may be used, which trusts Dolt's NOT NULL flags.
        has_odd_dates: Whether there are dates in the year 0; None if that is not known.
    """
    check_process()
    types = [arrow_type(column.sql_type) for column in columns]
    names = [column.name for column in columns]
    tls = connection.address.tls
    # connectorx verifies no certificate, and cannot present one.
    fast = fast and not (tls.is_verified or tls.cert) and all(map(_fast_reader_knows, columns))
    fast = fast and not _is_few(connection, query) and _has_usual_defaults(connection)
    if has_odd_dates is None:
        has_odd_dates = fast and _has_odd_dates(connection, query, columns)
    if fast and not has_odd_dates:
        data = _fetch_fast(connection, query, _protocol(columns))
        if data is not None:
            with connection.understood(_ROWS):
                arrays = [_cast(data.column(at), kind) for at, kind in enumerate(types)]
                return pa.Table.from_arrays(arrays, names=names)
    return _fetch_exactly(connection, query, names, types)


_ROWS = "what the server sends for the rows of a query"


def _is_few(connection: Connection, query: str) -> bool:
    """Whether the query reads a whole table with few rows. Dolt counts the rows of a table immediately."""
    head, _, table = query.rpartition(" FROM ")
    whole = head.startswith("SELECT ") and re.fullmatch("`(?:[^`]|``)+`", table)
    return bool(whole) and connection.value(f"SELECT COUNT(*) FROM {table}", kind=number) <= limits().plain_fetch_rows


def _has_usual_defaults(connection: Connection) -> bool:
    """Whether the server lets new sessions, such as connectorx's, read everything (see `SETTINGS` of `session`)."""
    statement = "SELECT @@GLOBAL.sql_select_limit >= 2147483647, CAST(@@GLOBAL.dolt_override_schema AS CHAR)"
    found = connection.row(statement)
    return found is not None and bool(found[0]) and not found[1]


_SLOW = {"time", "null", "bit", "year", "set", "json", *GEOMETRIES}
"""Types that connectorx cannot read, or not exactly: a fifth of the doubles of a JSON document come out wrong."""


def _fast_reader_knows(column: Column) -> bool:
    sql_type = parse_type(column.sql_type)
    if sql_type.base == "decimal":
        precision, scale = (*sql_type.arguments, 0)[:2] or (10, 0)
        return precision <= 28 and scale <= 9  # it makes decimal128(38,10) of each
    return sql_type.base not in _SLOW


def _protocol(columns: tuple[Column, ...]) -> Literal["text", "binary"]:
    """Choose MySQL's text protocol, which is faster, or the binary one if there are dates.

    In the text protocol Dolt writes the year 1 as `1`, on which connectorx panics.
    """
    return "binary" if any(parse_type(column.sql_type).base in DATES for column in columns) else "text"


def _has_odd_dates(connection: Connection, query: str, columns: tuple[Column, ...]) -> bool:
    """Whether there are, or may be, dates in the year 0, such as 0000-00-00.

    connectorx would panic on them and print a backtrace on the user's terminal. They sort before all other dates, so
    the minimum finds them, in a tenth to a third of the time that connectorx needs to read the rows.
    """
    dates = [column.name for column in columns if parse_type(column.sql_type).base in DATES]
    if not dates:
        return False
    least = ", ".join(f"MIN(q.{quote(name)})" for name in dates)
    try:
        found = connection.row(f"SELECT {least} FROM (\n{query}\n) AS q")
    except DoltError:
        # It has two columns of the same name, or a form that Dolt does not accept as a derived table.
        return True
    return any(isinstance(value, str) for value in found or ())


def _fetch_fast(connection: Connection, query: str, protocol: Literal["text", "binary"]) -> pa.Table | None:
    """Return the table that connectorx reads, or None if it fails; pymysql then raises the actual error."""
    url = connection.address.url(connection.revision)
    # connectorx verifies no certificate then.
    url += "?ssl-mode=REQUIRED" if connection.is_encrypted else ""

    def read() -> Any:
        return connectorx.read_sql(url, query, return_type="arrow", protocol=protocol)

    try:
        return interruptible(read, connection.address)
    except BaseException as error:
        # A Rust panic arrives as a BaseException of pyo3 that no module exports.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return None
        raise


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind == pa.bool_() and not _only_zero_and_one(column):
        return column
    return column if column.type == kind else column.cast(kind)


def _only_zero_and_one(column: pa.ChunkedArray) -> bool:
    """Whether a TINYINT(1) column contains only booleans; MySQL stores other small numbers in it as well."""
    bounds = pc.min_max(column).as_py()
    return bounds["min"] is None or (bounds["min"] >= 0 and bounds["max"] <= 1)


def fetch_batches(connection: Connection, query: str, columns: tuple[Column, ...], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of a query in batches of at most `rows` rows, at least one batch, in bounded memory."""
    check_process()
    types = [arrow_type(column.sql_type) for column in columns]
    names = [column.name for column in columns]
    with connection.stream(query) as cursor:
        batch = cursor.fetchmany(rows)
        yield _read(connection, batch, names, types)
        while len(batch) == rows:
            batch = cursor.fetchmany(rows)
            if batch:
                yield _read(connection, batch, names, types)


def _fetch_exactly(connection: Connection, query: str, names: list[str], types: list[pa.DataType]) -> pa.Table:
    with connection.stream(query) as cursor:
        return _read(connection, list(cursor.fetchall_unbuffered()), names, types)


def _read(
    connection: Connection, rows: Sequence[tuple[Any, ...]], names: list[str], types: list[pa.DataType]
) -> pa.Table:
    with connection.understood(_ROWS):
        return _table(rows, names, types)


def _table(rows: Sequence[tuple[Any, ...]], names: list[str], types: list[pa.DataType]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.Table.from_arrays([_array(list(c), t) for c, t in zip(columns, types, strict=True)], names=names)


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if kind == pa.bool_() and not all(value in (0, 1, None) for value in values):
        return pa.array(values, pa.int8())
    convert = _FROM_PYTHON.get(kind.id)
    return pa.array([value if value is None or convert is None else convert(value) for value in values], kind)


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _date_or_time(value: Any) -> Any:
    """Read MySQL's zero date (0000-00-00), which no Arrow type can hold, as NULL."""
    return None if isinstance(value, str) else value


_FROM_PYTHON: dict[int, Callable[[Any], Any]] = {
    pa.date32().id: _date_or_time,
    pa.timestamp("us").id: _date_or_time,
    pa.bool_().id: bool,
    pa.uint64().id: lambda value: int.from_bytes(value, "big") if isinstance(value, bytes) else int(value),
    pa.large_string().id: _text,
    pa.large_binary().id: lambda value: value.encode() if isinstance(value, str) else bytes(value),
}
