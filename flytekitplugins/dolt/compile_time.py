"""Compile time: workflows are compiled, registered and packaged without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flytekit import LaunchPlan
from flytekit.core.context_manager import ExecutionState
from flytekit.core.interface import transform_inputs_to_parameters

from dolt_integrations.errors import ConfigError
from flytekitplugins.dolt.callers import code_of, is_called_by

if TYPE_CHECKING:
    from flytekit import FlyteContext

    from flytekitplugins.dolt.table import DoltTable


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
