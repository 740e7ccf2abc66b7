"""Merging into a session's branch, and the conflicts of a merge (Dolt manual, "Conflicts")."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.wire.answers import anything, maybe, number, text
from dolt_integrations.errors import QueryError

if TYPE_CHECKING:
    from dolt_integrations.engine.names.author import Author
    from dolt_integrations.engine.session.connection import Connection
    from dolt_integrations.engine.versions.log import LogEntry

SHOWN_ROWS = 3
"""The number of conflicting rows of a table that are read."""


@dataclass(frozen=True)
class ConflictRow:
    """A row that both sides changed. None means that a side does not have the row.

    Attributes:
        base: The row in the merge base.
        ours: The row on the branch that is merged into.
        theirs: The row in the revision that is merged.
    """

    base: dict[str, Any] | None
    ours: dict[str, Any] | None
    theirs: dict[str, Any] | None


@dataclass(frozen=True)
class Conflict:
    """The reason why a table could not be merged.

    Attributes:
        kind: `data` (both sides changed a row), `schema` (both changed the columns, or one dropped the table),
            `name` (tables whose names differ only in case) or `constraint` (the merged rows break a key, a foreign key
            or a check).
        count: The number of rows; 1 for a schema.
        rows: The first of these rows.
        description: Dolt's message, if it has one.
        constraint: The name of the constraint that the rows break, or `NOT NULL`.
        columns: The columns of that constraint, if Dolt names them.
    """

    table: str
    kind: str
    count: int
    rows: tuple[ConflictRow, ...] = ()
    description: str = ""
    constraint: str | None = None
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return a description in one line, including the first row."""
        text = f"`{self.table}`: {self.count} {self.kind} conflict{'s' if self.count != 1 else ''}"
        if self.description:
            text += f" ({self.description})"
        if self.rows:
            first = self.rows[0]
            text += f", first row: base {first.base}, ours {first.ours}, theirs {first.theirs}"
        return text


def merge(connection: Connection, revision: str, message: str, author: Author) -> bool:
    """Merge a revision into the session's branch, in its open transaction, by a fast-forward or a merge commit.

    Returns:
        True if it is merged; False if there are conflicts, which stay in the transaction (see `conflicts`).

    Raises:
        QueryError: The revisions have no common ancestor, or cannot be merged for another reason.
    """
    statement = "CALL DOLT_MERGE(%s, '-m', %s, '--author', %s)"
    row = connection.row(statement, (revision, message, str(author)), (anything, anything, maybe(number)))
    return not (row and row[2])


def conflicts(connection: Connection, most: int = SHOWN_ROWS) -> list[Conflict]:
    """Return the conflicts of a merge in the session's transaction: schemas first, then rows, then constraints.

    Args:
        connection: A session in the merge's transaction.
        most: The maximum number of rows to read of each table.
    """
    statement = "SELECT table_name, description FROM dolt_schema_conflicts"
    schemas = connection.rows(statement, kinds=(text, maybe(text)))
    found = [Conflict(table, "schema", 1, description=said or "") for table, said in schemas]
    counted = (text, number)
    for table, count in connection.rows("SELECT `table`, num_conflicts FROM dolt_conflicts", kinds=counted):
        if count:
            found.append(Conflict(table, "data", count, _rows(connection, table, most)))
    statement = "SELECT `table`, num_violations FROM dolt_constraint_violations"
    for table, count in connection.rows(statement, kinds=counted):
        found.append(_violation(connection, table, count, most))
    return found


def conflicted_tables(connection: Connection) -> list[str]:
    """Return the tables for which the session's branch has noted conflicts."""
    counted = connection.rows("SELECT `table`, num_conflicts FROM dolt_conflicts", kinds=(text, number))
    return [table for table, count in counted if count]


_TABLE = re.compile(
    r"\btable (?:with same name )?['`]?(?P<table>[^'`]{1,200}?)['`]?(?: because| has| added|,| deleted|$)"
)
"""Finds the table's name in Dolt's messages about merges that it does not start."""


def refused_merge(error: BaseException) -> Conflict:
    """Return the conflict for an error with which Dolt refuses a merge because of a table's columns or key."""
    text = str(error.__cause__.args[-1] if error.__cause__ and error.__cause__.args else error).strip()
    _, is_column, structure = text.partition("merge new column `&{")  # as Go prints it
    column, (_, is_in_table, rest) = structure.partition(" ")[0], structure.partition("}` in table `")
    if is_column and is_in_table:
        text = f"the new column `{column}` is NOT NULL without a default, and the other side has other rows"
        return Conflict(rest.partition("`")[0], "schema", 1, description=text)
    text = text.removeprefix("error: ")
    found = _TABLE.search(text)
    return Conflict(found["table"] if found else "", "schema", 1, description=text)


def commit_merge(connection: Connection, message: str, author: Author) -> None:
    """Commit all tables of a merge whose conflicts are resolved, even if none of their changes are left."""
    connection.execute("CALL DOLT_ADD('-A', '-f')")  # new tables that dolt_ignore names, too
    connection.execute("CALL DOLT_COMMIT('--allow-empty', '-m', %s, '--author', %s)", (message, str(author)))


def resolve_rows(connection: Connection, table: str, side: str) -> None:
    """Resolve each conflicting row of a table to the version of one side.

    Args:
        connection: A session in the merge's transaction.
        table: The table.
        side: `ours` or `theirs`.
    """
    connection.execute(f"CALL DOLT_CONFLICTS_RESOLVE('--{side}', %s)", (table,))


def changed_tables(connection: Connection, from_commit: str, to_commit: str) -> list[str]:
    """Return the tables that differ between two commits; both names if a table was renamed."""
    rows = connection.rows(
        "SELECT from_table_name, to_table_name FROM DOLT_DIFF_SUMMARY(%s, %s)",
        (from_commit, to_commit),
        (maybe(text), maybe(text)),
    )
    return sorted({name for row in rows for name in row if name})


def tables_of(connection: Connection, entry: LogEntry) -> list[str]:
    """Return the tables that a commit changed relative to its first parent; of the first commit, all of its tables."""
    if not entry.parents:
        return sorted(tables(connection, entry.commit))
    return changed_tables(connection, entry.parents[0], entry.commit)


def _rows(connection: Connection, table: str, most: int) -> tuple[ConflictRow, ...]:
    try:
        found = connection.dictionaries(f"SELECT * FROM {quote(f'dolt_conflicts_{table}')} LIMIT {most}")
    except QueryError:  # without a key and with a virtual column, Dolt (1.83) cannot show them
        return ()
    return tuple(ConflictRow(_side(row, "base_"), _side(row, "our_"), _side(row, "their_")) for row in found)


def _side(row: dict[str, Any], prefix: str) -> dict[str, Any] | None:
    if row.get(f"{prefix}diff_type") == "removed":
        return None
    values = {
        name.removeprefix(prefix): value
        for name, value in row.items()
        if name.startswith(prefix) and name not in (f"{prefix}diff_type", f"{prefix}cardinality")
    }
    return values if any(value is not None for value in values.values()) else None


def _violation(connection: Connection, table: str, count: int, most: int) -> Conflict:
    try:
        name = quote(f"dolt_constraint_violations_{table}")
        found = connection.dictionaries(f"SELECT * FROM {name} LIMIT {most}")
    except QueryError:
        return Conflict(table, "constraint", count)
    text, constraint, columns = _constraint(found[0]) if found else ("", None, ())
    hidden = ("from_root_ish", "violation_info")
    rows = [{name: value for name, value in row.items() if name not in hidden} for row in found]
    shown = tuple(ConflictRow(None, None, row) for row in rows)
    return Conflict(table, "constraint", count, shown, text, constraint, columns)


def _constraint(row: dict[str, Any]) -> tuple[str, str | None, tuple[str, ...]]:
    """Return the constraint that a row violates: a description, its name, and its columns."""
    try:
        info = dict(json.loads(row["violation_info"]))
    except (TypeError, ValueError, KeyError):
        return "", None, ()
    columns = tuple(map(str, info.get("Columns") or ()))
    listed = f"({', '.join(columns)})"
    if "ForeignKey" in info:
        to = f"{info.get('ReferencedTable')} ({', '.join(map(str, info.get('ReferencedColumns') or ()))})"
        return f"foreign key {info['ForeignKey']} {listed} REFERENCES {to}", str(info["ForeignKey"]), columns
    if "Expression" in info:
        named = tuple(name for name in row if f"`{name}`" in str(info["Expression"]))
        return f"CHECK {info.get('Name')} {info['Expression']}", str(info.get("Name")), named
    if "Name" in info:
        return f"UNIQUE {info['Name']} {listed}", str(info["Name"]), columns
    return (f"NOT NULL {listed}", "NOT NULL", columns) if columns else ("", None, ())
