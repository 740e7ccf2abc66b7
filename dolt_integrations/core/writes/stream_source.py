"""Data that comes in batches: iterators of frames, pyarrow RecordBatchReaders, polars LazyFrames."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
import pyarrow as pa

from dolt_integrations.core.frames.frame import EncodedFrame, encode_frame
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.errors import DataError, DoltError, StorageError
from dolt_integrations.limits import limits


def is_stream(data: Any) -> bool:
    """Whether data comes in batches: an iterator of frames, a pyarrow RecordBatchReader or a polars LazyFrame.

    Example:
        >>> is_stream(iter([])), is_stream(pd.DataFrame({"id": [1]}))
        (True, False)
    """
    return isinstance(data, (Iterator, pa.RecordBatchReader, pl.LazyFrame))


@contextmanager
def first_batch(data: Any, table: str) -> Iterator[tuple[EncodedFrame, Iterator[Any] | None]]:
    """Yield an encoded frame and None; for a stream, its encoded first batch and an iterator of the others.

    Raises:
        DataError: The data cannot be stored as it is; or the stream has no batch, so its columns are unknown.
        ForkedProcessError: The process is a fork of one that has already saved or loaded.
        StorageError: There is no space for the temporary file of a LazyFrame.
    """
    check_process()
    with _opened(data, table) as batches:
        first = data if batches is None else _first_of(batches, table)
        yield (encode_frame(first, table=table) if batches is None else encode_batch(first, table)), batches


@contextmanager
def _opened(data: Any, table: str) -> Iterator[Iterator[Any] | None]:
    """Yield the batches of a stream (a LazyFrame's from a temporary file), or None for a frame."""
    if isinstance(data, pl.LazyFrame):
        with _collected(data, table) as batches:
            yield batches
    elif isinstance(data, pa.RecordBatchReader):
        yield _tables(data)
    else:
        yield data if isinstance(data, Iterator) else None


def _tables(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    for batch in reader:
        yield pa.Table.from_batches([batch])


def encode_batch(batch: Any, table: str) -> EncodedFrame:
    """Encode a batch of a stream.

    Raises:
        DataError: It cannot be stored as it is.
    """
    return encode_frame(batch, table=table, in_stream=True)


@contextmanager
def _collected(data: pl.LazyFrame, table: str) -> Iterator[Iterator[pl.DataFrame]]:
    """Compute a LazyFrame into a temporary file, in bounded memory, and yield its batches."""
    with tempfile.TemporaryFile(prefix="dolt-integrations-") as file:
        size = limits().stream_rows
        path = f"/dev/fd/{file.fileno()}"  # an unlinked file, which disappears even if the process is killed
        try:
            data.sink_parquet(path, row_group_size=size)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _uncomputed(table, error) from error
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        scan = pl.scan_parquet(path)
        yield (scan.slice(at, size).collect() for at in range(0, max(rows, 1), size))


def _uncomputed(table: str, error: Exception) -> DoltError:
    if re.search(r"os error (28|122)|no space left|quota", str(error), re.IGNORECASE):
        hint = f"Free space in {tempfile.gettempdir()}, or set TMPDIR to another directory."
        return StorageError(f"cannot write a temporary file for table `{table}`: {error}", hint=hint)
    hint = "Call collect() on it to see the error, and correct its expressions or sources."
    return DataError(f"the LazyFrame for table `{table}` cannot be computed: {error}", hint=hint)


def _first_of(batches: Iterator[Any], table: str) -> Any:
    try:
        return next(batches)
    except StopIteration:
        hint = "Pass at least one frame, which may have no rows. An iterator that was already read has none left."
        raise DataError(f"the iterator or reader for table `{table}` has no frames", hint=hint) from None
