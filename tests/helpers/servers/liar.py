"""A server between a client and Dolt that keeps to the protocol and lies: it changes the results of some statements."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

from tests.helpers.servers.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NEW_EOF = 1 << 24
MORE_RESULTS = 8
QUIT = 1
PYMYSQLS = {1, 2, 3, 0x0E, 0x1F}
"""The commands that pymysql sends; who sends others, as connectorx does, is not lied to."""

Columns = list[bytes]
Values = list[bytes | None]


class Liar(Listener):
    """A proxy in which `lie` changes the results of statements number `first` to `last`.

    Attributes:
        told: The number of results that it has changed.
        results: How many results it has passed on.
    """

    def __init__(self, port: int, lie: Callable[..., object], first: int, last: int) -> None:
        self.lie, self.first, self.last = lie, first, last
        self.told = self.results = 0
        self._behind = port
        super().__init__()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._behind)) as server:
            client.sendall(_packet(server))
            login = _packet(client)
            server.sendall(login)
            if struct.unpack("<I", login[4:8])[0] & NEW_EOF:  # a client other than pymysql, whose result is not read
                _join(client, server)
                return
            answer = _packet(server)
            client.sendall(answer)
            while answer[4] not in (0, 0xFF):
                server.sendall(_packet(client))
                answer = _packet(server)
                client.sendall(answer)
            while self._command(client, server):
                pass

    def _command(self, client: socket.socket, server: socket.socket) -> bool:
        command = _packet(client)
        server.sendall(command)
        if command[4] == QUIT:
            return False
        if command[4] not in PYMYSQLS:
            _join(client, server)
            return False
        more = True
        while more:
            packets, more = self._answer(client, server)
            client.sendall(b"".join(packets))
            # An incomplete answer is the last one; otherwise the client would wait for the rest.
            if packets[0][4] not in (0, 0xFF) and len(packets) < 3:
                return False
        return True

    def _answer(self, client: socket.socket, server: socket.socket) -> tuple[list[bytes], bool]:
        head = _packet(server)
        if head[4] == 0xFB:
            client.sendall(head)
            part = b"...."
            while len(part) > 4 or part == b"....":
                part = _packet(client)
                server.sendall(part)
            head = _packet(server)
        if head[4] in (0, 0xFF):
            return [head], head[4] == 0 and bool(_status(head[5:]) & MORE_RESULTS)
        return self._result(server, head)

    def _result(self, server: socket.socket, head: bytes) -> tuple[list[bytes], bool]:
        columns = [_packet(server)[4:] for _ in range(head[4])]
        end = _packet(server)
        rows: list[Values] = []
        while not _is_end(last := _packet(server)):
            rows.append(_values(last[4:], len(columns)))
        more = last[4] == 0xFE and bool(struct.unpack("<H", last[7:9])[0] & MORE_RESULTS)
        number, self.results = self.results, self.results + 1
        if self.first <= number <= self.last:
            self.told += 1
            changed = self.lie(columns, rows)
        else:
            changed = columns, rows
        if isinstance(changed, list):
            return _numbered(changed, head[3]), more
        columns, rows = changed  # type: ignore[misc]
        contents = [_length(len(columns)), *columns, end[4:], *(_row(row) for row in rows), last[4:]]
        return _numbered(contents, head[3]), more


def _is_end(packet: bytes) -> bool:
    return packet[4] == 0xFF or (packet[4] == 0xFE and len(packet) < 9 + 4)


def _numbered(contents: list[bytes], first: int) -> list[bytes]:
    return [struct.pack("<I", len(each))[:3] + bytes([(first + at) % 256]) + each for at, each in enumerate(contents)]


def _exactly(stream: socket.socket, size: int) -> bytes:
    parts = b""
    while len(parts) < size:
        part = stream.recv(size - len(parts))
        if not part:
            raise OSError("gone")
        parts += part
    return parts


def _packet(stream: socket.socket) -> bytes:
    head = _exactly(stream, 4)
    return head + _exactly(stream, int.from_bytes(head[:3], "little"))


def _status(content: bytes) -> int:
    for _ in range(2):
        _, content = _read_length(content)
    return int(struct.unpack("<H", content[:2])[0])


def _read_length(content: bytes) -> tuple[int | None, bytes]:
    size = {0xFB: 0, 0xFC: 2, 0xFD: 3, 0xFE: 8}.get(content[0])
    if size is None:
        return content[0], content[1:]
    return (int.from_bytes(content[1 : 1 + size], "little") if size else None), content[1 + size :]


def _values(content: bytes, columns: int) -> Values:
    values: Values = []
    for _ in range(columns):
        size, content = _read_length(content)
        values.append(None if size is None else content[:size])
        content = content[size or 0 :]
    return values


def _length(size: int) -> bytes:
    if size < 0xFB:
        return bytes([size])
    return b"\xfe" + struct.pack("<Q", size)


def _row(values: Values) -> bytes:
    return b"".join(b"\xfb" if value is None else _length(len(value)) + value for value in values)


def _join(client: socket.socket, server: socket.socket) -> None:
    threading.Thread(target=_pipe, args=(client, server), daemon=True).start()
    _pipe(server, client)


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(1 << 16):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def lying(port: int, lie: Callable[..., object], first: int, last: int) -> Iterator[Liar]:
    """Run a liar in front of the server of a port during a block."""
    liar = Liar(port, lie, first, last)
    try:
        yield liar
    finally:
        liar.close()
