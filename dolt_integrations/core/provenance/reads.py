"""What this process has read: the commits, so that a later write can tell what it builds on."""

from __future__ import annotations

import contextlib
import weakref
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NOTED: dict[int | None, dict[str, None]] = {}
"""The commits that were read, by the identity of the scope; those of None are read by every scope."""

_SCOPES: list[Callable[[], Any]] = []

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


def add_scope(find: Callable[[], Any]) -> None:
    """Let an adapter say on whose behalf a read happens, where one process runs several tasks.

    Args:
        find: Returns an object that lives as long as the task that runs now, or None.
    """
    _SCOPES.append(find)


def note_read(commit: str) -> None:
    """Note that the task that runs now has read a version of a database."""
    if not _QUIET.get():
        _noted(_scope()).setdefault(commit)


def commits_read() -> tuple[str, ...]:
    """Return the commits that the task that runs now has read, in whatever thread."""
    return tuple({**_noted(None), **_noted(_scope())})


@contextlib.contextmanager
def unnoted() -> Iterator[None]:
    """Do not note what is read in the block: this library looks at it, not the task."""
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
