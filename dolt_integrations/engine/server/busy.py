"""Commands of dolt that took their files for locked, although they were free: on a busy machine that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

_ATTEMPTS = 5

_TAKEN_FOR_LOCKED = "database is read only"


def unless_busy(
    run: Callable[[], subprocess.CompletedProcess[str]], undo: Callable[[], None] = lambda: None
) -> subprocess.CompletedProcess[str]:
    """Run a command of dolt, again if it took its database for locked by another process.

    Dolt waits 0.1 seconds for the lock of a database, and opens the database read-only then. The lock is taken in
    another thread, so this happens with a free lock, too, if that thread has to wait for a processor
    (`LockWithTimeout` in `fslock`, `lockFileTimeout` in Dolt's `nbs`, 1.83).

    Args:
        run: Runs the command.
        undo: Removes what it made before it is run again.
    """
    for _ in range(_ATTEMPTS - 1):
        done = run()
        if done.returncode == 0 or _TAKEN_FOR_LOCKED not in done.stderr + done.stdout:
            return done
        undo()
    return run()
