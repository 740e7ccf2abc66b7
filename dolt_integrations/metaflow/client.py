"""Access to Metaflow: the running task, its flow, and the tasks of past runs with their artifacts."""

from __future__ import annotations

import functools
import inspect
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import check_installed
from dolt_integrations.errors import RunNotFoundError

check_installed("metaflow", (2, 12), "dolt_integrations.metaflow", "metaflow")

from metaflow.client.core import Run, Step  # noqa: E402 - only once it is known to be there
from metaflow.exception import MetaflowException  # noqa: E402
from metaflow.flowspec import FlowSpec  # noqa: E402
from metaflow.metaflow_current import current  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ARTIFACT",
    "FlowSpec",
    "Run",
    "RunningTask",
    "calling_flow",
    "cloned_records",
    "find_run",
    "position_of",
    "records_of",
    "running_task",
    "step_records",
]

logger = logging.getLogger(__name__)

ARTIFACT = "dolt"
"""The artifact in which a flow records its reads and writes."""


@dataclass(frozen=True)
class RunningTask:
    """The task that runs in this process.

    Attributes:
        pathspec: `Flow/run_id/step/task_id`.
        attempt: 0 at first; a retried task has a higher one.
        origins: The ids of the run that this one resumes, of the run that that one resumed, and so on.
    """

    pathspec: str
    attempt: int
    origins: tuple[str, ...] = ()

    @property
    def step(self) -> str:
        """The path of its step, `Flow/run_id/step`."""
        return self.pathspec.rpartition("/")[0]


def running_task() -> RunningTask | None:
    """Return the task that runs in this process, or None outside of a running flow."""
    if not current.is_running_flow:
        return None
    path = f"{current.flow_name}/{current.run_id}/{current.step_name}/{current.task_id}"
    return RunningTask(path, int(current.retry_count or 0), _origins(current.flow_name, current.origin_run_id))


@functools.lru_cache(maxsize=8)
def _origins(flow: str, origin: str | None) -> tuple[str, ...]:
    found: list[str] = []
    while origin and origin not in found:
        found.append(origin)
        origin = _resumed_by(f"{flow}/{origin}")
    return tuple(found)


def _resumed_by(path: str) -> str | None:
    """Return the id of the run that a run resumes, or None."""
    try:
        data = (datum for step in Run(path, _namespace_check=False) for task in step for datum in task.metadata)
        said = next((str(datum.value) for datum in data if datum.name == "origin-run-id"), "")
    except MetaflowException as error:
        logger.warning("cannot find out whether run %s resumes another one: %s", path, error)
        return None
    return said if said not in ("", "None") else None  # as Metaflow writes it for a run that resumes none


def calling_flow() -> FlowSpec | None:
    """Return the flow whose step is calling, from the stack, or None.

    Metaflow's `current` has only the names of the running flow, not the object that holds the artifacts.
    """
    frame = inspect.currentframe()
    while frame is not None:
        found = frame.f_locals.get("self")
        if isinstance(found, FlowSpec):
            return found
        frame = frame.f_back
    return None


def position_of(flow: FlowSpec | None) -> list[int]:
    """Return a task's index in each level of nested `foreach`; empty outside of one."""
    return [int(frame.index) for frame in getattr(flow, "_foreach_stack", None) or []]


def find_run(path: str) -> Run:
    """Return a run by its path, or by the path of one of its steps or tasks.

    Raises:
        RunNotFoundError: Metaflow's metadata has no such run, or it is in another namespace.
    """
    parts = path.strip("/").split("/")
    hint = "Pass `Flow/run_id`. To see other users' runs, call `metaflow.namespace(None)` first."
    if not 2 <= len(parts) <= 4 or not all(parts):
        raise RunNotFoundError(f"{path!r} is not the path of a run", hint=hint)
    try:
        return Run("/".join(parts[:2]))
    except MetaflowException as error:
        raise RunNotFoundError(f"Metaflow does not find run {path!r}: {error}", hint=hint) from error


def records_of(run: Run) -> Iterator[Any]:
    """Yield the `dolt` artifact of each task of a run, those of the first step first."""
    for step in sorted(run, key=lambda step: step.created_at):
        yield from step_records(step)


def step_records(step: Step) -> Iterator[Any]:
    """Yield the `dolt` artifact of each task of a step that has one."""
    for task in sorted(step, key=lambda task: task.created_at):
        if ARTIFACT in task:
            yield task[ARTIFACT].data


def cloned_records(task: RunningTask) -> Iterator[Any]:
    """Yield the records of the finished tasks of the running task's step, including those that a resume cloned."""
    try:
        yield from step_records(Step(task.step, _namespace_check=False))
    except MetaflowException:
        return
