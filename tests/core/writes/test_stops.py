"""Ctrl-C and SIGTERM at random times during a save, a load or a wait: the process ends and leaves nothing."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine import open_database
from tests.conftest import eventually, new_repository, processes_of
from tests.helpers.saves.stopping import ROWS, WAYS, frame
from tests.helpers.script import Script

SOAK = int(os.environ.get("STOPS", "0"))
"""Stops of each kind in a soak, at random times; the suite makes a few."""

MOMENTS = [0.05, 0.3, 0.6, 0.9]
LONGEST = 4.0 if ROWS > 100_000 else 2.0
"""Seconds after the beginning at which a signal comes."""

LIMIT = 2.0 if SOAK else 20.0
"""Seconds within which the library has to be left. The suite may run on a busy machine."""

START = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
from tests.helpers.saves.stopping import serve
serve()
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A directory with the table `t`, and a remote with the same."""
    folder = tmp_path_factory.mktemp("original")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        repository = new_repository(folder / "db")
        write_table(repository.path, "t", frame("old"), primary_key="id")
        (folder / "db-remote").mkdir()
        repository.dolt("remote", "add", "made", f"file://{folder}/db-remote")
        repository.dolt("push", "made", "main")
        repository.dolt("remote", "remove", "made")
    return folder


class Stopping:
    """Attempts on copies of the original, each in a process that gets a signal."""

    def __init__(self, original, folder, script):
        self.original, self.folder, self.script, self.number = original, folder, script, 0

    def stop(self, way, moment, number):
        """Stop one attempt, check what it left, and return its copy of the original."""
        self.number += 1
        db, temporary = self.folder / f"{self.number}" / "db", self.folder / f"temporary{self.number}"
        shutil.copytree(self.original, db.parent)
        temporary.mkdir()
        held = hold(db) if way == "wait_for_a_server" else None
        self.script.tell(json.dumps([way, str(db), str(temporary), moment, number]))
        told = json.loads(self.script.process.stdout.readline())
        if held is not None:
            held.communicate()
        self.check(way, number, told, db, temporary)
        return db

    def check(self, way, number, told, db, temporary):
        """Check how an attempt has ended, and that no process and no file is left."""
        where = f"{way}, signal {number}: {told}"
        assert told["status"] in (-number, 0), where
        if number == signal.SIGINT and told["status"] and "done" not in told["said"]:
            assert told["said"].strip().splitlines()[-1] == "KeyboardInterrupt", where
            assert told["seconds"] < LIMIT, where
        for each in ("", "-first", "-clone", "-held"):
            eventually(lambda each=each: not processes_of(Path(f"{db}{each}")))
        with contextlib.suppress(AssertionError):
            eventually(lambda: not left_in(temporary))
        assert left_in(temporary) == [], where
        with contextlib.suppress(AssertionError):  # what removes it does not name the directory
            eventually(lambda: not list(db.parent.glob("db-*/.dolt-integrations*")))
        assert not list(db.parent.glob("db-*/.dolt-integrations*")), where


def left_in(folder):
    """Return the files below a folder, without complete files of the cache."""
    found = [os.path.join(parent, name) for parent, _, files in os.walk(folder) for name in files]
    return [path for path in found if not path.endswith((".arrow", ".versions"))]


def hold(db):
    """Let a `dolt` process hold a directory until its input ends."""
    held = new_repository(db.parent / "db-held")
    return subprocess.Popen(["dolt", "sql"], cwd=held.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def starter():
    """A process that has imported everything and starts the attempts."""
    started = Script(START)
    yield started
    started.finish()


@pytest.fixture
def stopping(original, tmp_path, starter):
    return Stopping(original, tmp_path, starter)


CASES = [(way, signal.SIGINT) for way in WAYS]
CASES += [(way, signal.SIGTERM) for way in (WAYS if SOAK else ("first_save", "lazy", "read", "clone"))]


@pytest.mark.parametrize(("way", "number"), CASES)
def test_a_signal_ends_it_and_leaves_all_or_nothing(way, number, stopping):
    moments = [random.uniform(0, LONGEST) for _ in range(SOAK)]  # noqa: S311 - any moment will do
    for moment in moments or [MOMENTS[list(WAYS).index(way) % len(MOMENTS)]]:
        db = stopping.stop(way, moment, number)

        with open_database(db) as database, database.connect() as connection:
            first = read_table(db, "t", columns=["id", "text"]).data["text"].iloc[0]
            assert first == frame("old", 1)["text"][0] or len(commits(connection)) == 3
            write_table(db, "after", frame("after", 3))
            assert not [name for name in branches(connection) if name.startswith("dolt-integrations/")]
        shutil.rmtree(db.parent)


def commits(connection):
    return connection.rows("SELECT commit_hash FROM dolt_log('main')")


def branches(connection):
    return [name for (name,) in connection.rows("SELECT name FROM dolt_branches")]
