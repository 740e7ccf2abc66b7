"""Fixtures by resource: a home, a database's directory, the CLI on it, a server."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pymysql
import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.names.trust import forget
from tests.helpers import warm
from tests.helpers.scheduling import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 - hooks
from tests.helpers.servers.installed import installed_dolt
from tests.helpers.servers.locked import unless_taken_for_locked
from tests.helpers.temporary import use_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# Tests start hundreds of processes that import pandas and flytekit: each would compile them where no bytecode is kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The dolt processes of the tests are short-lived: collecting garbage early would cost a sixth of their CPU.
os.environ.setdefault("GOGC", "400")
os.environ.setdefault("GOMEMLIMIT", "512MiB")

# More threads would only compete for work, which costs a sixth of the CPU. `make soak` gives it all processors.
# A server of Dolt 2.3 with one thread would lose the race in `new_database` each time.
os.environ.setdefault("GOMAXPROCS", "1" if (installed_dolt() or "").startswith("dolt version 1.") else "2")

# Otherwise each dolt command starts another one that sends usage metrics, which is 0.04 of its 0.10 s of CPU.
os.environ["DOLT_DISABLE_EVENT_FLUSH"] = "true"

use_memory()


def pytest_configure(config: pytest.Config) -> None:
    """Start one warm interpreter for all workers of a run, because importing its libraries takes seconds."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        os.environ[warm.SHARED] = str(warm.scripts())


def pytest_report_header() -> str:
    """Name the `dolt` that the tests run."""
    return f"dolt: {installed_dolt() or 'none on PATH'}"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A HOME for the test, so that no config of the machine is read or written."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    forget()
    for name in (
        "DOLT_ROOT_PATH",
        "DOLT_CLI_PASSWORD",
        "DOLT_CLI_HOST",
        "DOLT_REMOTE_HOST",
        "DOLT_REMOTE_PASSWORD",
        "XDG_CACHE_HOME",
        "XDG_RUNTIME_DIR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    return folder


@pytest.fixture(autouse=True)
def plain_logging() -> None:
    """Start every test with Python's default logging. Kedro adds handlers and sets levels for its whole process."""
    root, ours = logging.getLogger(), logging.getLogger("dolt_integrations")
    for logger in (root, ours):
        logger.handlers[:] = [each for each in logger.handlers if type(each).__module__.startswith("_pytest")]
    root.setLevel(logging.WARNING)
    for name in [name for name in logging.root.manager.loggerDict if name.partition(".")[0] == ours.name]:
        logging.getLogger(name).setLevel(logging.NOTSET)


@dataclasses.dataclass(frozen=True)
class Repository:
    """A directory with a Dolt database, and what a user does there with the CLI."""

    path: Path

    def dolt(self, *arguments: str) -> str:
        """Run `dolt` in the directory and return what it prints."""
        done = unless_taken_for_locked(
            self.path,
            lambda: subprocess.run(["dolt", *arguments], cwd=self.path, capture_output=True, text=True, check=False),
        )
        assert done.returncode == 0, f"dolt {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def sql(self, statement: str) -> list[dict[str, str]]:
        """Run SQL through the CLI and return its rows, with all values as strings."""
        import csv
        import io

        return list(csv.DictReader(io.StringIO(self.dolt("sql", "-r", "csv", "-q", statement))))

    def messages(self, branch: str = "HEAD") -> list[str]:
        """Return the messages of a branch's commits, newest first."""
        return [row["message"] for row in self.sql(f"select message from dolt_log('{branch}')")]

    def branches(self) -> list[str]:
        """Return the names of all branches."""
        return sorted(row["name"] for row in self.sql("select name from dolt_branches"))

    def head(self, branch: str = "HEAD") -> str:
        """Return the commit at the head of a branch."""
        return self.sql(f"select hashof('{branch}') as h")[0]["h"]


@pytest.fixture(scope="session", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The database that `new_repository` copies."""
    Template.folder = tmp_path_factory.mktemp("template")


class Template:
    """An empty database, made by `dolt init` once per process. Copying it takes a twentieth of the time."""

    folder: ClassVar[Path]

    @classmethod
    def copy(cls, path: Path) -> None:
        """Copy the database to a directory that does not exist yet."""
        made = cls.folder / "template"
        if not made.is_dir():
            made.mkdir()
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("HOME", str(cls.folder))
                patch.delenv("DOLT_ROOT_PATH", raising=False)
                Repository(made).dolt("init", "--name", "Bojack Horseman", "--email", "bojack@horseman.com")
        shutil.copytree(made, path)


def new_repository(path: Path) -> Repository:
    """Create a database as a user does."""
    Template.copy(path)
    return Repository(path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty database in its own directory."""
    return new_repository(tmp_path / "shop")


@dataclasses.dataclass
class Server:
    """A `dolt sql-server` as a user starts it: root without a password, on loopback."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"mysql://root@127.0.0.1:{self.port}/{self.directory.name}"

    def kill(self) -> None:
        """Kill the process."""
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """Return a free port below those that the system picks from, as it may pick the same one for another worker."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", secrets.choice(range(10_000, 32_000))))
            return int(probe.getsockname()[1])


def start_server(directory: Path, *arguments: str, port: int | None = None) -> Server:
    """Start a server on a database's directory and wait until it answers.

    It is started again if it ended, as it may have taken the free lock of the database for a held one.
    """
    port = port or free_port()
    server = Server(directory, port, _serve(directory, port, *arguments))
    deadline = time.monotonic() + 30
    while not _answers(server):
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.05)
        if server.process.poll() is not None:
            server.process = _serve(directory, port, *arguments)
    return server


def _serve(directory: Path, port: int, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["dolt", "sql-server", "--host", "127.0.0.1", "--port", str(port), "--loglevel", "error", *arguments],
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "DOLT_ROOT_HOST": "127.0.0.1"},
    )


def _answers(server: Server) -> bool:
    from dolt_integrations.errors import DoltError

    try:
        with open_database(server.url) as database, database.connect() as connection:
            return connection.value("SELECT 1") == 1
    except DoltError:
        return False


@pytest.fixture
def server(repository: Repository) -> Iterator[Server]:
    """A running server on a new, empty database."""
    running = start_server(repository.path)
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)


# What follows is for tests of the engine and the core: many small databases on one server, and other processes.


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server, with its own HOME, for all tests that need no directory of their own."""
    folder = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        patch.delenv("DOLT_ROOT_PATH", raising=False)
        shared = new_repository(folder / "shared")
        # Otherwise it would collect statistics all the time.
        shared.dolt("config", "--local", "--add", "sqlserver.global.dolt_stats_enabled", "0")
        running = start_server(shared.path)
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)


_numbers = itertools.count(1)


@pytest.fixture
def database(shared_server: Server) -> Iterator[str]:
    """The URL of a new database. Its server has the default settings, so it does not load local files."""
    with new_database(shared_server, f"db{next(_numbers)}") as url:
        yield url


@pytest.fixture
def loading_database(shared_server: Server, database: str, set_limits: Callable[..., object]) -> Iterator[str]:
    """The URL of a new database whose server takes `LOAD DATA LOCAL INFILE`, which a few rows go through as well."""
    set_limits(insert_rows=0)
    run_sql(shared_server.url, "SET GLOBAL local_infile = 1")
    yield database
    run_sql(shared_server.url, "SET GLOBAL local_infile = 0")


def open_session(url: str, revision: str | None = None) -> pymysql.Connection[Any]:
    """Connect as another SQL client does, without the library's code."""
    parts = urllib.parse.urlsplit(url)
    name = parts.path.strip("/") + (f"/{revision}" if revision else "")
    return pymysql.connect(
        host=parts.hostname, port=parts.port, user=parts.username, password=parts.password or "", database=name,
        charset="utf8mb4", autocommit=True,
        ssl_disabled=True,  # encryption would cost ten times what the rest of a session does
    )  # fmt: skip


def run_sql(url: str, *statements: str, revision: str | None = None) -> list[tuple[Any, ...]]:
    """Run statements in one session of another SQL client. Returns the rows of the last one."""
    session = open_session(url, revision)
    try:
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())
    finally:
        session.close()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for the test's temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    use_temporary(folder, monkeypatch)
    return folder


def use_temporary(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and those that it starts put temporary files into a folder."""
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)


def eventually(condition: Callable[[], object], timeout: float = 60) -> None:
    """Wait until a condition holds. Fails if it does not in time."""
    deadline, pause = time.monotonic() + timeout, 0.01
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)
        pause = min(1.3 * pause, 0.1)  # checking costs as much CPU as working


def processes_of(directory: Path) -> list[int]:
    """Return the ids of the processes that run in a directory or name it: its servers and their supervisors."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                command = (entry / "cmdline").read_bytes().split(b"\0")
                if os.fsencode(directory) in command or (entry / "cwd").readlink() == directory:
                    found.append(int(entry.name))
    return found


from tests.helpers.limits import limits_of_a_test  # noqa: E402, F401 - beside the fixtures of the next line
from tests.helpers.script import script  # noqa: E402, F401 - its fixture
from tests.helpers.servers.databases import new_database  # noqa: E402 - as above
from tests.helpers.servers.object_store import object_server, object_store  # noqa: E402, F401 - it takes `free_port` of this file
