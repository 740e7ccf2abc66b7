"""Flows of Metaflow, run as a user does: `python flow.py run`, with a home, metadata and data of the test's own.

Each step is a process of its own, as always, and starts from the libraries of a warm interpreter.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import metaflow
import pandas as pd
import pytest

from tests.frameworks.conftest import ROOT, environment
from tests.helpers.warm import python

FLOWS = Path(__file__).parent / "metaflow_flows"
RECIPES = ROOT / "cookbook" / "metaflow"
USERS = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]})
OTHERS = USERS.assign(name="others")


@dataclasses.dataclass
class Started:
    """A process that runs a flow."""

    process: subprocess.Popen[bytes]
    output: Path
    id_file: Path

    def finish(self, *, fails: bool = False) -> str:
        """Wait for its end, and return the run's id."""
        status = self.process.wait(timeout=900)
        assert (status != 0) == fails, self.output.read_text()
        return self.id_file.read_text().strip()


@dataclasses.dataclass
class Workplace:
    """A folder with databases, in which flows run."""

    folder: Path
    numbers: Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(1))
    started: list[Started] = dataclasses.field(default_factory=list)
    interpreter: str = dataclasses.field(default_factory=python)

    def __post_init__(self) -> None:
        home = self.folder / "home"
        home.mkdir()
        (self.folder / ".metaflow").mkdir()  # the client looks for it before the first run
        self.environment = {
            **environment(home),
            "METAFLOW_USER": "tester",
            "METAFLOW_HOME": str(home / "metaflowconfig"),
            "METAFLOW_DEFAULT_METADATA": "local",
            "METAFLOW_DEFAULT_DATASTORE": "local",
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(self.folder),
        }

    def python(self, program: Path, *arguments: object) -> str:
        """Run a program, and return its output."""
        command = [self.interpreter, str(program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=900, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, flow: Path, *arguments: object, command: str = "run") -> Started:
        """Start a run of a flow, or a `resume`."""
        number = next(self.numbers)
        id_file = self.folder / f"run-id-{number}"
        options = [*arguments, "--run-id-file", id_file]
        output = self.folder / f"output-{number}"
        with output.open("w") as file:
            process = subprocess.Popen(
                [self.interpreter, str(flow), "--no-pylint", *command.split(), *map(str, options)],
                cwd=self.folder, env=self.environment, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.started.append(Started(process, output, id_file))
        return self.started[-1]

    def run(self, flow: Path, *arguments: object, command: str = "run", fails: bool = False) -> str:
        """Run a flow to its end, and return the run's id."""
        return self.start(flow, *arguments, command=command).finish(fails=fails)

    def copy(self, flow: Path) -> Path:
        """Copy a flow into the folder."""
        return Path(shutil.copy(flow, self.folder))

    @contextlib.contextmanager
    def at_home(self) -> Iterator[None]:
        """Use the same HOME in this process. At the end of the block, remaining flows are ended."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOME", self.environment["HOME"])
            try:
                yield
            finally:
                for each in self.started:
                    if each.process.poll() is None:
                        each.process.terminate()
                        each.process.wait(timeout=60)

    @contextlib.contextmanager
    def client(self) -> Iterator[None]:
        """Let Metaflow's client in this process see the runs of the folder."""
        metaflow.metadata(f"local@{self.folder}")
        metaflow.namespace(None)  # root has none
        yield
