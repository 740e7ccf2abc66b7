"""Detecting compile time: compiling, registering and packaging a workflow must not open a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flytekit import LaunchPlan
from flytekit.core.context_manager import ExecutionState
from flytekit.core.interface import transform_inputs_to_parameters

from flytekitplugins.dolt.callers import code_of, is_called_by

if TYPE_CHECKING:
    from flytekit import FlyteContext


_DEFINITIONS = frozenset({code_of(transform_inputs_to_parameters), code_of(LaunchPlan.create)})
"""flytekit's functions that convert default and fixed inputs to literals. The context does not show them."""


def is_compiling(ctx: FlyteContext) -> bool:
    """Whether a literal is created for the definition of a workflow, not for an execution.

    The body of a `@dynamic` task is compiled during its execution, so it counts as an execution.
    """
    mode = ctx.execution_state.mode if ctx.execution_state is not None else None
    if ctx.compilation_state is not None:
        return mode != ExecutionState.Mode.DYNAMIC_TASK_EXECUTION
    return mode is None and is_called_by(_DEFINITIONS)
