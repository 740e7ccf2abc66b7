"""Named locks that all sessions of a server share, and that are released with their session."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import anything
from dolt_integrations.errors import DatabaseLockedError, DoltError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dolt_integrations.engine.session.connection import Connection

LOCK_TIMEOUT = 600
"""Seconds that a writer waits for another writer of the same table."""


def lock_name(names: Iterable[str]) -> str:
    """Return the server's name for a lock. MySQL allows 64 characters."""
    return "dolt_integrations:" + hashlib.sha256("\0".join(names).encode()).hexdigest()[:40]


@contextmanager
def held(connection: Connection, locks: Sequence[Sequence[str]], timeout: float) -> Iterator[None]:
    """Hold several locks, taken one after the other in the given order.

    Raises:
        DatabaseLockedError: Another session held one for all of `timeout` seconds.
    """
    named = [lock_name(names) for names in locks]
    row = connection.row(
        f"SELECT {', '.join(['GET_LOCK(%s, %s)'] * len(named))}",
        [a for name in named for a in (name, timeout)],
        (anything,) * len(named),
    )
    try:
        for names, got in zip(locks, row or (None,) * len(named), strict=True):
            if got != 1:
                what = f"another writer kept {' '.join(names)} locked for {timeout:g} s (database {connection.address})"
                raise DatabaseLockedError(what)
        yield
    finally:
        _release(connection, named)


@contextmanager
def tried(connection: Connection, names: Sequence[str], timeout: float) -> Iterator[bool]:
    """Try to hold a lock, waiting at most the given seconds. Yields whether it is held."""
    name = lock_name(names)
    row = connection.row("SELECT GET_LOCK(%s, %s)", [name, timeout], (anything,))
    is_held = row is not None and row[0] == 1
    try:
        yield is_held
    finally:
        if is_held:
            _release(connection, [name])


def _release(connection: Connection, named: list[str]) -> None:
    try:
        # A statement without a result set costs half as much as a SELECT.
        connection.execute("SET " + ", ".join(f"@released_{at} = RELEASE_LOCK(%s)" for at in range(len(named))), named)
    except DoltError:
        connection.close()


def free_locks(connection: Connection, locks: Sequence[Sequence[str]]) -> list[bool]:
    """Return the locks that no session holds now."""
    if not locks:
        return []
    row = connection.row(
        f"SELECT {', '.join(['IS_FREE_LOCK(%s)'] * len(locks))}",
        [lock_name(names) for names in locks],
        (anything,) * len(locks),
    )
    return [free == 1 for free in row or (None,) * len(locks)]
