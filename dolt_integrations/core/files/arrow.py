"""Parquet and Feather files: frames as Arrow, with the declaration that each column would have in a table.

A file that we write has each column's SQL type and mark as metadata, so that the same frame is read back.
Other programs see ordinary columns (timestamps with a zone, durations, decimals, JSON strings) and pandas's metadata.
Files of other programs are handled like Arrow Tables, including pandas's metadata.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

from dolt_integrations.core.arrow.nested import encode_nested, is_nested
from dolt_integrations.core.columns.arrays import ARRAYS, documents_of
from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.files.arrow_size import check_decoded_size, check_feather_size, check_parquet_size
from dolt_integrations.core.files.columns import check_names, encode_named, match_columns, named_series
from dolt_integrations.core.frames.decoded import decode_result
from dolt_integrations.core.frames.index import stored_levels
from dolt_integrations.core.frames.interchange import to_arrow
from dolt_integrations.engine import Column, Result, arrow_type
from dolt_integrations.errors import ConfigError, DataError, FileError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from dolt_integrations.engine import TableSchema

logger = logging.getLogger(__name__)

_KEY = b"dolt_integrations"


def read_parquet(
    data: bytes, where: str, *, table: str, existing: TableSchema | None, args: Mapping[str, Any]
) -> pd.DataFrame | pa.Table:
    """Return the rows of a Parquet file (see `read_file`)."""
    try:
        _check_names(pq.ParquetFile(pa.BufferReader(data)).schema_arrow.names, where)
        check_parquet_size(data, args.get("columns") if not args.get("filters") else None, where)
        rows = pq.read_table(pa.BufferReader(data), **args)
        rows.validate(full=True)
    except FileError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        raise FileError(f"{where} cannot be read as Parquet: {error}", hint=_HINT) from error
    return _fitted(rows, table, existing, where)


def read_feather(
    data: bytes, where: str, *, table: str, existing: TableSchema | None, args: Mapping[str, Any]
) -> pd.DataFrame | pa.Table:
    """Return the rows of a Feather file (see `read_file`)."""
    try:
        check_feather_size(data, where)
        rows = feather.read_table(pa.BufferReader(data), **args)
        rows.validate(full=True)  # offsets of a damaged file may point beyond its end
        check_decoded_size(rows, where)
        _check_names(rows.column_names, where)
    except FileError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        raise FileError(f"{where} cannot be read as Feather: {error}", hint=_HINT) from error
    return _fitted(rows, table, existing, where)


_HINT = "Its suffix names this format. If it has another format, rename it, or pass the `format` argument."


def _check_names(names: Sequence[str], where: str) -> None:
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FileError(f"{where} has two columns {twice!r}", hint="Rename one of them.")


def _fitted(rows: pa.Table, table: str, existing: TableSchema | None, where: str) -> pd.DataFrame | pa.Table:
    """Return the rows with the table's spelling of the column names, matched regardless of case."""
    frame = _as_saved(rows, where)
    names = list(rows.column_names) if frame is None else [column.name for column in named_series(frame, where)]
    check_names(names, where)
    if existing is not None:
        wanted = match_columns(names, existing, table, where)
        new = {name: column.name for name, column in zip(names, wanted, strict=True) if name != column.name}
        rows = _renamed(rows, new) if new else rows
    return rows if frame is None else _as_saved(rows, where)


def _renamed(rows: pa.Table, new: Mapping[str, str]) -> pa.Table:
    """Rename columns, in pandas's metadata too."""
    said = dict(rows.schema.metadata or {})
    rows = rows.rename_columns([new.get(name, name) for name in rows.column_names])
    try:
        pandas = json.loads(said[b"pandas"])
        for column in pandas["columns"]:
            column["field_name"], column["name"] = (new.get(column[key], column[key]) for key in ("field_name", "name"))
        pandas["index_columns"] = [new.get(str(entry), entry) for entry in pandas["index_columns"]]
    except (KeyError, ValueError, TypeError, RecursionError):
        return rows
    return rows.replace_schema_metadata({**said, b"pandas": json.dumps(pandas)})


def _as_saved(rows: pa.Table, where: str) -> pd.DataFrame | None:
    """Return the frame that one of our files was written from, or None for files of other programs."""
    declared = [_declared(field) for field in rows.schema]
    columns = tuple(column for column in declared if column is not None)
    if len(columns) < len(declared) or not columns:
        return None
    try:
        arrays = [_stored(rows.column(at), column) for at, column in enumerate(columns)]
        return decode_result(Result(columns, pa.Table.from_arrays(arrays, names=[one.name for one in columns])))
    except (pa.ArrowException, ValueError, TypeError, DataError) as error:
        logger.warning("the columns of %s do not match their metadata, which is ignored: %s", where, error)
        return None


def _declared(field: pa.Field) -> Column | None:
    """Return a column's declaration in one of our files, or None."""
    try:
        said = json.loads((field.metadata or {})[_KEY])
        return Column(field.name, str(said["type"]), bool(said["nullable"]), str(said["comment"]))
    except (KeyError, ValueError, TypeError, RecursionError):
        return None


def _stored(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Return values as the engine fetches them."""
    kind = arrow_type(column.sql_type)
    if pa.types.is_duration(values.type) and pa.types.is_integer(kind):
        return values.cast(pa.int64())
    if pa.types.is_time(values.type):
        return values.cast(pa.time64("us")).cast(pa.int64()).cast(kind)
    if is_nested(values.type):
        is_array = mark_of(column.comment).dtype == ARRAYS
        texts = documents_of(values) if is_array else encode_nested(values, f"column {column.name!r}")[0]
        return pa.chunked_array([texts])
    return values if values.type == kind else values.cast(kind)


def write_parquet(frame: pd.DataFrame, where: str, *, args: Mapping[str, Any]) -> bytes:
    """Return a frame as a Parquet file (see `write_file`)."""
    return _written(pq.write_table, frame, where, args)


def write_feather(frame: pd.DataFrame, where: str, *, args: Mapping[str, Any]) -> bytes:
    """Return a frame as a Feather file (see `write_file`)."""
    return _written(feather.write_feather, frame, where, args)


def _written(write: Callable[..., None], frame: pd.DataFrame, where: str, args: Mapping[str, Any]) -> bytes:
    rows, sink = _to_rows(frame, where), pa.BufferOutputStream()
    try:
        write(rows, sink, **{"compression": "zstd", **args})
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise ConfigError(f"{where} cannot be written with {dict(args)}: {error}") from error
    return bytes(sink.getvalue())


def _to_rows(frame: pd.DataFrame, where: str) -> pa.Table:
    """Return a frame as Arrow, with the declaration that each column would have in a table."""
    encoded = encode_named(frame, where)
    columns = tuple(
        Column(name, one.sql_type or "longtext", one.nullable, one.mark.comment()) for name, one in encoded.items()
    )
    values = [_typed(encoded[column.name].values, column) for column in columns]
    rows = to_arrow(Result(columns, pa.table(dict(zip(encoded, values, strict=True)))))
    fields = [_with_declaration(field, column) for field, column in zip(rows.schema, columns, strict=True)]
    return rows.cast(pa.schema(fields, _pandas_metadata(frame)))


def _typed(values: pa.Array, column: Column) -> pa.Array:
    """Return decimals, which are encoded for Dolt as strings, as decimals."""
    kind = arrow_type(column.sql_type)
    return values.cast(kind) if pa.types.is_decimal(kind) else values


def _with_declaration(field: pa.Field, column: Column) -> pa.Field:
    said = {"type": column.sql_type, "nullable": column.nullable, "comment": column.comment}
    return field.with_metadata({_KEY: json.dumps(said)})


def _pandas_metadata(frame: pd.DataFrame) -> dict[bytes, bytes] | None:
    """Return the metadata from which pandas restores the index and the dtypes."""
    labels = [*frame.columns, *(name for name in frame.index.names if name is not None)]
    if not all(isinstance(label, str) for label in labels):
        return None  # the metadata cannot distinguish integer labels from strings, and pyarrow warns about them
    try:
        empty = frame.iloc[:0]
        named = bool(stored_levels(frame.index, "a file"))
        schema = pa.Schema.from_pandas(empty if named else empty.reset_index(drop=True), preserve_index=named or None)
    except (pa.ArrowException, ValueError, TypeError, KeyError):
        return None
    found: dict[bytes, bytes] = schema.metadata
    return found
