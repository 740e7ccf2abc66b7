"""Notifying of rows on their way to a server, while a statement that loads them has not ended."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    Listener = Callable[[int, int], None]
    """Gets how many rows have been sent, and how many there are."""


class Readable(Protocol):
    """What a file of rows has to do to be sent."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, `size` at most; none at the end."""


_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Notify a function of the rows that the block sends."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def moved(rows: int, total: int) -> None:
    """Notify of the rows that have been sent so far, if a function is to be."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(rows, total)


class MovedFile:
    """A file of rows that is sent: notifies of each part, as many rows as its share of the bytes."""

    def __init__(self, file: BinaryIO, rows: int) -> None:
        """Take a file at its beginning, and the number of its rows."""
        self._file, self._rows, self._read = file, rows, 0
        self._size = file.seek(0, 2)
        file.seek(0)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; those before have been taken by the server, or wait in the socket."""
        data = self._file.read(size)
        if self._size:
            moved(self._rows * self._read // self._size, self._rows)
        self._read += len(data)
        return data
