"""Collecting what no branch and no tag leads to (Dolt manual, "Garbage collection")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.session.pool import POOL

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def collect_garbage(connection: Connection, *, full: bool = False) -> None:
    """Free what no branch, tag or working set leads to. Afterwards the session can be used no more.

    The server ends all sessions that were open meanwhile (Dolt 1.83): those of our pool are given up here; a save of
    another process starts again.

    Args:
        connection: A session on the database.
        full: Look through what earlier collections have kept as well.
    """
    connection.execute("CALL DOLT_GC('--full')" if full else "CALL DOLT_GC()")
    POOL.empty(connection.address)
    connection.close()
