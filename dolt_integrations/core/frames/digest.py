"""A digest of rows that does not depend on their order or on how they are split into batches."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from dolt_integrations.core.frames.frame import EncodedFrame

    Numbers = NDArray[np.uint64]

_AT_ONCE = 100_000
"""Rows to hash at a time, so that memory stays bounded."""

_NULL = np.uint64(0x9E3779B97F4A7C15)

_HASH_KEY = "dolt-integration"
"""The key (16 bytes) for pandas's hash of strings. Changing it would change all digests."""


class RowsDigest:
    """Combines batches of rows into one digest. Equal columns, keys and rows have equal digests.

    Each row is hashed and the hashes are summed, so order and batches do not matter. It detects different rows, but is
    not cryptographic: rows with a given digest can be constructed.

    Example:
        >>> one, other = RowsDigest(["id"]), RowsDigest(["id"])
        >>> one.add(pa.table({"id": [1, 2]}))
        >>> other.add(pa.table({"id": [2]})), other.add(pa.table({"id": [1]}))
        (None, None)
        >>> one.hex() == other.hex()
        True
    """

    def __init__(self, key: Iterable[str] = ()) -> None:
        """Start without rows.

        Args:
            key: The primary key's columns.
        """
        self._head = hashlib.sha256(repr(tuple(key)).encode())
        self._named = False
        self._rows = 0
        self._sums = [0, 0]

    def add(self, rows: pa.Table, *, dtypes: Sequence[object] = ()) -> None:
        """Add a batch.

        Args:
            rows: The rows.
            dtypes: Other descriptions of the columns. Those of the first batch are part of the digest.
        """
        if not self._named:
            self._head.update(repr([rows.column_names, [str(dtype) for dtype in dtypes]]).encode())
            self._named = True
        for at in range(0, rows.num_rows, _AT_ONCE):
            self._add_some(rows.slice(at, _AT_ONCE))

    def _add_some(self, rows: pa.Table) -> None:
        hashes = np.zeros(rows.num_rows, dtype=np.uint64)
        for name in rows.column_names:
            hashes = _mixed(hashes * np.uint64(31) + _hashes(rows.column(name)))
        self._rows += rows.num_rows
        for which, values in enumerate((hashes, _mixed(hashes ^ _NULL))):
            low = int(np.sum(values & np.uint64(0xFFFFFFFF), dtype=np.uint64))
            high = int(np.sum(values >> np.uint64(32), dtype=np.uint64))
            self._sums[which] += low + (high << 32)

    def hex(self) -> str:
        """Return the digest as 32 hexadecimal digits."""
        whole = self._head.copy()
        whole.update(repr((self._rows, self._sums)).encode())
        return whole.hexdigest()[:32]


def digest_of(frame: EncodedFrame, key: Iterable[str] | None) -> str:
    """Return the digest of a frame's columns, key and rows. It does not depend on the order of the rows."""
    digest = RowsDigest(key or ())
    add_frame(digest, frame)
    return digest.hex()


def add_frame(digest: RowsDigest, frame: EncodedFrame) -> None:
    """Add the rows of an encoded frame to a digest, with the marks of its columns as dtypes."""
    digest.add(frame.data, dtypes=[column.mark for column in frame.columns.values()])


def _mixed(values: Numbers) -> Numbers:
    """Mix the bits of each number (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _hashes(column: pa.ChunkedArray) -> Numbers:
    """Return a hash of each value that depends on nothing but the value."""
    missing = column.is_null().to_numpy(zero_copy_only=False)
    hashes = _mixed(_bits(column) + np.uint64(1))
    hashes[missing] = _NULL
    return hashes


def _bits(column: pa.ChunkedArray) -> Numbers:
    kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.uint8())
    elif pa.types.is_timestamp(kind) or pa.types.is_time64(kind) or pa.types.is_duration(kind):
        column = column.cast(pa.int64())
    elif pa.types.is_date32(kind) or pa.types.is_time32(kind):
        column = column.cast(pa.int32())
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _numbers(column.combine_chunks())
    return _texts(column)


def _numbers(values: Any) -> Numbers:
    filled = pc.fill_null(values, pa.scalar(0, values.type)).to_numpy(zero_copy_only=False)
    wide = {"f": np.float64, "i": np.int64}.get(filled.dtype.kind, np.uint64)
    numbers: Numbers = filled.astype(wide).view(np.uint64)
    return numbers


def _texts(column: pa.ChunkedArray) -> Numbers:
    values = np.array([b"" if value is None else _bytes(value) for value in column.to_pylist()], dtype=object)
    return pd.util.hash_array(values, hash_key=_HASH_KEY, categorize=False)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
