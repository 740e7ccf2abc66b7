"""The state of a branch and a table that a save needs, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.session.head_ref import HEADS, head_value, head_variable
from dolt_integrations.engine.versions.references import referring_by_definition
from dolt_integrations.engine.versions.working_set import TableStatus, status
from dolt_integrations.engine.wire.answers import maybe, text
from dolt_integrations.errors import BranchNotFoundError, TableNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class BranchState:
    """The state of a session's branch, including the work of other clients.

    Attributes:
        branch: Its name, in its own case.
        head: The commit at its head.
        is_merging: Whether a merge or cherry-pick is in progress; the next commit would conclude it.
        is_clean: Whether the working set is exactly the head. Dolt's status does not show a changed column comment.
        status: The uncommitted work, including tables that `dolt_ignore` names.
    """

    branch: str
    head: str
    is_merging: bool
    is_clean: bool
    status: tuple[TableStatus, ...]


@dataclass(frozen=True)
class TableState:
    """A table in the working set of a session's branch, with its references and triggers.

    Attributes:
        content: Dolt's hash of its schema and rows; None if it does not exist or was not asked for.
        referring: The tables with a foreign key from or to it, itself included.
        has_triggers: Whether it has triggers, which may change what is written or write to other tables.
    """

    content: str | None
    referring: tuple[str, ...]
    has_triggers: bool

    @property
    def stands_alone(self) -> bool:
        """Whether writing to it cannot change any other table."""
        return not (self.referring or self.has_triggers)


_BRANCH = (
    "SELECT {branch}, {head}, CAST(is_merging AS CHAR), DOLT_HASHOF_DB('WORKING'), "
    "DOLT_HASHOF_DB('STAGED'), DOLT_HASHOF_DB('HEAD'), CAST(@@local_infile AS CHAR), {content} FROM dolt_merge_status"
)

_NONE = "''"

_REFERENCES = (
    "SELECT DISTINCT 'reference', table_name, '', '', '', '', '', '' FROM information_schema.referential_constraints "
    "WHERE constraint_schema = DATABASE() AND LOWER(%s) IN (LOWER(table_name), LOWER(referenced_table_name))"
)

_TRIGGERS = (
    "SELECT DISTINCT IF(LOWER(event_object_table) = LOWER(%s), 'trigger', 'another'), '', '', '', '', '', '', '' FROM "
    "information_schema.triggers WHERE event_object_schema = DATABASE()"
)

_KINDS = (text, text, text, text, text, text, text, maybe(text))


def branch_state(connection: Connection) -> BranchState:
    """Return the state of the session's branch."""
    statement = f"{_of_branch(connection, _NONE)} UNION ALL {_TRIGGERS}"
    return _branch(connection, connection.rows(statement, ("",), _KINDS))


def branch_and_table(connection: Connection, table: str, *, is_there: bool = True) -> tuple[BranchState, TableState]:
    """Return the states of the session's branch and of a table, at the same point in time.

    Args:
        connection: The session, in a transaction or not.
        table: The table's name, in the case that the database has.
        is_there: Whether the table is known to exist. If not, its hash is not requested.
    """
    try:
        rows = _rows(connection, table, is_there=is_there)
    except TableNotFoundError:
        rows = _rows(connection, table, is_there=False)
    branch = _branch(connection, rows)
    referring = tuple(name for kind, name, *_ in rows[1:] if kind == "reference")
    return branch, TableState(rows[0][7] or None, referring, any(kind == "trigger" for kind, *_ in rows[1:]))


def _rows(connection: Connection, table: str, *, is_there: bool) -> list[tuple[str, ...]]:
    """Return the answer about the branch and the table, in one statement if the server can read all its databases."""
    of_branch = _of_branch(connection, "DOLT_HASHOF_TABLE(%s)" if is_there else _NONE)
    given = (table,) * (1 + is_there)
    try:
        statement = " UNION ALL ".join((of_branch, _REFERENCES, _TRIGGERS))
        return connection.rows(statement, (*given, table), _KINDS)
    except BranchNotFoundError:  # a database of the server, maybe another one, has no default branch
        rows = connection.rows(f"{of_branch} UNION ALL {_TRIGGERS}", given, _KINDS)
        return [*rows, *(("reference", name, *[""] * 6) for name in referring_by_definition(connection, table))]


def referring_tables(connection: Connection, table: str) -> list[str]:
    """Return the tables with a foreign key from or to a table, itself included; empty if there is no such key."""
    try:
        return [row[1] for row in connection.rows(_REFERENCES, (table,), _KINDS)]
    except BranchNotFoundError:  # of a database of the server, maybe another one
        return referring_by_definition(connection, table)


def _of_branch(connection: Connection, content: str) -> str:
    """Return the statement for the state of the session's branch and the expression `content`."""
    database = connection.address.database
    branch = head_variable(database) or "active_branch()"  # which goes through the names of all branches
    return _BRANCH.format(branch=branch, head=head_value(database), content=content)


def _branch(connection: Connection, rows: list[tuple[str, ...]]) -> BranchState:
    with connection.understood("the state of the branch"):
        branch, head, merging, working, staged, committed, files, _ = rows[0]
    connection.note_triggers(any(kind != "reference" for kind, *_ in rows[1:]))
    connection.takes_files = files in ("1", "ON")
    is_clean = working == staged == committed
    branch = branch.removeprefix(HEADS)
    return BranchState(branch, head, merging == "1", is_clean, () if is_clean else tuple(status(connection)))
