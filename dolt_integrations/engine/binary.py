"""The `dolt` program: finding it, and running its few commands that have no SQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from dolt_integrations.engine.address import PASSWORD_VARIABLE
from dolt_integrations.errors import DoltNotInstalledError, ServerError

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.engine.author import Author


MINIMUM_VERSION = (1, 80, 0)

_INSTALL_HINT = (
    "Install Dolt (https://docs.dolthub.com/introduction/installation) so that `dolt` is on PATH, "
    "or point db_path at a running server: mysql://user@host:port/database."
)


def find_dolt() -> str:
    """Return the path of the `dolt` program.

    Raises:
        DoltNotInstalledError: It is not on PATH.
    """
    found = shutil.which("dolt")
    if found is None:
        raise DoltNotInstalledError("the program `dolt` is not on PATH", hint=_INSTALL_HINT)
    return found


def check_version(dolt: str) -> None:
    """Refuse a `dolt` that is too old to be used.

    Raises:
        DoltNotInstalledError: It says that it is older than `MINIMUM_VERSION`.
    """
    done = subprocess.run([dolt, "version"], capture_output=True, text=True, check=False)  # noqa: S603 - it is dolt
    found = re.search(r"dolt version v?(\d+)\.(\d+)\.(\d+)", done.stdout)
    if found and tuple(map(int, found.groups())) < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        raise DoltNotInstalledError(f"{dolt} is older than {wanted}: {found.group()}", hint=_INSTALL_HINT)


def quiet_environment(root: Path, author: Author | None = None) -> dict[str, str]:
    """Return an environment in which dolt keeps its global files below `root`, not in the user's home.

    The password for servers stays behind: a dolt that finds one wants a user, too.

    Dolt reads `DOLT_ROOT_PATH` in place of HOME (Dolt manual, "Environment variables"). The global config
    written there switches usage metrics off and, where given, names the author of commits.
    """
    config = {"metrics.disabled": "true"}
    if author is not None:
        config |= {"user.name": author.name, "user.email": author.email}
    folder = root / ".dolt"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config_global.json").write_text(json.dumps(config))
    inherited = {name: value for name, value in os.environ.items() if name != PASSWORD_VARIABLE}
    return {**inherited, "DOLT_ROOT_PATH": str(root), "DOLT_DISABLE_EVENT_FLUSH": "true", "NO_COLOR": "1"}


def init_database(path: Path, root: Path, author: Author) -> None:
    """Make an empty Dolt database of a missing or empty directory, its first commit by `author`.

    Raises:
        DoltNotInstalledError: No `dolt` on PATH.
        ServerError: `dolt init` failed, or the directory cannot be made.
    """
    command = [find_dolt(), "init"]
    try:
        path.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(  # noqa: S603 - the program is dolt, the arguments are ours
            command, cwd=path, env=quiet_environment(root, author), capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise ServerError(f"cannot make a Dolt database in {path}: {error}") from error
    if done.returncode != 0:
        raise ServerError(f"`dolt init` failed in {path}: {(done.stderr or done.stdout).strip()}")
