"""Table schemas: columns and primary key, read from Dolt and written as DDL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import nearest, quote
from dolt_integrations.engine.sql.definitions import column_details, compares_otherwise, has_unique_key
from dolt_integrations.engine.sql.types import arrow_type
from dolt_integrations.engine.tables.definitions.names import tables, two_in_case
from dolt_integrations.engine.wire.answers import maybe, number, text
from dolt_integrations.errors import NotFoundError, QueryError, TableNotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        sql_type: As `SHOW COLUMNS` prints it: `bigint unsigned`, `varchar(255)`.
        comment: The column's comment. It contains the frame's dtype if the SQL type cannot express it.
        details: The rest of its definition, as `SHOW CREATE TABLE` prints it: `DEFAULT '5'`, `AUTO_INCREMENT`.
        misfit: Why the column's previous type could not be kept, for an error message.

    Example:
        >>> Column("id", "bigint", nullable=False).ddl()
        '`id` bigint NOT NULL'
    """

    name: str
    sql_type: str
    nullable: bool = True
    comment: str = ""
    details: str = ""
    misfit: str = field(default="", compare=False)

    @property
    def is_generated(self) -> bool:
        """Whether Dolt computes its values, so they cannot be written."""
        return self.details.startswith("GENERATED ALWAYS AS")

    @property
    def default(self) -> str | None:
        """The SQL literal that rows get in it: `NULL`, `'5'`. None if that is computed, or if each row has a value.

        Example:
            >>> Column("n", "int").default, Column("n", "int", details="DEFAULT '5'").default
            ('NULL', "'5'")
        """
        if not self.details:
            return "NULL" if self.nullable else None
        literal = _DEFAULT.fullmatch(self.details)
        return literal[1] if literal is not None else None

    def ddl(self) -> str:
        """Return the column's definition in a `CREATE TABLE` statement."""
        null = "NULL" if self.nullable else "NOT NULL"
        details = f" {self.details}" if self.details else ""
        comment = f" COMMENT {_literal(self.comment)}" if self.comment else ""
        return f"{quote(self.name)} {self.sql_type} {null}{details}{comment}"


_DEFAULT = re.compile(r"DEFAULT ('(?:[^'\\]|'')*')")


@dataclass(frozen=True)
class TableSchema:
    """The columns of a table in order, and the names of its primary key's columns in key order."""

    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()

    def ddl(self, table: str) -> str:
        """Return the `CREATE TABLE` statement."""
        parts = [column.ddl() for column in self.columns]
        if self.primary_key:
            parts.append(f"PRIMARY KEY ({', '.join(map(quote, self.primary_key))})")
        return f"CREATE TABLE {quote(table)} (\n  " + ",\n  ".join(parts) + "\n)"

    def has_key(self, key: Sequence[str]) -> bool:
        """Whether these columns, in this order and in any case, are the primary key."""
        return [name.lower() for name in self.primary_key] == [name.lower() for name in key]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def describe_table(connection: Connection, table: str) -> TableSchema:
    """Return a table's schema at the session's revision.

    Raises:
        TableNotFoundError: There is no such table; the hint suggests similar names.
        InvalidNameError: Two tables differ only in case, and Dolt would read the other one.
    """
    try:
        return _read(connection, *_definition(connection, table)).schema
    except TableNotFoundError as error:
        where = f"{connection.address} at {connection.revision}" if connection.revision else str(connection.address)
        raise TableNotFoundError(f"no table {table!r} in {where}", hint=nearest(table, tables(connection))) from error


def _definition(connection: Connection, table: str) -> tuple[str, str]:
    """Return the name of a table or view in the case that the database has, and its CREATE statement."""
    name, create = connection.row(f"SHOW CREATE TABLE {quote(table)}", kinds=(text, text)) or (table, "")
    if name != table and table in (known := tables(connection)):
        raise two_in_case(connection, table, [each for each in known if each.lower() == table.lower()])
    return name, create


def definition(connection: Connection, table: str) -> str:
    """Return the CREATE statement of a table as Dolt shows it, with keys, checks and foreign keys."""
    _, create = connection.row(f"SHOW CREATE TABLE {quote(table)}", kinds=(text, text)) or ("", "")
    return str(create)


@dataclass(frozen=True)
class Definition:
    """A table's definition. Equal CREATE statements define equal tables, so each is parsed once per process.

    Attributes:
        name: The table's name in the case that the database has.
        create: The CREATE statement.
        has_unique_index: Whether the table has a unique index besides its primary key.
        has_foreign_collations: Whether a string column has a collation that is not bytewise. Dolt's default is.
    """

    name: str
    create: str
    schema: TableSchema
    has_unique_index: bool
    has_foreign_collations: bool


_KNOWN: dict[tuple[str, str], Definition] = {}
"""Definitions by database and CREATE statement, the newest last."""

_MOST_KNOWN = 256

_MAKES_A_TABLE = "CREATE TABLE "


def _read(connection: Connection, name: str, create: str) -> Definition:
    key = (connection.address.source, create)
    known = _KNOWN.get(key)
    if known is not None:
        return known
    found = _look_up(connection, name, create)
    if create.startswith(_MAKES_A_TABLE):  # a view's columns are those of its tables
        _KNOWN[key] = found
        while len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.pop(next(iter(_KNOWN)), None)
    return found


def _look_up(connection: Connection, name: str, create: str) -> Definition:
    """Read the columns. `SHOW COLUMNS` shows neither ON UPDATE nor the expression of a generated column."""
    rows = connection.rows(f"SHOW FULL COLUMNS FROM {quote(name)}", kinds=_COLUMN)
    details = column_details(create, [(row[0], row[1], row[5]) for row in rows])
    columns = tuple(Column(row[0], row[1], row[3] == "YES", row[8] or "", details.get(row[0], "")) for row in rows)
    with connection.understood(f"the types of the columns of {name}"):
        _ = [arrow_type(column.sql_type) for column in columns]
        if len({column.name for column in columns}) < len(columns):
            raise ValueError("two columns have one name")
    schema = TableSchema(columns, _key(connection, name, [row[0] for row in rows if row[4] == "PRI"]))
    is_foreign = compares_otherwise(create, [column.sql_type for column in columns])
    return Definition(name, create, schema, has_unique_key(create), is_foreign)


_COLUMN = (text, text, maybe(text), text, maybe(text), maybe(text), maybe(text), maybe(text), maybe(text))
"""Field, Type, Collation, Null, Key, Default, Extra, Privileges, Comment."""


def _key(connection: Connection, table: str, members: list[str]) -> tuple[str, ...]:
    """Return the key's columns in key order, which `SHOW COLUMNS` does not show."""
    if len(members) < 2:
        return tuple(members)
    rows = connection.rows(f"SHOW KEYS FROM {quote(table)}", kinds=_INDEX)
    # The column of an index on an expression is NULL, and no primary key is one.
    return tuple(str(row[4]) for row in sorted(rows, key=lambda row: int(row[3])) if row[2] == "PRIMARY")


_INDEX = (text, number, text, number, maybe(text))
"""Table, Non_unique, Key_name, Seq_in_index, Column_name."""


def find_table(connection: Connection, table: str) -> TableSchema | None:
    """Return a table's schema, or None if there is no such table."""
    try:
        return _read(connection, *_definition(connection, table)).schema
    except TableNotFoundError:
        return None


def find_base_table(connection: Connection, table: str) -> tuple[str, TableSchema] | None:
    """Return a table's name in the case that the database has, and its schema; None if it is a view or missing."""
    found = find_definition(connection, table)
    return (found.name, found.schema) if found is not None else None


def find_definition(connection: Connection, table: str) -> Definition | None:
    """Return a table's definition, or None if it is a view or does not exist."""
    try:
        name, create = _definition(connection, table)
    except TableNotFoundError:
        return None
    return _read(connection, name, create) if create.startswith(_MAKES_A_TABLE) else None


def known_definition(connection: Connection, table: str, commit: str) -> Definition | None:
    """Return a table's definition at a commit, if the session need not be switched there; None proves nothing.

    Args:
        connection: A session on the database, at no commit.
        table: The table's name.
        commit: The full hash of the commit.
    """
    try:
        name, create = connection.row(f"SHOW CREATE TABLE {quote(table)} AS OF %s", (commit,), (text, text)) or ("", "")
    except (NotFoundError, QueryError):
        return None
    known = _KNOWN.get((connection.address.source, create))
    return known if name == table and known is not None and known.name == table else None


def has_triggers(connection: Connection, table: str) -> bool:
    """Whether a table has triggers, which may change what is written to it."""
    row = connection.row(
        "SELECT 1 FROM information_schema.triggers WHERE event_object_schema = DATABASE() AND event_object_table = %s "
        "LIMIT 1",
        (table,),
    )
    return row is not None
