"""Forked children: raises an error immediately for what a child of a process that has saved or loaded cannot do.

`fork` copies memory but not threads. In a child, polars and connectorx wait for theirs for ever, so rows can be neither
saved nor loaded there. Sessions inherited from the parent are cut off, because the child's statements would reach the
server in the middle of the parent's. Sessions that the child opens itself work as usual.
"""

from __future__ import annotations

import contextlib
import os
import re
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.errors import ForkedProcessError

if TYPE_CHECKING:
    from dolt_integrations.engine.wire.session import Session

_sessions: weakref.WeakSet[Session] = weakref.WeakSet()
_is_used = False
_has_threads = False
_is_forked = False


def check_process() -> None:
    """Record that this process works with rows from now on, so that its forked children cannot.

    Raises:
        ForkedProcessError: This process was forked from one that did.
    """
    global _is_used
    if _is_forked:
        raise forked_error()
    _is_used = True


def forked_error() -> ForkedProcessError:
    """Return the error to raise in such a child."""
    what = "is a forked child of one that has saved or loaded (or used polars), and lacks its threads"
    hint = (
        'Start it with multiprocessing.get_context("spawn"), multiprocessing_context="spawn" of a DataLoader, or as '
        "a subprocess; or fork before the first save or load."
    )
    return ForkedProcessError(f"process {os.getpid()} {what}", hint=hint)


def forget_after_fork(session: Session) -> None:
    """Cut off forked children from a session: their statements would reach the server in the middle of the parent's."""
    _sessions.add(session)


def own_sockets() -> set[int]:
    """Return the file descriptors of the sessions that this process has open."""
    found = set()
    for session in list(_sessions):
        with contextlib.suppress(OSError, AttributeError):
            found.add(session._sock.fileno())
    return found


def _look_for_threads() -> None:
    global _has_threads
    _has_threads = _is_used or any(re.match(r"polars-\d", name) for name in _threads())


def _threads() -> list[str]:
    """Return the names of this process's threads, on systems with `/proc`."""
    names = []
    with contextlib.suppress(OSError):
        for thread in Path("/proc/self/task").iterdir():
            with contextlib.suppress(OSError):
                names.append((thread / "comm").read_text())
    return names


def _become_child() -> None:
    global _is_forked
    _is_forked = _is_forked or _has_threads
    nowhere = os.open(os.devnull, os.O_RDWR)
    for file in own_sockets():
        # Not closed: the lock of a reader that a thread of the parent was in would be waited for in vain.
        with contextlib.suppress(OSError):
            os.dup2(nowhere, file, inheritable=False)
    os.close(nowhere)


os.register_at_fork(before=_look_for_threads, after_in_child=_become_child)
