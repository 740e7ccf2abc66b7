"""Files that hold a frame, in the format that the suffix names. Written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dolt_integrations.core.files.columns import check_values
from dolt_integrations.core.files.compression import compress, decompress
from dolt_integrations.core.files.formats import check_args, find_format
from dolt_integrations.core.files.store import read_bytes, write_bytes
from dolt_integrations.core.frames.frame import frame_of
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.errors import ConstraintError, FileError, UnsupportedTypeError, UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from dolt_integrations.engine import TableSchema

_Name = str | os.PathLike[str]


def read_file(
    filename: _Name,
    *,
    table: str,
    existing: TableSchema | None = None,
    args: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Read a file into a frame that is to be saved into a table.

    `.csv`, `.txt` and no suffix are CSV in UTF-8, `.tsv` is the same with tabs, `.parquet` and `.pq` are Parquet,
    `.feather` and `.arrow` Arrow's file format, `.jsonl` and `.ndjson` JSON with an object to a line. Behind any of
    these, `.gz`, `.bz2`, `.xz`, `.zst` and `.zip` say how the file is compressed.

    In a CSV file an unquoted empty cell is NULL and `""` is an empty text; empty lines are no rows, except in a file
    of one column, where they are NULL.

    Args:
        filename: The file.
        table: The table's name, for errors.
        existing: The table as it is. A column of it takes what the file's reading is, if it would stay as it is; else
            its type decides what the cells are, and a cell that is no value of it is an error: bytes are hexadecimal
            (`0x00ff`), booleans `true`, `false`, `1` or `0`, durations `HH:MM:SS.ffffff`, timestamps ISO; one of a
            column with a time zone that names no offset is in UTC, as the table keeps it. Columns that the file lacks
            are not in the frame. A Parquet file has types of its own.
        args: For CSV what `pandas.read_csv` takes, the same for a new table as for one that is there. pandas's reading
            decides the types (`007` is the number 7; `{"dtype": {"code": str}}` keeps it), but words such as `NA` stay
            texts, and integers are never rounded. The types that `dtype`, `parse_dates` and `converters` name are taken
            instead of the table's. For Parquet `columns` and `filters`, for Feather `columns`, as pyarrow takes them.
            `format` decides where the suffix does not.

    Raises:
        FileError: The file is missing, empty, ragged, not UTF-8, no Parquet ..., with the line where there is one; or
            its suffix is of no format that is known; or it would take more memory than `DOLT_INTEGRATIONS_FILE_LIMIT`
            says (bytes; half of the machine's).
        ColumnNotFoundError: The file has a column that the table has not.
        UnsupportedValueError: A cell is no value of its column's type: with line and column.
        ConfigError: Unknown arguments.

    Example:
        >>> path = folder + ".csv"
        >>> write_file(pd.DataFrame({"name": ["Alice", "", None]}), path)
        >>> read_file(path, table="users")["name"].isna().tolist()
        [False, False, True]
    """
    rows = read_rows(filename, table=table, existing=existing, args=args)
    if isinstance(rows, pa.Table):
        check_values(rows, _shown(filename))
    return frame_of(rows, table)


def read_rows(
    filename: _Name, *, table: str, existing: TableSchema | None = None, args: Mapping[str, Any] | None = None
) -> pd.DataFrame | pa.Table:
    """Read a file as `read_file` does, but one of others that has types of its own into an Arrow Table."""
    check_process()
    args, where = dict(args or {}), _shown(filename)
    found, compression = find_format(filename, args, where)
    check_args(args, found.read_args, where)
    data = decompress(read_bytes(filename, where), compression, where)
    rows: pd.DataFrame | pa.Table = found.read(
        data, where, table=table, existing=existing, args={**found.defaults, **args}
    )
    return rows


@contextlib.contextmanager
def naming_file(rows: pd.DataFrame | pa.Table, filename: _Name, args: Mapping[str, Any]) -> Iterator[None]:
    """Let errors about values that no table can hold, or that break a constraint, name the file that they are in.

    Args:
        rows: What was read.
        filename: The file.
        args: How it was read.

    Raises:
        ConstraintError: A row breaks a constraint of the table; with its line, where the file has lines.
        UnsupportedTypeError: A column of a type that has no SQL type.
        UnsupportedValueError: A value that its column cannot hold, with its row.
    """
    try:
        yield
    except (UnsupportedTypeError, UnsupportedValueError, ConstraintError) as error:
        check_values(rows, _shown(filename))
        if isinstance(error, ConstraintError) and error.row is not None:
            raise error.in_file(_place(filename, error.row, args)) from error
        raise


def _place(filename: _Name, row: int, args: Mapping[str, Any]) -> str:
    """Return the file and, where it has lines and is still there, the one of a row."""
    where, args = _shown(filename), dict(args)
    found, compression = find_format(filename, args, where)
    line = None
    if found.line is not None:
        with contextlib.suppress(FileError):
            data = decompress(read_bytes(filename, where), compression, where)
            line = found.line(data, where, row, {**found.defaults, **args})
    return where if line is None else f"{where}, line {line}"


def write_file(frame: pd.DataFrame, filename: _Name, *, args: Mapping[str, Any] | None = None) -> None:
    """Write a frame to a file, in the format that its suffix names, so that `read_file` reads the same.

    The levels of a named index are columns. The file is there as a whole or, after any failure, as it was before.

    Args:
        frame: The frame.
        filename: The file; one that is there is replaced.
        args: `format` (`csv`, `tsv`, `parquet`, `feather`, `jsonl`) where the suffix does not say it; for CSV `sep` and
            `encoding`, for Parquet and Feather `compression`.

    Raises:
        FileError: The suffix is of no format that is known.
        StorageError: The file cannot be written.
        UnsupportedTypeError: A column of a dtype that has no SQL type.
        UnsupportedValueError: A value that its column cannot hold.
        ConfigError: Unknown arguments.

    Example:
        >>> write_file(pd.DataFrame({"name": ["Alice", "", None], "count": [4, 2, 1]}), folder + ".csv")
        >>> with open(folder + ".csv") as file:
        ...     print(file.read())
        name,count
        Alice,4
        "",2
        ,1
    """
    check_process()
    args, where = dict(args or {}), _shown(filename)
    found, compression = find_format(filename, args, where)
    check_args(args, found.write_args, where)
    data = found.write(frame, where, args={**found.defaults, **args})
    write_bytes(compress(data, compression), Path(filename), where)


def read_args(filename: _Name, args: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the arguments that `read_file` takes for a file.

    Raises:
        FileError: It is no file's name, or its suffix is of no format that is known.
        ConfigError: `args` names a format that there is not.
    """
    return find_format(filename, dict(args), _shown(filename))[0].read_args | {"format"}


def write_args(filename: _Name, args: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the arguments that `write_file` takes for a file.

    Raises:
        FileError: It is no file's name, or its suffix is of no format that is known.
        ConfigError: `args` names a format that there is not.
    """
    return find_format(filename, dict(args), _shown(filename))[0].write_args | {"format"}


def _shown(filename: object) -> str:
    if not isinstance(filename, (str, os.PathLike)) or isinstance(os.fspath(filename), bytes) or not str(filename):
        raise FileError(f"{filename!r} is no file's name", hint="Give a text or a Path.")
    return f"file {os.fspath(filename)!r}"
