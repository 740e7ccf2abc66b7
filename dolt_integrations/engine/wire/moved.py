"""Progress of rows that are being sent to a server, while the statement that loads them is running."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    Listener = Callable[[int, int], None]
    """Called with the number of rows sent so far, and the total."""


class Readable(Protocol):
    """A file of rows that can be sent."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size`, or b"" at the end."""


_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call a function with the progress of the rows that the block sends."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def moved(rows: int, total: int) -> None:
    """Report the rows sent so far to the function, if there is one."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(rows, total)


class MovedFile:
    """A file of rows that reports each part as it is sent, estimating rows by their share of the bytes."""

    def __init__(self, file: BinaryIO, rows: int) -> None:
        """Wrap a file, positioned at its beginning, with the number of its rows."""
        self._file, self._rows, self._read = file, rows, 0
        self._size = file.seek(0, 2)
        file.seek(0)

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes. The previous ones have reached the server or the socket's buffer."""
        data = self._file.read(size)
        if self._size:
            moved(self._rows * self._read // self._size, self._rows)
        self._read += len(data)
        return data
