"""Errors that a workflow manager recognises: beside our class they get one of its own, by which it tries again.

A workflow manager decides by an error's class whether another attempt is worth its while. Its adapter registers a
class for that; from then on, every transient error of ours that this process makes, wherever, is of both classes.
"""

from __future__ import annotations

import types
from typing import Any

_MIXINS: list[type] = []
_MADE: dict[type, type] = {}


def recognise_by(mixin: type) -> None:
    """Give every transient error that is made from now on a class of a workflow manager's as well.

    Args:
        mixin: An exception's class. Its constructor is called with the text alone; our classes come first.
    """
    if mixin not in _MIXINS:
        _MIXINS.append(mixin)
        _MADE.clear()


def recognised(kind: type[Any]) -> type[Any]:
    """Return the class of which an error of that kind is made: with those of workflow managers, if it is transient."""
    if not _MIXINS or not kind.is_transient or getattr(kind, "__recognised__", False):
        return kind
    if kind not in _MADE:
        body = {"__module__": kind.__module__, "__doc__": kind.__doc__, "__recognised__": True}
        _MADE[kind] = types.new_class(kind.__name__, (kind, *_MIXINS), exec_body=lambda names: names.update(body))
    return _MADE[kind]


def plain(kind: type[Any]) -> type[Any]:
    """Return our own class of an error's class, which every process can import."""
    return kind.__bases__[0] if getattr(kind, "__recognised__", False) else kind
