"""Nodes that yield their outputs in chunks: Kedro saves each chunk as if it were the whole output."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import REPLACE
from dolt_integrations.errors import ConfigError
from dolt_integrations.kedro.framework import Task

if TYPE_CHECKING:
    from types import CodeType

_RUNS_NODES: CodeType = Task._run_node_sequential.__code__
"""Kedro's function that runs a node, and saves the chunks of a generator one by one in its own thread."""


def check_chunks(table: str, mode: str) -> None:
    """Refuse to replace a table by a chunk: each chunk would replace the previous one, and only the last would remain.

    Raises:
        ConfigError: The output is a chunk. Nothing is written.
    """
    if mode != REPLACE:
        return
    node = _node_that_saves()
    if node is not None and inspect.isgeneratorfunction(node.func):
        raise ConfigError(
            f"node {node.name} yields table `{table}` in chunks, each of which would replace the previous one",
            hint="Nothing is written. Set `save_args: {mode: append}` (or upsert), or return all rows at once.",
        )


def _node_that_saves() -> Any:
    """Return the node whose output Kedro is saving in this thread, or None outside of a run."""
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code is _RUNS_NODES:
            return frame.f_locals["node"]
        frame = frame.f_back  # type: ignore[assignment]
    return None
