"""Making transient errors instances of a workflow manager's own exception class, so that it retries the task.

A workflow manager decides by an error's class whether to try again. Its adapter registers that class, and from then on
every transient error that this process raises is an instance of both classes.
"""

from __future__ import annotations

import types
from typing import Any

_MIXINS: list[type] = []
_MADE: dict[type, type] = {}


def register_retried_error(mixin: type) -> None:
    """Make every transient error that is created from now on an instance of a workflow manager's class as well.

    Args:
        mixin: An exception class. Its `__init__` is called with the text alone. Our classes come first in the MRO.

    Example:
        >>> class RecoverableError(Exception): ...
        >>> register_retried_error(RecoverableError)
        >>> isinstance(ServerLostError("the server is gone"), RecoverableError)
        True
    """
    if mixin not in _MIXINS:
        _MIXINS.append(mixin)
        _MADE.clear()


def class_to_raise(kind: type[Any]) -> type[Any]:
    """Return the class to instantiate for an error: with the registered classes as bases, if it is transient."""
    if not _MIXINS or not kind.is_transient or getattr(kind, "__recognised__", False):
        return kind
    if kind not in _MADE:
        body = {"__module__": kind.__module__, "__doc__": kind.__doc__, "__recognised__": True}
        _MADE[kind] = types.new_class(kind.__name__, (kind, *_MIXINS), exec_body=lambda names: names.update(body))
    return _MADE[kind]


def own_class(kind: type[Any]) -> type[Any]:
    """Return our own class behind a class that `class_to_raise` made. Every process can import it."""
    return kind.__bases__[0] if getattr(kind, "__recognised__", False) else kind
