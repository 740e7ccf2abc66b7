"""The cache of table versions on this machine, so that rows that were read or written are not fetched again.

The key of a version is its source and Dolt's hash of its schema and rows. So entries never become wrong, only unused,
and a server that lies about a hash affects only its own tables. The cache may be deleted at any time. If it is broken,
a run continues without it.

    DOLT_INTEGRATIONS_CACHE        the directory, or `off`. The default is `dolt-integrations` in the user's cache
                                   directory. Shared places can be added: see `cache_places` and `shared_cache`
    DOLT_INTEGRATIONS_CACHE_SIZE   the most bytes that it may use; the default is 4 GiB
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import secrets
from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.core.rows import shared_cache
from dolt_integrations.core.rows.arrow_file import decoded
from dolt_integrations.core.rows.arrow_file import write_rows as _write
from dolt_integrations.core.rows.cache_folder import OURS, folder, read_own
from dolt_integrations.core.rows.cache_places import LOCATION as LOCATION
from dolt_integrations.core.rows.cache_places import local_place, shared_places
from dolt_integrations.core.whole_file import whole_file
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.core.rows.cache_places import SharedPlace

logger = logging.getLogger(__name__)

SIZE = "DOLT_INTEGRATIONS_CACHE_SIZE"
DEFAULT_SIZE = 4 << 30

_KEY = re.compile(r"[0-9a-v]{32}")


def version_key(source: str, table_hash: str | None) -> str | None:
    """Return the key of a version in the cache, or None without a valid hash.

    Args:
        source: The version's source, as of `ServerAddress.source`.
        table_hash: Dolt's hash of the table.
    """
    if table_hash is None or not _KEY.fullmatch(table_hash):
        return None
    return hashlib.sha256(f"{source}\0{table_hash}".encode()).hexdigest()[:32]


def find(key: str | None) -> pa.Table | None:
    """Return the rows of a version, or None if they are missing or damaged.

    Rows that are found in a shared place are copied to the local directory.
    """
    if key is None or not _KEY.fullmatch(key):
        return None
    rows = find_here(key)
    if rows is not None:
        return rows
    for place in filter(shared_cache.is_in_use, shared_places()):
        rows = find_in(place, key)
        if rows is not None:
            _store_here(key, rows)
            return rows
    return None


def find_in(place: SharedPlace, key: str) -> pa.Table | None:
    """Return the rows of a version from a shared place, or None. They are not copied to the local directory."""
    return shared_cache.find(place, key, _limit())


def is_shared() -> bool:
    """Whether a shared place is in use, in which other machines find and store versions."""
    return any(map(shared_cache.is_in_use, shared_places()))


def is_here(key: str) -> bool:
    """Whether the local directory has a file for a version, which may be damaged."""
    place = folder(make=False)
    return place is not None and (place / f"{key}.arrow").exists()


def find_here(key: str) -> pa.Table | None:
    """Return the rows of a version from the local directory, or None."""
    place = folder(make=False)
    if place is None:
        return None
    path = place / f"{key}.arrow"
    try:
        rows = decoded(read_own(path), key)
        os.utime(path)  # the least recently used versions are removed first
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError) as error:
        logger.info("removing %s from the cache: %s", path, error)
        _remove(path)
        return None
    logger.debug("found %d rows of %s in the cache", rows.num_rows, key)
    return rows


def is_worthwhile(rows: pa.Table) -> bool:
    """Whether rows should be cached: there is a cache, and they are neither too small nor too large."""
    is_kept = local_place() is not None or bool(shared_places())
    return is_kept and limits().cached_bytes <= rows.nbytes <= _limit() // 4


def store(key: str | None, rows: pa.Table) -> None:
    """Cache the rows of a version, if that is worthwhile."""
    if key is None or not _KEY.fullmatch(key) or not is_worthwhile(rows):
        return
    _store_here(key, rows)
    for place in filter(shared_cache.is_in_use, shared_places()):
        shared_cache.store(place, key, rows)


def _store_here(key: str, rows: pa.Table) -> None:
    place = folder(make=True)
    path = place / f"{key}.arrow" if place is not None else None
    if place is None or path is None or path.exists():
        return
    temporary = place / f"{key}.{secrets.token_hex(4)}.part"
    try:
        with whole_file(path, temporary, mode=0o600) as file:
            _write(file, rows, key)
        _make_room(place, _limit())
    except (OSError, pa.ArrowException) as error:
        logger.info("cannot cache the rows of %s: %s", key, error)


def usage() -> tuple[Path, int] | None:
    """Return the cache's directory and its size in bytes. None if there is no directory or the cache is off."""
    place = folder(make=False)
    if place is None or not place.is_dir():
        return None
    sizes = []
    for entry in place.iterdir():
        with contextlib.suppress(OSError):  # another process may be removing it
            sizes.append(entry.stat().st_size)
    return place, sum(sizes)


def _limit() -> int:
    said = os.environ.get(SIZE, "")
    return int(said) if said.isdecimal() else DEFAULT_SIZE


def _make_room(place: Path, limit: int) -> None:
    """Remove the least recently used files, including partial ones of dead processes, until the rest fits."""
    files = []
    for entry in os.scandir(place):
        with contextlib.suppress(FileNotFoundError):
            if entry.name.endswith(OURS):
                files.append((entry.stat().st_mtime, entry.stat().st_size, place / entry.name))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= limit:
            return
        _remove(path)
        total -= size


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
