"""The rows of a version as bytes: Arrow's stream format behind a digest."""

from __future__ import annotations

import hashlib
import hmac
from typing import IO

import pyarrow as pa

_MAGIC = b"dolt-integrations 1\n"
_DIGEST = 32


def write_rows(file: IO[bytes], rows: pa.Table, key: str, seal: bytes = b"") -> None:
    """Write magic, digest and rows; the digest, which is known last, goes to its place at the end.

    Args:
        file: Where.
        rows: The rows.
        key: Of the version.
        seal: A secret; who does not have it can neither make nor change what `decoded` takes with it.
    """
    file.write(_MAGIC + bytes(_DIGEST))
    digest = _Digest(file, key, seal)
    with pa.ipc.new_stream(pa.PythonFile(digest, mode="w"), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=1 << 20)
    file.seek(len(_MAGIC))
    file.write(digest.value)


class _Digest:
    """A file that is written through, and digested on the way."""

    def __init__(self, file: IO[bytes], key: str, seal: bytes) -> None:
        self._file = file
        self._digest = _digest(key, seal)
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


def _digest(key: str, seal: bytes) -> hashlib.blake2b:
    """Begin a digest that is of one version only: a file under another one's name is damaged, too."""
    if not seal:
        return hashlib.blake2b(digest_size=_DIGEST, key=key.encode())
    return hashlib.blake2b(key.encode(), digest_size=_DIGEST, key=seal)


def decoded(content: bytes, key: str, seal: bytes = b"") -> pa.Table:
    """Return the rows of bytes whose digest is right.

    Raises:
        ValueError: They are damaged, of another version, or not made with the seal.
        pyarrow.ArrowException: They are no rows.
    """
    start = len(_MAGIC) + _DIGEST
    body = memoryview(content)[start:]
    digest = _digest(key, seal)
    digest.update(body)
    if not hmac.compare_digest(content[:start], _MAGIC + digest.digest()):
        raise ValueError("it is damaged, or not made with this key")
    return pa.ipc.open_stream(pa.py_buffer(body)).read_all()
