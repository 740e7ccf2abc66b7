"""Lineage: the execution, task and node of a commit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dolt_integrations.adapters import RUN, Attempt
from dolt_integrations.flyte.origin.arguments import ARGUMENTS, shown_arguments
from dolt_integrations.flyte.origin.lineage import TASK, WORKFLOW
from dolt_integrations.flyte.origin.project import project_trailers
from dolt_integrations.flyte.runtime import LOCAL
from flytekitplugins.dolt.callers import running_inputs, running_program, running_task, running_workflow
from flytekitplugins.dolt.runs import run_id

if TYPE_CHECKING:
    from flytekit import FlyteContext

_ATTEMPTS: dict[tuple[str, int], Attempt] = {}
"""The attempts in this process, with what they have written. A pod has one."""


def task_name(parameters: Any) -> str | None:
    """Return the name of the running task, which is in flytekit's context on a cluster."""
    task = getattr(parameters, "task_id", None)
    return task.name if task is not None and task.name != "local" else running_task()


def execution_id(parameters: Any) -> str:
    """Return an execution's id as `ex:project:domain:name`. A pod's identifier has a `str()` of several lines."""
    found = getattr(parameters, "execution_id", None)
    return f"ex:{found.project}:{found.domain}:{found.name}" if found is not None else LOCAL


def trailers_of(parameters: Any, execution: str) -> dict[str, str]:
    """Return the trailers that identify a task in its commits, by name."""
    found = {
        TASK: task_name(parameters),
        # Of a pod: project:domain:name
        WORKFLOW: os.environ.get("FLYTE_INTERNAL_EXECUTION_WORKFLOW", "").rpartition(":")[2] or running_workflow(),
        RUN: run_id() if execution == LOCAL else None,
        ARGUMENTS: shown_arguments(running_inputs()),
        **project_trailers(running_program()),
    }
    return {name: value for name, value in found.items() if value}


def attempt_of(ctx: FlyteContext) -> Attempt | None:
    """Return the running node and attempt of an execution; None for a local execution.

    Local executions share one id, so a retry cannot be distinguished from another run. On a cluster, the node is in the
    prefix of its outputs, which ends with the number of the attempt (flytekit, `bin/entrypoint.py`: `--output-prefix`).
    An execution's name is unique in one control plane only, so the part of the prefix before it (the bucket) and the
    version of the task belong to the node too.
    """
    parameters = ctx.user_space_params
    execution = execution_id(parameters)
    prefix = getattr(parameters, "output_metadata_prefix", None)
    if execution.endswith(":local") or not prefix:
        return None
    number = os.environ.get("FLYTE_ATTEMPT_NUMBER", "")
    place, node = _place_and_node(str(prefix), execution, number)
    version = getattr(getattr(parameters, "task_id", None), "version", None) or ""
    name = "/".join([execution, quote(place, safe=":"), quote(version, safe=""), node, *_array_index()])
    key = (name, int(number) if number.isdecimal() else 0)
    return _ATTEMPTS.setdefault(key, Attempt(*key))


def _place_and_node(prefix: str, execution: str, number: str) -> tuple[str, str]:
    """Return the parts of an output prefix before and after the execution, without the attempt number."""
    parts = [part for part in prefix.split("/") if part]
    if parts[-1:] == [number]:
        parts = parts[:-1]
    name = execution.rpartition(":")[2]
    start = next((at for at, part in enumerate(parts) if part == name or part.endswith(f"-{name}")), -1)
    return "/".join(parts[: max(start, 0)]), "/".join(quote(part, safe="") for part in parts[start + 1 :])


def _array_index() -> list[str]:
    """Return the index of a map task's instance, if the instances share one prefix."""
    index = os.environ.get(os.environ.get("BATCH_JOB_ARRAY_INDEX_VAR_NAME", ""))
    return [f"{os.environ.get('BATCH_JOB_ARRAY_INDEX_OFFSET', '0')}+{index}"] if index is not None else []
