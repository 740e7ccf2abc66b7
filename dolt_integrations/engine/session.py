"""A pymysql session with a Dolt server: opened, or made like a new one."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pymysql

from dolt_integrations.engine.forks import forget_after_fork
from dolt_integrations.engine.upload import Session

if TYPE_CHECKING:
    from dolt_integrations.engine.address import ServerAddress

SETTINGS = (
    # A server may be told to make a commit of every transaction; ours make their own.
    "SET @@SESSION.dolt_transaction_commit = 0, "
    # ... or to clip what does not fit. And in a column that counts by itself 0 is a number like others.
    "@@SESSION.sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'), "
    # What pymysql asks for when it connects, for a session that is reset.
    "@@SESSION.character_set_client = 'utf8mb4', @@SESSION.character_set_connection = 'utf8mb4', "
    "@@SESSION.character_set_results = 'utf8mb4'"
)

_COM_RESET_CONNECTION = 0x1F


def open_session(address: ServerAddress, database: str, *, local_infile: bool) -> Session:
    """Open a session on a database, or on `database/revision`.

    Raises:
        pymysql.MySQLError: Nobody answers within the address's `connect_timeout`, or the session is refused.
        OSError: The same.
    """
    session = Session(
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        database=database,
        charset="utf8mb4",
        autocommit=True,
        init_command=SETTINGS,
        local_infile=local_infile,
        connect_timeout=address.connect_timeout,
        read_timeout=address.connect_timeout,
        ssl_disabled=not address.tls,
        ssl=ssl.create_default_context() if address.tls else None,
    )
    limit(session, None)
    forget_after_fork(session)
    return session


def renew(session: Session, address: ServerAddress) -> None:
    """Make a session like a new one: no transaction, lock, temporary table or variable is left of what it did.

    It costs a third of a new one. `COM_RESET_CONNECTION` makes a new session in the server, on the same database
    (go-mysql-server source, `Handler.ComResetConnection`), which looks up the default branch again.

    Args:
        session: One that is on the database, and on no revision of it.
        address: Of the server, which has `connect_timeout` to answer.

    Raises:
        pymysql.MySQLError: The session is of no use any more.
        OSError: The same.
    """
    limit(session, address.connect_timeout)
    # pymysql has no public way to send it.
    session._execute_command(_COM_RESET_CONNECTION, b"")  # type: ignore[attr-defined]
    session._read_ok_packet()  # type: ignore[attr-defined]
    session.query(SETTINGS)
    limit(session, None)


def leave_branch(session: Session, address: ServerAddress) -> None:
    """Put a session on no branch: Dolt deletes none that a session is on.

    Raises:
        pymysql.MySQLError: The session is of no use any more.
        OSError: The same.
    """
    limit(session, address.connect_timeout)
    session.select_db(address.database)
    limit(session, None)


def cut(session: Session) -> None:
    """End a session at once, without a word to the server, which may be in the middle of an answer."""
    result = session._result
    if result is not None:
        result.unbuffered_active = False  # or pymysql would fetch what is left of it
    session._force_close()  # type: ignore[attr-defined]


def end(session: Session) -> None:
    """End a session, which may have ended already."""
    with contextlib.suppress(pymysql.MySQLError, OSError):
        session.close()


def limit(session: Session, seconds: float | None) -> None:
    """A server that never greets must not hang us, a statement that takes long may: no public way to say so."""
    session._read_timeout = seconds  # type: ignore[attr-defined]


ENDED = Session(defer_connect=True)
"""What a connection has that is closed: every use of it is an error."""
