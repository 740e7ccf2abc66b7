"""Ids of local runs for commit messages, because local runs share one execution id."""

from __future__ import annotations

import secrets
import weakref
from typing import TYPE_CHECKING

from flytekit.core.context_manager import flyte_context_Var

if TYPE_CHECKING:
    from flytekit.core.context_manager import ExecutionState

_IDS: dict[int, str] = {}
"""The id of each run of this process, by the identity of its execution state."""


def run_id() -> str | None:
    """Return the id of the current local run, or None outside of one.

    Of the nested contexts with an execution state, the outermost belongs to the workflow, or to a task that was called
    directly. It exists as long as the run.
    """
    states = (context.execution_state for context in flyte_context_Var.get())
    outermost = next((state for state in states if state is not None and state.mode is not None), None)
    return _id_of(outermost) if outermost is not None else None


def _id_of(state: ExecutionState) -> str:
    key = id(state)
    if key not in _IDS:
        _IDS[key] = secrets.token_hex(6)
        weakref.finalize(state, _IDS.pop, key, None)
    return _IDS[key]
