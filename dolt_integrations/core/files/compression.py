"""Compressing and decompressing files, by their suffix."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dolt_integrations.core.files.limit import read_bounded
from dolt_integrations.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable


def _to_zstandard(data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return bytes(sink.getvalue())


def _to_zip(data: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("data"), data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _open_zip(data: bytes) -> Any:
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    if len(names) != 1:
        raise ValueError(f"the archive has {len(names)} files, not one")
    return archive.open(names[0])


_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": _to_zstandard,
    ".zip": _to_zip,
}
_OPEN: dict[str, Callable[[bytes], Any]] = {
    ".gz": lambda data: gzip.GzipFile(fileobj=io.BytesIO(data)),
    ".bz2": lambda data: bz2.BZ2File(io.BytesIO(data)),
    ".xz": lambda data: lzma.LZMAFile(io.BytesIO(data)),
    ".zst": lambda data: pa.CompressedInputStream(pa.BufferReader(data), "zstd"),
    ".zip": _open_zip,
}

_BROKEN = (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)

COMPRESSIONS = tuple(_COMPRESS)
"""The suffixes of compressed files."""


def compress(data: bytes, suffix: str) -> bytes:
    """Compress data as a suffix says. Data is returned unchanged for any other suffix.

    Example:
        >>> decompress(compress(b"text", ".zst"), ".zst", "file"), compress(b"text", ".csv")
        (b'text', b'text')
    """
    return _COMPRESS[suffix](data) if suffix in _COMPRESS else data


def decompress(data: bytes, suffix: str, where: str) -> bytes:
    """Decompress data as a suffix says. Data is returned unchanged for any other suffix.

    Args:
        data: The file's content.
        suffix: The file's last suffix, in lower case.
        where: The file, for errors.

    Raises:
        FileError: It is not compressed in that way, is truncated, or is too large when decompressed.
    """
    if suffix not in _OPEN:
        return data
    try:
        with _OPEN[suffix](data) as file:
            return read_bounded(file, where)
    except FileError:
        raise
    except _BROKEN as error:
        hint = "Its suffix names the compression: rename the file, or restore it."
        raise FileError(f"{where} is not compressed as {suffix}, or is truncated: {error}", hint=hint) from error
