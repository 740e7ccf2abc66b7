"""Rows that break a constraint of their table: which one, with which value, in which row."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.engine import TableSchema, insert_table, quote
from dolt_integrations.errors import ConstraintError, DoltError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.engine import Column, Connection

_CHECK = re.compile(r"Check constraint [\"`'](?P<name>.+?)[\"`'] violated", re.IGNORECASE)
_REFERENCE = re.compile(r"violation on fk: `(?P<name>.+?)`.*key: `\[(?P<key>.*)\]`", re.DOTALL)
_HINT = "Change or drop the row; nothing is written."


@contextmanager
def locating(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> Iterator[None]:
    """Name the row and the value in an error about rows that are written in the block.

    Raises:
        ConstraintError: A row breaks a CHECK or a foreign key.
    """
    try:
        yield
    except ConstraintError as error:
        found = None
        with suppress(DoltError):  # then Dolt's words have to do
            found = _located(connection, table, schema, data, str(error))
        if found is None:
            raise ConstraintError(f"table `{table}` does not take the rows: {error}", hint=_HINT) from error
        raise ConstraintError(f"table `{table}` does not take the rows: {found}", hint=_HINT) from error


def _located(connection: Connection, table: str, schema: TableSchema, data: pa.Table, text: str) -> str | None:
    create = str((connection.row(f"SHOW CREATE TABLE {quote(table)}") or ("", ""))[1])
    if found := _CHECK.search(text):
        return _failed_check(connection, schema, data, found["name"], create)
    if found := _REFERENCE.search(text):
        return _failed_reference(data, found["name"], found["key"], create)
    return None


def _failed_check(connection: Connection, schema: TableSchema, data: pa.Table, name: str, create: str) -> str | None:
    """Let Dolt evaluate the condition for each row, in a temporary table without constraints."""
    line = re.search(rf"CONSTRAINT `{re.escape(name)}` CHECK (?P<condition>.+?),?$", create, re.MULTILINE)
    if line is None:
        return None
    condition = line["condition"].removesuffix(" /*!80016 NOT ENFORCED */")
    row = _first_row(connection, schema, data, f"NOT {condition}")
    columns = [column for column in data.column_names if f"`{column}`" in condition]
    return None if row is None else f"CHECK {name} {condition} fails for {_values(data, row, columns)}"


def _first_row(connection: Connection, schema: TableSchema, data: pa.Table, condition: str) -> int | None:
    names = {column.name for column in schema.columns}
    number = next(name for name in (f"row_{at}" for at in range(len(names) + 1)) if name not in names)
    columns = tuple(replace(column, details="", nullable=True) for column in schema.columns)
    definition = TableSchema((*columns, _number(columns[0], number))).ddl("rows_to_check")
    connection.execute(definition.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1))
    numbered = data.append_column(number, pa.array(range(data.num_rows), pa.int64()))
    insert_table(connection, "rows_to_check", numbered)
    found = connection.row(f"SELECT MIN({quote(number)}) FROM rows_to_check WHERE {condition}")
    return None if found is None or found[0] is None else int(found[0])


def _number(column: Column, name: str) -> Column:
    return replace(column, name=name, sql_type="bigint", comment="")


def _failed_reference(data: pa.Table, name: str, key: str, create: str) -> str | None:
    line = re.search(rf"CONSTRAINT `{re.escape(name)}` FOREIGN KEY \((?P<columns>.+?)\) (?P<to>REFERENCES .+)", create)
    if line is None:
        return None
    columns = [column for column in data.column_names if f"`{column}`" in line["columns"]]
    rows = zip(*(data.column(column).to_pylist() for column in columns), strict=True)
    row = next((at for at, values in enumerate(rows) if ",".join(map(str, values)) == key), None)
    values = f"key [{key}]" if row is None else _values(data, row, columns)
    return f"foreign key {name} ({line['columns']} {line['to'].rstrip(',')}) has no row for {values}"


def _values(data: pa.Table, row: int, columns: Sequence[str]) -> str:
    values = ", ".join(f"{column} = {shown(data.column(column)[row].as_py())}" for column in columns)
    return f"{values} (row {row}, counted from 0)"


def check_required(table: str, existing: TableSchema, names: Sequence[str]) -> None:
    """Refuse rows that lack a column that takes no NULL and has no default.

    Raises:
        ConstraintError: Naming the column.
    """
    given = {name.lower() for name in names}
    for column in existing.columns:
        if not (column.nullable or column.details or column.name.lower() in given):
            raise ConstraintError(
                f"the frame for table `{table}` lacks column {column.name!r}, which is NOT NULL and has no default",
                hint="Add it to the frame, or give it a default with SQL.",
            )
