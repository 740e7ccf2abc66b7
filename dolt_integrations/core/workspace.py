"""Private branches: where a save that needs more than one transaction is made, unseen, before it lands."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import socket
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.engine.procedures import branches, create_branch, delete_branch, table_hash
from dolt_integrations.errors import DoltError, LostRaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dolt_integrations.engine import Connection, Database

logger = logging.getLogger(__name__)

PREFIX = "dolt-integrations/work/"
KEPT = "dolt-integrations/kept/"
"""Branches of work that conflicted or failed an audit; theirs who look at them to delete."""

_IN_USE: set[str] = set()
"""The private branches that this process works on now."""

ABANDONED_AFTER = 24 * 3600
"""Seconds after which a private branch of another machine is taken for abandoned."""

_NAME = re.compile(re.escape(PREFIX) + r"(?P<host>[^/]+)/(?P<pid>\d+)/(?P<time>\d+)-[0-9a-f]+")


@contextmanager
def private_branch(database: Database, start: str) -> Iterator[Connection]:
    """Yield a session on a new branch made at a commit; delete the branch afterwards, whatever happened."""
    name = f"{PREFIX}{_host()}/{os.getpid()}/{int(time.time())}-{secrets.token_hex(4)}"
    with database.connect() as connection:
        _IN_USE.add(name)
        try:
            create_branch(connection, name, start)
            try:
                with database.connect(name, local_infile=True) as workspace:
                    yield workspace
            finally:
                _delete(connection, name)
        finally:
            _IN_USE.discard(name)


def keep_branch(database: Database, commit: str) -> str:
    """Give work that did not land a branch that stays, for somebody to look at. Returns its name."""
    name = f"{KEPT}{commit}"
    with contextlib.suppress(LostRaceError), database.connect() as connection:  # it is kept already
        create_branch(connection, name, commit)
    return name


def remove_abandoned(connection: Connection, names: Iterable[str]) -> None:
    """Delete those of the branches that are private ones of processes that died."""
    for name in names:
        if is_abandoned(name):
            logger.info("removing %s, which a dead process left in %s", name, connection.address)
            _delete(connection, name)


def branches_with(database: Database, table: str, most: int = 20) -> list[str]:
    """Return the branches on which a table is, of the first `most` of them."""
    with database.connect() as connection:
        names = [name for name in branches(connection) if not name.startswith(PREFIX)][:most]
    found = []
    for name in names:
        with database.connect(name) as connection:
            if table_hash(connection, table) is not None:
                found.append(name)
    return found


def is_abandoned(branch: str) -> bool:
    """Whether a branch is a private one whose process is dead: by its id on this machine, by its age elsewhere."""
    match = _NAME.fullmatch(branch)
    if match is None:
        return False
    if match["host"] == _host():
        ours = int(match["pid"]) == os.getpid()
        return branch not in _IN_USE if ours else not _is_alive(int(match["pid"]))
    return time.time() - int(match["time"]) > ABANDONED_AFTER


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname()) or "unknown"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _delete(connection: Connection, name: str) -> None:
    """Delete a branch; one that cannot be is found and removed by a later save."""
    try:
        delete_branch(connection, name)
    except DoltError as error:
        logger.warning("private branch %s stays for now: %s", name, error)
