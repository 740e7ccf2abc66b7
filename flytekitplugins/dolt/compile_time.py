"""Compile time: workflows are compiled, registered and packaged without a database."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any

from flytekit import LaunchPlan
from flytekit.core.context_manager import ExecutionState
from flytekit.core.interface import transform_inputs_to_parameters

from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

    from flytekit import FlyteContext

    from flytekitplugins.dolt.table import DoltTable


def code_of(function: Any) -> CodeType:
    """Return the code of a function or of a bound method."""
    code: CodeType = getattr(function, "__func__", function).__code__
    return code


_DEFINITIONS = frozenset({code_of(transform_inputs_to_parameters), code_of(LaunchPlan.create)})
"""flytekit's functions that make literals of default and fixed inputs. They set nothing in the context."""

_LOOP_RUNNER = " : loop-runner"
"""What flytekit appends to a thread's name for the thread that runs its coroutines (`flytekit/utils/asyn.py`)."""


def is_compiling(ctx: FlyteContext) -> bool:
    """Whether a literal is made for a workflow's definition, and not for an execution.

    The body of a `@dynamic` task is compiled while it is executed, so it counts as an execution.
    """
    mode = ctx.execution_state.mode if ctx.execution_state is not None else None
    if ctx.compilation_state is not None:
        return mode != ExecutionState.Mode.DYNAMIC_TASK_EXECUTION
    return mode is None and is_called_by(_DEFINITIONS)


def check_reference(table: DoltTable) -> None:
    """Refuse a table with rows at compile time: they would be written for every execution to come.

    Raises:
        ConfigError: The table has rows.
    """
    if table.has_rows:
        what = f"table {table.config.tablename!r}" if table.config.tablename else "the DoltTable"
        hint = "Return the table from a task and pass on what the task returns, or pass a DoltTable without data."
        raise ConfigError(
            f"{what} of {table.config.shown_path} has rows and is bound in a workflow's definition; "
            "only tasks write to a database",
            hint=hint,
        )


def is_called_by(functions: frozenset[CodeType]) -> bool:
    """Whether one of the functions is being executed by this thread, or waits for it in flytekit's event loop."""
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
    """Return the thread that waits for flytekit's event loop of that thread; None if it is none."""
    name, found, _ = thread.name.rpartition(_LOOP_RUNNER)
    return next((each for each in threading.enumerate() if found and each.name == name), None)
