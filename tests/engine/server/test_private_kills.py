"""`kill -9` at every step of starting a private server and creating a database leaves no file or process."""

import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.server import dolt
from tests.conftest import eventually, processes_of


class Steps:
    """An audit hook that kills its process at one of the steps that access the folder for temporary files."""

    def __init__(self, last: int, temporary: Path) -> None:
        self.left, self.temporary = last, str(temporary)

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        touches = any(str(argument).startswith(self.temporary) for argument in arguments)
        if event == "subprocess.Popen" or (touches and event.startswith(("os.", "open", "shutil", "tempfile"))):
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def killed_at(step, temporary, work):
    """Do the work in a child that is killed at a step. Returns whether it got there."""
    child = os.fork()
    if not child:
        sys.addaudithook(Steps(step, temporary))
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def files_below(folder):
    """Return the files of two walks: a folder that is renamed during one of them, to be removed, is in the other."""
    return [name for _ in range(2) for _, _, files in os.walk(folder) for name in files]


def kill_at_every_step(temporary, work):
    """Check that no step leaves anything, and return the number of steps."""
    tempfile.gettempdir()  # Python itself writes a file there once, to test whether it can
    step = 1
    while killed_at(step, temporary, work):
        with contextlib.suppress(AssertionError):
            eventually(lambda: not files_below(temporary), 20)
        assert files_below(temporary) == [], f"killed at step {step}"
        step += 1
    return step


def test_on_the_way_to_a_server(repository, temporary, monkeypatch):
    monkeypatch.setattr(dolt, "_CHECKED", set())

    def use():
        with open_database(repository.path):
            pass

    assert kill_at_every_step(temporary, use) > 10
    eventually(lambda: not processes_of(repository.path))


def test_on_the_way_to_a_new_database(tmp_path, temporary, monkeypatch):
    monkeypatch.setattr(dolt, "_CHECKED", set())

    def make():
        with open_database(tmp_path / "shop", create=DEFAULT_AUTHOR):
            pass

    assert kill_at_every_step(temporary, make) > 10
    eventually(lambda: not processes_of(tmp_path / "shop"))
