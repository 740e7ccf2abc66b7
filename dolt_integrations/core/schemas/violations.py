"""Finding the constraint, the value and the row when a table refuses rows."""

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
from dolt_integrations.engine.tables.definitions.schema import definition
from dolt_integrations.engine.tables.numbered import NumberedRows
from dolt_integrations.errors import ConstraintError, DoltError, PrimaryKeyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_CHECK = re.compile(r"Check constraint [\"`'](?P<name>.{1,200}?)[\"`'] violated", re.IGNORECASE)
_HINT = "Nothing is written. Change or drop the row."
_UNIQUE_HINT = "Drop one of them, or check the unique key's collation: some treat 'a' and 'A' as equal."


@dataclass(frozen=True)
class _Found:
    """What is known about a violation."""

    text: str
    constraint: str
    column: str | None = None
    value: Any = None
    row: int | None = None


class _Rows(NamedTuple):
    """Rows that a table refused."""

    connection: Connection
    table: str
    schema: TableSchema
    data: pa.Table
    mode: str


@contextmanager
def locating(connection: Connection, table: str, schema: TableSchema, data: pa.Table, mode: str) -> Iterator[None]:
    """Add the constraint, the value and the row to a `ConstraintError` from writing rows in the block.

    The transaction is rolled back first. Otherwise partly written rows would look like duplicates of themselves.

    Raises:
        ConstraintError: A row breaks a CHECK or a foreign key.
        PrimaryKeyError: Two rows have the same primary key or the same value of a UNIQUE key.
    """
    try:
        yield
    except ConstraintError as error:
        found = None
        with suppress(DoltError):  # if this fails, Dolt's own message is used
            give_up(connection)
            found = _located(_Rows(connection, table, schema, data, mode), error)
        kind, hint = (PrimaryKeyError, _UNIQUE_HINT) if isinstance(error, PrimaryKeyError) else (ConstraintError, _HINT)
        text = f"table `{table}` does not accept the rows: {error if found is None else found.text}"
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
    where = "is already in the table" if found.other is None else f"is also in row {found.other}"
    return _Found(f"{found.key}: {text} {where}", found.key.name, ", ".join(found.key.names), values, found.row)


def _failed_check(rows: _Rows, name: str, create: str) -> _Found | None:
    """Find the first row that fails a CHECK, by letting Dolt evaluate the condition for each row."""
    line = re.search(rf"^ *CONSTRAINT `{re.escape(name)}` CHECK (?P<condition>.+?),?$", create, re.MULTILINE)
    if line is None:
        return _Found(f"CHECK {name} fails", name)
    condition = line["condition"]
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
    """Return the columns of the rows that an SQL fragment names, in its order."""
    by_name = {name.lower(): name for name in data.column_names}
    names = [name.replace("``", "`").lower() for name in re.findall(r"`((?:[^`]|``)+)`", listed)]
    return [by_name[name] for name in names if name in by_name]


def _row_of_key(data: pa.Table, names: Sequence[str], key: str) -> int | None:
    """Return the row with the key that Dolt's message shows."""
    values = zip(*(data.column(name).to_pylist() for name in names), strict=True)
    return next((at for at, each in enumerate(values) if ",".join(map(str, each)) == key), None)


def _orphan(rows: _Rows, names: Sequence[str], to: str) -> int | None:
    """Return the first row whose key the other table lacks, for types that Dolt and Python format differently."""
    found = re.match(r"REFERENCES `(?P<table>.{1,200}?)` \((?P<columns>.+?)\)", to)
    if found is None or found["table"].lower() == rows.table.lower():
        return None
    columns = [name.strip().strip("`").replace("``", "`") for name in found["columns"].split(",")]
    numbered = NumberedRows(rows.connection, rows.schema, rows.data, names)
    return numbered.first_without(found["table"], list(zip(names, columns, strict=True)), given=True)


def _values(data: pa.Table, row: int, columns: Sequence[str]) -> tuple[Any, str]:
    """Return the value of a row (a tuple for several columns), and text that shows it with the row's number."""
    by_name = {name.lower(): name for name in data.column_names}
    values = tuple(data.column(by_name[column.lower()])[row].as_py() for column in columns)
    text = ", ".join(f"{column} = {shown(value)}" for column, value in zip(columns, values, strict=True))
    return values[0] if len(values) == 1 else values, f"{text} (row {row}, counted from 0)"


def lacking(existing: TableSchema, names: Sequence[str]) -> list[str]:
    """Return the columns that are NOT NULL, have no default, and are not among `names`."""
    given = {name.lower() for name in names}
    return [
        column.name
        for column in existing.columns
        if not (column.nullable or column.details or column.name.lower() in given)
    ]


def check_required(table: str, existing: TableSchema, names: Sequence[str]) -> None:
    """Refuse rows that lack a column which is NOT NULL and has no default.

    Raises:
        ConstraintError: They do. The message names the column.
    """
    for name in lacking(existing, names)[:1]:
        raise ConstraintError(
            f"the frame for table `{table}` lacks column {name!r}, which is NOT NULL and has no default",
            hint="Add it to the frame, or give it a default with SQL.",
            constraint="NOT NULL",
            column=name,
        )


def check_new_rows(connection: Connection, table: str, schema: TableSchema, data: pa.Table) -> None:
    """Refuse an upsert that adds rows but lacks a column that they need. Updated rows keep their value in it.

    Raises:
        ConstraintError: It does. The message names the column and the first row that would be added.
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
