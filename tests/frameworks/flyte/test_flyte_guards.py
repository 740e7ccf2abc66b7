"""What a pod refuses because it would be lost with the pod, and what it does instead of the client."""

from pathlib import Path

import pandas as pd
import pytest
from flytekit import FlyteContextManager
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import Literal, LiteralMap

from dolt_integrations.core import Transaction, read_table, write_table
from dolt_integrations.errors import ConfigError
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import Repository, free_port
from tests.helpers.frameworks import pod_workflow
from tests.helpers.frameworks import secret_workflow as tasks
from tests.helpers.frameworks.pods import Pods, literal, outputs, python_value

ONE = pd.DataFrame({"a": [1]})
HINT = "Use the URL of a server"


def failure(pods: Pods, task: object, **inputs: object) -> str:
    return pods.error(pods.here(task, {name: literal(value) for name, value in inputs.items()})).message


def test_a_relative_directory_is_refused_whether_it_is_there_or_not(
    pod_here: Pods, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.path.parent)  # `shop` is there
    there = failure(pod_here, tasks.save_relative)
    monkeypatch.chdir(pod_here.home)
    elsewhere = failure(pod_here, tasks.save_relative)

    for message in (there, elsewhere):
        assert "was given as a relative path, which is on the disk of the task's pod" in message
        assert HINT in message
    assert repository.messages() == ["Initialize data repository"]
    assert not (pod_here.home / "shop").exists()


def test_a_relative_directory_beside_the_outputs_lasts_as_they_do(
    pod_here: Pods, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = ["pyflyte-execute", "--output-prefix", str(tmp_path / "out"), "--resolver", "r"]
    monkeypatch.setattr("sys.argv", arguments)

    assert outputs(pod_here.here(tasks.save_relative, {}))
    assert read_table(tmp_path / "shop", "t").data["a"].tolist() == [1]

    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    assert HINT in failure(pod_here, tasks.save_relative)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST")
    arguments[2] = "s3://my-s3-bucket/metadata/propeller/p-d-x/n0/data/0"
    assert HINT in failure(pod_here, tasks.save_relative)


def test_a_directory_that_would_have_to_be_made_is_refused_and_not_made(pod_here: Pods, tmp_path: Path) -> None:
    message = failure(pod_here, tasks.save_into, folder=str(tmp_path / "shop"))

    assert f"there is no Dolt database in {tmp_path / 'shop'}" in message
    assert HINT in message
    assert not (tmp_path / "shop").exists()


def test_it_is_refused_in_transactions_too(pod_here: Pods, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lost with the pod"), Transaction(tmp_path / "shop"):
        pass


def test_a_database_on_a_mounted_volume_is_written(pod_here: Pods, repository: Repository) -> None:
    assert outputs(pod_here.here(tasks.save_into, {"folder": literal(str(repository.path))}))

    assert repository.sql("select a from t") == [{"a": "1"}]


def test_a_remote_carries_the_work_away(pod_here: Pods, tmp_path: Path) -> None:
    remote = f"file://{tmp_path}/remote"
    (tmp_path / "remote").mkdir()
    inputs = {"folder": literal(str(tmp_path / "shop")), "remote": literal(remote)}

    assert outputs(pod_here.here(tasks.save_and_push, inputs))

    assert read_table(tmp_path / "clone", "t", remote_conf=remote).data["a"].tolist() == [1]


def test_a_client_leaves_as_of_to_the_pod(repository: Repository, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = [write_table(repository.path, "t", pd.DataFrame({"a": [n]})).commit for n in (1, 2)]
    away = DoltTable(DoltConfig(f"mysql://root@127.0.0.1:{free_port()}/shop", "t", as_of="HEAD~1"))
    here = DoltTable(DoltConfig(str(repository.path), "t", as_of="HEAD~1"))

    assert _sent_by_a_client(away).scalar.generic["version"] is None  # it has not even tried to connect
    sent = _sent_by_a_client(here)

    pods = Pods(repository.path.parent / "pods", home)
    for name, value in pods.environment(pod_workflow.pass_on, 0).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("flytekit.bin.entrypoint._get_stats", lambda **_: None)
    passed = outputs(pods.here(pod_workflow.pass_on, {"orders": sent}))["o0"]
    assert python_value(passed, DoltTable).commit == commits[0]


def _sent_by_a_client(table: DoltTable) -> Literal:
    """Convert an input as `pyflyte run --remote` and `FlyteRemote.execute` do: outside of any task."""
    context = FlyteContextManager.current_context()
    sent = TypeEngine.to_literal(context, table, DoltTable, TypeEngine.to_literal_type(DoltTable))
    return LiteralMap.from_flyte_idl(LiteralMap({"o": sent}).to_flyte_idl()).literals["o"]
