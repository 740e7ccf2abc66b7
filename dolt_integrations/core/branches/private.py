"""Private branches, on which saves that need more than one transaction are built before they land."""

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

from dolt_integrations.core.branches.phantoms import clear_noted
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Connection
from dolt_integrations.engine.session.locks import free_locks
from dolt_integrations.engine.versions.branches import (
    branches_below,
    create_branch,
    create_unshared_branch,
    delete_branch,
)
from dolt_integrations.errors import (
    AccessDeniedError,
    BranchNotFoundError,
    DoltError,
    LostRaceError,
    WriteQueryError,
)
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dolt_integrations.engine import Database

logger = logging.getLogger(__name__)

PREFIX = "dolt-integrations/work/"
KEPT = "dolt-integrations/kept/"
"""Branches that keep work that conflicted or failed an audit. Users delete them."""

_LOOKED: dict[str, float] = {}
"""When this process last searched each database for leftovers: `time.monotonic()` by the database's source."""

_LOCK = threading.Lock()

_NAME = re.compile(re.escape(PREFIX) + r"\d+-[0-9a-f]{16}")
_OLD_NAME = re.compile(re.escape(PREFIX) + r"[^/]+/\d+/(?P<time>\d+)-[0-9a-f]+")
"""Names of earlier versions: a host name and a process id, which are not unique among pods."""


@dataclass(frozen=True)
class Reserved:
    """The name of a private branch that may be created, and the session that holds its lock and will work on it."""

    session: Connection
    name: str


@contextmanager
def reserved(session: Connection, *locks: tuple[str, ...]) -> Iterator[Reserved]:
    """Hold locks, together with that of a private branch (see `private_branch`)."""
    name = _new_name()
    with session.locks(*locks, _life_of(name)):
        yield Reserved(session, name)


def _new_name() -> str:
    return f"{PREFIX}{int(time.time())}-{secrets.token_hex(8)}"


@contextmanager
def private_branch(database: Database, start: str, place: Reserved | None = None) -> Iterator[Connection]:
    """Yield a session on a new branch at a commit. The branch is deleted afterwards, even after an error.

    The session holds a lock of the branch on the server while it lives, so other processes know that the branch is in
    use. If the session is lost, so is the work, and a later save deletes the branch.

    Args:
        database: The database.
        start: The commit.
        place: The branch's name and a session for it. None opens one. The session is closed if the block raises.
    """
    name, owner = place.name if place is not None else _new_name(), os.getpid()
    made = False
    try:
        with _session_for(database, name, place) as workspace:
            create_unshared_branch(workspace, name, start, is_unique=True)
            made = True
            workspace.switch(name)
            clear_noted(workspace)
            yield workspace
            if workspace.revision == name:
                workspace.leave_revision()
            _delete(workspace, name)
    except BaseException as error:
        refused = not made and isinstance(
            error, (AccessDeniedError, WriteQueryError)
        )  # then there is no branch to delete
        if os.getpid() == owner and not refused:  # a forked child that leaves the block must not delete it
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
        place.session.close()  # Dolt does not delete a branch that a session is on
        raise


def _life_of(name: str) -> tuple[str, str]:
    """Return the key of a private branch's lock, without the database: its name can be written in any case."""
    return "work", name


def keep_branch(database: Database, commit: str) -> str:
    """Keep work that did not land on a permanent branch, for the user to inspect. Returns its name."""
    name = f"{KEPT}{commit}"
    with contextlib.suppress(LostRaceError), database.connect() as connection:  # the branch already exists
        create_branch(connection, name, commit)
    return name


def remove_abandoned(database: Database) -> None:
    """Delete private branches whose session has ended, at most once a minute. Errors are logged, not raised."""
    if not _is_due(database.address.source):
        return
    try:
        with database.in_haste().connect() as connection:
            for name in abandoned(connection, branches_below(connection, PREFIX, limits().leftover_branches)):
                logger.info("deleting branch %s, whose session has ended, from %s", name, connection.address)
                _delete(connection, name)
    except DoltError as error:
        logger.info("cannot look for abandoned private branches; a later save will try again: %s", error)


def _is_due(source: str) -> bool:
    """Whether it is time to search a database for leftovers again."""
    now, pause = time.monotonic(), limits().leftover_seconds
    with _LOCK:
        if now - _LOOKED.get(source, -pause) < pause:
            return False
        _LOOKED[source] = now
        return True


def abandoned(connection: Connection, names: Iterable[str]) -> list[str]:
    """Return the private branches, among those named, whose session has ended.

    A live session holds its branch's lock. Earlier versions held none; their branches count as abandoned after a day.
    """
    ours = [name for name in names if _NAME.fullmatch(name)]
    free = free_locks(connection, [_life_of(name) for name in ours])
    old = [name for name in names if (match := _OLD_NAME.fullmatch(name)) and _is_old(int(match["time"]))]
    return [name for name, is_free in zip(ours, free, strict=True) if is_free] + old


def _is_old(since: int) -> bool:
    return time.time() - since > limits().abandoned_seconds


def _delete_anew(database: Database, name: str) -> None:
    """Delete a branch in a new session, because the one that worked on it may be in the middle of a result."""
    try:
        with database.connect() as connection:
            _delete(connection, name)
    except DoltError as error:
        logger.info("cannot delete private branch %s; a later save will try again: %s", name, error)


def _delete(connection: Connection, name: str) -> None:
    """Delete a branch. If that fails, a later save finds and deletes it.

    After a session is rolled back following DOLT_VERIFY_CONSTRAINTS, the server's next commit or branch deletion fails
    once with "dangling references" (Dolt 1.83), hence the retries.
    """
    try:
        retried(lambda: delete_branch(connection, name), LostRaceError, attempts=3)
    except BranchNotFoundError:
        return
    except DoltError as error:
        logger.warning("cannot delete private branch %s; a later save will try again: %s", name, error)
