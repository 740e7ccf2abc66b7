"""The directory of the cache of versions: its user's own, which nobody else may read or write."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from dolt_integrations.core.rows.cache_places import local_place

logger = logging.getLogger(__name__)

OURS = (".arrow", ".part", ".versions")
"""What the names of the cache's files end with."""


def folder(*, make: bool) -> Path | None:
    """Return the store's directory, if it is the user's own and nobody else may read or write it."""
    said = local_place()
    if said is None:
        return None
    try:
        place = Path(said).expanduser() if said else _cache_home() / "dolt-integrations"
        if make:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        problem = _narrowed(place)
    except (OSError, RuntimeError) as error:
        logger.debug("there is no cache: %s", error)
        return None
    if problem:
        logger.warning("%s is not used as a cache: %s", place, problem)
        return None
    return place


def _narrowed(place: Path) -> str | None:
    """Let nobody else read a folder of ours; return why that cannot be.

    One that others may write to may have their files in it by now, one with other files is not for us to close.
    """
    found = place.stat()
    if found.st_uid != os.getuid():
        return "it belongs to another user"
    if found.st_mode & 0o022:
        return f"others may write to it; empty it, then `chmod 700 {place}`"
    if found.st_mode & 0o055:
        if not all(entry.name.endswith(OURS) for entry in place.iterdir()):
            return f"others may read it; `chmod 700 {place}`, or name a folder that is for the cache alone"
        place.chmod(found.st_mode & 0o700)
    return None


def read_own(path: Path) -> bytes:
    """Return a file that this user wrote.

    Raises:
        ValueError: Another user did.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_uid != os.getuid():
            raise ValueError("it belongs to another user")
        return file.read()


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
