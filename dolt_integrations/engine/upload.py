"""A pymysql session that sends a server the rows of the statement that it runs, and no other file of the machine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import pymysql
from pymysql.connections import MySQLResult
from pymysql.constants import CR
from pymysql.protocol import LoadLocalPacketWrapper

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 1 << 16
"""Bytes of a file that are sent at a time."""


class Session(pymysql.Connection):
    """What pymysql calls a connection. Ours is `Connection`, which uses one.

    pymysql opens whichever file the server asks for, and where sending it fails, or Ctrl-C stops it, it tells the
    server that this was all and waits for an answer in the middle of a packet. This one has the rows open already,
    sends nothing else, and ends when it is interrupted, so that the server takes no part for the whole.
    """

    _outgoing: tuple[str, BinaryIO] | None = None

    @contextmanager
    def sending(self, name: str, file: BinaryIO) -> Iterator[None]:
        """Let the statements of a block load a file that is open, by a name that says nothing about this machine."""
        self._outgoing = (name, file)
        try:
            yield
        finally:
            self._outgoing = None

    def send_file(self, name: str) -> None:
        """Send what the server asks for, if it is the file of the statement.

        Raises:
            pymysql.MySQLError: It is another one.
        """
        try:
            if self._outgoing is None or name != self._outgoing[0]:
                what = f"the server asks for the local file {name!r}, which is not what it is to load"
                raise pymysql.err.OperationalError(CR.CR_MALFORMED_PACKET, what)
            while chunk := self._outgoing[1].read(_CHUNK):
                self.write_packet(chunk)
        except BaseException:
            self._force_close()  # type: ignore[attr-defined]
            raise
        self.write_packet(b"")

    def _read_query_result(self, unbuffered: bool = False) -> Any:
        """Do what pymysql's does, with another class for the result: it has no public way to say which."""
        self._result = None
        result = _Result(self)
        if unbuffered:
            result.init_unbuffered_query()
        else:
            result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        return result.affected_rows


class _Result(MySQLResult):
    def _read_load_local_packet(self, first_packet: Any) -> None:
        session: Any = self.connection
        name = LoadLocalPacketWrapper(first_packet).filename
        session.send_file(name.decode(errors="replace") if isinstance(name, bytes) else str(name))
        self._read_ok_packet(session._read_packet())  # type: ignore[attr-defined]
