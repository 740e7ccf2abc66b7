"""Data that comes in batches: iterators of frames, readers of pyarrow, LazyFrames of polars."""

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

ROWS = 500_000
"""Rows of the batches that a LazyFrame is read in."""


def is_stream(data: Any) -> bool:
    """Whether data comes in batches: an iterator of frames, a pyarrow RecordBatchReader or a polars LazyFrame."""
    return isinstance(data, (Iterator, pa.RecordBatchReader, pl.LazyFrame))


@contextmanager
def first_batch(data: Any, table: str) -> Iterator[tuple[EncodedFrame, Iterator[Any] | None]]:
    """Yield data, encoded; of a stream its first batch, and the others as they are.

    Raises:
        DataError: The data is not to be stored as it is, or the stream is empty: it has not even columns.
        StorageError: No room for the temporary file of a LazyFrame.
    """
    check_process()
    with _opened(data, table) as batches:
        first = data if batches is None else _first_of(batches, table)
        yield (encode_frame(first, table=table) if batches is None else encode_batch(first, table)), batches


@contextmanager
def _opened(data: Any, table: str) -> Iterator[Iterator[Any] | None]:
    """Yield the batches of a stream, a LazyFrame's from a temporary file; None for a frame."""
    if isinstance(data, pl.LazyFrame):
        with _collected(data, table) as batches:
            yield batches
    elif isinstance(data, pa.RecordBatchReader):
        yield _tables(data)
    else:
        yield data if isinstance(data, Iterator) else None


def _tables(reader: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """Yield a table for each batch."""
    for batch in reader:
        yield pa.Table.from_batches([batch])


def encode_batch(batch: Any, table: str) -> EncodedFrame:
    """Return a batch, encoded.

    Raises:
        DataError: It is not to be stored as it is.
    """
    return encode_frame(batch, table=table, in_stream=True)


@contextmanager
def _collected(data: pl.LazyFrame, table: str) -> Iterator[Iterator[pl.DataFrame]]:
    """Let polars compute a LazyFrame to a file, in bounded memory, and yield that in batches."""
    with tempfile.TemporaryFile(prefix="dolt-integrations-") as file:
        path = f"/dev/fd/{file.fileno()}"  # it has no name of its own, so that nothing stays of it, whatever happens
        try:
            data.sink_parquet(path, row_group_size=ROWS)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _uncomputed(table, error) from error
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        scan = pl.scan_parquet(path)
        yield (scan.slice(at, ROWS).collect() for at in range(0, max(rows, 1), ROWS))


def _uncomputed(table: str, error: Exception) -> DoltError:
    if re.search(r"os error (28|122)|no space left|quota", str(error), re.IGNORECASE):
        hint = f"Make room in {tempfile.gettempdir()}, or set TMPDIR to another place."
        return StorageError(f"cannot write a temporary file for table `{table}`: {error}", hint=hint)
    return DataError(f"the LazyFrame for table `{table}` cannot be computed: {error}", hint="Mend it.")


def _first_of(batches: Iterator[Any], table: str) -> Any:
    try:
        return next(batches)
    except StopIteration:
        hint = "Give at least one, which may have no rows. One that has been read already has none left."
        raise DataError(f"the iterator or reader for table `{table}` has no frames", hint=hint) from None
