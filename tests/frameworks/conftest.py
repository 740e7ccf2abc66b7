"""Recipes of the cookbook, run as a user runs them."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dolt_integrations.engine import open_database
from tests.conftest import Repository, new_repository
from tests.helpers import warm

if TYPE_CHECKING:
    from tests.helpers.frameworks.pods import Pods

ROOT = Path(__file__).parents[2]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """A recipe in a folder of its own."""

    file: Path
    environment: dict[str, str]

    @property
    def repository(self) -> Repository:
        """The database that the recipe creates in its folder."""
        return Repository(self.file.parent / "foo")

    def python(self, *arguments: str) -> str:
        """Run the recipe as a program, and return its output."""
        return self._run(warm.python(), self.file.name, *arguments)

    def pyflyte(self, *arguments: str, interpreter: str | None = None) -> str:
        """Run the recipe's workflow by `pyflyte run`, and return the output."""
        command = Path(interpreter or warm.python()).with_name("pyflyte")
        return self._run(str(command), "run", self.file.name, "wf", *arguments)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=self.file.parent, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
        return done.stdout


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a process with the test's HOME, which finds the packages under test."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "HOME": str(home), "PYTHONPATH": path, "NO_COLOR": "1", "DO_NOT_TRACK": "1"}


@pytest.fixture(scope="session")
def copy_recipe(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recipe]:
    """Return a function that copies a recipe, by the name of its file, to its own folder."""

    def copy(name: str) -> Recipe:
        folder = tmp_path_factory.mktemp("cookbook")
        shutil.copy(ROOT / "cookbook" / name, folder)
        return Recipe(folder / Path(name).name, environment(tmp_path_factory.mktemp("home")))

    return copy


@pytest.fixture
def pod_here(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Pods:
    """Run pods in this process, which has the environment of a pod."""
    from tests.helpers.frameworks.pods import Pods, variables

    for name, value in variables("task", 0).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("flytekit.bin.entrypoint._get_stats", lambda **_: None)  # it leaves its socket open
    return Pods(tmp_path / "pods", home)


@pytest.fixture
def served(repository: Repository) -> Iterator[None]:
    """One private server for all that a test does in its directory, where the life of servers is not the subject."""
    with open_database(repository.path):
        yield


def diff_rows(printed: str, table: str) -> list[tuple[str, ...]]:
    """Return the rows that `dolt diff` prints for a table, sorted: the sign, then the cells."""
    section = printed.split(f"diff --dolt a/{table} b/{table}\n")[1].split("diff --dolt")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]
    return sorted(row for row in rows if row[0] in ("+", "-", "<", ">"))


@pytest.fixture(scope="module")
def prepared_shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A database with a table `users`, to be copied, and its state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        repository = new_repository(tmp_path_factory.mktemp("prepared") / "shop")
        make = "create table users (a int primary key, name text); insert into users values (1, 'Alice')"
        repository.dolt("sql", "-q", f"{make}; call dolt_commit('-Am', 'users')")
        return repository.path, state(repository)


@pytest.fixture
def shop(prepared_shop: tuple[Path, str], tmp_path: Path) -> Iterator[Repository]:
    """A database with a table `users`. At the end, it has to be unchanged."""
    prepared, before = prepared_shop
    repository = Repository(shutil.copytree(prepared, tmp_path / "shop"))
    yield repository
    assert state(repository) == before


def state(repository: Repository) -> str:
    """Return the branches with their heads, the uncommitted work, and the rows."""
    branches = "select name, hash from dolt_branches order by name"
    return repository.dolt("sql", "-r", "csv", "-q", f"{branches}; select * from dolt_status; select * from users")
