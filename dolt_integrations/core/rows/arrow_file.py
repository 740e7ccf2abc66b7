"""The file format of cached rows: a magic string, a digest, and an Arrow IPC stream."""

from __future__ import annotations

import hashlib
import hmac
from typing import IO

import pyarrow as pa

_MAGIC = b"dolt-integrations 1\n"
_DIGEST = 32


def write_rows(file: IO[bytes], rows: pa.Table, key: str, seal: bytes = b"") -> None:
    """Write the magic string, the digest and the rows. The digest is filled in after the rows.

    Args:
        file: A seekable file.
        rows: The rows.
        key: The version's key.
        seal: A secret, which is needed to create or change bytes that `decoded` accepts.
    """
    file.write(_MAGIC + bytes(_DIGEST))
    digest = _Digest(file, key, seal)
    with pa.ipc.new_stream(pa.PythonFile(digest, mode="w"), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=1 << 20)
    file.seek(len(_MAGIC))
    file.write(digest.value)


class _Digest:
    """A file object that passes writes on and computes their digest."""

    def __init__(self, file: IO[bytes], key: str, seal: bytes) -> None:
        self._file = file
        self._digest = _digest(key, seal)
        self.closed = False

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """Do nothing, because nothing is buffered."""

    def close(self) -> None:
        self.closed = True

    @property
    def value(self) -> bytes:
        return self._digest.digest()


def _digest(key: str, seal: bytes) -> hashlib.blake2b:
    """Start a digest that depends on the version's key, so a file under another version's name counts as damaged."""
    if not seal:
        return hashlib.blake2b(digest_size=_DIGEST, key=key.encode())
    return hashlib.blake2b(key.encode(), digest_size=_DIGEST, key=seal)


def decoded(content: bytes, key: str, seal: bytes = b"") -> pa.Table:
    """Check the digest of what `write_rows` wrote, and return the rows.

    Raises:
        ValueError: The bytes are damaged, of another version, or were not made with the seal.
        pyarrow.ArrowException: The bytes are not an Arrow stream.
    """
    start = len(_MAGIC) + _DIGEST
    body = memoryview(content)[start:]
    digest = _digest(key, seal)
    digest.update(body)
    if not hmac.compare_digest(content[:start], _MAGIC + digest.digest()):
        raise ValueError("it is damaged, or was made with another key")
    return pa.ipc.open_stream(pa.py_buffer(body)).read_all()
