"""The lock of a database, which Dolt takes for held on a busy machine although it is free."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

_TAKEN_FOR_LOCKED = "database is read only"


def unless_taken_for_locked(
    directory: Path, run: Callable[[], subprocess.CompletedProcess[str]]
) -> subprocess.CompletedProcess[str]:
    """Run a dolt command, again if it says that the database is locked although it was free before, or new.

    Of a lock that was held before, which a server has not released in time, the caller hears.
    See `dolt_integrations.engine.server.busy`.
    """
    made = directory / ".dolt"
    while True:
        is_new = not made.exists()
        free = is_new or is_free(directory)
        done = run()
        if not free or done.returncode == 0 or _TAKEN_FOR_LOCKED not in done.stderr + done.stdout:
            return done
        if is_new:
            shutil.rmtree(made)


def is_free(directory: Path) -> bool:
    """Whether the directory has a database, and no process holds its lock."""
    try:
        lock = os.open(directory / ".dolt" / "noms" / "LOCK", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
