"""Making a session that was used before as good as a new one.

A new session looks up its branch among the names of all branches, and so does one that is reset (Dolt 1.83: 3 ms with
10,000 branches). So a session is reset only if it may differ from a new one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pymysql

from dolt_integrations.engine.session.head_ref import head_variable
from dolt_integrations.engine.session.opening import renew

if TYPE_CHECKING:
    from dolt_integrations.engine.names.address import ServerAddress
    from dolt_integrations.engine.wire.session import Session

MOST_USES = 64
"""Uses after which a session is reset: the server keeps what it knows of each branch and commit that a session saw."""

_WRITES = ("INSERT ", "DELETE ", "UPDATE ", "REPLACE ", "LOAD DATA ")

_ORDINARY = (
    *(*_WRITES, "CREATE TABLE ", "ALTER TABLE ", "DROP TABLE "),
    *("START TRANSACTION", "COMMIT", "ROLLBACK", "SAVEPOINT ", "USE ", "SHOW ", "CALL DOLT_", "SET @released_"),
)
"""How statements begin that leave nothing in a session which a new one does not have."""

_TRACE = re.compile(r":=|(?<!@)@[\w`'\"]|_LOCK(?!\(%s)|LAST_INSERT_ID", re.IGNORECASE)
"""Matches queries that may set a variable or take a lock, except for the locks of `locks`."""


def leaves_nothing(statement: str) -> bool:
    """Whether a session is certain to be as before after a statement, except for its branch and transaction.

    So is one after a write to a table without triggers (see `fires_triggers`).
    """
    return statement.startswith(_ORDINARY) or (statement.startswith("SELECT ") and not _TRACE.search(statement))


def fires_triggers(statement: str) -> bool:
    """Whether a statement fires the triggers of a table, which may set variables of the session."""
    return statement.startswith(_WRITES)


def restore(session: Session, address: ServerAddress) -> None:
    """Make a used session as good as a new one: on the default branch, without locks, variables or a transaction.

    Args:
        session: A session on the database itself, not on a revision of it.
        address: The address of the server, which has `connect_timeout` to answer.

    Raises:
        pymysql.MySQLError: The session can no longer be used.
        OSError: The same.
    """
    session.uses += 1
    session.sees_triggers = None
    with session.answering_within(address.connect_timeout):
        home = _home(session, address.database)
        if session.is_plain and home is not None and home == session.home and session.uses < MOST_USES:
            return
    renew(session, address)
    session.is_plain, session.uses = True, 0
    with session.answering_within(address.connect_timeout):
        session.home = _home(session, address.database)
    if home is None or session.home is None or session.home[0] != home[0]:
        session.home = None  # the default may have changed before or after the session looked


def _home(session: Session, database: str) -> tuple[str, str] | None:
    """Return the configured default branch and the session's own one, or None if that is not known.

    None also stands for a session in a transaction.
    """
    branch = head_variable(database)
    if session.is_in_transaction or branch is None:
        return None
    try:
        with session.cursor() as cursor:
            cursor.execute(f"SELECT @@GLOBAL.`{database}_default_branch`, {branch}")
            found = cursor.fetchone()
    except pymysql.MySQLError:
        return None  # if the session is lost, resetting it fails as well
    return (str(found[0]), str(found[1])) if found and len(found) == 2 else None
