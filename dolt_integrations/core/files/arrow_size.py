"""Estimating from their metadata how large Parquet and Feather files become in memory, without reading them whole."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dolt_integrations.core.files.limit import file_limit, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8, "INT96": 8, "BYTE_ARRAY": 4}
"""Bytes of a value in memory, by Parquet's physical type. For strings, those of the offset."""


def check_parquet_size(data: bytes, names: Sequence[str] | None, where: str) -> None:
    """Refuse a Parquet file whose columns would become too large.

    Args:
        data: The file.
        names: The columns to read. None is all.
        where: The file, for errors.

    Raises:
        FileError: They are larger than the limit.
        pyarrow.ArrowException: It is not a Parquet file.
    """
    limit, size, repeated = file_limit(), 0, set()
    meta = pq.read_metadata(pa.BufferReader(data))
    for group in (meta.row_group(at) for at in range(meta.num_row_groups)):
        for column in (group.column(at) for at in range(group.num_columns)):
            if names is None or column.path_in_schema.partition(".")[0] in names:
                width = _WIDTHS.get(column.physical_type, 1)
                size += max(column.total_uncompressed_size, max(group.num_rows, column.num_values) * width)
                if column.physical_type == "BYTE_ARRAY" and column.has_dictionary_page:
                    repeated.add(column.path_in_schema)
    for length in _repeated(data, sorted(repeated)):
        if size > limit:
            break
        size += length
    if size > limit:
        raise too_large(where, limit)


def _repeated(data: bytes, names: list[str]) -> Iterator[int]:
    """Yield, batch by batch, the decoded size of strings that the file stores in dictionaries."""
    file = pq.ParquetFile(pa.BufferReader(data), read_dictionary=names)
    for batch in file.iter_batches(columns=names) if names else ():
        for array in batch.columns:
            if pa.types.is_dictionary(array.type) and len(array.dictionary):
                yield _total(_lengths(array.dictionary).take(array.indices))


def check_decoded_size(rows: pa.Table, where: str) -> None:
    """Refuse rows whose dictionaries or runs, which hold a value once for many rows, would become too large.

    Raises:
        FileError: Their values are larger than the limit.
    """
    limit, size = file_limit(), 0
    for chunk in (chunk for column in rows.columns for chunk in column.chunks):
        if pa.types.is_dictionary(chunk.type) and len(chunk.dictionary):
            size += _total(_lengths(chunk.dictionary).take(chunk.indices))
        elif pa.types.is_run_end_encoded(chunk.type):
            ends = chunk.run_ends.cast(pa.int64())
            counts = pc.subtract(ends, pa.concat_arrays([pa.array([0], pa.int64()), ends[:-1]]))
            size += _total(pc.multiply(_lengths(chunk.values), counts))
        if size > limit:
            raise too_large(where, limit)


def _lengths(values: pa.Array) -> pa.Array:
    """Return the bytes of each value."""
    kind = values.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind) or str(kind).startswith("large_"):
        return pc.binary_length(values).cast(pa.int64()).fill_null(0)
    return pa.array([8] * len(values), pa.int64())


def _total(lengths: pa.Array) -> int:
    return int(pc.sum(lengths).as_py() or 0)


def check_feather_size(data: bytes, where: str) -> None:
    """Refuse a Feather file whose buffers would become too large.

    Raises:
        FileError: They are larger than the limit.
        pyarrow.ArrowException: It is not a Feather file.
    """
    limit, size = file_limit(), 0
    for message in _messages(data):
        try:
            size += sum(_buffer_sizes(message))
        except struct.error as error:
            raise pa.ArrowInvalid(f"a message in it is damaged: {error}") from error
        if size > limit:
            raise too_large(where, limit)


def _messages(data: bytes) -> Iterator[pa.ipc.Message]:
    """Yield the messages of an Arrow file: eight bytes followed by a stream (Arrow format, "IPC File Format")."""
    if data.startswith(b"ARROW1"):
        reader = pa.ipc.MessageReader.open_stream(pa.BufferReader(pa.py_buffer(data)[8:]))
        while True:
            try:
                yield reader.read_next_message()
            except StopIteration:
                return


def _buffer_sizes(message: pa.ipc.Message) -> Iterator[int]:
    """Yield the declared size of each buffer of a message, decompressed.

    This reads the flatbuffers of the format (`Message.fbs`): field 2 of a message is its header. Fields 2 and 3 of a
    record batch are its buffers, as pairs of offset and length, and their compression. A compressed buffer starts with
    its uncompressed length, or with -1 if it is stored uncompressed.
    """
    if message.type not in ("record batch", "dictionary"):
        return
    meta, body = message.metadata.to_pybytes(), message.body
    batch = _table(meta, _field(meta, _table(meta, 0), 2))
    if message.type == "dictionary":
        batch = _table(meta, _field(meta, batch, 1))
    at = _field(meta, batch, 2)
    start = _table(meta, at) if at else None
    count = struct.unpack_from("<I", meta, start)[0] if start is not None else 0
    for number in range(count):
        place, length = struct.unpack_from("<qq", meta, (start or 0) + 4 + 16 * number)
        if _field(meta, batch, 3) and length >= 8 and place >= 0:
            real = struct.unpack("<q", body[place : place + 8].to_pybytes())[0]
            length = real if real >= 0 else length
        yield max(length, 0)


def _table(meta: bytes, at: int) -> int:
    """Return the position that the offset at a position points to."""
    return int(at + struct.unpack_from("<I", meta, at)[0])


def _field(meta: bytes, table: int, number: int) -> int:
    """Return the position of a table's field, or 0 if the field is missing."""
    vtable = table - struct.unpack_from("<i", meta, table)[0]
    if 4 + 2 * number >= struct.unpack_from("<H", meta, vtable)[0]:
        return 0
    offset = struct.unpack_from("<H", meta, vtable + 4 + 2 * number)[0]
    return int(table + offset) if offset else 0
