"""A pymysql connection that does not trust the server with files, passwords, encryption or packets."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import pymysql
import pymysql.connections
from pymysql.constants import CLIENT, CR, SERVER_STATUS

from dolt_integrations.engine.wire.authentication import ClearPassword, Refused, refuse
from dolt_integrations.engine.wire.handlers import raised_by_handler
from dolt_integrations.errors import DoltError, ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine.names.tls import Tls
    from dolt_integrations.engine.wire.moved import Readable

# The published types do not cover the internals.
_Connection: Any = pymysql.connections.Connection
_MySQLResult: Any = pymysql.connections.MySQLResult

CHUNK = 1 << 16
"""Bytes of a file that are sent in one packet."""


class Session(_Connection):  # type: ignore[misc]
    """A session with a server that may be hostile.

    It sends no file except the one given to `sending`, no readable password unless the connection is encrypted, and
    nothing at all before encryption that the user asked for. A violation of the protocol is raised as pymysql's
    CR_MALFORMED_PACKET and ends the session.

    pymysql offers no public way to do most of this. The internals that are used have been the same since 1.1.
    """

    _outgoing: tuple[str, Readable] | None = None
    _deadline: float | None = None
    _read_timeout: float | None = None
    _write_timeout: float | None = None

    is_plain = True
    """Whether only statements were run that leave nothing in it (see `reuse`)."""

    sees_triggers: bool | None = None
    """Whether there are triggers on the branch where it is; None if not known."""

    uses = 0
    """How often it was used again since it was opened or reset."""

    home: tuple[str, str] | None = None
    """The default branch as it was configured when the session began, and the session's own one; None if not known."""

    def __init__(self, *, tls: Tls, **arguments: Any) -> None:
        """Connect, within the `connect_timeout`.

        Raises:
            pymysql.MySQLError: The server does not answer, refuses, or breaks the protocol.
            ServerError: The files of `tls` cannot be used, or the server is no Dolt.
        """
        self._tls = tls
        plugins = {"mysql_clear_password": ClearPassword, "dialog": Refused, "mysql_old_password": Refused}
        encryption = {"ssl": tls.context()} if tls.is_tried else {"ssl_disabled": True}
        super().__init__(**arguments, **encryption, auth_plugin_map=plugins)

    def connect(self, sock: Any = None) -> None:
        """Connect. See `__init__`."""
        with self.answering_within(self.connect_timeout):
            self._guarded(super().connect, sock)

    @contextmanager
    def answering_within(self, seconds: float) -> Iterator[None]:
        """Limit the time for each of the server's answers in the block. Outside it there is no limit."""
        self._deadline = time.monotonic() + seconds
        # The one for writing holds for the handshake of TLS as well, which follows a packet that is written.
        self._read_timeout = self._write_timeout = seconds
        try:
            yield
        finally:
            self._deadline = self._read_timeout = self._write_timeout = None

    @contextmanager
    def sending(self, name: str, file: Readable) -> Iterator[None]:
        """Let the block's statement load an open file once, under a name that reveals nothing about this machine."""
        self._outgoing = (name, file)
        try:
            yield
        finally:
            self._outgoing = None

    @property
    def is_encrypted(self) -> bool:
        """Whether the session is encrypted."""
        return hasattr(self._sock, "cipher")

    @property
    def is_in_transaction(self) -> bool:
        """Whether a transaction is open, as of the last answer."""
        return bool(self.server_status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    @property
    def warnings(self) -> int | None:
        """How many warnings the last statement gave, in 16 bits; None where the server did not say."""
        return self._result.warning_count if self._result is not None else None

    def _guarded(self, call: Any, *arguments: Any) -> Any:
        try:
            return call(*arguments)
        except (pymysql.MySQLError, OSError, DoltError, UnicodeDecodeError):
            raise
        except Exception as error:  # pymysql's parser may raise anything on malformed packets
            if raised_by_handler(error):
                raise
            self._break_off(f"{type(error).__name__}: {error}", error)

    def _break_off(self, what: str, cause: BaseException | None = None) -> NoReturn:
        self._force_close()
        raise pymysql.OperationalError(
            CR.CR_MALFORMED_PACKET, f"the server breaks the MySQL protocol: {what}"
        ) from cause

    def _get_server_information(self) -> None:
        try:
            super()._get_server_information()
            int(self.server_version.split(".")[0])
        except UnicodeDecodeError as error:
            self._break_off(str(error), error)
        if "mariadb" in self.server_version.lower():
            raise not_dolt(f"{self.host}:{self.port}", self.server_version)
        if self.ssl and not self.server_capabilities & CLIENT.SSL:
            self._go_without_encryption()

    def _go_without_encryption(self) -> None:
        if self._tls.is_required:
            what = "encryption is required, but the server does not offer it"
            raise pymysql.OperationalError(CR.CR_SSL_CONNECTION_ERROR, what)
        self.ssl = self._ssl_required = False
        self.client_flag &= ~CLIENT.SSL

    @property
    def server_public_key(self) -> None:
        """Refuse to ask an unencrypted server for the key that encrypts the password: it could be an attacker's."""
        refuse("the server asks for the plain password on a connection that is not encrypted")

    @server_public_key.setter
    def server_public_key(self, key: object) -> None:
        """Keep no key, also none that the server sends unasked."""

    def _force_close(self) -> None:
        """Drop the session and the rest of its answer, for which a cursor would ask when it is collected."""
        result = getattr(self, "_result", None)  # a session that could not be made has none
        if result is not None:
            result.unbuffered_active = result.has_next = False
        super()._force_close()

    def _read_query_result(self, unbuffered: bool = False) -> Any:
        self._result = None
        result = _Result(self)
        try:
            self._guarded(result.init_unbuffered_query if unbuffered else result.read)
        except BaseException:
            result.unbuffered_active = False  # or pymysql would fetch the rest when it is collected
            raise
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        return result.affected_rows

    def _read_bytes(self, num_bytes: int) -> bytes:
        if self._deadline is None:
            return super()._read_bytes(num_bytes)  # type: ignore[no-any-return]
        parts = []
        while num_bytes > 0:
            self._current_timeout = max(0.001, self._deadline - time.monotonic())
            self._sock.settimeout(self._current_timeout)
            part = self._read_part(num_bytes)
            parts.append(part)
            num_bytes -= len(part)
        return b"".join(parts)

    def _read_part(self, most: int) -> bytes:
        try:
            # One read of the socket at most, as much as there is.
            part: bytes = self._rfile.read(min(most, len(self._rfile.peek())))
        except OSError as error:
            self._force_close()
            raise pymysql.OperationalError(CR.CR_SERVER_LOST, f"lost connection: {error}") from error
        if not part:
            self._force_close()
            raise pymysql.OperationalError(CR.CR_SERVER_LOST, "lost connection: the server closed it")
        return part


class _Result(_MySQLResult):  # type: ignore[misc]
    """The answer to one statement."""

    def _read_load_local_packet(self, first_packet: Any) -> None:
        session, wanted = self.connection, first_packet.get_all_data()[1:].decode(errors="replace")
        outgoing, session._outgoing = session._outgoing, None
        if outgoing is None or wanted != outgoing[0]:
            session._force_close()
            what = f"the server asks for the local file {wanted[:200]!r}, which is not the file to load"
            raise pymysql.OperationalError(CR.CR_LOAD_DATA_LOCAL_INFILE_REJECTED, what)
        _send_local_file(outgoing[1], session)
        answer = session._read_packet()
        if not answer.is_ok_packet():
            session._break_off("it does not say whether it loaded a file")
        self._read_ok_packet(answer)

    def _read_rowdata_packet_unbuffered(self) -> Any:
        session = self.connection
        try:
            return super()._read_rowdata_packet_unbuffered()
        except (pymysql.MySQLError, OSError, UnicodeDecodeError):
            raise
        except Exception as error:  # as in `Session._guarded`
            if raised_by_handler(error):
                raise
            session._break_off(f"{type(error).__name__}: {error}", error)

    def _read_row_from_packet(self, packet: Any) -> Any:
        row = super()._read_row_from_packet(packet)
        if len(row) != len(self.converters):
            raise ValueError(f"a row has {len(row)} values for {len(self.converters)} columns")
        return row


def _send_local_file(file: Readable, session: Any) -> None:
    """Send a file. Any interruption, Ctrl-C included, ends the session, so that the server never loads a part of it.

    pymysql's function of that name would then tell the server that the file is complete, and wait for an answer in
    mid-packet.
    """
    try:
        while chunk := file.read(CHUNK):
            session.write_packet(chunk)
    except BaseException:
        session._force_close()
        raise
    session.write_packet(b"")


def not_dolt(server: str, what: str) -> ServerError:
    """Return the error for a server that is not Dolt."""
    hint = "Use the URL of a `dolt sql-server`: tables are kept in its branches and commits."
    return ServerError(f"the server at {server} is not a Dolt server but {what[:100]}", hint=hint)
