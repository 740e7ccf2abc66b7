"""Cloning a remote into a directory: once for any number of processes, and never leaving half a database."""

from __future__ import annotations

import logging
import secrets
import shutil
from typing import TYPE_CHECKING

from dolt_integrations.engine.server.dolt import clone_database
from dolt_integrations.engine.server.interrupts import allow_interrupts
from dolt_integrations.engine.server.ownership import check_ownership
from dolt_integrations.engine.server.supervision.guard import sole_use
from dolt_integrations.engine.server.unservable import check_servable
from dolt_integrations.errors import DatabaseNotFoundError, StorageError

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.engine.server.dolt import Source

logger = logging.getLogger(__name__)

CLONE_TIMEOUT = 3600.0
"""Seconds to wait for another process that clones into the same directory. The lock of a dead one is released."""

UNFINISHED = ".dolt-integrations-clone-"
"""Prefix of an unfinished clone. It lies inside the directory, so that the final rename stays on one volume."""

REPLACED = ".dolt-integrations-replaced"
"""Name of a shallow clone's `.dolt` while a full one takes its place."""


def is_shallow(path: Path) -> bool:
    """Whether a database directory is a clone that lacks older commits.

    Dolt lists these in `ghostObjects.txt` (Dolt source, `nbs.ghostBlockStore`).
    """
    try:
        return (path / ".dolt" / "noms" / "ghostObjects.txt").stat().st_size > 0
    except OSError:
        return False


def is_database(path: Path) -> bool:
    """Whether a directory holds a Dolt database."""
    return (path / ".dolt" / "noms").is_dir()


def clone_directory(path: Path, source: Source, *, shallow: bool, timeout: float = CLONE_TIMEOUT) -> bool:
    """Clone into a missing or empty directory, unless another process makes a database there first.

    Args:
        path: The directory.
        source: What to clone.
        shallow: Only the newest commit of the default branch, without its history.
        timeout: Seconds to wait for another process that does the same.

    Returns:
        Whether the directory is a database now. It is not if the remote is still empty.

    Raises:
        ConfigError: Dolt would take the directory for another one.
        DatabaseNotFoundError: Something else is in the directory.
        DoltNotInstalledError: No `dolt` on PATH.
        RemoteError: The remote cannot be reached, or refuses; the directory is as it was.
        StorageError: The directory cannot be written.
        UnsafeDirectoryError: It exists and belongs to another user.
        DatabaseLockedError: Another process took too long.
    """
    allow_interrupts()
    check_servable(path)
    check_ownership(path)
    try:
        with sole_use(path, timeout) as runtime:
            return is_database(path) or _clone(path, source, runtime, shallow)
    except OSError as error:
        raise StorageError(f"cannot clone {source.url} into {path}: {error}") from error


def _clone(path: Path, source: Source, root: Path, shallow: bool) -> bool:
    _remove_unfinished(path)
    if is_database(path):
        return True
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        hint = "Use an empty or missing directory, or that of a database."
        raise DatabaseNotFoundError(f"no Dolt database in {path}, and other files are there", hint=hint)
    made = _make(path)
    unfinished = path / f"{UNFINISHED}{secrets.token_hex(4)}"
    try:
        found = clone_database(source, unfinished, root, depth=1 if shallow else None)
        if found:
            (unfinished / ".dolt").rename(path / ".dolt")
            logger.info("cloned %s into %s%s", source.url, path, " without its history" if shallow else "")
        return found
    finally:
        remove_tree(unfinished)
        _remove_empty(made)


def _remove_unfinished(path: Path) -> None:
    """Remove what a killed clone left, or undo it. We hold the lock, so no other process is working on it."""
    if (path / REPLACED).is_dir():
        (path / REPLACED).rename(path / ".dolt")
    if path.is_dir():
        for left in path.glob(f"{UNFINISHED}*"):
            remove_tree(left)


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)


def _make(path: Path) -> list[Path]:
    """Make a directory. Returns those that were missing, the innermost first."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return
