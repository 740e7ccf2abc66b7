"""The current user's folder for files that live as long as a process: locks, logs, the files of private servers."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from dolt_integrations.errors import StorageError

_RUN = "/run/user"
"""Where systems with systemd keep each user's XDG_RUNTIME_DIR (pam_systemd)."""


def user_folder() -> Path:
    """Return a folder that only this user can read or write. It is the same one in every process of this user.

    It lies in XDG_RUNTIME_DIR if that belongs to this user. The variable need not be set: a cron job has to find the
    folder that a terminal session uses. Otherwise it lies below the temporary directory, under another name if another
    user has taken the usual one.

    Raises:
        StorageError: The folder cannot be made.
    """
    try:
        place = _runtime_directory()
        return _private(place / "dolt-integrations") if place else _temporary_folder(Path(tempfile.gettempdir()))
    except OSError as error:
        problem = f"cannot create a folder for private servers: {error}"
        raise StorageError(problem, hint="Set TMPDIR to a directory that you may write to.") from error


def _runtime_directory() -> Path | None:
    said = os.environ.get("XDG_RUNTIME_DIR", "")
    usual = "" if os.environ.get("TMPDIR") else f"{_RUN}/{os.getuid()}"
    for place in filter(None, (said, usual)):
        if os.path.isabs(place) and _is_private(Path(place)) and os.access(place, os.W_OK):
            return Path(place)
    return None


def _temporary_folder(parent: Path) -> Path:
    name = f"dolt-integrations-{os.getuid()}"
    try:
        return _private(parent / name)
    except PermissionError:
        others = _others(parent, name)
    if not others:
        tempfile.mkdtemp(prefix=f"{name}-", dir=parent)
        others = _others(parent, name)  # another process may have made one too: both take the first
    return others[0]


def _others(parent: Path, name: str) -> list[Path]:
    return sorted(path for path in parent.glob(f"{name}-*") if _is_private(path))


def _private(folder: Path) -> Path:
    """Make a folder for this user alone, or restrict the permissions of one that exists.

    Raises:
        PermissionError: The path belongs to another user, or is not a folder.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise PermissionError(f"{folder} is not a folder, or belongs to another user") from None
        if found.st_mode & 0o077:
            folder.chmod(0o700)
    return folder


def _is_private(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
