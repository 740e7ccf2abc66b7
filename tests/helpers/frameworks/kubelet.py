"""Runs the containers of pods: each in a process of its own, in namespaces of its own where the machine has such.

As a program it is the process that pods are forked from. It has imported what every pod needs, for that is most of
what a pod costs; then it forks one for each line of JSON that it reads, and writes a line when that has ended.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from tests.helpers.frameworks import namespaces

IMPORTED = (
    "flytekit.bin.entrypoint", "flytekitplugins.dolt", "pandas", "pyarrow", "polars", "connectorx", "pymysql", "s3fs",
)  # fmt: skip


def main() -> None:
    """Fork a pod for each line of the standard input."""
    for name in IMPORTED:
        importlib.import_module(name)
    answer({"isolated": sys.platform == "linux" and namespaces.are_allowed()})
    for line in sys.stdin:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            supervise(json.loads(line))
            os._exit(0)


def answer(line: dict[str, Any]) -> None:
    """Write a line, in one piece."""
    os.write(1, json.dumps(line).encode() + b"\n")


def supervise(job: dict[str, Any]) -> None:
    """Run a pod to its end, or until it asks for SIGKILL."""
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if job["hidden"]:
        namespaces.leave_namespaces()
    read, write = os.pipe()
    pod = os.fork()
    if pod == 0:
        os.close(read)
        for number in (1, 2):
            os.dup2(log, number)
        os._exit(_run(job, write))
    os.close(write)
    if os.read(read, 1):
        os.kill(pod, signal.SIGKILL)  # from outside: the first process of a namespace ignores signals from inside
    status = os.waitstatus_to_exitcode(os.waitpid(pod, 0)[1])
    answer({"id": job["id"], "status": status})


def _run(job: dict[str, Any], kill: int) -> int:
    try:
        if job["hidden"]:
            namespaces.hide(job["hidden"], job["hostname"])
        _furnish(job)
        if job["kill"]:
            _die_at(job["kill"], kill)
        _execute(job["arguments"])
        atexit._run_exitfuncs()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001 - a container's end, whatever it is of
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _furnish(job: dict[str, Any]) -> None:
    """Create the pod's disk: HOME, temporary and working directory, mounted files."""
    root = Path(job["root"])
    for name in ("home", "tmp", "work"):
        (root / name).mkdir(parents=True)
    for name, content in job["files"].items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    os.environ.clear()
    os.environ.update(job["environment"], HOME=str(root / "home"), TMPDIR=str(root / "tmp"))
    tempfile.tempdir = None
    os.chdir(root / "work")


def _execute(arguments: list[str]) -> None:
    """Run a container's command in this process, including what it would start in a child."""
    from flytekit.bin import entrypoint

    sys.argv[:] = arguments

    def run_here(command: list[str], _: object) -> int:
        sys.path.append(os.getcwd())  # according to its PYTHONPATH
        _execute(command)
        return 0

    entrypoint._run_subprocess = run_here
    entrypoint._pass_through.main(arguments, standalone_mode=False)


def _die_at(point: int | str, kill: int) -> None:
    """Ask for SIGKILL at a statement to the server, counted from 1, or before the outputs are uploaded."""
    import pymysql
    from flytekit.core.data_persistence import FileAccessProvider

    seen = 0

    def die() -> None:
        os.write(kill, b"k")
        signal.pause()

    def send(self: Any, *arguments: Any) -> None:
        nonlocal seen
        seen += 1
        real_send(self, *arguments)
        if seen == point:
            die()

    real_send = pymysql.connections.Connection._execute_command
    if point == "outputs":
        FileAccessProvider.put_data = lambda *_, **__: die()  # type: ignore[method-assign]
    else:
        pymysql.connections.Connection._execute_command = send  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
