"""`dolt_diff()`: the rows of a table that differ between two commits, and when its answer is exact."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.definitions.names import table_name
from dolt_integrations.engine.tables.definitions.schema import Column, TableSchema, find_definition, known_definition
from dolt_integrations.engine.tables.fetch import fetch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class TableVersion:
    """A table at a commit.

    Attributes:
        name: Its name, in the case that it has there.
        plain: Whether no column is generated (`dolt_diff()` returns NULL for virtual ones) and all collations are
            bytewise (`dolt_diff()` compares by the collation, in which `a` may equal `A`).
    """

    name: str
    schema: TableSchema
    plain: bool = True

    def is_like(self, other: TableVersion) -> bool:
        """Whether both have the same columns and key, except for comments."""
        return self._layout() == other._layout()

    def _layout(self) -> tuple[object, ...]:
        return self.name, self.schema.primary_key, [replace(column, comment="") for column in self.schema.columns]


def find_version_of(snapshot: Connection, table: str) -> TableVersion | None:
    """Return a table at the session's revision, or None if it does not exist.

    Raises:
        InvalidNameError: It is a view.
    """
    return exact_version(snapshot, table_name(snapshot, table))


def known_version(connection: Connection, table: str, commit: str) -> TableVersion | None:
    """Return a table at a commit, if the session need not be switched there (see `known_definition`)."""
    found = known_definition(connection, table, commit)
    return TableVersion(found.name, found.schema, _is_plain(found.create)) if found is not None else None


def exact_version(snapshot: Connection, table: str) -> TableVersion | None:
    """Return a table at the session's revision in one statement, or None if it does not exist or is a view."""
    found = find_definition(snapshot, table)
    return TableVersion(found.name, found.schema, _is_plain(found.create)) if found is not None else None


def _is_plain(ddl: str) -> bool:
    return _NOT_PLAIN.search(ddl) is None


_NOT_PLAIN = re.compile(r"GENERATED ALWAYS|COLLATE[ =](?!\w+_bin\b|binary\b)", re.IGNORECASE)
"""Matches DDL that `dolt_diff()` does not handle exactly. A false match, as in a comment, only costs speed."""


def can_differ(old: TableVersion, new: TableVersion) -> bool:
    """Whether `dolt_diff()` returns exactly the rows that differ.

    If the columns differ, it reports equal values as different. If the types of the key differ, it finds nothing. If a
    key was dropped in between, the server may die (Dolt 1.83). It takes a name that begins with a dash for an option.
    """
    return old.is_like(new) and new.plain and not new.name.startswith("-")


def differing_rows(
    connection: Connection,
    old_commit: str,
    new_commit: str,
    old: TableVersion,
    new: TableVersion,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[pa.Array, pa.Table, pa.Table]:
    """Return the rows that differ: the kind of each (added, modified, removed), the old rows, and the new rows.

    All three have the same length. A row that exists on one side only is all NULL on the other.

    Args:
        connection: A session on the database, at any revision.
        old_commit: The full hash of the old commit.
        new_commit: The full hash of the new commit.
        old: The table in the old commit.
        new: The table in the new commit. `can_differ` has to be true.
        limit: The maximum number of rows, after which Dolt stops comparing; None for all.
        offset: The number of rows to skip. Rows are always in key order.
    """
    # By position: if the table has a column `commit`, `to_commit` is ambiguous.
    most = 2**63 - 1 if limit is None else int(limit)
    page = f" LIMIT {most} OFFSET {int(offset)}" if limit is not None or offset else ""
    query = f"SELECT * FROM {diff_function(old_commit, new_commit, new.name)}{page}"
    commit = (Column("commit", "text"), Column("commit_date", "datetime(6)"))
    columns = (*new.schema.columns, *commit, *old.schema.columns, *commit, Column("diff_type", "text"))
    numbered = tuple(replace(column, name=str(at)) for at, column in enumerate(columns))
    data = fetch(connection, query, numbered, fast=False)
    width = len(new.schema.columns)
    is_ = data.select(range(width)).rename_columns(list(new.schema.names))
    was = data.select(range(width + 2, width + 2 + len(old.schema.columns))).rename_columns(list(old.schema.names))
    return data.column(data.num_columns - 1), was, is_


def written_keys(connection: Connection, old_commit: str, new_commit: str, table: TableVersion) -> pa.Table:
    """Return the primary keys of the rows that the new commit added or modified.

    Args:
        connection: A session on the database, at any revision.
        old_commit: The full hash of the old commit.
        new_commit: The full hash of the new commit.
        table: The table in both. `can_differ` has to be true.
    """
    key = table.schema.primary_key
    if AMBIGUOUS & {name.lower() for name in key}:
        kinds, _, rows = differing_rows(connection, old_commit, new_commit, table, table)
        return rows.filter(pc.not_equal(kinds, "removed")).select(list(key))
    columns = {column.name: column for column in table.schema.columns}
    names = ", ".join(quote(f"to_{name}") for name in key)
    query = f"SELECT {names} FROM {diff_function(old_commit, new_commit, table.name)} WHERE diff_type <> 'removed'"
    return fetch(connection, query, tuple(columns[name] for name in key))


def any_differs(connection: Connection, old_commit: str, new_commit: str, table: TableVersion) -> bool:
    """Whether any row differs between two commits. `can_differ` has to be true, and the session at no revision."""
    return connection.row(f"SELECT 1 FROM {diff_function(old_commit, new_commit, table.name)} LIMIT 1") is not None


def adds_values(connection: Connection, old_commit: str, new_commit: str, table: str, column: str) -> bool:
    """Whether rows that were added between two commits have values other than NULL in a column."""
    of = diff_function(old_commit, new_commit, table)
    statement = f"SELECT 1 FROM {of} WHERE diff_type = 'added' AND {quote(f'to_{column}')} IS NOT NULL LIMIT 1"
    return connection.row(statement) is not None


def gets_values(connection: Connection, old_commit: str, new_commit: str, table: str, column: str) -> bool:
    """Whether rows that were added or modified between two commits got other values in a column that both have."""
    of = diff_function(old_commit, new_commit, table)
    old, new = quote(f"from_{column}"), quote(f"to_{column}")
    statement = f"SELECT 1 FROM {of} WHERE diff_type <> 'removed' AND NOT ({old} <=> {new}) LIMIT 1"
    return connection.row(statement) is not None


def fills_removed(
    connection: Connection,
    base: str,
    removing: str,
    filling: str,
    table: str,
    key: Mapping[str, str],
    columns: Sequence[Column],
) -> str | None:
    """Return a column that a commit added and filled for a row that another commit removed, or None.

    The default of the column does not count: Dolt puts it into all rows.

    Args:
        connection: A session on the database, at no revision.
        base: The commit from which both come.
        removing: The commit in which rows are removed.
        filling: The commit that added columns.
        table: The table.
        key: The primary key: the names at `base`, and those at `filling`.
        columns: The columns that were added. Each has a `default`.
    """
    same = " AND ".join(f"s.{quote(new)} = d.{quote(f'from_{old}')}" for old, new in key.items())
    at = f"{quote(table)} AS OF {function_call('', filling)[1:-1]}"
    for column in columns:
        statement = (
            f"SELECT 1 FROM {diff_function(base, removing, table)} d JOIN {at} s ON {same} "
            f"WHERE d.diff_type = 'removed' AND NOT (s.{quote(column.name)} <=> {column.default}) LIMIT 1"
        )
        if connection.row(statement) is not None:
            return column.name
    return None


AMBIGUOUS = {"commit", "commit_date"}
"""Names that `dolt_diff()` uses for columns of its own."""


def diff_function(old_commit: str, new_commit: str, table: str) -> str:
    """Return the SQL call of `dolt_diff()`."""
    return function_call("dolt_diff", old_commit, new_commit, table)


def function_call(function: str, *arguments: str) -> str:
    """Return the SQL call of a table function of Dolt, which accepts literals only."""
    quoted = (text.replace("\\", "\\\\").replace("'", "''") for text in arguments)
    return f"{function}(" + ", ".join(f"'{argument}'" for argument in quoted) + ")"
