"""A store of table versions on this machine: what was read or written once need not be fetched again.

A version is found by Dolt's hash of its schema and rows, so nothing in the store ever becomes wrong, only unused. It
may be deleted at any time. Whatever is wrong with the store, a run goes on as if there were none.

    DOLT_INTEGRATIONS_CACHE        the directory; `off` for none; else `dolt-integrations` in the user's cache directory
    DOLT_INTEGRATIONS_CACHE_SIZE   bytes that it may take, 4 GiB unless said
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import secrets
from pathlib import Path

import pyarrow as pa

logger = logging.getLogger(__name__)

LOCATION = "DOLT_INTEGRATIONS_CACHE"
SIZE = "DOLT_INTEGRATIONS_CACHE_SIZE"
DEFAULT_SIZE = 4 << 30
_OFF = ("off", "0", "false", "no")

WORTHWHILE = 256 << 10
"""Bytes from which on a table is stored; a smaller one is read from the server as fast."""

_MAGIC = b"dolt-integrations 1\n"
_DIGEST = 32
_KEY = re.compile(r"[0-9a-v]{32}")


def find(table_hash: str | None) -> pa.Table | None:
    """Return the rows of a version; None if they are not there, or not whole."""
    folder = _folder(make=False)
    if folder is None or table_hash is None or not _KEY.fullmatch(table_hash):
        return None
    path = folder / f"{table_hash}.arrow"
    try:
        rows = _decoded(path.read_bytes(), table_hash)
        os.utime(path)  # it was used now: the store forgets the oldest first
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError) as error:
        logger.info("%s is not used: %s", path, error)
        _remove(path)
        return None
    logger.debug("found %d rows of %s in the cache", rows.num_rows, table_hash)
    return rows


def is_worthwhile(rows: pa.Table) -> bool:
    """Whether rows are stored at all: neither too few nor too many, in a store that is not off."""
    return os.environ.get(LOCATION, "").lower() not in _OFF and WORTHWHILE <= rows.nbytes <= _limit() // 4


def store(table_hash: str | None, rows: pa.Table) -> None:
    """Keep the rows of a version, if there is room and they are worth it."""
    if table_hash is None or not _KEY.fullmatch(table_hash) or not is_worthwhile(rows):
        return
    folder = _folder(make=True)
    path = folder / f"{table_hash}.arrow" if folder is not None else None
    if folder is None or path is None or path.exists():
        return
    temporary = folder / f"{table_hash}.{secrets.token_hex(4)}.part"
    try:
        _write(temporary, rows, table_hash)
        temporary.rename(path)
        _make_room(folder, _limit())
    except (OSError, pa.ArrowException) as error:
        logger.info("the rows of %s are not kept: %s", table_hash, error)
        _remove(temporary)


def _folder(*, make: bool) -> Path | None:
    """Return the store's directory, if it is the user's own and nobody else may write to it."""
    said = os.environ.get(LOCATION, "")
    if said.lower() in _OFF:
        return None
    try:
        folder = Path(said).expanduser() if said else _cache_home() / "dolt-integrations"
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError) as error:
        logger.debug("there is no cache: %s", error)
        return None
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        logger.info("%s is not used as a cache: others may write to it", folder)
        return None
    return folder


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def _limit() -> int:
    said = os.environ.get(SIZE, "")
    return int(said) if said.isdecimal() else DEFAULT_SIZE


def _write(path: Path, rows: pa.Table, table_hash: str) -> None:
    """Write magic, digest and rows; the digest, which is known last, goes to its place at the end."""
    with path.open("xb") as file:
        file.write(_MAGIC + bytes(_DIGEST))
        digest = _Digest(file, table_hash)
        with pa.ipc.new_stream(pa.PythonFile(digest, mode="w"), rows.schema) as writer:
            writer.write_table(rows, max_chunksize=1 << 20)
        file.seek(len(_MAGIC))
        file.write(digest.value)


class _Digest:
    """A file that is written through, and digested on the way."""

    def __init__(self, file: object, table_hash: str) -> None:
        self._file = file
        self._digest = _digest(table_hash)
        self.closed = False

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return int(self._file.write(data))  # type: ignore[attr-defined]

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    @property
    def value(self) -> bytes:
        return self._digest.digest()


def _digest(table_hash: str) -> hashlib.blake2b:
    """Begin a digest that is of one version only: a file under another one's name is damaged, too."""
    return hashlib.blake2b(digest_size=_DIGEST, key=table_hash.encode())


def _decoded(content: bytes, table_hash: str) -> pa.Table:
    start = len(_MAGIC) + _DIGEST
    body = memoryview(content)[start:]
    digest = _digest(table_hash)
    digest.update(body)
    if content[:start] != _MAGIC + digest.digest():
        raise ValueError("it is damaged")
    return pa.ipc.open_stream(pa.py_buffer(body)).read_all()


def _make_room(folder: Path, limit: int) -> None:
    """Remove what was used longest ago, and what dead processes left half-written, until the rest fits."""
    files = []
    for entry in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):
            if entry.name.endswith((".arrow", ".part")):
                files.append((entry.stat().st_mtime, entry.stat().st_size, Path(entry.path)))
    total = sum(size for _, size, _ in files)
    for _, size, path in sorted(files):
        if total <= limit:
            return
        _remove(path)
        total -= size


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
