"""Opening a pymysql session with a Dolt server, or resetting one."""

from __future__ import annotations

import contextlib
import ssl
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import ER

from dolt_integrations.engine.names.tls import OFF, PREFERRED, Tls
from dolt_integrations.engine.session.forks import forget_after_fork
from dolt_integrations.engine.wire.authentication import NEEDS_ENCRYPTION
from dolt_integrations.engine.wire.session import Session, not_dolt
from dolt_integrations.errors import ServerError

if TYPE_CHECKING:
    from dolt_integrations.engine.names.address import ServerAddress

SETTINGS = (
    # A server may be configured to make a commit of every transaction, but we make our own commits.
    "SET @@SESSION.dolt_transaction_commit = 0, "
    # It may also be configured to truncate values. And 0 in an AUTO_INCREMENT column has to stay 0.
    "@@SESSION.sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'), "
    # It may be configured not to check foreign keys, nor to cascade.
    "@@SESSION.foreign_key_checks = 1, "
    # It may be configured to cut results off (2147483647 is Dolt's word for no limit), or to read old commits with the
    # columns of another one.
    "@@SESSION.sql_select_limit = 2147483647, @@SESSION.dolt_override_schema = NULL, "
    # What pymysql sets when it connects, needed for a session that is reset.
    "@@SESSION.character_set_client = 'utf8mb4', @@SESSION.character_set_connection = 'utf8mb4', "
    "@@SESSION.character_set_results = 'utf8mb4'"
)

_COM_RESET_CONNECTION = 0x1F


def open_session(address: ServerAddress, database: str, *, local_infile: bool) -> Session:
    """Open a session on a database, or on `database/revision`.

    A session on this machine is not encrypted, because that would multiply its cost, unless the user asks for it or the
    server requires it.

    Raises:
        pymysql.MySQLError: No answer within the address's `connect_timeout`, or the session is refused.
        OSError: The same.
        ServerError: The server's certificate is not trusted, or it is not a Dolt server.
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
    """Whether the server refused an unencrypted session, or the session refused to send a password unencrypted."""
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
    except pymysql.MySQLError as error:
        problem = _problem(address, error)
        if problem is None:
            raise
        raise problem from error
    forget_after_fork(session)
    return session


def _problem(address: ServerAddress, error: pymysql.MySQLError) -> ServerError | None:
    """Return the error for a session without encryption, or with a server that is not Dolt. None for other errors."""
    cause = _of_encryption(error)
    if cause is not None:
        return _not_encrypted(address, cause)
    if error.args[:1] == (ER.UNKNOWN_SYSTEM_VARIABLE,):
        return not_dolt(f"{address.host}:{address.port}", "a MySQL server")
    return None


def _of_encryption(error: BaseException) -> ssl.SSLError | None:
    """Return the ssl.SSLError that caused an error of pymysql, if there is one.

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
            "Name the file of the CA that signed it, `?ssl_ca=/path/ca.pem` in the URL; `?tls=skip-verify` encrypts "
            "without checking the certificate."
        )
        return ServerError(f"the certificate of {at} is not trusted: {error.verify_message}", hint=hint)
    hint = "If the server requires a client certificate, name its files by `?ssl_cert=` and `?ssl_key=` in the URL."
    return ServerError(f"no encrypted connection with {at}: {error.reason or error}", hint=hint)


def renew(session: Session, address: ServerAddress) -> None:
    """Reset a session to its initial state, without transactions, locks, temporary tables or variables.

    This costs a third of opening one. `COM_RESET_CONNECTION` makes a new session in the server, on the same database
    (go-mysql-server source, `Handler.ComResetConnection`), which looks up the default branch again.

    Args:
        session: A session on the database itself, not on a revision of it.
        address: The address of the server, which has `connect_timeout` to answer.

    Raises:
        pymysql.MySQLError: The session can no longer be used.
        OSError: The same.
    """
    with session.answering_within(address.connect_timeout):
        # pymysql has no public way to send it.
        session._execute_command(_COM_RESET_CONNECTION, b"")
        session._read_ok_packet()
        session.query(SETTINGS)


def leave_branch(session: Session, address: ServerAddress) -> None:
    """Detach a session from its branch, because Dolt cannot delete a branch that a session is on.

    Raises:
        pymysql.MySQLError: The session can no longer be used.
        OSError: The same.
    """
    with session.answering_within(address.connect_timeout):
        session.select_db(address.database)


def cut(session: Session) -> None:
    """Drop a session at once without notifying the server, which may be in the middle of an answer."""
    session._force_close()


def end(session: Session) -> None:
    """Close a session, which may be closed already."""
    with contextlib.suppress(pymysql.MySQLError, OSError):
        session.close()


def limit(session: Session, seconds: float | None) -> None:
    """Limit the seconds for each answer; None means no limit."""
    session._read_timeout = seconds


ENDED = Session(tls=Tls(OFF), defer_connect=True)
"""Stands in for the session of a closed connection: every use of it is an error."""
