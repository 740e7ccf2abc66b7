"""An observer for what Flyte 2 reveals only when a task begins: its name, its inputs and the defining program."""

from __future__ import annotations

import contextlib
import inspect
import sys
from typing import TYPE_CHECKING, Any

from flyte._context import internal_ctx
from flyte._internal.runtime import taskrunner

from dolt_integrations.flyte.origin.arguments import ARGUMENTS, shown_arguments
from dolt_integrations.flyte.origin.lineage import TASK
from dolt_integrations.flyte.origin.project import project_trailers
from flyteplugins.dolt.runtime import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUN_TASK = inspect.unwrap(taskrunner.run_task).__code__
"""Flyte's coroutine that runs a task, and has its inputs."""


class _Observer:
    @contextlib.contextmanager
    def task_span(self, info: Any, recorder: Any) -> Iterator[None]:
        """Record the trailers of a task that begins."""
        context = internal_ctx().data.task_context
        if context is not None:
            task, inputs = _running()
            code = getattr(inspect.unwrap(getattr(task, "func", None) or _Observer), "__code__", None)
            found = {
                TASK: info.name,
                ARGUMENTS: shown_arguments(inputs),
                **project_trailers(str(code.co_filename) if code is not None else None),
            }
            cache = getattr(getattr(task, "cache", None), "behavior", None)
            scope_of(context).is_cached = cache in ("auto", "override")
            scope_of(context).trailers = {name: value for name, value in found.items() if value}
        yield

    @contextlib.contextmanager
    def step_span(self, info: Any, recorder: Any) -> Iterator[None]:
        """Ignore the steps of a trace."""
        yield


def _running() -> tuple[Any, dict[str, Any]]:
    """Return the starting task and its inputs as Python values, which Flyte does not pass to observers."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code is not _RUN_TASK:
        frame = frame.f_back
    inputs = frame.f_locals.get("inputs") if frame.f_code is _RUN_TASK else None
    return frame.f_locals.get("task"), dict(inputs) if isinstance(inputs, dict) else {}


def observe_tasks() -> None:
    """Register the observer. Flyte 2.12 calls it when a task begins; older versions may not."""
    try:
        from flyte._observe import register_observer
    except ImportError:
        return
    register_observer(_Observer())
