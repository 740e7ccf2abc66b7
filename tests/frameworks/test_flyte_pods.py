"""Each task in a process of its own, its inputs and outputs in files, as Flyte runs it in a pod."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import typing
from collections import OrderedDict
from pathlib import Path

import pytest
from flyteidl.core import errors_pb2, literals_pb2
from flytekit import FlyteContextManager
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.core.python_function_task import PythonFunctionTask
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import LiteralMap
from flytekit.models.types import SimpleType
from flytekit.tools.translator import get_serializable

from dolt_integrations.core import write_table
from flytekitplugins.dolt import DoltTable
from tests.conftest import Repository, Server
from tests.frameworks import pod_workflow
from tests.frameworks.conftest import ROOT, environment

SETTINGS = SerializationSettings(
    project="flytesnacks",
    domain="development",
    version="v1",
    image_config=ImageConfig(Image(name="default", fqn="example.org/flyte", tag="v1")),
    env={},
)


@dataclasses.dataclass(frozen=True)
class Pods:
    """Runs tasks as Flyte's propeller does: it fills in the command of the task's container."""

    folder: Path
    home: Path

    def run(self, task: PythonFunctionTask, inputs: dict[str, typing.Any]) -> dict[str, typing.Any]:
        """Run a task with literals as inputs, and return its outputs: literals."""
        folder = self.start(task, inputs)
        assert not (folder / "error.pb").exists(), self.error(folder).message
        outputs = literals_pb2.LiteralMap.FromString((folder / "outputs.pb").read_bytes())
        return LiteralMap.from_flyte_idl(outputs).literals

    def fail(self, task: PythonFunctionTask, inputs: dict[str, typing.Any]) -> errors_pb2.ContainerError:
        """Run a task that fails, and return what it reports."""
        folder = self.start(task, inputs)
        assert not (folder / "outputs.pb").exists()
        return self.error(folder)

    def start(self, task: PythonFunctionTask, inputs: dict[str, typing.Any]) -> Path:
        """Run a task, and return the folder that it writes to."""
        folder = self.folder / f"{task.name}-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        (folder / "inputs.pb").write_bytes(LiteralMap(inputs).to_flyte_idl().SerializeToString())
        outputs = folder / "outputs"
        template = {
            "{{.input}}": folder / "inputs.pb",
            "{{.outputPrefix}}": outputs,
            "{{.rawOutputDataPrefix}}": folder / "raw",
            "{{.checkpointOutputPrefix}}": folder / "checkpoint",
            "{{.prevCheckpointPrefix}}": '""',
        }
        arguments = [str(template.get(part, part)) for part in container_of(task).args]
        done = subprocess.run(
            arguments, cwd=ROOT, env=self.environment(task), capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return outputs

    def environment(self, task: PythonFunctionTask) -> dict[str, str]:
        """What Flyte sets in a pod."""
        return environment(self.home) | {
            "FLYTE_INTERNAL_EXECUTION_ID": "f4a1b2c3d4e5f6",
            "FLYTE_INTERNAL_EXECUTION_PROJECT": "flytesnacks",
            "FLYTE_INTERNAL_EXECUTION_DOMAIN": "development",
            "FLYTE_INTERNAL_EXECUTION_WORKFLOW": "flytesnacks:development:tests.frameworks.pod_workflow.wf",
            "FLYTE_INTERNAL_TASK_PROJECT": "flytesnacks",
            "FLYTE_INTERNAL_TASK_DOMAIN": "development",
            "FLYTE_INTERNAL_TASK_NAME": task.name,
            "FLYTE_INTERNAL_TASK_VERSION": "v1",
            "FLYTE_ATTEMPT_NUMBER": "0",
        }

    @staticmethod
    def error(folder: Path) -> errors_pb2.ContainerError:
        """Read the error that a task has left."""
        return errors_pb2.ErrorDocument.FromString((folder / "error.pb").read_bytes()).error


def container_of(task: PythonFunctionTask) -> typing.Any:
    return get_serializable(OrderedDict(), SETTINGS, task).template.container


def literal(value: typing.Any) -> typing.Any:
    context = FlyteContextManager.current_context()
    return TypeEngine.to_literal(context, value, type(value), TypeEngine.to_literal_type(type(value)))


def python_value(of: typing.Any, python_type: typing.Any) -> typing.Any:
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), of, python_type)


@pytest.fixture
def pods(tmp_path: Path, home: Path) -> Pods:
    folder = tmp_path / "pods"
    folder.mkdir()
    return Pods(folder, home)


@dataclasses.dataclass(frozen=True)
class Run:
    """A workflow that was run to its end, pod by pod."""

    repository: Repository
    orders: DoltTable
    largest: float
    disturbed: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run the tasks of the workflow one after the other; between two of them somebody commits to their branch."""
    folder, home = tmp_path_factory.mktemp("pods"), tmp_path_factory.mktemp("home")
    assert os.environ["HOME"] != str(home)
    pods, db = Pods(folder, home), tmp_path_factory.mktemp("databases") / "shop"
    conf = pods.run(pod_workflow.configure, {"db": literal(str(db))})["o0"]
    made = pods.run(pod_workflow.make_orders, {"conf": conf, "n": literal(5)})["o0"]
    config = python_value(made, DoltTable).config
    empty = pod_workflow.pd.DataFrame({"id": [1], "customer": ["x"], "price": [1000.0]})
    disturbed = write_table(db, "orders", empty, branch_conf=config.branch_conf).commit
    passed = pods.run(pod_workflow.pass_on, {"orders": made})["o0"]
    summary = pods.run(pod_workflow.summarise, {"orders": passed})["o0"]
    largest = pods.run(pod_workflow.largest, {"summary": summary})["o0"]
    return Run(Repository(db), python_value(passed, DoltTable), python_value(largest, float), disturbed)


def test_the_workflow_is_serialised() -> None:
    spec = get_serializable(OrderedDict(), SETTINGS, pod_workflow.wf)

    assert [node.id for node in spec.template.nodes] == ["n0", "n1", "n2", "n3", "n4"]


def test_the_interface_of_a_task_tells_tables_from_other_structs() -> None:
    interface = get_serializable(OrderedDict(), SETTINGS, pod_workflow.pass_on).template.interface

    literal_type = interface.inputs["orders"].type
    assert literal_type.simple == SimpleType.STRUCT
    assert TypeEngine.guess_python_type(literal_type) is DoltTable


def test_the_last_task_has_what_the_first_one_wrote(run: Run) -> None:
    assert run.largest == 4.5


def test_the_version_is_handed_on_from_pod_to_pod(run: Run) -> None:
    assert run.orders.commit != run.disturbed
    assert run.orders.data.to_dict("list") == {
        "id": [0, 1, 2, 3, 4],
        "customer": ["c0", "c1", "c0", "c1", "c0"],
        "price": [1.5] * 5,
    }


def test_a_field_of_a_dataclass_is_committed_in_its_pod(run: Run) -> None:
    assert run.repository.sql("select * from totals as of 'run/1' order by customer") == [
        {"customer": "c0", "price": "4.5"},
        {"customer": "c1", "price": "3"},
    ]


def test_passing_on_writes_nothing(run: Run) -> None:
    messages = [message.splitlines()[0] for message in run.repository.messages("run/1")]

    execution = "Generated by Flyte execution id: ex:flytesnacks:development:f4a1b2c3d4e5f6"
    assert messages == [execution, "Automated commit", execution, "Initialize data repository"]


def test_the_commit_names_the_execution_and_the_task(run: Run) -> None:
    newest = run.repository.messages("run/1")[0]

    assert newest.splitlines() == [
        "Generated by Flyte execution id: ex:flytesnacks:development:f4a1b2c3d4e5f6",
        "",
        "Flyte-Task: tests.frameworks.pod_workflow.summarise",
    ]


def test_pods_on_a_server_need_nothing_of_each_other(pods: Pods, server: Server) -> None:
    conf = pods.run(pod_workflow.configure, {"db": literal(server.url)})["o0"]
    made = pods.run(pod_workflow.make_orders, {"conf": conf, "n": literal(2)})["o0"]

    assert python_value(made, DoltTable).data["id"].tolist() == [0, 1]


def test_a_retried_task_makes_no_second_commit(pods: Pods, repository: Repository) -> None:
    conf = literal(pod_workflow.configure.task_function(str(repository.path)))
    inputs = {"conf": conf, "n": literal(2)}

    first, second = (python_value(pods.run(pod_workflow.make_orders, inputs)["o0"], DoltTable) for _ in range(2))

    assert first.commit == second.commit
    assert len(repository.messages("run/1")) == 2


def test_a_task_that_fails_to_write_reports_why(pods: Pods, repository: Repository) -> None:
    repository.dolt("branch", "run/1")
    repository.dolt("checkout", "run/1")
    repository.dolt("sql", "-q", "create table orders (id int primary key)")
    conf = literal(pod_workflow.configure.task_function(str(repository.path)))

    error = pods.fail(pod_workflow.make_orders, {"conf": conf, "n": literal(2)})

    assert "UncommittedChangesError" in error.message
    assert "table `orders` has uncommitted changes on branch 'run/1'" in error.message
    assert "commit them (dolt add orders; dolt commit -m ...)" in error.message
    assert repository.messages("run/1") == ["Initialize data repository"]


def test_a_task_that_fails_to_read_reports_why(pods: Pods, tmp_path: Path) -> None:
    orders = DoltTable(config=pod_workflow.configure.task_function(str(tmp_path / "nowhere")))

    error = pods.fail(pod_workflow.summarise, {"orders": literal(orders)})

    assert "DatabaseNotFoundError" in error.message
    assert f"no Dolt database in {tmp_path / 'nowhere'}" in error.message


def test_a_literal_that_is_not_ours_fails_with_our_message(pods: Pods) -> None:
    error = pods.fail(pod_workflow.pass_on, {"orders": literal({"dummy": "data"})})

    assert "LiteralError" in error.message
    assert "a DoltTable needs a DoltConfig under `config`" in error.message
