"""Files that hold a frame: CSV, or Parquet by its suffix. Written whole or not at all."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import secrets
import stat
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dolt_integrations.core import csvfile, parquetfile
from dolt_integrations.core.csvreading import READ_ARGS
from dolt_integrations.core.filevalues import frame_of
from dolt_integrations.engine import nearest
from dolt_integrations.errors import ConfigError, FileError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from dolt_integrations.engine import TableSchema

_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}
_DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
}


def read_file(
    filename: str | os.PathLike[str],
    *,
    table: str,
    existing: TableSchema | None = None,
    args: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Read a file into a frame that is to be saved into a table.

    `.parquet` and `.pq` are Parquet; everything else is CSV in UTF-8, compressed if it ends in `.gz`, `.bz2` or `.xz`.
    In a CSV file an unquoted empty cell is NULL and `""` is an empty text; empty lines are no rows, except in a file
    of one column, where they are NULL.

    Args:
        filename: The file.
        table: The table's name, for errors.
        existing: The table as it is. A column of it takes what the file's reading is, if it would stay as it is; else
            its type decides what the cells are, and a cell that is no value of it is an error: bytes are hexadecimal
            (`0x00ff`), booleans `true`, `false`, `1` or `0`, spans of time `HH:MM:SS.ffffff`, moments ISO; one of a
            column with a time zone that names no offset is in UTC, as the table keeps it. Columns that the file lacks
            are not in the frame. A Parquet file has types of its own.
        args: For CSV what `pandas.read_csv` takes, the same for a new table as for one that is there. pandas's reading
            decides the types (`007` is the number 7; `{"dtype": {"code": str}}` keeps it), but words such as `NA` stay
            texts, and integers are never rounded. The types that `dtype`, `parse_dates` and `converters` name are taken
            instead of the table's. For Parquet `columns` and `filters`, as pyarrow takes them.

    Raises:
        FileError: The file is missing, empty, ragged, not UTF-8, no Parquet ...: with the line where there is one.
        ColumnNotFoundError: The file has a column that the table has not.
        UnsupportedValueError: A cell is no value of its column's type: with line and column.
        ConfigError: Unknown arguments.

    Example:
        >>> path = folder + ".csv"
        >>> write_file(pd.DataFrame({"name": ["Alice", "", None]}), path)
        >>> read_file(path, table="users")["name"].isna().tolist()
        [False, False, True]
    """
    args, where = dict(args or {}), _shown(filename)
    check_args(args, read_args(filename), where)
    data = _decompressed(_read(filename, where), filename, where)
    if _is_parquet(filename):
        return parquetfile.read_parquet(data, where, table=table, existing=existing, args=args)
    return frame_of(csvfile.read_csv(data, where, args=args), table, existing)


def write_file(frame: pd.DataFrame, filename: str | os.PathLike[str], *, args: Mapping[str, Any] | None = None) -> None:
    """Write a frame to a file, as CSV or by its suffix as Parquet, so that `read_file` reads the same.

    The levels of a named index are columns. The file is there as a whole or, after any failure, as it was before.

    Args:
        frame: The frame.
        filename: The file; one that is there is replaced.
        args: For CSV `sep` and `encoding`, for Parquet `compression`.

    Raises:
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
    args, where = dict(args or {}), _shown(filename)
    check_args(args, write_args(filename), where)
    write = parquetfile.write_parquet if _is_parquet(filename) else csvfile.write_csv
    data = write(frame, where, args=args)
    compress = None if _is_parquet(filename) else _COMPRESS.get(Path(filename).suffix.lower())
    _store(compress(data) if compress else data, Path(filename), where)


def read_args(filename: str | os.PathLike[str]) -> set[str]:
    """Return the names of the arguments that `read_file` takes for a file.

    Raises:
        FileError: It is no file's name.
    """
    _shown(filename)
    return parquetfile.READ_ARGS if _is_parquet(filename) else READ_ARGS


def write_args(filename: str | os.PathLike[str]) -> set[str]:
    """Return the names of the arguments that `write_file` takes for a file.

    Raises:
        FileError: It is no file's name.
    """
    _shown(filename)
    return parquetfile.WRITE_ARGS if _is_parquet(filename) else csvfile.WRITE_ARGS


def check_args(args: Mapping[str, Any], known: set[str], where: str) -> None:
    """Refuse arguments that nobody reads.

    Raises:
        ConfigError: One is unknown; the hint names the nearest.
    """
    for name in args:
        if name not in known:
            raise ConfigError(f"{where} is not read or written with an argument {name!r}", hint=nearest(name, known))


def _shown(filename: object) -> str:
    if not isinstance(filename, (str, os.PathLike)) or isinstance(os.fspath(filename), bytes) or not str(filename):
        raise FileError(f"{filename!r} is no file's name", hint="Give a text or a Path.")
    return f"file {os.fspath(filename)!r}"


def _is_parquet(filename: str | os.PathLike[str]) -> bool:
    return Path(filename).suffix.lower() in (".parquet", ".pq")


def _read(filename: str | os.PathLike[str], where: str) -> bytes:
    try:
        return Path(filename).read_bytes()
    except FileNotFoundError as error:
        folder = Path(filename).parent
        around = [entry.name for entry in folder.iterdir()] if folder.is_dir() and os.access(folder, os.R_OK) else []
        raise FileError(f"there is no {where}", hint=nearest(Path(filename).name, around)) from error
    except IsADirectoryError as error:
        raise FileError(f"{where} is a directory", hint="Name a file in it.") from error
    except (OSError, ValueError) as error:
        raise FileError(f"{where} cannot be read: {error}", hint="Look at its permissions and its name.") from error


def _decompressed(data: bytes, filename: str | os.PathLike[str], where: str) -> bytes:
    suffix = Path(filename).suffix.lower()
    if suffix not in _DECOMPRESS:
        return data
    try:
        return _DECOMPRESS[suffix](data)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        hint = "Its suffix says how it is compressed."
        raise FileError(f"{where} is not compressed as {suffix}, or it is cut off: {error}", hint=hint) from error


def _store(data: bytes, path: Path, where: str) -> None:
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            # A pipe or a device, such as /dev/stdout: nothing could take its place.
            path.write_bytes(data)
        else:
            _replace(data, path)
    except (OSError, ValueError, RuntimeError) as error:
        hint = f"Make room in {path.parent}, or choose another place."
        raise StorageError(f"{where} cannot be written: {error}", hint=hint) from error


def _replace(data: bytes, path: Path) -> None:
    """Write beside the file, then take its place in one step."""
    beside = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(stat.S_IMODE(path.stat().st_mode))
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
