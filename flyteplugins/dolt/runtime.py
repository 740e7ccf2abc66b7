"""Flyte 2's information about the running task."""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import quote

from flyte._context import internal_ctx
from flyte.types import FlytePickle
from flyte.types._pickle import FlytePickleTransformer

from dolt_integrations.adapters import Attempt
from dolt_integrations.flyte.runtime import LOCAL, Execution, Runtime

if TYPE_CHECKING:
    from flyte.models import TaskContext

ACTION = "Flyte-Action"

_PICKLING = frozenset({FlytePickle.to_pickle.__code__, FlytePickleTransformer.to_literal.__code__})

_KEY = "flyteplugins.dolt"
_lock = threading.Lock()
_attempts: dict[str, int] = {}
"""The number of attempts of each action in this process."""


class Scope:
    """An attempt of an action. It has the lifetime of its task's context."""

    def __init__(self) -> None:
        """Start without trailers; an observer adds them."""
        self.trailers: dict[str, str] = {}
        self.attempt: Attempt | None = None
        self.is_cached = False


def scope_of(context: TaskContext) -> Scope:
    """Return the attempt of a context. Flyte copies contexts, for groups and traces, but the copies share a dict."""
    scope: Scope = context.data.setdefault(_KEY, Scope())
    return scope


class FlyteRuntime(Runtime):
    """The runtime of Flyte 2's current context."""

    @property
    def context(self) -> TaskContext | None:
        """The context of the running task; in a local run, also while the inputs of its first task are converted."""
        return internal_ctx().data.task_context

    @property
    def scope(self) -> object | None:
        """The running attempt."""
        return scope_of(self.context) if self.context is not None else None

    @property
    def execution(self) -> Execution:
        """The run, its action and task, and the attempt."""
        context = self.context
        if context is None:
            return Execution()
        action = context.task_action or context.action
        trailers = {ACTION: action.name, **scope_of(context).trailers}
        return Execution(_run_of(context), trailers, _attempt_of(context))

    def is_running(self) -> bool:
        """Whether a task of Flyte 2 is running."""
        return self.context is not None

    def is_cached(self) -> bool:
        """Whether Flyte caches the result of the running task."""
        return self.context is not None and scope_of(self.context).is_cached

    def is_compiling(self) -> bool:
        """Whether no task is running, so that defaults or the inputs of a remote run are being converted."""
        return self.context is None

    def is_pickling(self) -> bool:
        """Whether Flyte is pickling a value of an unknown type, into a file or, if it is small, into the literal."""
        frame = sys._getframe(1)
        while frame is not None and frame.f_code not in _PICKLING:
            frame = frame.f_back  # type: ignore[assignment]
        return frame is not None


def _run_of(context: TaskContext) -> str:
    action = context.action
    if context.mode == "local":
        return f"{LOCAL.rpartition(':')[0]}:{action.run_name}"
    return f"ex:{action.project}:{action.domain}:{action.run_name}"


def _attempt_of(context: TaskContext) -> Attempt:
    """Return the running action and attempt.

    A run's name is unique in one control plane only, so the place of its data and its start time belong to the node
    too. A backend sets FLYTE_ATTEMPT_NUMBER; a local run, or a reused container, makes several attempts in one process.
    """
    scope = scope_of(context)
    with _lock:
        if scope.attempt is None:
            node = _node_of(context)
            again = _attempts.get(node, 0)
            _attempts[node] = again + 1
            number = os.environ.get("FLYTE_ATTEMPT_NUMBER", "") if context.mode != "local" else ""
            scope.attempt = Attempt(node, (int(number) if number.isdecimal() else 0) + again)
        return scope.attempt


def _node_of(context: TaskContext) -> str:
    action = context.task_action or context.action
    started = context.run_start_time.isoformat() if context.run_start_time else ""
    parts = [action.org, action.project, action.domain, action.run_name, started, context.run_base_dir, action.name]
    return "flyte2/" + "/".join(quote(str(part or ""), safe=":+") for part in parts)
