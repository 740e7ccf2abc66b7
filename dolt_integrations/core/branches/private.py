"""Private branches: where a save that needs more than one transaction is made, unseen, before it lands."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Connection
from dolt_integrations.engine.session.locks import free_locks
from dolt_integrations.engine.versions.branches import (
    branches_below,
    create_branch,
    create_unshared_branch,
    delete_branch,
)
from dolt_integrations.errors import AccessDeniedError, BranchNotFoundError, DoltError, LostRaceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dolt_integrations.engine import Database

logger = logging.getLogger(__name__)

PREFIX = "dolt-integrations/work/"
KEPT = "dolt-integrations/kept/"
"""Branches of work that conflicted or failed an audit; theirs who look at them to delete."""

MOST = 50
"""Private branches that one save looks at, so that it does not take long after many were left."""

EVERY = 60.0
"""Seconds after which a process that saves looks for leftovers in a database again."""

_LOOKED: dict[str, float] = {}
"""When this process last looked for leftovers, by where the database is."""

_LOCK = threading.Lock()

ABANDONED_AFTER = 24 * 3600
"""Seconds after which a private branch whose name says nothing of its session is taken for abandoned."""

_NAME = re.compile(re.escape(PREFIX) + r"\d+-[0-9a-f]{16}")
_OLD_NAME = re.compile(re.escape(PREFIX) + r"[^/]+/\d+/(?P<time>\d+)-[0-9a-f]+")
"""Of versions before this one: a host name and a process id, which pods in namespaces of their own have in common."""


@dataclass(frozen=True)
class Reserved:
    """The name of a private branch that may be made, and the session that holds its lock and is to work on it."""

    session: Connection
    name: str


@contextmanager
def reserved(session: Connection, *locks: tuple[str, ...]) -> Iterator[Reserved]:
    """Hold locks, and that of a private branch with them; see `private_branch`."""
    name = _new_name()
    with session.locks(*locks, _life_of(name)):
        yield Reserved(session, name)


def _new_name() -> str:
    return f"{PREFIX}{int(time.time())}-{secrets.token_hex(8)}"


@contextmanager
def private_branch(database: Database, start: str, place: Reserved | None = None) -> Iterator[Connection]:
    """Yield a session on a new branch made at a commit; delete the branch afterwards, whatever happened.

    The session holds the server's lock of the branch as long as it lives, which tells others that the branch is in use.
    If it is lost, so is the work, and the branch is theirs who find it.

    Args:
        database: Where.
        start: The commit.
        place: A session for the branch, with its name; None opens one. It is ended if the block raises.
    """
    name, owner = place.name if place is not None else _new_name(), os.getpid()
    made = False
    try:
        with _session_for(database, name, place) as workspace:
            create_unshared_branch(workspace, name, start)
            made = True
            workspace.switch(name)
            yield workspace
            if workspace.revision == name:
                workspace.leave_revision()
            _delete(workspace, name)
    except BaseException as error:
        refused = not made and isinstance(error, AccessDeniedError)  # then there is none
        if os.getpid() == owner and not refused:  # and no forked child that leaves the block
            _delete_anew(database if isinstance(error, Exception) else database.in_haste(), name)
        raise


@contextmanager
def _session_for(database: Database, name: str, place: Reserved | None) -> Iterator[Connection]:
    if place is None:
        with database.connect(local_infile=True) as workspace, workspace.lock(*_life_of(name)):
            yield workspace
        return
    try:
        yield place.session
    except BaseException:
        place.session.close()  # Dolt deletes no branch that a session is on
        raise


def _life_of(name: str) -> tuple[str, str]:
    """Return the names of the lock of a private branch. The branch's is unique; databases are named in any case."""
    return "work", name


def keep_branch(database: Database, commit: str) -> str:
    """Give work that did not land a branch that stays, for somebody to look at. Returns its name."""
    name = f"{KEPT}{commit}"
    with contextlib.suppress(LostRaceError), database.connect() as connection:  # it is kept already
        create_branch(connection, name, commit)
    return name


def remove_abandoned(database: Database) -> None:
    """Delete private branches of sessions that ended, if this process has not looked for a while. Never fails."""
    if not _is_due(database.address.source):
        return
    try:
        with database.in_haste().connect() as connection:
            for name in abandoned(connection, branches_below(connection, PREFIX, MOST)):
                logger.info("removing %s, whose session has ended, from %s", name, connection.address)
                _delete(connection, name)
    except DoltError as error:
        logger.info("private branches stay for now: %s", error)


def _is_due(source: str) -> bool:
    """Whether it is time to look for leftovers in a database again."""
    now = time.monotonic()
    with _LOCK:
        if now - _LOOKED.get(source, -EVERY) < EVERY:
            return False
        _LOOKED[source] = now
        return True


def abandoned(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return those of the branches that are private ones whose session has ended.

    A session that lives holds the lock of its branch. Those of earlier versions, which held none, have a day.
    """
    ours = [name for name in names if _NAME.fullmatch(name)]
    free = free_locks(connection, [_life_of(name) for name in ours])
    old = [name for name in names if (match := _OLD_NAME.fullmatch(name)) and _is_old(int(match["time"]))]
    return [name for name, is_free in zip(ours, free, strict=True) if is_free] + old


def _is_old(since: int) -> bool:
    return time.time() - since > ABANDONED_AFTER


def _delete_anew(database: Database, name: str) -> None:
    """Delete a branch in another session than the one that worked on it, which may be in the middle of an answer."""
    try:
        with database.connect() as connection:
            _delete(connection, name)
    except DoltError as error:
        logger.info("private branch %s stays for now: %s", name, error)


def _delete(connection: Connection, name: str) -> None:
    """Delete a branch; one that cannot be is found and removed by a later save.

    Where a session was rolled back after DOLT_VERIFY_CONSTRAINTS, the next commit of the server fails once with
    "dangling references" (Dolt 1.83), and so does deleting a branch.
    """
    try:
        retried(lambda: delete_branch(connection, name), LostRaceError, attempts=3)
    except BranchNotFoundError:
        return
    except DoltError as error:
        logger.warning("private branch %s stays for now: %s", name, error)
