"""The structure of a CSV file: its records as string columns, and errors in them, by line.

Arrow's parser is used because it alone, of Arrow, pandas and polars, distinguishes quoted from unquoted empty cells and
refuses rows that are too short. Python's csv module finds the line numbers for errors.
"""

from __future__ import annotations

import csv
import io
import secrets
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv

from dolt_integrations.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 22
_LARGEST_BLOCK = 2**31 - 1


@dataclass(frozen=True)
class Dialect:
    """The characters that separate and quote cells, each one ASCII character."""

    separator: str = ","
    quote: str = '"'


@dataclass(frozen=True)
class Texts:
    """The cells of a CSV file as strings.

    Attributes:
        where: The file, for errors.
        header: The cells of its first record.
        cells: A string column for each cell of the header, named `0`, `1` ... An unquoted empty cell is NULL.
        data: The file.
        dialect: Its separator and quote.
    """

    where: str
    header: tuple[str, ...]
    cells: pa.Table
    data: bytes
    dialect: Dialect

    def line(self, row: int) -> int:
        """Return the physical line on which a row begins, counted from 1. The header is not a row."""
        content = (line for line, cells in _records(self.data, self.dialect) if cells or len(self.header) == 1)
        lines = list(zip(content, range(row + 2), strict=False))
        return lines[-1][0]


def read_texts(data: bytes, dialect: Dialect, where: str) -> Texts:
    """Parse a CSV file into cells.

    Empty lines are ignored, unless the file has one column, in which they are NULL.

    Args:
        data: The file in UTF-8, without a byte order mark.
        dialect: Its separator and quote.
        where: The file, for errors.

    Raises:
        FileError: There is no header, a row is shorter or longer than it, or a quote is not closed.
    """
    body = data.lstrip(b"\r\n")
    if not body.strip():
        raise FileError(f"{where} is empty", hint="Its first line must name the columns.")
    header = next((cells for _, cells in _records(data, dialect)), None)
    if not header:
        raise FileError(f"{where} has no header", hint="Its first line must name the columns.")
    # Arrow silently extends an unclosed quote to the end of the file. It would swallow this last record.
    last = secrets.token_hex(16)
    end = b"" if body.endswith((b"\n", b"\r")) else b"\n"
    body = b"".join([body, end, last.encode(), dialect.separator.encode() * (len(header) - 1), b"\n"])
    try:
        cells = _parse(body, dialect, len(header))
    except pa.ArrowInvalid as error:
        raise _ragged(data, dialect, len(header), where, error) from error
    if cells.column(0)[-1].as_py() != last:
        raise _unclosed(data, dialect, where)
    return Texts(where, tuple(header), cells.slice(1, cells.num_rows - 2), data, dialect)


def _parse(body: bytes, dialect: Dialect, width: int) -> pa.Table:
    """Return all records, including the header, as strings."""
    names = [str(number) for number in range(width)]
    parse = pyarrow.csv.ParseOptions(
        delimiter=dialect.separator, quote_char=dialect.quote, newlines_in_values=True, ignore_empty_lines=width > 1,
        invalid_row_handler=lambda row: "error" if row.text.strip(" ") else "skip",
    )  # fmt: skip
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.large_string()), null_values=[""],
        strings_can_be_null=True, quoted_strings_can_be_null=False,
    )  # fmt: skip
    for block in (_BLOCK, min(len(body) + 1, _LARGEST_BLOCK)):
        read = pyarrow.csv.ReadOptions(column_names=names, block_size=block)
        try:
            return pyarrow.csv.read_csv(pa.BufferReader(body), read, parse, convert)
        except pa.ArrowInvalid:
            # A record longer than the block also fails, but not with a larger block.
            if block != _BLOCK or len(body) < _BLOCK:
                raise
    raise AssertionError("the last block returns or raises")


def _ragged(data: bytes, dialect: Dialect, width: int, where: str, otherwise: object) -> FileError:
    """Return the error for the first record that is wrong."""
    for line, cells in _records(data, dialect):
        if len(cells) != width and cells:
            if _is_unclosed(data, dialect):
                return _unclosed(data, dialect, where)
            expected = "1 column" if width == 1 else f"{width} columns"
            problem = f"{where}, line {line}: the header has {expected}, this row has {len(cells)}"
            return FileError(problem, hint=_hint(len(cells) - width))
    return FileError(f"{where} is not CSV: {otherwise}", hint="Check the file, and `sep` and `quotechar`.")


def _hint(more: int) -> str:
    quoted = "A cell that contains a separator, a quote or a newline must be quoted."
    if more == 1:
        return (
            f'{quoted} If each row begins with a label, give {{"index_col": 0}}; if each ends with a separator, '
            '{"index_col": False}.'
        )
    return (
        f'{quoted} Use {{"skiprows": 1}} to skip lines above the header, {{"header": None}} for a file without one, or '
        '{"on_bad_lines": "skip"} to fill short rows with NULL and drop long ones.'
    )


def _records(data: bytes, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each record with the line on which it begins, skipping leading empty lines."""
    reader = csv.reader(
        io.StringIO(data.decode(), newline=""), delimiter=dialect.separator, quotechar=dialect.quote, doublequote=True
    )
    before, begun, limit = 0, False, csv.field_size_limit(sys.maxsize)
    try:
        for cells in reader:
            begun = begun or bool(cells)
            if begun:
                yield before + 1, cells if len(cells) != 1 or cells[0].strip(" ") else []
            before = reader.line_num
    except csv.Error:  # a NUL, in Python 3.10; Arrow's error describes it
        return
    finally:
        csv.field_size_limit(limit)


def _is_unclosed(data: bytes, dialect: Dialect) -> bool:
    """Whether a record appended to the file would become part of the last one."""
    *_, (_, cells) = _records(data + b"\nend\n", dialect)
    return cells != ["end"]


def _unclosed(data: bytes, dialect: Dialect, where: str) -> FileError:
    *_, (line, _) = _records(data, dialect)
    hint = "Double the quotes inside a quoted cell."
    return FileError(f"{where}, line {line}: the quote is not closed", hint=hint)


def count_lines(data: bytes) -> int:
    r"""Return the number of line endings: LF, CR LF or CR.

    Example:
        >>> count_lines(b"a\r\nb\n")
        2
    """
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
