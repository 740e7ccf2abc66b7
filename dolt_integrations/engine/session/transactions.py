"""Transactions that are given up unless what they did is wanted."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dolt_integrations.engine.session.connection import Connection


@contextmanager
def trial(connection: Connection) -> Iterator[Callable[[], None]]:
    """Run a block in a transaction that is rolled back at its end, unless the block calls what it gets to keep it."""
    connection.execute("START TRANSACTION")
    try:
        yield lambda: _keep(connection)
    finally:
        connection.execute("ROLLBACK")


def _keep(connection: Connection) -> None:
    connection.execute("COMMIT")


_SAVE_POINT = "before_rows"


def save_point(connection: Connection) -> None:
    """Note in the session's transaction where `back_to_save_point` goes back to."""
    connection.execute(f"SAVEPOINT {_SAVE_POINT}")


def back_to_save_point(connection: Connection) -> None:
    """Undo what the session's transaction has done since `save_point`."""
    connection.execute(f"ROLLBACK TO SAVEPOINT {_SAVE_POINT}")


def give_up(connection: Connection) -> None:
    """Undo what the session's transaction has done, the transaction included."""
    connection.execute("ROLLBACK")
