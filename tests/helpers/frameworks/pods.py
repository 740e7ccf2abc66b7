"""Tasks in processes of their own, their inputs and outputs in files, as Flyte's propeller runs them."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import typing
import warnings
from collections import OrderedDict
from pathlib import Path

from flyteidl.core import errors_pb2, literals_pb2
from flytekit import FlyteContextManager
from flytekit.bin.entrypoint import _execute_task
from flytekit.configuration import Image, ImageConfig, SerializationSettings
from flytekit.core.python_function_task import PythonFunctionTask
from flytekit.core.type_engine import TypeEngine
from flytekit.models.literals import LiteralMap
from flytekit.tools.translator import get_serializable

from tests.frameworks.conftest import ROOT, environment
from tests.helpers.warm import scripts

PROJECT, DOMAIN, EXECUTION = "flytesnacks", "development", "f4a1b2c3d4e5f6"
_nodes = itertools.count()

SETTINGS = SerializationSettings(
    project=PROJECT,
    domain=DOMAIN,
    version="v1",
    image_config=ImageConfig(Image(name="default", fqn="example.org/flyte", tag="v1")),
    env={},
)


@dataclasses.dataclass(frozen=True)
class Pods:
    """Runs tasks as Flyte's propeller does: it fills in the command of the task's container.

    The command is found in a folder: that of warm interpreters, or that of the installed packages.
    """

    folder: Path
    home: Path
    commands: Path = dataclasses.field(default_factory=scripts)

    def run(
        self, task: PythonFunctionTask, inputs: dict[str, typing.Any], node: str | None = None, attempt: int = 0
    ) -> dict[str, typing.Any]:
        """Run a task with literals as inputs, and return its outputs as literals."""
        return outputs(self.start(task, inputs, node, attempt))

    def fail(self, task: PythonFunctionTask, inputs: dict[str, typing.Any]) -> errors_pb2.ContainerError:
        """Run a task that fails, and return what it reports."""
        folder = self.start(task, inputs)
        assert not (folder / "outputs.pb").exists()
        return self.error(folder)

    def start(
        self, task: PythonFunctionTask, inputs: dict[str, typing.Any], node: str | None = None, attempt: int = 0
    ) -> Path:
        """Run a task, and return the folder that it writes to. A node of its own unless one is named."""
        folder = self.folder / f"{PROJECT}-{DOMAIN}-{EXECUTION}" / (node or f"n{next(_nodes)}") / "data" / str(attempt)
        folder.mkdir(parents=True)
        (folder / "inputs.pb").write_bytes(LiteralMap(inputs).to_flyte_idl().SerializeToString())
        template = {
            "{{.input}}": folder / "inputs.pb",
            "{{.outputPrefix}}": folder,
            "{{.rawOutputDataPrefix}}": folder / "raw",
            "{{.checkpointOutputPrefix}}": folder / "checkpoint",
            "{{.prevCheckpointPrefix}}": '""',
        }
        command, *arguments = [str(template.get(part, part)) for part in container_of(task).args]
        done = subprocess.run(
            [str(self.commands / command), *arguments],
            cwd=ROOT,
            env=self.environment(task, attempt),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return folder

    def environment(self, task: PythonFunctionTask, attempt: int) -> dict[str, str]:
        """Return the environment that Flyte sets in a pod."""
        return environment(self.home) | variables(task.name, attempt)

    def here(self, task: PythonFunctionTask, inputs: dict[str, typing.Any]) -> Path:
        """Run a task in this process, by flytekit's own entry point, and return the folder that it writes to.

        This process has to have the environment of a pod (see `environment`).
        """
        folder = self.folder / f"here-{EXECUTION}" / f"n{next(_nodes)}" / "data" / "0"
        folder.mkdir(parents=True)
        (folder / "inputs.pb").write_bytes(LiteralMap(inputs).to_flyte_idl().SerializeToString())
        arguments = container_of(task).args
        resolver = arguments.index("--resolver")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # flytekit's own
            _execute_task(
                str(folder / "inputs.pb"), str(folder), False, str(folder / "raw"),
                arguments[resolver + 1], arguments[resolver + 3 :],
            )  # fmt: skip
        return folder

    @staticmethod
    def error(folder: Path) -> errors_pb2.ContainerError:
        """Read the error that a task has left."""
        return errors_pb2.ErrorDocument.FromString((folder / "error.pb").read_bytes()).error


def outputs(folder: Path) -> dict[str, typing.Any]:
    """Return the literals in a task's folder, after checking that the task has not failed."""
    assert not (folder / "error.pb").exists(), Pods.error(folder).message
    found = literals_pb2.LiteralMap.FromString((folder / "outputs.pb").read_bytes())
    return dict(LiteralMap.from_flyte_idl(found).literals)


def variables(task: str, attempt: int) -> dict[str, str]:
    """Return the variables that Flyte sets in the pod of a task."""
    return {
        "FLYTE_INTERNAL_EXECUTION_ID": EXECUTION,
        "FLYTE_INTERNAL_EXECUTION_PROJECT": PROJECT,
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": DOMAIN,
        "FLYTE_INTERNAL_EXECUTION_WORKFLOW": f"{PROJECT}:{DOMAIN}:tests.helpers.frameworks.pod_workflow.wf",
        "FLYTE_INTERNAL_TASK_PROJECT": PROJECT,
        "FLYTE_INTERNAL_TASK_DOMAIN": DOMAIN,
        "FLYTE_INTERNAL_TASK_NAME": task,
        "FLYTE_INTERNAL_TASK_VERSION": "v1",
        "FLYTE_ATTEMPT_NUMBER": str(attempt),
        "FLYTE_SECRETS_ENV_PREFIX": "_FSEC_",
    }


def container_of(task: PythonFunctionTask) -> typing.Any:
    return get_serializable(OrderedDict(), SETTINGS, task).template.container


def literal(value: typing.Any) -> typing.Any:
    context = FlyteContextManager.current_context()
    return TypeEngine.to_literal(context, value, type(value), TypeEngine.to_literal_type(type(value)))


def python_value(of: typing.Any, python_type: typing.Any) -> typing.Any:
    return TypeEngine.to_python_value(FlyteContextManager.current_context(), of, python_type)
