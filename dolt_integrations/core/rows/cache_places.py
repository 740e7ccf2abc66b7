"""Where versions are kept: `DOLT_INTEGRATIONS_CACHE` names a directory, shared places, or both."""

from __future__ import annotations

import os
from dataclasses import dataclass

LOCATION = "DOLT_INTEGRATIONS_CACHE"
_OFF = ("off", "0", "false", "no")


@dataclass(frozen=True)
class SharedPlace:
    """A place that several machines share.

    Attributes:
        url: As fsspec understands it.
    """

    url: str


def local_place() -> str | None:
    """Return the directory that is asked for; an empty text is the default one, None is none.

    A shared place alone has the default directory in front of it.
    """
    said = os.environ.get(LOCATION, "")
    found = next((part for part in _parts(said) if not _is_shared(part)), "")
    return None if found.lower() in _OFF else found


def shared_places() -> list[SharedPlace]:
    """Return the shared places, in the order in which they are asked."""
    return [SharedPlace(part.rstrip("/")) for part in _parts(os.environ.get(LOCATION, "")) if _is_shared(part)]


def _parts(said: str) -> list[str]:
    """Return the parts of a list; a path may have a comma, a list has a shared place in it."""
    parts = [part.strip() for part in said.split(",")]
    return [part for part in parts if part] if any(map(_is_shared, parts)) else [said]


def _is_shared(part: str) -> bool:
    return "://" in part
