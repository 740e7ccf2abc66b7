"""What flytekit is doing when it asks for a literal. Its context does not say, so we inspect the stack."""

from __future__ import annotations

import inspect
import sys
import threading
from typing import TYPE_CHECKING, Any

from flytekit.core.base_task import PythonTask
from flytekit.core.workflow import WorkflowBase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

_LOOP_RUNNER = " : loop-runner"
"""The suffix of the thread that runs a thread's coroutines (`flytekit/utils/asyn.py`)."""


def code_of(function: Any) -> CodeType:
    """Return the code of a function or of a bound method."""
    code: CodeType = getattr(function, "__func__", function).__code__
    return code


_DISPATCH = code_of(PythonTask.dispatch_execute)
_WORKFLOW = code_of(WorkflowBase.local_execute)


def running_task() -> str | None:
    """Return the name of the running task, or None outside of a task.

    flytekit's context has it on a cluster only.
    """
    found = next((frame for frame in _frames() if frame.f_code is _DISPATCH), None)
    return str(found.f_locals["self"].name) if found is not None else None


def running_workflow() -> str | None:
    """Return the name of the outermost workflow that is running locally, or None."""
    found = [frame for frame in _frames() if frame.f_code is _WORKFLOW]
    return str(found[-1].f_locals["self"].name) if found else None


def is_running_cached() -> bool:
    """Whether flytekit caches the result of the running task."""
    found = next((frame for frame in _frames() if frame.f_code is _DISPATCH), None)
    metadata = getattr(found.f_locals["self"], "metadata", None) if found is not None else None
    return bool(getattr(metadata, "cache", False))


def running_inputs() -> dict[str, Any]:
    """Return the inputs of the running task as Python values, by name."""
    found = next((frame for frame in _frames() if frame.f_code is _DISPATCH), None)
    inputs = found.f_locals.get("native_inputs") if found is not None else None
    return dict(inputs) if isinstance(inputs, dict) else {}


def running_program() -> str | None:
    """Return the file that defines the running task, or None if it is unknown."""
    found = next((frame for frame in _frames() if frame.f_code is _DISPATCH), None)
    function = getattr(found.f_locals["self"], "task_function", None) if found is not None else None
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return str(code.co_filename) if code is not None else None


def is_called_by(functions: frozenset[CodeType]) -> bool:
    """Whether one of the functions is on this thread's stack, or on that of a thread that waits for it."""
    return any(frame.f_code in functions for frame in _frames())


def _frames() -> Iterator[FrameType]:
    thread: threading.Thread | None = threading.current_thread()
    while thread is not None:
        frame = sys._current_frames().get(thread.ident or 0)
        while frame is not None:
            yield frame
            frame = frame.f_back
        thread = _caller_of(thread)


def _caller_of(thread: threading.Thread) -> threading.Thread | None:
    """Return the thread that waits for a thread of flytekit's event loop; None for any other thread."""
    name, found, _ = thread.name.rpartition(_LOOP_RUNNER)
    return next((each for each in threading.enumerate() if found and each.name == name), None)
