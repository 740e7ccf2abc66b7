"""A command of dolt is run for as long as the process that wants it lives, and what it was making goes with it."""

import fcntl
import os
import subprocess
import sys

import pytest

from dolt_integrations.engine.server import errand
from tests.conftest import eventually


@pytest.fixture
def runtime(tmp_path):
    """A runtime folder whose lease no one holds."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    (folder / "lease").touch()
    return folder


@pytest.fixture
def start(tmp_path, runtime):
    """Return a function that starts an errand whose command is shell code and makes the folder `made`."""
    started = []

    def start(code):
        made = tmp_path / "made"
        command = [sys.executable, "-I", "-S", errand.__file__, str(runtime), str(made), "sh", "-c", code, made]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE))
        return started[-1], made

    yield start
    for process in started:
        process.stdin.close()
        process.wait(timeout=20)


@pytest.mark.parametrize("code", [0, 3])
def test_the_exit_code_is_the_commands(code, start):
    process, made = start(f"mkdir $0; exit {code}")

    assert process.wait(timeout=20) == code
    assert made.is_dir()


@pytest.mark.parametrize("stubborn", ["", "trap '' TERM; "])
def test_a_command_that_is_not_wanted_any_more_ends_and_what_it_made_is_removed(stubborn, start):
    process, made = start(f"{stubborn}mkdir $0; echo $$ > $0/pid; while :; do sleep 0.1; done")
    eventually(lambda: (made / "pid").exists() and (made / "pid").read_text())
    command = int((made / "pid").read_text())

    process.stdin.close()

    assert process.wait(timeout=20) == 1
    assert not made.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(command, 0)


def test_the_lease_is_held_as_long_as_the_command_runs(start, runtime):
    _, made = start("mkdir $0; exec sleep 60")
    with open(runtime / "lease") as lease:
        eventually(made.exists)
        with pytest.raises(BlockingIOError):
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.parametrize("state", ["gone", "being removed"])
def test_nothing_is_run_where_the_runtime_folder_goes(state, start, runtime):
    with open(runtime / "lease") as lease:
        fcntl.flock(lease, fcntl.LOCK_EX)
        if state == "gone":
            (runtime / "lease").unlink()
            runtime.rmdir()

        process, made = start("mkdir $0")

        assert process.wait(timeout=20) == 1
    assert not made.exists()


def test_a_command_runs_where_no_process_leases_the_folder(start, runtime):
    (runtime / "lease").unlink()

    process, made = start("mkdir $0")

    assert process.wait(timeout=20) == 0
    assert made.is_dir()
