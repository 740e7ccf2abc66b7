"""The commits that this process has read, which determine what a later write builds on."""

from __future__ import annotations

import contextlib
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTED: dict[int | None, dict[str, None]] = {}
"""The commits that were read, by the `id` of the scope. Those of None count for every scope."""

_SCOPES: list[Callable[[], Any]] = []

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


def register_read_scope(find: Callable[[], Any]) -> None:
    """Let an adapter attribute reads to tasks, for processes that run several tasks.

    Args:
        find: Returns an object that lives as long as the current task, or None.

    Example:
        >>> import threading
        >>> register_read_scope(threading.current_thread)  # each thread of this process runs a task of its own
    """
    _SCOPES.append(find)


def note_read(commit: str) -> None:
    """Record that the current task has read a version of a database."""
    if not _QUIET.get():
        _noted(_scope()).setdefault(commit)


def commits_read() -> tuple[str, ...]:
    """Return the commits that the current task has read, in any thread."""
    return tuple({**_noted(None), **_noted(_scope())})


@contextlib.contextmanager
def unrecorded_reads() -> Iterator[None]:
    """Do not record what is read in the block, because this library reads it and not the task.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> with unrecorded_reads():
        ...     version = read_table(folder, "users").version
        >>> version.commit in commits_read()
        False
    """
    token = _QUIET.set(True)
    try:
        yield
    finally:
        _QUIET.reset(token)


def _scope() -> Any:
    return next((scope for find in _SCOPES if (scope := find()) is not None), None)


def _noted(scope: Any) -> dict[str, None]:
    if scope is None:
        return _NOTED.setdefault(None, {})
    key = id(scope)
    if key not in _NOTED:
        _NOTED[key] = {}
        weakref.finalize(scope, _NOTED.pop, key, None)
    return _NOTED[key]
