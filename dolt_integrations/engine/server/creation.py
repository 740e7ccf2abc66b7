"""Making a new database in a directory, with `dolt init`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from dolt_integrations.engine.server.busy import unless_busy
from dolt_integrations.engine.server.dolt import find_dolt, quiet_environment, run_making
from dolt_integrations.engine.server.ownership import make_private
from dolt_integrations.errors import ServerError

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from dolt_integrations.engine.names.author import Author


def init_database(path: Path, root: Path, author: Author) -> None:
    """Make an empty Dolt database in a missing or empty directory. Its first commit is by `author`.

    Raises:
        DoltNotInstalledError: No `dolt` on PATH.
        ServerError: `dolt init` failed, or the directory cannot be made.
    """
    command = [find_dolt(root), "init"]
    try:
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
        done = _init(command, path, root, author)
    except OSError as error:
        raise ServerError(f"cannot create a Dolt database in {path}: {error}") from error
    if done.returncode != 0:
        raise ServerError(f"`dolt init` failed in {path}: {(done.stderr or done.stdout).strip()}")
    make_private(path)


def _init(command: list[str], path: Path, root: Path, author: Author) -> subprocess.CompletedProcess[str]:
    """Run `dolt init`, which leaves half a database if it takes its new files for locked."""
    made = path / ".dolt"

    def run() -> subprocess.CompletedProcess[str]:
        return run_making(command, made, cwd=path, env=quiet_environment(root, author), runtime=root)

    if made.exists():
        return run()
    return unless_busy(run, undo=lambda: shutil.rmtree(made, ignore_errors=True))
