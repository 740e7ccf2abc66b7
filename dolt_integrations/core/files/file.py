"""Reading and writing frames as files, in the format that the suffix names. Files are written atomically."""

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
    """Read a file into a frame, to be saved to a table.

    `.csv`, `.txt` and no suffix are CSV in UTF-8, and `.tsv` is the same with tabs. `.parquet` and `.pq` are Parquet,
    `.feather` and `.arrow` are Arrow's file format, and `.jsonl` and `.ndjson` have a JSON object per line. A further
    suffix `.gz`, `.bz2`, `.xz`, `.zst` or `.zip` names a compression.

    In a CSV file, an unquoted empty cell is NULL and `""` is an empty string. Empty lines are ignored, except in a file
    with one column, where they are NULL.

    Args:
        filename: The file.
        table: The table's name, for errors.
        existing: The table's current schema. If a column holds the values that pandas reads, these are used. Otherwise
            the cells are parsed by the column's type, and an invalid cell is an error: binary values are hexadecimal
            (`0x00ff`), booleans `true`, `false`, `1` or `0`, durations `HH:MM:SS.ffffff`, timestamps ISO (in UTC unless
            they have an offset, which only columns with a time zone accept). Columns that the file lacks are not in the
            frame. A Parquet file has types of its own.
        args: For CSV, the arguments of `pandas.read_csv`, with the same effect for new and existing tables. pandas
            determines the types (`007` is the number 7; `{"dtype": {"code": str}}` keeps it), but words such as `NA`
            stay strings, and integers are never rounded. Types named by `dtype`, `parse_dates` and `converters` take
            precedence over the table's. For Parquet, `columns` and `filters`, for Feather, `columns`, as for pyarrow.
            `format` names the format instead of the suffix.

    Raises:
        FileError: The file is missing, empty, ragged, not UTF-8 or not in its format (the message names the line, if
            there is one); or its suffix is unknown; or it would take more memory than `DOLT_INTEGRATIONS_FILE_LIMIT`
            (in bytes; by default half of the machine's).
        ColumnNotFoundError: The file has a column that the table does not have.
        UnsupportedTypeError: A column has a type without an SQL type, or values of several types.
        UnsupportedValueError: A cell is not a value of its column's type. The message names its line and column.
        ConfigError: An argument is unknown.

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
    """Read a file as `read_file` does, but Parquet and Feather files of other programs into an Arrow Table."""
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
    """Let errors about a file's values name the file, and the line if there is one.

    Args:
        rows: The rows that were read.
        filename: The file.
        args: The arguments with which it was read.

    Raises:
        ConstraintError: A row breaks a constraint of the table.
        UnsupportedTypeError: A column's type has no SQL type.
        UnsupportedValueError: A column cannot hold a value.
    """
    try:
        yield
    except (UnsupportedTypeError, UnsupportedValueError, ConstraintError) as error:
        check_values(rows, _shown(filename))
        if isinstance(error, ConstraintError) and error.row is not None:
            raise error.in_file(_place(filename, error.row, args)) from error
        raise


def _place(filename: _Name, row: int, args: Mapping[str, Any]) -> str:
    """Return the file and the line of a row, if the format has lines and the file still exists."""
    where, args = _shown(filename), dict(args)
    found, compression = find_format(filename, args, where)
    line = None
    if found.line is not None:
        with contextlib.suppress(FileError):
            data = decompress(read_bytes(filename, where), compression, where)
            line = found.line(data, where, row, {**found.defaults, **args})
    return where if line is None else f"{where}, line {line}"


def write_file(frame: pd.DataFrame, filename: _Name, *, args: Mapping[str, Any] | None = None) -> None:
    """Write a frame to a file, in the format that its suffix names, so that `read_file` returns an equal frame.

    The levels of a named index become columns. The file is written atomically: after a failure it is unchanged.

    Args:
        frame: The frame.
        filename: The file. An existing file is replaced.
        args: `format` (`csv`, `tsv`, `parquet`, `feather`, `jsonl`), if the suffix does not name it; for CSV, `sep` and
            `encoding`; for Parquet and Feather, `compression`.

    Raises:
        DataError: It is not a DataFrame, has no columns, or has two of the same name.
        FileError: The suffix is unknown.
        StorageError: The file cannot be written.
        UnsupportedTypeError: A column's dtype has no SQL type.
        UnsupportedValueError: A column cannot hold a value.
        ConfigError: An argument is unknown or has a wrong value.

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
    """Return the names of the arguments that `read_file` accepts for a file.

    Raises:
        FileError: It is not a file name, or its suffix is unknown.
        ConfigError: `args` names an unknown format.
    """
    return find_format(filename, dict(args), _shown(filename))[0].read_args | {"format"}


def write_args(filename: _Name, args: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the arguments that `write_file` accepts for a file.

    Raises:
        FileError: It is not a file name, or its suffix is unknown.
        ConfigError: `args` names an unknown format.
    """
    return find_format(filename, dict(args), _shown(filename))[0].write_args | {"format"}


def _shown(filename: object) -> str:
    if not isinstance(filename, (str, os.PathLike)) or isinstance(os.fspath(filename), bytes) or not str(filename):
        raise FileError(f"{filename!r} is not a file name", hint="Pass a string or a Path.")
    return f"file {os.fspath(filename)!r}"
