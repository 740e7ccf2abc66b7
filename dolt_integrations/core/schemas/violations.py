"""Rows that break a constraint of their table: which one, with which value, in which row."""

from __future__ import annotations

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.schemas.duplicates import find_duplicate
from dolt_integrations.engine import Connection, TableSchema
from dolt_integrations.engine.session.transactions import give_up
from dolt_integrations.engine.tables.numbered import NumberedRows
from dolt_integrations.engine.tables.schema import definition
from dolt_integrations.errors import ConstraintError, DoltError, PrimaryKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_CHECK = re.compile(r"Check constraint [\"`'](?P<name>.{1,200}?)[\"`'] violated", re.IGNORECASE)
_HINT = "Change or drop the row; nothing is written."
_UNIQUE_HINT = "Drop one of them, or look at the unique key and its collation: some take 'a' and 'A' for one."


@dataclass(frozen=True)
class _Found:
    """What is known of a violation."""

    text: str
    constraint: str
    column: str | None = None
    value: Any = None
    row: int | None = None


class _Rows(NamedTuple):
    """Rows that a table did not take."""

    connection: Connection
    table: str
    schema: TableSchema
    data: pa.Table
    mode: str


@contextmanager
def locating(connection: Connection, table: str, schema: TableSchema, data: pa.Table, mode: str) -> Iterator[None]:
    """Name the constraint, the value and the row in an error about rows that are written in the block.

    The transaction is rolled back first: rows that are half written would be taken for duplicates of themselves.

    Raises:
        ConstraintError: A row breaks a CHECK or a foreign key.
        PrimaryKeyError: A row has the primary key, or a value of a UNIQUE key, of another one.
    """
    try:
        yield
    except ConstraintError as error:
        found = None
        with suppress(DoltError):  # then Dolt's words have to do
            give_up(connection)
            found = _located(_Rows(connection, table, schema, data, mode), error)
        kind, hint = (PrimaryKeyError, _UNIQUE_HINT) if isinstance(error, PrimaryKeyError) else (ConstraintError, _HINT)
        text = f"table `{table}` does not take the rows: {error if found is None else found.text}"
        if found is None:
            known = {"constraint": error.constraint, "column": error.column, "value": error.value, "row": error.row}
            raise kind(text, hint=hint, **known) from error
        known = {"constraint": found.constraint, "column": found.column, "value": found.value, "row": found.row}
        raise kind(text, hint=hint, **known) from error


def _located(rows: _Rows, error: ConstraintError) -> _Found | None:
    if isinstance(error, PrimaryKeyError):
        return _failed_key(rows)
    create = definition(rows.connection, rows.table)
    text = str(error)
    if found := _CHECK.search(text):
        return _failed_check(rows, found["name"], create)
    _, is_reference, rest = text.partition("violation on fk: `")
    name, key = rest.partition("`")[0], rest.rpartition("key: `[")[2].rpartition("]`")[0]
    return _failed_reference(rows, name, key, create) if is_reference else None


def _failed_key(rows: _Rows) -> _Found | None:
    found = find_duplicate(rows.connection, rows.table, rows.schema, rows.data, rows.mode)
    if found is None:
        return None
    values, text = _values(rows.data, found.row, found.key.names)
    where = "is in the table already" if found.other is None else f"is that of row {found.other} as well"
    return _Found(f"{found.key}: {text} {where}", found.key.name, ", ".join(found.key.names), values, found.row)


def _failed_check(rows: _Rows, name: str, create: str) -> _Found | None:
    """Let Dolt evaluate the condition for each row."""
    line = re.search(rf"^ *CONSTRAINT `{re.escape(name)}` CHECK (?P<condition>.+?),?$", create, re.MULTILINE)
    if line is None:
        return _Found(f"CHECK {name} fails", name)
    condition = line["condition"].removesuffix(" /*!80016 NOT ENFORCED */")
    names = list(dict.fromkeys(_named(rows.data, condition)))
    row = NumberedRows(rows.connection, rows.schema, rows.data, rows.schema.names).first_failing(condition)
    if row is None:
        return _Found(f"CHECK {name} {condition} fails", name, ", ".join(names) or None)
    values, text = _values(rows.data, row, names)
    return _Found(f"CHECK {name} {condition} fails for {text}", name, ", ".join(names), values, row)


def _failed_reference(rows: _Rows, name: str, key: str, create: str) -> _Found | None:
    name_of = re.escape(name)
    line = re.search(
        rf"^ *CONSTRAINT `{name_of}` FOREIGN KEY \((?P<columns>.+?)\) (?P<to>REFERENCES .+)", create, re.MULTILINE
    )
    if line is None:
        return None
    names = _named(rows.data, line["columns"])
    what = f"foreign key {name} ({line['columns']} {line['to'].rstrip(',')}) has no row for"
    row = _row_of_key(rows.data, names, key)
    row = _orphan(rows, names, line["to"]) if row is None else row
    if row is None:
        return _Found(f"{what} key [{key}]", name, ", ".join(names), key)
    values, text = _values(rows.data, row, names)
    return _Found(f"{what} {text}", name, ", ".join(names), values, row)


def _named(data: pa.Table, listed: str) -> list[str]:
    """Return the columns of the rows that a list of SQL names, in its order."""
    by_name = {name.lower(): name for name in data.column_names}
    names = [name.replace("``", "`").lower() for name in re.findall(r"`((?:[^`]|``)+)`", listed)]
    return [by_name[name] for name in names if name in by_name]


def _row_of_key(data: pa.Table, names: Sequence[str], key: str) -> int | None:
    """Return the row whose values Dolt's text of a key shows."""
    values = zip(*(data.column(name).to_pylist() for name in names), strict=True)
    return next((at for at, each in enumerate(values) if ",".join(map(str, each)) == key), None)


def _orphan(rows: _Rows, names: Sequence[str], to: str) -> int | None:
    """Return the first row whose key the other table has not: Dolt writes some types in another way than Python."""
    found = re.match(r"REFERENCES `(?P<table>.{1,200}?)` \((?P<columns>.+?)\)", to)
    if found is None or found["table"].lower() == rows.table.lower():
        return None
    columns = [name.strip().strip("`").replace("``", "`") for name in found["columns"].split(",")]
    numbered = NumberedRows(rows.connection, rows.schema, rows.data, names)
    return numbered.first_without(found["table"], list(zip(names, columns, strict=True)), given=True)


def _values(data: pa.Table, row: int, columns: Sequence[str]) -> tuple[Any, str]:
    """Return the values of a row, one or a tuple, and the text that shows them with the row's number."""
    by_name = {name.lower(): name for name in data.column_names}
    values = tuple(data.column(by_name[column.lower()])[row].as_py() for column in columns)
    text = ", ".join(f"{column} = {shown(value)}" for column, value in zip(columns, values, strict=True))
    return values[0] if len(values) == 1 else values, f"{text} (row {row}, counted from 0)"


def lacking(existing: TableSchema, names: Sequence[str]) -> list[str]:
    """Return the columns of a table that take no NULL, have no default, and are not among the names."""
    given = {name.lower() for name in names}
    return [
        column.name
        for column in existing.columns
        if not (column.nullable or column.details or column.name.lower() in given)
    ]


def check_required(table: str, existing: TableSchema, names: Sequence[str]) -> None:
    """Refuse rows that lack a column that takes no NULL and has no default.

    Raises:
        ConstraintError: Naming the column.
    """
    for name in lacking(existing, names)[:1]:
        raise ConstraintError(
            f"the frame for table `{table}` lacks column {name!r}, which is NOT NULL and has no default",
            hint="Add it to the frame, or give it a default with SQL.",
            constraint="NOT NULL",
            column=name,
        )


def check_new_rows(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> None:
    """Refuse an upsert that adds rows and lacks a column that they need; rows that are there keep their value.

    Raises:
        ConstraintError: Naming the column, and the first row that would be added.
    """
    lacked = lacking(schema, data.column_names)
    if not lacked or not data.num_rows:
        return
    key = schema.primary_key
    row = NumberedRows(connection, schema, data, key).first_without(table, [(name, name) for name in key])
    if row is None:
        return
    _, text = _values(data, row, key)
    raise ConstraintError(
        f"the frame for table `{table}` lacks column {lacked[0]!r}, which is NOT NULL and has no default, and adds a "
        f"row: {text}",
        hint="Add the column to the frame, or give it a default with SQL.",
        constraint="NOT NULL",
        column=lacked[0],
        row=row,
    )
