"""A pymysql session with a Dolt server: opened, or made like a new one."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import ER

from dolt_integrations.engine.names.tls import OFF, PREFERRED, Tls
from dolt_integrations.engine.session.forks import forget_after_fork
from dolt_integrations.engine.session.wire import NEEDS_ENCRYPTION, Session, not_dolt
from dolt_integrations.errors import ServerError

if TYPE_CHECKING:
    from dolt_integrations.engine.names.address import ServerAddress

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

    On this machine it is not encrypted, which would cost several times what the rest does, unless that is asked for or
    the server insists.

    Raises:
        pymysql.MySQLError: Nobody answers within the address's `connect_timeout`, or the session is refused.
        OSError: The same.
        ServerError: The server's certificate is not trusted, or it is no Dolt.
        ConfigError: The files of `tls` cannot be used.
    """
    if address.tls.mode != PREFERRED or not address.is_loopback:
        return _open(address, database, address.tls, local_infile)
    try:
        return _open(address, database, Tls(OFF), local_infile)
    except pymysql.MySQLError as error:
        if not _insists(error):
            raise
    return _open(address, database, address.tls, local_infile)


def _insists(error: pymysql.MySQLError) -> bool:
    """Whether a server refused a session because it was not encrypted, or the session such a server."""
    return error.args[:1] in ((NEEDS_ENCRYPTION,), (_ER_SECURE_TRANSPORT_REQUIRED,)) or _INSECURE in str(error)


_ER_SECURE_TRANSPORT_REQUIRED = 3159
_INSECURE = "does not allow insecure connections"


def _open(address: ServerAddress, database: str, tls: Tls, local_infile: bool) -> Session:
    try:
        session = Session(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password.encode(),
            database=database,
            charset="utf8mb4",
            autocommit=True,
            init_command=SETTINGS,
            local_infile=local_infile,
            connect_timeout=address.connect_timeout,
            tls=tls,
        )
        forget_after_fork(session)
        return session
    except pymysql.MySQLError as error:
        cause = _of_encryption(error)
        if cause is not None:
            raise _not_encrypted(address, cause) from error
        if error.args[:1] == (ER.UNKNOWN_SYSTEM_VARIABLE,):
            raise not_dolt(f"{address.host}:{address.port}", "a MySQL server") from error
        raise


def _of_encryption(error: BaseException) -> ssl.SSLError | None:
    """Return the error of Python's ssl that an error of pymysql's is about, if it is about one.

    In TLS 1.3 a server refuses a client without a certificate only after the handshake, where pymysql reads on.
    """
    found: BaseException | None = getattr(error, "original_exception", None) or error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    return found


def _not_encrypted(address: ServerAddress, error: ssl.SSLError) -> ServerError:
    at = f"{address.host}:{address.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        hint = (
            "Give the file of the CA that signed it, `?ssl_ca=/path/ca.pem` in the URL; `?tls=skip-verify` encrypts "
            "without looking at the certificate."
        )
        return ServerError(f"the certificate of {at} is not trusted: {error.verify_message}", hint=hint)
    hint = "Does the server ask for a client certificate? `?ssl_cert=` and `?ssl_key=` in the URL name its files."
    return ServerError(f"no encrypted connection with {at}: {error.reason or error}", hint=hint)


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
    with session.answering_within(address.connect_timeout):
        # pymysql has no public way to send it.
        session._execute_command(_COM_RESET_CONNECTION, b"")
        session._read_ok_packet()
        session.query(SETTINGS)


def leave_branch(session: Session, address: ServerAddress) -> None:
    """Put a session on no branch: Dolt deletes none that a session is on.

    Raises:
        pymysql.MySQLError: The session is of no use any more.
        OSError: The same.
    """
    with session.answering_within(address.connect_timeout):
        session.select_db(address.database)


def cut(session: Session) -> None:
    """End a session at once, without a word to the server, which may be in the middle of an answer."""
    result = session._result
    if result is not None:
        result.unbuffered_active = False  # or pymysql would fetch what is left of it
    session._force_close()


def end(session: Session) -> None:
    """End a session, which may have ended already."""
    with contextlib.suppress(pymysql.MySQLError, OSError):
        session.close()


def limit(session: Session, seconds: float | None) -> None:
    """Bound the time of each answer; a statement may take long unless somebody says so."""
    session._read_timeout = seconds


ENDED = Session(tls=Tls(OFF), defer_connect=True)
"""What a connection has that is closed: every use of it is an error."""
