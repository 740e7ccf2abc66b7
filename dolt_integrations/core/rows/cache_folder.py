"""The local directory of the cache, which only its user may read or write."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from dolt_integrations.core.rows.cache_places import local_place

logger = logging.getLogger(__name__)

OURS = (".arrow", ".part", ".versions")
"""The suffixes of the cache's files."""


def folder(*, make: bool) -> Path | None:
    """Return the cache's directory. None if the cache is off, or the directory is not private to the user."""
    said = local_place()
    if said is None:
        return None
    try:
        place = Path(said).expanduser() if said else _cache_home() / "dolt-integrations"
        if make:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        problem = _narrowed(place)
    except (OSError, RuntimeError) as error:
        logger.debug("the cache is off, because its directory cannot be used: %s", error)
        return None
    if problem:
        logger.warning("not using %s as a cache: %s", place, problem)
        return None
    return place


def _narrowed(place: Path) -> str | None:
    """Make the cache's directory private to the user. Returns why it cannot be used, or None.

    A directory that others may write to may already contain their files. A directory with files of other programs is
    left as it is.
    """
    found = place.stat()
    if found.st_uid != os.getuid():
        return "it belongs to another user"
    if found.st_mode & 0o022:
        return f"other users may write to it; empty it, then `chmod 700 {place}`"
    if found.st_mode & 0o055:
        if not all(entry.name.endswith(OURS) for entry in place.iterdir()):
            return f"other users may read it; `chmod 700 {place}`, or name a directory for the cache alone"
        place.chmod(found.st_mode & 0o700)
    return None


def read_own(path: Path) -> bytes:
    """Return the content of a file that belongs to this user.

    Raises:
        OSError: The file cannot be read.
        ValueError: It belongs to another user.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_uid != os.getuid():
            raise ValueError("it belongs to another user")
        return file.read()


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
