"""Compile time: workflows are compiled, registered and packaged without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flytekit import LaunchPlan
from flytekit.core.context_manager import ExecutionState
from flytekit.core.interface import transform_inputs_to_parameters

from flytekitplugins.dolt.callers import code_of, is_called_by

if TYPE_CHECKING:
    from flytekit import FlyteContext


_DEFINITIONS = frozenset({code_of(transform_inputs_to_parameters), code_of(LaunchPlan.create)})
"""flytekit's functions that make literals of default and fixed inputs. They set nothing in the context."""


def is_compiling(ctx: FlyteContext) -> bool:
    """Whether a literal is made for a workflow's definition, and not for an execution.

    The body of a `@dynamic` task is compiled while it is executed, so it counts as an execution.
    """
    mode = ctx.execution_state.mode if ctx.execution_state is not None else None
    if ctx.compilation_state is not None:
        return mode != ExecutionState.Mode.DYNAMIC_TASK_EXECUTION
    return mode is None and is_called_by(_DEFINITIONS)
