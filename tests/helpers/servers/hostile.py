"""A MySQL server that means harm, or has gone mad, on a port of its own. It keeps whatever it gets out of a client."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import time
from typing import TYPE_CHECKING, BinaryIO

from tests.helpers.servers.listener import Listener

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OK = b"\x00\x00\x00\x02\x00\x00\x00"
END = b"\xfe\x00\x00\x02\x00"
SALT = b"12345678123456789012"
CAPABILITIES = 0x000AA28D
SSL = 0x800

Answer = bytes | list[bytes] | None


def rows(*values: bytes, columns: int = 1, kind: int = 253) -> list[bytes]:
    """Return the packets of a result with one row of these encoded values."""
    column = b"\x03def" + b"\0" * 3 + b"\x01a\x01a" + b"\x0c\x21\0" + struct.pack("<I", 99) + bytes([kind]) + b"\0" * 5
    return [bytes([columns]), *[column] * columns, END, *values, END]


class Hostile(Listener):
    """Greets, accepts every login, and answers a command with the packets of `answer`. None disconnects.

    Attributes:
        asked_for: A file to request instead of answering.
        method: The authentication plugin that its greeting names.
        plugin: An authentication plugin to switch to.
        challenge: What it sends in the middle of the authentication.
        passwords: What clients sent as passwords, in clear or scrambled.
        files: What clients sent of files.
    """

    def __init__(self, answer: Callable[[bytes], Answer] = lambda command: OK, **given: object) -> None:
        self.answer = answer
        self.asked_for: str | None = given.get("asked_for")  # type: ignore[assignment]
        self.method: bytes = given.get("method", b"mysql_native_password")  # type: ignore[assignment]
        self.plugin: bytes | None = given.get("plugin")  # type: ignore[assignment]
        self.challenge: bytes | None = given.get("challenge")  # type: ignore[assignment]
        self.greeting: bytes | None = given.get("greeting")  # type: ignore[assignment]
        self.version: bytes = given.get("version", b"8.0.33")  # type: ignore[assignment]
        self.tls: ssl.SSLContext | None = given.get("tls")  # type: ignore[assignment]
        self.pause: float = given.get("pause", 0)  # type: ignore[assignment]
        self.passwords: list[bytes] = []
        self.files: list[bytes] = []
        super().__init__()

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/shop?connect_timeout=5"

    @property
    def got(self) -> bytes:
        return b"".join([*self.passwords, *self.files])

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, TypeError), contextlib.ExitStack() as stack:
            self._talk(stack.enter_context(client), stack)

    def _talk(self, client: socket.socket, stack: contextlib.ExitStack) -> None:
        self._send(client, 0, self.greeting or self._greeting())
        # Do not read ahead: what follows the request for encryption belongs to `wrap_socket`.
        stream: BinaryIO = client.makefile("rb", buffering=-1 if self.tls is None else 0)  # type: ignore[assignment]
        number, login = _read(stream)
        if self.tls is not None and int.from_bytes(login[:4], "little") & SSL:
            client = stack.enter_context(self.tls.wrap_socket(client, server_side=True))
            stream = client.makefile("rb")
            number, login = _read(stream)
        self.passwords.append(login[32:])
        if self.plugin is not None:
            number = self._ask(client, stream, number, b"\xfe" + self.plugin + b"\0" + SALT + b"\0")
        if self.challenge is not None:
            number = self._ask(client, stream, number, b"\x01" + self.challenge)
        self._send(client, number + 1, OK)
        while True:
            number, command = _read(stream)
            if command[:1] == b"\x01":
                return
            self._command(client, stream, command)

    def _ask(self, client: socket.socket, stream: BinaryIO, number: int, content: bytes) -> int:
        self._send(client, number + 1, content)
        number, secret = _read(stream)
        self.passwords.append(secret)
        return number

    def _greeting(self) -> bytes:
        offered = CAPABILITIES | (SSL if self.tls else 0)
        hello = b"\x0a" + self.version + b"\0" + struct.pack("<I", 7) + SALT[:8] + b"\0"
        hello += struct.pack("<H", offered & 0xFFFF) + b"\xff\x02\x00" + struct.pack("<H", offered >> 16)
        return hello + b"\x15" + b"\0" * 10 + SALT[8:] + b"\0" + self.method + b"\0"

    def _command(self, client: socket.socket, stream: BinaryIO, command: bytes) -> None:
        number = 0
        if self.asked_for is not None and not command[1:].lower().startswith(b"set"):
            self._send(client, 1, b"\xfb" + self.asked_for.encode())
            number, part = _read(stream)
            while part:
                self.files.append(part)
                number, part = _read(stream)
        answer = self.answer(command)
        if answer is None:
            raise OSError("hung up")
        for packet in [answer] if isinstance(answer, bytes) else answer:
            number += 1
            self._send(client, number, packet)

    def _send(self, client: socket.socket, number: int, content: bytes) -> None:
        data = struct.pack("<I", len(content))[:3] + bytes([number % 256]) + content
        if not self.pause:
            client.sendall(data)
            return
        for at in range(len(data)):
            client.sendall(data[at : at + 1])
            time.sleep(self.pause)


def _read(stream: BinaryIO) -> tuple[int, bytes]:
    head = stream.read(4)
    if len(head) < 4:
        raise OSError("the client has gone")
    return head[3], stream.read(int.from_bytes(head[:3], "little"))


@contextlib.contextmanager
def hostile(*arguments: object, **given: object) -> Iterator[Hostile]:
    """Run a hostile server during a block."""
    server = Hostile(*arguments, **given)  # type: ignore[arg-type]
    try:
        yield server
    finally:
        server.close()
