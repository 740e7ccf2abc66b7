"""The `dolt` program: finding it, and running its few commands that have no SQL."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.credentials import PASSWORD_VARIABLE
from dolt_integrations.engine.server import errand
from dolt_integrations.engine.server.busy import unless_busy
from dolt_integrations.engine.server.ownership import make_private
from dolt_integrations.engine.server.remote_folder import folder_of
from dolt_integrations.engine.translation.translate import translate
from dolt_integrations.errors import DoltNotInstalledError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine.names.author import Author

REMOTE_PASSWORD_VARIABLE = "DOLT_REMOTE_PASSWORD"  # noqa: S105 - the variable's name; Dolt reads it

MINIMUM_VERSION = (1, 80, 0)

PRIVATE = 0o077
"""The umask of a dolt that makes a database: no other user may read it, let alone write to it."""

_INSTALL_HINT = (
    "Install Dolt (https://docs.dolthub.com/introduction/installation) so that `dolt` is on PATH, "
    "or name a running server: mysql://user@host:port/database."
)


def find_dolt(runtime: Path) -> str:
    """Return the path of the `dolt` program, whose version was checked once.

    Args:
        runtime: The folder of a lease, for the files that dolt leaves.

    Raises:
        DoltNotInstalledError: It is not on PATH, or older than `MINIMUM_VERSION`.
    """
    found = shutil.which("dolt")
    if found is None:
        raise DoltNotInstalledError("the program `dolt` is not on PATH", hint=_INSTALL_HINT)
    state = os.stat(found)
    program = (found, state.st_mtime_ns, state.st_size)  # the last two change with the program
    if program not in _CHECKED:
        _check_version(found, runtime)
        _CHECKED.add(program)
    return found


_CHECKED: set[tuple[str, int, int]] = set()
"""The programs whose version is new enough."""


def _check_version(dolt: str, runtime: Path) -> None:
    """Refuse a `dolt` that is too old."""
    found = re.search(r"dolt version v?(\d+)\.(\d+)\.(\d+)", _ask_version(dolt, runtime))
    if found and tuple(map(int, found.groups())) < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        raise DoltNotInstalledError(f"{dolt} is older than {wanted}: {found.group()}", hint=_INSTALL_HINT)


def _ask_version(dolt: str, runtime: Path) -> str:
    """Return what `dolt version` prints. It looks for newer releases on the network unless its config forbids that."""
    root = Path(tempfile.mkdtemp(dir=runtime))
    (root / ".dolt").mkdir()
    (root / ".dolt" / "config_global.json").write_text(
        json.dumps({"versioncheck.disabled": "true", "metrics.disabled": "true"})
    )
    environment = {**os.environ, "DOLT_ROOT_PATH": str(root), "TMPDIR": str(root), "DOLT_DISABLE_EVENT_FLUSH": "true"}
    command = [dolt, "version"]
    try:
        return run_making(command, root, cwd=root, env=environment, runtime=runtime, timeout=_VERSION_TIMEOUT).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""  # the next command will report what is wrong
    finally:
        shutil.rmtree(root, ignore_errors=True)


_VERSION_TIMEOUT = 20.0

_REMOTE_PASSWORD: ContextVar[str | None] = ContextVar("remote_password", default=None)


@contextmanager
def remote_password(password: str | None) -> Iterator[None]:
    """Give a password for remotes to every dolt that is started in the block. None leaves the environment's.

    It is a context variable because the server of a directory is started many calls below the code that knows the
    password. A server that is already running keeps the environment that it was started with.
    """
    token = _REMOTE_PASSWORD.set(_REMOTE_PASSWORD.get() if password is None else password)
    try:
        yield
    finally:
        _REMOTE_PASSWORD.reset(token)


def quiet_environment(root: Path, author: Author | None = None) -> dict[str, str]:
    """Return an environment in which dolt keeps its global files below `root`, not in the user's home.

    The password for servers is left out: a dolt that finds one requires a user as well. The user's DoltHub credentials
    (`dolt login`, `dolt creds`) are available as they are in the home, and so is the password for remotes.

    Dolt reads `DOLT_ROOT_PATH` in place of HOME (Dolt manual, "Environment variables"). The global config
    written there switches usage metrics off and, where given, names the author of commits. Whenever a dolt starts, it
    leaves an empty file among the temporary files, so it is given `root` for these.
    """
    config = {"metrics.disabled": "true", **_lend_credentials(root)}
    if author is not None:
        config |= {"user.name": author.name, "user.email": author.email}
    (root / ".dolt" / "config_global.json").write_text(json.dumps(config))
    environment = {name: value for name, value in os.environ.items() if name != PASSWORD_VARIABLE}
    password = _REMOTE_PASSWORD.get()
    if password is not None:
        environment[REMOTE_PASSWORD_VARIABLE] = password
    ours = {"DOLT_ROOT_PATH": str(root), "TMPDIR": str(root), "DOLT_DISABLE_EVENT_FLUSH": "true", "NO_COLOR": "1"}
    return environment | ours


def _lend_credentials(root: Path) -> dict[str, str]:
    """Make `root` the place of dolt's global files, the user's credentials linked. Returns the settings about them.

    They are linked rather than copied, so that a secret stays where its owner keeps it.
    """
    folder = root / ".dolt"
    folder.mkdir(parents=True, exist_ok=True)
    home = Path(os.environ.get("DOLT_ROOT_PATH") or Path.home()) / ".dolt"
    if (home / "creds").is_dir() and not os.path.lexists(folder / "creds"):
        (folder / "creds").symlink_to((home / "creds").resolve(), target_is_directory=True)
    settings = _settings(home / "config_global.json")
    return {name: value for name, value in settings.items() if name == "user.creds" or name.startswith("remotes.")}


def _settings(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def run_making(
    command: list[str],
    makes: Path,
    *,
    cwd: Path,
    env: dict[str, str],
    runtime: Path,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a dolt command that makes a folder. If this process ends first, the command ends and the folder is removed.

    See `errand`.
    """
    theirs, ours = os.pipe()
    with os.fdopen(ours, "wb") as line, os.fdopen(theirs, "rb") as end:
        process = subprocess.Popen(  # noqa: S603 - the program is Python itself, the arguments are ours
            [sys.executable, "-I", "-S", errand.__file__, str(runtime), str(makes), *command],
            cwd=cwd, env=env, umask=PRIVATE, text=True, start_new_session=True,
            stdin=end, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException:
            line.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(errand.TIME_TO_STOP)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


@dataclass(frozen=True)
class Source:
    """What is cloned: the URL of a remote, the name it gets, and as whom."""

    url: str
    name: str = "origin"
    user: str | None = None


def clone_database(source: Source, path: Path, root: Path, *, depth: int | None = None) -> bool:
    """Clone a remote into a directory that is not there yet.

    Args:
        source: The remote.
        path: The directory. Temporary files of dolt may be left beside its `.dolt`.
        root: The directory for dolt's global files during the clone.
        depth: How many commits of the default branch to get; None is all, of all branches.

    Returns:
        Whether there was anything to clone. There is not if the remote has never been pushed to.

    Raises:
        DoltNotInstalledError: No `dolt` on PATH.
        RemoteError: The remote cannot be reached, or refuses.
    """
    folder = folder_of(source.url)
    if folder is not None and not folder.is_dir():
        return False  # `dolt clone` would make the directory
    command = [find_dolt(root), "clone", "--remote", source.name]
    command += ["--depth", str(depth)] if depth else []
    command += ["--user", source.user] if source.user else []
    made = path / "clone"
    command += [source.url, str(made)]
    # If Dolt cannot rename a temporary file to where it works, because that is another file system, it makes a `.dolt`
    # there for its temporary files. The runtime folder often is on another one, so a clone has its own beside it.
    environment = {**quiet_environment(root), "TMPDIR": str(path)}

    def run() -> subprocess.CompletedProcess[str]:
        path.mkdir(mode=0o700, exist_ok=True)
        return run_making(command, path, cwd=path, env=environment, runtime=root)

    done = unless_busy(run, undo=lambda: shutil.rmtree(path, ignore_errors=True))
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())
        if "contains no Dolt data" in said:
            return False
        raise translate(RuntimeError(said), where=f"cloning {source.url}", fallback=RemoteError)
    (made / ".dolt").rename(path / ".dolt")
    make_private(path)
    return True
