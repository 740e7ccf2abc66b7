"""Where versions are cached: `DOLT_INTEGRATIONS_CACHE` names a directory, shared places, or both.

A shared place is a URL, or the name of a workflow manager that provides storage for its tasks (`conventions.STORAGES`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.conventions import STORAGES

if TYPE_CHECKING:
    from collections.abc import Callable

LOCATION = "DOLT_INTEGRATIONS_CACHE"
_OFF = ("off", "0", "false", "no")


@dataclass(frozen=True)
class SharedPlace:
    """A cache location that several machines share.

    Attributes:
        url: Its URL, for fsspec.
    """

    url: str


def local_place() -> str | None:
    """Return the configured directory. An empty string is the default directory, None is no local cache.

    If only shared places are configured, the default directory is used as well.
    """
    said = os.environ.get(LOCATION, "")
    found = next((part for part in _parts(said) if not _is_shared(part)), "")
    return None if found.lower() in _OFF else found


def shared_places() -> list[SharedPlace]:
    """Return the shared places, in the order in which they are tried."""
    urls = [_url(part) for part in _parts(os.environ.get(LOCATION, "")) if _is_shared(part)]
    return [SharedPlace(url.rstrip("/")) for url in urls if url]


def register_cache_url(manager: str, find: Callable[[], str | None]) -> None:
    """Let `DOLT_INTEGRATIONS_CACHE=<manager>` refer to a workflow manager's own storage.

    Two versions of a manager, such as Flyte 1 and 2, may both offer one. The first one with a running task counts.

    Args:
        manager: One of `conventions.STORAGES`.
        find: Returns the URL for the running task, or None if it has none.

    Example:
        >>> import os
        >>> register_cache_url("flyte", lambda: "s3://bucket/execution")
        >>> os.environ["DOLT_INTEGRATIONS_CACHE"] = "flyte"
        >>> shared_places()
        [SharedPlace(url='s3://bucket/execution')]
    """
    _OFFERED.setdefault(manager, []).append(find)


_OFFERED: dict[str, list[Callable[[], str | None]]] = {}
"""By the name that can be given instead of a URL. A directory of that name must be written as `./name`."""


def _url(part: str) -> str | None:
    if part not in STORAGES:
        return part
    return next(filter(None, (find() for find in _OFFERED.get(part, ()))), None)


def _parts(said: str) -> list[str]:
    """Return the parts of a list; a path may have a comma, a list has a shared place in it."""
    parts = [part.strip() for part in said.split(",")]
    return [part for part in parts if part] if any(map(_is_shared, parts)) else [said]


def _is_shared(part: str) -> bool:
    return "://" in part or part in STORAGES
