"""Looking at another revision in a session that is there: a save that holds one never waits for a second."""

from __future__ import annotations

import contextlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.errors import DoltError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine.session.connection import Connection


@contextmanager
def visiting(connection: Connection, revision: str) -> Iterator[Connection]:
    """Run a block with the session at another branch, tag or commit, and bring it back. It keeps its locks.

    Args:
        connection: Outside of a transaction.
        revision: Where to.
    """
    before = connection.revision
    try:
        connection.switch(revision)
        yield connection
    except BaseException:
        with contextlib.suppress(DoltError):  # the block's own error says more
            _back(connection, before)
        raise
    _back(connection, before)


def _back(connection: Connection, revision: str | None) -> None:
    if revision is None:
        connection.leave_revision()
    else:
        connection.switch(revision)
