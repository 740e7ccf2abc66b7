"""A store of table versions on this machine: what was read or written once need not be fetched again.

A version is found by where it comes from and Dolt's hash of its schema and rows, so nothing in the store ever becomes
wrong, only unused, and a server that lies about a hash is believed about its own tables only. The store may be deleted
at any time. Whatever is wrong with it, a run goes on as if there were none.

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
from typing import IO

import pyarrow as pa

from dolt_integrations.core.whole_file import whole_file

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


def version_key(source: str, table_hash: str | None) -> str | None:
    """Return what a version is stored under; None where Dolt gave no hash.

    Args:
        source: Where it comes from: `ServerAddress.source`.
        table_hash: Dolt's hash of the table.
    """
    if table_hash is None or not _KEY.fullmatch(table_hash):
        return None
    return hashlib.sha256(f"{source}\0{table_hash}".encode()).hexdigest()[:32]


def find(key: str | None) -> pa.Table | None:
    """Return the rows of a version; None if they are not there, or not whole."""
    folder = _folder(make=False)
    if folder is None or key is None or not _KEY.fullmatch(key):
        return None
    path = folder / f"{key}.arrow"
    try:
        rows = _decoded(_read_own(path), key)
        os.utime(path)  # it was used now: the store forgets the oldest first
    except FileNotFoundError:
        return None
    except (OSError, pa.ArrowException, ValueError) as error:
        logger.info("%s is not used: %s", path, error)
        _remove(path)
        return None
    logger.debug("found %d rows of %s in the cache", rows.num_rows, key)
    return rows


def is_worthwhile(rows: pa.Table) -> bool:
    """Whether rows are stored at all: neither too few nor too many, in a store that is not off."""
    return os.environ.get(LOCATION, "").lower() not in _OFF and WORTHWHILE <= rows.nbytes <= _limit() // 4


def store(key: str | None, rows: pa.Table) -> None:
    """Keep the rows of a version, if there is room and they are worth it."""
    if key is None or not _KEY.fullmatch(key) or not is_worthwhile(rows):
        return
    folder = _folder(make=True)
    path = folder / f"{key}.arrow" if folder is not None else None
    if folder is None or path is None or path.exists():
        return
    temporary = folder / f"{key}.{secrets.token_hex(4)}.part"
    try:
        with whole_file(path, temporary, mode=0o600) as file:
            _write(file, rows, key)
        _make_room(folder, _limit())
    except (OSError, pa.ArrowException) as error:
        logger.info("the rows of %s are not kept: %s", key, error)


def usage() -> tuple[Path, int] | None:
    """Return the store's directory and the bytes that it takes; None where there is none, or it is off."""
    folder = _folder(make=False)
    if folder is None or not folder.is_dir():
        return None
    sizes = []
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):  # another process forgets it just now
            sizes.append(entry.stat().st_size)
    return folder, sum(sizes)


def _folder(*, make: bool) -> Path | None:
    """Return the store's directory, if it is the user's own and nobody else may read or write it."""
    said = os.environ.get(LOCATION, "")
    if said.lower() in _OFF:
        return None
    try:
        folder = Path(said).expanduser() if said else _cache_home() / "dolt-integrations"
        if make:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        problem = _narrowed(folder)
    except (OSError, RuntimeError) as error:
        logger.debug("there is no cache: %s", error)
        return None
    if problem:
        logger.warning("%s is not used as a cache: %s", folder, problem)
        return None
    return folder


def _narrowed(folder: Path) -> str | None:
    """Let nobody else read a folder of ours; return why that cannot be.

    One that others may write to may have their files in it by now, one with other files is not for us to close.
    """
    found = folder.stat()
    if found.st_uid != os.getuid():
        return "it belongs to another user"
    if found.st_mode & 0o022:
        return f"others may write to it; empty it, then `chmod 700 {folder}`"
    if found.st_mode & 0o055:
        if not all(entry.name.endswith((".arrow", ".part")) for entry in folder.iterdir()):
            return f"others may read it; `chmod 700 {folder}`, or name a folder that is for the cache alone"
        folder.chmod(found.st_mode & 0o700)
    return None


def _read_own(path: Path) -> bytes:
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


def _limit() -> int:
    said = os.environ.get(SIZE, "")
    return int(said) if said.isdecimal() else DEFAULT_SIZE


def _write(file: IO[bytes], rows: pa.Table, key: str) -> None:
    """Write magic, digest and rows; the digest, which is known last, goes to its place at the end."""
    file.write(_MAGIC + bytes(_DIGEST))
    digest = _Digest(file, key)
    with pa.ipc.new_stream(pa.PythonFile(digest, mode="w"), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=1 << 20)
    file.seek(len(_MAGIC))
    file.write(digest.value)


class _Digest:
    """A file that is written through, and digested on the way."""

    def __init__(self, file: IO[bytes], key: str) -> None:
        self._file = file
        self._digest = _digest(key)
        self.closed = False

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        self.closed = True

    @property
    def value(self) -> bytes:
        return self._digest.digest()


def _digest(key: str) -> hashlib.blake2b:
    """Begin a digest that is of one version only: a file under another one's name is damaged, too."""
    return hashlib.blake2b(digest_size=_DIGEST, key=key.encode())


def _decoded(content: bytes, key: str) -> pa.Table:
    """Return the rows of a file whose digest is right.

    A cache that several machines share would verify here as well: with a digest that comes from rows of the server
    itself, or is signed, instead of one that anybody can make who may write the file.
    """
    start = len(_MAGIC) + _DIGEST
    body = memoryview(content)[start:]
    digest = _digest(key)
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
