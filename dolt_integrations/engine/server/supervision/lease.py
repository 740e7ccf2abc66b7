"""Leases on the private server of a directory: who still uses it, across one user's processes on one machine."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from dolt_integrations.engine.server.supervision.runtime import user_folder
from dolt_integrations.engine.server.supervision.supervisor import SERVED, SUPERVISED, is_at, remove_unused
from dolt_integrations.errors import DatabaseLockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PAUSE = 0.005


def runtime_folder(directory: Path) -> Path:
    """Return the folder for the private server of a database directory. It lies outside that directory.

    Its parent is the current user's own folder, see `runtime.user_folder`.

    Raises:
        StorageError: The user's folder cannot be made.
    """
    return user_folder() / hashlib.sha256(os.fsencode(directory)).hexdigest()[:16]


def _make(folder: Path) -> None:
    """Make a folder that may exist already, or that another process may be removing right now."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)


class Lease:
    """A shared lock on a runtime folder. While one is held, the supervisor keeps the server of the folder running."""

    _held: ClassVar[weakref.WeakSet[Lease]] = weakref.WeakSet()

    def __init__(self, folder: Path, deadline: float) -> None:
        """Take the lease, waiting while a server is being stopped.

        Args:
            folder: What `runtime_folder` returned.
            deadline: On `time.monotonic()`'s clock.

        Raises:
            DatabaseLockedError: The lease did not become available before the deadline.
        """
        self.folder = folder
        self._supervisor: int | None = None
        self._file: int | None = wait_until(
            lambda: _try_lease(folder), deadline, "its private server is stopping", folder
        )
        Lease._held.add(self)

    def release(self) -> None:
        """Give the lease back. The server stops if it was the last one.

        The lock is released and not only closed, because a program that is being started may have a copy of the file.
        """
        if self._file is not None:
            with contextlib.suppress(FileNotFoundError):
                self._supervisor = os.open(self.folder / SUPERVISED, os.O_RDWR)
            if not self._is_served():
                remove_unused(str(self.folder), self._file)
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self.drop()

    def sweep(self) -> None:
        """After `release`, remove the folder if it is unused: a supervisor that exited early may have left it."""
        if self._supervisor is not None:
            os.close(self._supervisor)
            self._supervisor = None
        lease = _try_lock(self.folder / "lease", fcntl.LOCK_EX)
        if lease is not None:
            if not self._is_served():
                remove_unused(str(self.folder), lease)
            os.close(lease)

    def drop(self) -> None:
        """Close this process's copy of the file without touching the lock itself."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _is_served(self) -> bool:
        """Whether a supervisor or a server is running in the folder."""
        served = _try_lock(self.folder / SERVED, fcntl.LOCK_EX)
        if served is not None:
            os.close(served)
        return served is None

    def is_supervised(self) -> bool:
        """Whether, after `release`, the supervisor that was there then is still alive. It outlives its server."""
        if self._supervisor is None or not _may_lock(self._supervisor, fcntl.LOCK_EX):
            return self._supervisor is not None
        fcntl.flock(self._supervisor, fcntl.LOCK_UN)
        return False

    def is_held_by_others(self) -> bool:
        """Whether, after `release`, others hold leases. A supervisor that waits for the last one holds none."""
        try:
            file = os.open(self.folder / "lease", os.O_RDWR)
        except FileNotFoundError:
            return False
        held = not _may_lock(file, fcntl.LOCK_EX) and _may_lock(file, fcntl.LOCK_SH)
        os.close(file)
        return held

    @contextmanager
    def starting(self, deadline: float) -> Iterator[None]:
        """Hold the right to start the server, which one process has at a time."""
        what = "another process is starting its private server"
        lock = wait_until(lambda: _try_lock(self.folder / "start", fcntl.LOCK_EX), deadline, what, self.folder)
        try:
            yield
        finally:
            os.close(lock)


def wait_until(attempt: Callable[[], int | None], deadline: float, what: str, folder: Path) -> int:
    """Repeat the attempt until it returns something.

    Raises:
        DatabaseLockedError: The deadline passed.
    """
    while True:
        found = attempt()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise DatabaseLockedError(
                f"waited too long for a database's directory: {what} ({folder})", hint="Try again."
            )
        time.sleep(_PAUSE)


def _try_lease(folder: Path) -> int | None:
    _make(folder)
    lock = _try_lock(folder / "lease", fcntl.LOCK_SH)
    if lock is None or is_at(lock, str(folder / "lease")):
        return lock
    os.close(lock)
    return None


def _try_lock(path: Path, kind: int) -> int | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return None
    if _may_lock(file, kind):
        return file
    os.close(file)
    return None


def _may_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _forget_after_fork() -> None:
    """Close a forked child's copies: a lease belongs to the parent, and the child must not prolong it."""
    for lease in list(Lease._held):
        lease.drop()


os.register_at_fork(after_in_child=_forget_after_fork)
