"""Where versions are kept: `DOLT_INTEGRATIONS_CACHE` names a directory, shared places, or both.

A shared place is a URL, or the name of a workflow manager that has a place for its tasks' files: `flyte`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

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
    urls = [_url(part) for part in _parts(os.environ.get(LOCATION, "")) if _is_shared(part)]
    return [SharedPlace(url.rstrip("/")) for url in urls if url]


def offer_place(manager: str, find: Callable[[], str | None]) -> None:
    """Let `DOLT_INTEGRATIONS_CACHE=<manager>` be the place in which a workflow manager keeps files.

    Args:
        manager: One of `MANAGERS`.
        find: Returns the URL for the task that runs; None where there is none.
    """
    _OFFERED[manager] = find


MANAGERS = ("flyte",)
"""What may stand in the place of a URL; a directory of that name is `./flyte`."""

_OFFERED: dict[str, Callable[[], str | None]] = {}


def _url(part: str) -> str | None:
    if part not in MANAGERS:
        return part
    find = _OFFERED.get(part)
    return find() if find is not None else None


def _parts(said: str) -> list[str]:
    """Return the parts of a list; a path may have a comma, a list has a shared place in it."""
    parts = [part.strip() for part in said.split(",")]
    return [part for part in parts if part] if any(map(_is_shared, parts)) else [said]


def _is_shared(part: str) -> bool:
    return "://" in part or part in MANAGERS
