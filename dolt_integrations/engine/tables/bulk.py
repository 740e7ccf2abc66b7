"""Writing an Arrow table into a Dolt table, whole columns at a time.

Rows are sent by `LOAD DATA LOCAL INFILE`, or by large `INSERT`s if they are few or the server forbids `LOAD DATA`.
polars formats whole columns for both: integers and floats as digits (the shortest that give the same bits back), and
strings escaped. A column that contains the string `NULL` is sent in hexadecimal, because Dolt reads that word as NULL
even if it is quoted.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING

import polars as pl
import pyarrow as pa

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.server.interrupts import beside_signals
from dolt_integrations.engine.session.connection import Connection
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.engine.sql.literals import row_literals
from dolt_integrations.engine.sql.types import parse_type
from dolt_integrations.engine.tables.definitions.schema import find_table, has_triggers
from dolt_integrations.engine.tables.texts import _literal, _needs_hex, _tsv
from dolt_integrations.engine.wire.moved import MovedFile, moved
from dolt_integrations.errors import (
    AccessDeniedError,
    DataError,
    PrimaryKeyError,
    QueryError,
    ServerError,
    StorageError,
    WriteQueryError,
)
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dolt_integrations.engine.tables.definitions.schema import Column, TableSchema

logger = logging.getLogger(__name__)


def insert_table(
    connection: Connection, table: str, data: pa.Table, schema: TableSchema | None = None, *, replaced: int = 0
) -> None:
    """Insert all rows of `data` into a table with the same columns, in the session's transaction.

    Args:
        connection: A session with an open transaction, and with `local_infile` for the server to load from a file.
        table: The table's name.
        data: Columns of integers, floats, booleans, strings, bytes, dates, timestamps without zone, durations or
            decimals. Integers with the metadata `unit` count that unit; a TIME column stores them as durations.
            Generated columns are left out.
        schema: The table's columns if they are known; otherwise they are looked up.
        replaced: How many of the rows replace an existing row with the same key. With 0, an existing key is an error.

    Raises:
        StorageError: There is no disk space for the temporary file.
        ServerError: Dolt stored fewer rows than it was sent.
        PrimaryKeyError: Two rows have the same key, or a key exists already. Roll the transaction back.
        DataError: A value does not fit its column. Roll the transaction back.
    """
    check_process()
    if data.num_rows == 0:
        return
    schema = schema or find_table(connection, table)
    targets = {column.name.lower(): column for column in schema.columns} if schema else {}
    rows, writing = _fitted(data, targets), _Writing(connection, table, "REPLACE" if replaced else "INSERT")
    with _naming(table):
        written = writing.few(rows) if rows.num_rows <= limits().insert_rows else writing.many(rows, targets)
    # A row that replaces another counts as two (MySQL manual, REPLACE).
    if not data.num_rows <= written <= data.num_rows + replaced:
        raise ServerError(f"Dolt stored {written} of {data.num_rows} rows of table `{table}`; the save is undone")


@dataclass(frozen=True)
class _Writing:
    """One write of rows to a table. `verb` is INSERT, or REPLACE if rows may replace existing ones."""

    connection: Connection
    table: str
    verb: str

    def few(self, rows: pa.Table) -> int:
        """Write rows as literals; return the number of affected rows."""
        return self._rows(rows.column_names, row_literals(rows))

    def many(self, rows: pa.Table, targets: Mapping[str, Column]) -> int:
        """Write rows from a file, or as literals if that cannot be; return the number of affected rows.

        Dolt (1.83) fires no triggers for rows from a file, which then have not passed the checks that triggers make.
        """
        frame = beside_signals(lambda: pl.DataFrame(pl.from_arrow(rows)))
        if self.connection.loads_files and self._may_send() and not self._fires():
            try:
                return self._load(frame, {name: _base(targets.get(name.lower())) for name in frame.columns})
            except AccessDeniedError as error:  # LOAD DATA requires FILE, a right on all databases
                logger.info("rows of table %s are sent as literals: %s", self.table, error)
                self.connection.loads_files = False
        written = 0
        size = limits().load_rows
        for at, part in enumerate(frame.iter_slices(size)):
            moved(at * size, frame.height)
            written += self._rows(frame.columns, beside_signals(partial(_row_literals, part)))
        moved(frame.height, frame.height)
        return written

    def _fires(self) -> bool:
        return self.connection.sees_triggers() and has_triggers(self.connection, self.table)

    def _may_send(self) -> bool:
        connection = self.connection
        if connection.takes_files is None:
            connection.takes_files = connection.value("SELECT @@local_infile") in (1, "ON")
        return connection.takes_files

    def _rows(self, names: Sequence[str], rows: list[str]) -> int:
        head = f"{self.verb} INTO {quote(self.table)} ({', '.join(map(quote, names))}) VALUES "
        return sum(self.connection.execute(head + batch) for batch in _batches(rows))

    def _load(self, frame: pl.DataFrame, bases: Mapping[str, str]) -> int:
        # From a file, BIT takes `5` for a letter, YEAR for a two-digit year, and SET takes an empty value for NULL.
        numbers = {name for name, base in bases.items() if base in ("bit", "year")}
        hexed = beside_signals(lambda: {name for name in frame.columns if _needs_hex(frame[name])})
        hexed |= {name for name, base in bases.items() if base in ("enum", "set")}
        try:
            with tempfile.TemporaryFile(
                prefix="dolt-integrations-"
            ) as file:  # has no name, so nothing stays behind whatever happens
                for part in frame.iter_slices(limits().load_rows):
                    beside_signals(partial(_write_tsv, part, hexed, file))
                rows = MovedFile(file, frame.height)
                statement, name = self._load_statement(frame.columns, hexed, numbers), f"rows-{secrets.token_hex(8)}"
                with self.connection.sending(name, rows):
                    written = self.connection.execute(statement, (name,))
                # One warning for each value that was clipped, and one for each row whose key exists already.
                self.connection.raise_warnings(frame.height * (frame.width + 1))
                return written
        except OSError as error:
            what = f"cannot write a temporary file for table `{self.table}`: {error}"
            raise StorageError(what, hint=_room()) from error

    def _load_statement(self, names: Sequence[str], hexed: set[str], numbers: set[str]) -> str:
        # Dolt (1.83) takes a column named @v0 for the variable of that name, quoted or not.
        mark = next(mark for mark in map("@v{}_".format, itertools.count()) if not any(mark in name for name in names))
        variables = {name: f"{mark}{number}" for number, name in enumerate(names) if name in hexed | numbers}
        targets = ", ".join(variables.get(name) or quote(name) for name in names)
        # Dolt (1.83) stores a NULL from the file as the string NULL in a variable.
        values = {
            name: f"UNHEX({at})" if name in hexed else f"CAST(NULLIF({at}, 'NULL') AS UNSIGNED)"
            for name, at in variables.items()
        }
        sets = ", ".join(f"{quote(name)} = {value}" for name, value in values.items())
        return (
            f"LOAD DATA LOCAL INFILE %s {'REPLACE ' if self.verb == 'REPLACE' else ''}INTO TABLE "
            f"{quote(self.table)} CHARACTER SET utf8mb4 "
            rf"FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' ({targets})"
            + (f" SET {sets}" if sets else "")
        )


def _write_tsv(frame: pl.DataFrame, hexed: set[str], file: IO[bytes]) -> None:
    encoded = frame.select(_tsv(frame[name], name in hexed).alias(name) for name in frame.columns)
    encoded.write_csv(file, include_header=False, separator="\t", quote_style="never", null_value="\\N")


def _row_literals(frame: pl.DataFrame) -> list[str]:
    row = pl.concat_str([_literal(frame[name]).fill_null("NULL") for name in frame.columns], separator=",")
    rows: list[str] = frame.select(row).to_series().to_list()
    return rows


def _fitted(data: pa.Table, targets: Mapping[str, Column]) -> pa.Table:
    """Drop generated columns, and convert the integers of TIME columns to durations.

    Casts between units and to integers are checked.

    Raises:
        pyarrow.ArrowInvalid: A cast would change a value.
    """
    fields, arrays = [], []
    for field, values in zip(data.schema, data.columns, strict=True):
        target = targets.get(field.name.lower())
        unit = (field.metadata or {}).get(b"unit", b"").decode()
        if target is not None and target.is_generated:
            continue
        if target is not None and parse_type(target.sql_type).base == "time" and unit:
            values = values.cast(pa.duration(unit)).cast(pa.duration("us"))
        elif target is not None and pa.types.is_floating(values.type) and _is_whole(target):
            values = values.cast(pa.uint64() if parse_type(target.sql_type).base == "bit" else pa.int64())
        fields.append(field.name)
        arrays.append(values)
    return pa.Table.from_arrays(arrays, names=fields)


def _is_whole(column: Column) -> bool:
    """Whether a column stores integers only; floats are then written as integers."""
    return parse_type(column.sql_type).base in ("tinyint", "smallint", "mediumint", "int", "bigint", "bit", "year")


def _base(column: Column | None) -> str:
    return parse_type(column.sql_type).base if column is not None else ""


@contextmanager
def _naming(table: str) -> Iterator[None]:
    """Add the table's name to errors about its rows."""
    try:
        yield
    except PrimaryKeyError as error:
        hint = "Drop the duplicates, or check the collations of the unique indexes: in some of them 'a' equals 'A'."
        raise PrimaryKeyError(
            f"table `{table}` does not accept two rows with the same key: {error}", hint=hint
        ) from error
    except WriteQueryError:
        raise  # the server is read-only, which says nothing about the rows
    except QueryError as error:
        raise DataError(
            f"table `{table}` does not accept the rows: {error}", hint="Change the rows, or the table's definition."
        ) from error


def _room() -> str:
    return f"Free space in {tempfile.gettempdir()}, or set TMPDIR to another directory."


def _batches(rows: list[str]) -> Iterator[str]:
    start, size = 0, 0
    for at, row in enumerate(rows):
        size += len(row)
        if size > limits().insert_bytes or at == len(rows) - 1:
            yield f"({'),('.join(rows[start : at + 1])})"
            start, size = at + 1, 0
