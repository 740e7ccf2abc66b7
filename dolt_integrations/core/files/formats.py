"""The formats of files, by their suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.files import arrow as arrowfile
from dolt_integrations.core.files import json as jsonfile
from dolt_integrations.core.files.compression import COMPRESSIONS
from dolt_integrations.core.files.csv import file as csvfile
from dolt_integrations.core.files.csv.reading import READ_ARGS
from dolt_integrations.engine import nearest
from dolt_integrations.errors import ConfigError, FileError

if TYPE_CHECKING:
    import os


@dataclass(frozen=True)
class Format:
    """A file format.

    Attributes:
        suffixes: The suffixes of its files. An empty one stands for no suffix.
        read: Returns a DataFrame or an Arrow Table, given the file's bytes, its name for errors, the table, and the
            arguments.
        write: Returns bytes, given a frame, the file's name for errors, and the arguments.
        read_args: The arguments that `read` accepts.
        write_args: The arguments that `write` accepts.
        defaults: Default values of arguments.
        line: Returns the line of the file on which a row begins, counted from 1. None for formats without lines.
    """

    suffixes: tuple[str, ...]
    read: Callable[..., Any]
    write: Callable[..., bytes]
    read_args: frozenset[str]
    write_args: frozenset[str]
    defaults: Mapping[str, Any]
    line: Callable[..., int | None] | None = None


_CSV = (csvfile.read_csv, csvfile.write_csv, frozenset(READ_ARGS), frozenset(csvfile.WRITE_ARGS))

FORMATS = {
    "csv": Format((".csv", ".txt", ""), *_CSV, {}, csvfile.line_of),
    "tsv": Format((".tsv",), *_CSV, {"sep": "\t"}, csvfile.line_of),
    "parquet": Format((".parquet", ".pq"), arrowfile.read_parquet, arrowfile.write_parquet,
                      frozenset({"columns", "filters"}), frozenset({"compression"}), {}),
    "feather": Format((".feather", ".arrow"), arrowfile.read_feather, arrowfile.write_feather,
                      frozenset({"columns"}), frozenset({"compression"}), {}),
    "jsonl": Format((".jsonl", ".ndjson"), jsonfile.read_lines, jsonfile.write_lines, frozenset(), frozenset(), {},
                    jsonfile.line_of),
}  # fmt: skip
"""The formats, by the name for the `format` argument."""

_OTHERS = {
    ".json": "Write one object per line (.jsonl), or read it with pandas.read_json and save that with write_table.",
    ".xlsx": "Read it with pandas.read_excel and save the frame with write_table.",
    ".xls": "Read it with pandas.read_excel and save the frame with write_table.",
}


def find_format(filename: str | os.PathLike[str], args: dict[str, Any], where: str) -> tuple[Format, str]:
    """Return the format of a file and its compression suffix, which may be empty.

    Args:
        filename: The file.
        args: The arguments. `format` is removed from them and takes precedence over the suffix.
        where: The file, for errors.

    Raises:
        FileError: The suffix is unknown.
        ConfigError: The `format` is unknown.

    Example:
        >>> find_format("users.tsv.GZ", {}, "users.tsv.GZ")[1]
        '.gz'
    """
    path, asked = Path(filename), args.pop("format", None)
    compression = path.suffix.lower() if path.suffix.lower() in COMPRESSIONS else ""
    suffix = (path.with_suffix("") if compression else path).suffix.lower()
    if asked is not None:
        if not isinstance(asked, str) or asked not in FORMATS:
            raise ConfigError(f"unknown format {asked!r} for {where}", hint=nearest(str(asked), FORMATS))
        return FORMATS[asked], compression
    for one in FORMATS.values():
        if suffix in one.suffixes:
            return one, compression
    raise FileError(f"{where} has the unknown suffix {suffix}", hint=_hint(suffix))


def _hint(suffix: str) -> str:
    known = ", ".join(suffix for one in FORMATS.values() for suffix in one.suffixes if suffix)
    other = _OTHERS.get(suffix, 'Or name the format: {"format": "csv"}.')
    return f"Known are {known}, each also with {', '.join(COMPRESSIONS)}; without a suffix it is CSV. {other}"


def check_args(args: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    """Refuse unknown arguments.

    Raises:
        ConfigError: An argument is unknown. The hint suggests similar ones.
    """
    for name in args:
        if name not in known:
            hint = nearest(name, known) if known else 'The only argument is "format".'
            raise ConfigError(f"unknown argument {name!r} for {where}", hint=hint)
