"""Which sessions a thread holds: while it holds one, it should not wait for another.

Where a server has as many sessions as it takes, and each of them is held by a save that waits for one more, all wait
for all. So work that can start again gives up what it holds instead, and starts again.
"""

from __future__ import annotations

import threading
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.errors import ServerLostError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine.names.address import ServerAddress
    from dolt_integrations.engine.session.connection import Connection


class NoSessionError(ServerLostError):
    """The server has no second session for work that holds one already, and had better let go of it."""


class _Held(threading.local):
    def __init__(self) -> None:
        self.connections: weakref.WeakSet[Connection] = weakref.WeakSet()
        self.starts_again = False


_HELD = _Held()


def note(connection: Connection) -> None:
    """Note that this thread holds a session."""
    _HELD.connections.add(connection)


def is_enough(address: ServerAddress) -> bool:
    """Whether this thread holds a session with a server, in work that would rather start again than wait."""
    return _HELD.starts_again and any(
        each.is_open and (each.address.host, each.address.port) == (address.host, address.port)
        for each in _HELD.connections
    )


@contextmanager
def starting_again() -> Iterator[None]:
    """Let the block give up with a NoSessionError where it holds a session and would have to wait for another."""
    before, _HELD.starts_again = _HELD.starts_again, True
    try:
        yield
    finally:
        _HELD.starts_again = before
