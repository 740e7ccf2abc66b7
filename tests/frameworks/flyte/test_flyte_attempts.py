"""Attempts of a Flyte task: which node they are of, and what they leave, in pods, against the core's model of it."""

import json
import os
import random
import typing
from pathlib import Path

import pytest
from flytekit import FlyteContext, FlyteContextManager
from flytekit.core.context_manager import ExecutionParameters
from flytekit.models.core.identifier import Identifier, ResourceType, WorkflowExecutionIdentifier

from dolt_integrations.core import write_table
from flytekitplugins.dolt.lineage import attempt_of
from tests.conftest import Server
from tests.helpers.frameworks import attempt_workflow
from tests.helpers.frameworks.pods import Pods, literal
from tests.helpers.saves.attempts import Model, contents, rows

PREFIX = "s3://bucket/metadata/p-d-nightly/n0/data/0"
PROGRAMS = int(os.environ.get("POD_PROGRAMS", "1"))
VARIABLES = ("FLYTE_ATTEMPT_NUMBER", "FLYTE_K8S_ARRAY_INDEX", "BATCH_JOB_ARRAY_INDEX_VAR_NAME")


def context(prefix: str, version: str, execution: tuple[str, str, str] = ("p", "d", "nightly")) -> FlyteContext:
    """Return the context of a pod of an execution, by default `nightly`."""
    parameters = ExecutionParameters(
        execution_date=None,
        tmp_dir="/tmp",  # noqa: S108 - never used
        stats=None,
        execution_id=WorkflowExecutionIdentifier(*execution),
        logging=None,
        raw_output_prefix="s3://bucket/raw",
        output_metadata_prefix=prefix,
        task_id=Identifier(ResourceType.TASK, "p", "d", "t", version),
    )
    current = FlyteContextManager.current_context()
    assert current.execution_state is not None
    return current.with_execution_state(current.execution_state.with_params(user_space_params=parameters)).build()


def test_local_executions_which_share_an_id_have_no_attempts() -> None:
    assert attempt_of(context(PREFIX, "v1")) is not None
    assert attempt_of(context(PREFIX, "v1", ("local", "local", "local"))) is None


def node(
    patch: pytest.MonkeyPatch,
    prefix: str = PREFIX,
    version: str = "v1",
    attempt: str = "0",
    index: str | None = None,
) -> tuple[str, int]:
    for name in VARIABLES:
        patch.delenv(name, raising=False)
    patch.setenv("FLYTE_ATTEMPT_NUMBER", attempt)
    if index is not None:
        patch.setenv("BATCH_JOB_ARRAY_INDEX_VAR_NAME", "FLYTE_K8S_ARRAY_INDEX")
        patch.setenv("FLYTE_K8S_ARRAY_INDEX", index)
    found = attempt_of(context(prefix, version))
    assert found is not None
    return found.node, found.number


def test_attempts_of_a_node_share_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    first = node(monkeypatch)
    second = node(monkeypatch, PREFIX[:-1] + "1", attempt="1")

    assert first[0] == second[0]
    assert (first[1], second[1]) == (0, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"prefix": PREFIX.replace("bucket", "other")},
        {"prefix": PREFIX.replace("metadata", "elsewhere")},
        {"version": "v2"},
        {"prefix": PREFIX.replace("n0/", "n1/")},
        {"prefix": PREFIX.replace("/data/0", "/data/0/n0/data/0")},
        {"prefix": PREFIX.replace("nightly", "nightly2").replace("p-d-", "p-d-nightly/n0/")},
        {"index": "1"},
    ],
    ids=["bucket", "place in the bucket", "version", "node", "node inside", "execution", "map index"],
)
def test_what_is_not_an_attempt_of_the_node_has_another_name(
    other: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert node(monkeypatch)[0] != node(monkeypatch, **other)[0]


def test_each_pod_of_a_map_task_has_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert node(monkeypatch, index="1")[0] != node(monkeypatch, index="2")[0]


def test_a_local_execution_has_no_attempts() -> None:
    assert attempt_of(FlyteContextManager.current_context()) is None


def plan(seed: int) -> list[list[dict[str, typing.Any]]]:
    """Return what three attempts do."""
    random_ = random.Random(seed)  # noqa: S311 - a program, no secret
    outputs = [("t", "append", (1, 2)), ("t", "append", (11, 12)), ("u", random_.choice(["append", "replace"]), (21,))]
    attempts = []
    for number in range(3):
        steps: list[dict[str, typing.Any]] = []
        if number and random_.random() < 0.4:
            steps.append({"do": "read", "table": "t"})
        for table, mode, ids in random_.sample(outputs, random_.randint(1, 3)):
            value = "ab"[number > 0 and random_.random() < 0.5]
            frame = rows(*ids, value=value)
            step = {"ids": frame["id"].tolist(), "values": frame["value"].tolist()}
            steps.append({"do": "write", "table": table, "mode": mode, **step})
        attempts.append(steps)
    return attempts


@pytest.mark.parametrize("seed", range(1, 1 + PROGRAMS))
def test_pods_leave_what_the_model_says(seed: int, tmp_path: Path, home: Path, server: Server) -> None:
    folder = tmp_path / "pods"
    folder.mkdir()
    pods, model, attempts = Pods(folder, home), Model(None), plan(seed)
    for table in ("t", "u"):
        write_table(server.url, table, rows(-1))
        model.others(table, "append", ((-1, "v-1"),))
    (tmp_path / "plan.json").write_text(json.dumps(attempts))
    inputs = {"db": literal(server.url), "plan": literal(str(tmp_path / "plan.json"))}
    for number, steps in enumerate(attempts):
        pods.run(attempt_workflow.follow, inputs, "n0", attempt=number)
        for step in steps:
            if step["do"] == "read":
                model.read()
            else:
                model.write(step["table"], step["mode"], tuple(zip(step["ids"], step["values"], strict=True)))
        model.again()
        assert contents(server.url, "t") == model.contents("t"), attempts
        assert contents(server.url, "u") == model.contents("u"), attempts
