"""The command that stands for `python`, and the server behind it: both are there when they are used first."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TEMPORARY = tempfile.gettempdir()
"""Where the command is: not in what is a test's own, should it be the first that asks."""


def python() -> str:
    """Return the path of the command, or Python's own if the system lacks what the server needs."""
    return str(scripts() / "python")


COMMANDS = ("a0", "dolt-integrations", "kedro", "pyflyte", "pyflyte-execute", "pyflyte-fast-execute")
"""Those of installed packages that tests run."""


SHARED = "TESTS_WARM_SCRIPTS"
"""The variable that names the folder to the workers of a run, so that they share one server."""


@functools.cache
def scripts() -> Path:
    """Return a folder for PATH, with `python` and the commands of installed packages that it runs."""
    if SHARED in os.environ:
        return Path(os.environ[SHARED])
    if not hasattr(os, "pidfd_open"):
        return Path(sys.executable).parent
    folder = Path(tempfile.mkdtemp(prefix="warm-", dir=TEMPORARY))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _write(folder, "python")
    for name in COMMANDS:
        _write(folder, name, str(Path(sys.executable).with_name(name)))
    _start_server(folder / "socket")
    return folder


def _write(folder: Path, name: str, *program: str) -> None:
    given = f"{str(folder / 'python')!r}, {str(folder / 'socket')!r}, {sys.executable!r}, {[*program]!r}"
    script = folder / name
    script.write_text(
        f"#!{sys.executable} -IS\nimport sys\nsys.path.append({str(HERE)!r})\nimport client\nclient.main({given})\n"
    )
    script.chmod(0o755)


def _start_server(address: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    server = subprocess.Popen(
        [sys.executable, str(HERE / "server.py"), str(address)],
        cwd="/", env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n", "the warm interpreter did not start"
    server.stdout.close()

    def end() -> None:
        server.stdin.close()  # the server ends when it is closed, also if this process is killed
        server.wait(timeout=20)

    atexit.register(end)
