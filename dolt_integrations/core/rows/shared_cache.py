"""Caching versions in object storage that many machines share. Each version is an object that is written once.

Lists of versions (`shared_versions`) are objects of the same form, which are replaced.

An object's name is derived from the source and Dolt's hash of the rows, and its content is used only if its digest is
right. With `DOLT_INTEGRATIONS_CACHE_KEY`, only owners of that key can create the digest. If a place fails, a run
continues without it: calls have a timeout, and a place that failed is not used for a minute.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any, TypeVar

from dolt_integrations.core.rows.arrow_file import decoded, write_rows
from dolt_integrations.limits import limits
from dolt_integrations.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from dolt_integrations.core.rows.cache_places import SharedPlace

logger = logging.getLogger(__name__)

T = TypeVar("T")

SECRET = "DOLT_INTEGRATIONS_CACHE_KEY"  # noqa: S105 - the variable's name
TIMEOUT = "DOLT_INTEGRATIONS_CACHE_TIMEOUT"
DEFAULT_TIMEOUT = 20.0

_failed: dict[str, float] = {}
_warned: set[str] = set()


class PlaceTimeoutError(Exception):
    """A place did not answer in time."""


def is_in_use(place: SharedPlace) -> bool:
    """Whether a place is used: it has not failed recently (see `Limits`)."""
    failed = _failed.get(place.url)
    return failed is None or time.monotonic() - failed > limits().shared_cache_seconds


def forget() -> None:
    """Reset the failures and warnings of all places."""
    _failed.clear()
    _warned.clear()


def find(place: SharedPlace, key: str, limit: int) -> pa.Table | None:
    """Return the rows of a version. None if they are missing or have a wrong digest, or if the place fails.

    Args:
        place: The place.
        key: The version's key.
        limit: The most bytes that an object may have. A larger one is ignored.
    """
    name = _name(key)
    try:
        content = _bounded(lambda: _read(place, name, limit))
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - each filesystem raises errors of its own
        _give_up(place, error)
        return None
    try:
        rows = decoded(content, name, _seal())
    except Exception as error:  # noqa: BLE001 - anyone may have written the bytes
        _warn(place, f"object {name} is not used: {error}")
        _broken.add((place.url, name))
        return None
    logger.debug("found %d rows of %s in %s", rows.num_rows, key, redact(place.url))
    return rows


_broken: set[tuple[str, str]] = set()
"""Objects with a wrong digest. The next rows of that version replace them."""


def store(place: SharedPlace, key: str, rows: pa.Table) -> None:
    """Write the rows of a version, unless they exist."""
    name = _name(key)
    _try_to(place, lambda: None if _exists(place, name) else _write(place, name, rows))


def replace(place: SharedPlace, key: str, rows: pa.Table) -> None:
    """Write rows that change, such as a list of versions, whether the object exists or not."""
    name = _name(key)
    _try_to(place, lambda: _write(place, name, rows))


def _try_to(place: SharedPlace, write: Callable[[], None]) -> None:
    try:
        _bounded(write)
    except Exception as error:  # noqa: BLE001 - as above
        _give_up(place, error)


def _name(key: str) -> str:
    """Return an object's name. With `DOLT_INTEGRATIONS_CACHE_KEY`, only owners of that key can compute it."""
    return hashlib.blake2b(key.encode(), digest_size=16, key=_seal()).hexdigest()


def _seal() -> bytes:
    secret = os.environ.get(SECRET, "")
    return hashlib.blake2b(secret.encode()).digest() if secret else b""


def _path(place: SharedPlace, name: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    system, folder = url_to_fs(place.url)
    return system, f"{folder.rstrip('/')}/{name[:2]}/{name}.arrow"


def _read(place: SharedPlace, name: str, limit: int) -> bytes:
    system, path = _path(place, name)
    if system.info(path)["size"] > limit:
        return b""
    content: bytes = system.cat_file(path)
    return content


def _exists(place: SharedPlace, name: str) -> bool:
    system, path = _path(place, name)
    return (place.url, name) not in _broken and bool(system.exists(path))


def _write(place: SharedPlace, name: str, rows: pa.Table) -> None:
    system, path = _path(place, name)
    content = io.BytesIO()
    write_rows(content, rows, name, _seal())
    system.makedirs(path.rpartition("/")[0], exist_ok=True)
    system.pipe_file(path, content.getvalue())
    _broken.discard((place.url, name))


def _bounded(work: Callable[[], T]) -> T:
    """Call a function with a timeout. After the timeout it keeps running in its daemon thread.

    Raises:
        PlaceTimeoutError: It took too long.
        Exception: The function raised it.
    """
    outcome: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the waiting thread
            failures.append(error)

    thread = threading.Thread(target=run, name="dolt-integrations-cache", daemon=True)
    thread.start()
    thread.join(_timeout())
    if failures:
        raise failures[0]
    if not outcome:
        raise PlaceTimeoutError(f"no answer within {_timeout():g} s ({TIMEOUT})")
    return outcome[0]


def _timeout() -> float:
    try:
        return max(float(os.environ.get(TIMEOUT, "")), 0.1)
    except ValueError:
        return DEFAULT_TIMEOUT


def _give_up(place: SharedPlace, error: BaseException) -> None:
    _failed[place.url] = time.monotonic()
    _warn(place, f"not used for {limits().shared_cache_seconds:g} s: {type(error).__name__}: {str(error)[:500]}")


def _warn(place: SharedPlace, what: str) -> None:
    """Log a warning once per place, and later problems at level INFO."""
    level = logging.INFO if place.url in _warned else logging.WARNING
    _warned.add(place.url)
    logger.log(level, "shared cache %s: %s", redact(place.url), redact_in(what))


def redact_in(what: str) -> str:
    """Return a message without the secrets in its URLs."""
    return " ".join(redact(word) if "://" in word else word for word in what.split(" "))
