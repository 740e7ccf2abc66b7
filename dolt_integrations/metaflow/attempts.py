"""The attempt of the writing task, and the tasks of the resumed runs whose work it continues."""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import TYPE_CHECKING

from dolt_integrations.adapters import Attempt, child_process_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.metaflow.client import RunningTask

_ATTEMPTS: dict[tuple[str, int], Attempt] = {}
_LOCK = threading.Lock()

_PROCESS = os.getpid()
"""The process that imported this module. Metaflow runs each task in its own process."""


def attempt_of(task: RunningTask, position: Sequence[int]) -> Attempt:
    """Return the attempt of the task that runs in this process."""
    node = f"{task.pathspec}@{_place(position)}"
    with _LOCK:
        return _ATTEMPTS.setdefault((node, task.attempt), Attempt(node, task.attempt))


def check_process(task: RunningTask) -> None:
    """Refuse to write in a child of the task's process, however it was started.

    Raises:
        ForkedProcessError: This is a child process.
    """
    if os.getpid() != _PROCESS or multiprocessing.parent_process() is not None:
        raise child_process_error(task.pathspec)


def origins_of(task: RunningTask, position: Sequence[int]) -> list[tuple[str, str]]:
    """Return prefix and suffix of the node names that did this task's work in the runs that it resumes.

    Tasks of those runs have other ids, so they are identified by step and position in each `foreach`.
    """
    flow, _, step = task.step.split("/")
    return [(f"{flow}/{origin}/{step}/", f"@{_place(position)}") for origin in task.origins]


def _place(position: Sequence[int]) -> str:
    return ".".join(map(str, position))
