"""Dolt's own comparison of a table's rows in two commits, and when its answer can be had."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.session.answers import text
from dolt_integrations.engine.tables.fetch import fetch
from dolt_integrations.engine.tables.schema import Column, TableSchema, find_definition, find_table, table_name

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class TableVersion:
    """A table as it is in a commit.

    Attributes:
        name: In the case that it has there.
        plain: Whether no column is generated (`dolt_diff()` says NULL for those that are not stored), and all texts are
            ordered by their bytes (it takes `a` and `A` for equal where the collation does).
    """

    name: str
    schema: TableSchema
    plain: bool = True

    def is_like(self, other: TableVersion) -> bool:
        """Whether both have the same columns and the same key; their comments may differ."""
        return self._layout() == other._layout()

    def _layout(self) -> tuple[object, ...]:
        return self.name, self.schema.primary_key, [replace(column, comment="") for column in self.schema.columns]


def find_version_of(snapshot: Connection, table: str) -> TableVersion | None:
    """Return a table as it is at the session's revision; None if it is not there.

    Raises:
        InvalidNameError: It is a view.
    """
    name = table_name(snapshot, table)
    schema = find_table(snapshot, name)
    if schema is None:
        return None
    _, ddl = snapshot.row(f"SHOW CREATE TABLE {quote(name)}", kinds=(text, text)) or (name, "")
    return TableVersion(name, schema, _is_plain(ddl))


def exact_version(snapshot: Connection, table: str) -> TableVersion | None:
    """Return a table as it is at the session's revision, in one statement; None if it is not there, or is a view."""
    found = find_definition(snapshot, table)
    return TableVersion(found.name, found.schema, _is_plain(found.create)) if found is not None else None


def _is_plain(ddl: str) -> bool:
    return _NOT_PLAIN.search(ddl) is None


_NOT_PLAIN = re.compile(r"GENERATED ALWAYS|COLLATE[ =](?!\w+_bin\b|binary\b)", re.IGNORECASE)
"""What tells that it is not, or that a comment looks like it; then rows are compared here, which is exact as well."""


def can_differ(old: TableVersion, new: TableVersion) -> bool:
    """Whether `dolt_diff()` tells exactly which rows differ.

    Where the columns differ it takes equal values for different ones, where the key's types differ it finds nothing,
    and where a key was dropped from a table with other rows its server dies (Dolt 1.83). It reads a name that
    begins with a dash as an option.
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
    """Return the rows that differ: the kind of each (added, modified, removed), as it was, and as it is.

    The three are as long as each other; a row that is on one side only is all NULL on the other.

    Args:
        connection: A session on the database, at whatever revision.
        old_commit: Its whole hash, as that of the new one.
        new_commit: Where to.
        old: The table in the old commit.
        new: The table in the new commit; `can_differ` holds.
        limit: How many rows at most; Dolt compares no further than that takes. None is all.
        offset: How many rows to leave out before: they come in the key's order, the same one each time.
    """
    # By position: a column `commit` of the table's own makes `to_commit` ambiguous.
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
    """Return the primary keys of the rows that are new or different in the new commit.

    Args:
        connection: A session on the database, at whatever revision.
        old_commit: Its whole hash, as that of the new one.
        new_commit: Where to.
        table: The table in both; `can_differ` holds.
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
    """Whether any row differs between two commits; `can_differ` holds. The session is at no revision."""
    return connection.row(f"SELECT 1 FROM {diff_function(old_commit, new_commit, table.name)} LIMIT 1") is not None


AMBIGUOUS = {"commit", "commit_date"}
"""Columns of which `dolt_diff()` has its own."""


def diff_function(old_commit: str, new_commit: str, table: str) -> str:
    """Return the call; the function takes literals only."""
    arguments = (text.replace("\\", "\\\\").replace("'", "''") for text in (old_commit, new_commit, table))
    return "dolt_diff(" + ", ".join(f"'{argument}'" for argument in arguments) + ")"
