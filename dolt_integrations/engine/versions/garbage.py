"""Deleting data that no branch and no tag leads to (Dolt manual, "Garbage collection")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.session.pool import POOL

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def collect_garbage(connection: Connection, *, full: bool = False) -> None:
    """Delete data that no branch, tag or working set leads to. The session cannot be used afterwards.

    The server ends all sessions that are open at the time (Dolt 1.83). Those in our pool are discarded here; a save of
    another process starts again.

    Args:
        connection: A session on the database.
        full: Whether to examine also what earlier collections have kept.
    """
    connection.execute("CALL DOLT_GC('--full')" if full else "CALL DOLT_GC()")
    POOL.empty(connection.address)
    connection.close()
