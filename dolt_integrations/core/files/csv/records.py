"""The structure of a CSV file: its records as columns of texts, and what is wrong with them, by line.

Arrow's parser takes the file apart: of Arrow, pandas and polars it alone tells a quoted empty cell from an unquoted one
and refuses rows that are too short. Python's csv module finds the lines, where an error names one.
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
    """What separates and what quotes the cells; each is one ASCII character."""

    separator: str = ","
    quote: str = '"'


@dataclass(frozen=True)
class Texts:
    """A CSV file as texts.

    Attributes:
        where: The file, for errors.
        header: The cells of its first record.
        cells: A column of texts for each cell of the header, `0`, `1` ...; an unquoted empty cell is NULL.
        data: The file.
        dialect: How it is written.
    """

    where: str
    header: tuple[str, ...]
    cells: pa.Table
    data: bytes
    dialect: Dialect

    def line(self, row: int) -> int:
        """Return the physical line on which a row begins, counted from 1; the header is no row."""
        content = (line for line, cells in _records(self.data, self.dialect) if cells or len(self.header) == 1)
        lines = list(zip(content, range(row + 2), strict=False))
        return lines[-1][0]


def read_texts(data: bytes, dialect: Dialect, where: str) -> Texts:
    """Take a CSV file apart.

    Empty lines are no rows, unless the file has one column: there they are its NULLs.

    Args:
        data: UTF-8, without a byte order mark.
        dialect: How it is written.
        where: The file, for errors.

    Raises:
        FileError: No header, a row that is shorter or longer, a quote that is not closed.
    """
    body = data.lstrip(b"\r\n")
    if not body.strip():
        raise FileError(f"{where} is empty", hint="Its first line has to name the columns.")
    header = next((cells for _, cells in _records(data, dialect)), None)
    if not header:
        raise FileError(f"{where} has no header", hint="Its first line has to name the columns.")
    # A quote that is not closed takes in whatever follows, to the end of the file; Arrow says nothing.
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
    """Return all records, the header's among them, as texts."""
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
            # A record that is longer than the block is an error too: one that goes away.
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
    return FileError(f"{where} is not CSV: {otherwise}", hint="Look at the file, and at `sep` and `quotechar`.")


def _hint(more: int) -> str:
    quoted = "A cell that holds a separator, a quote or a newline has to be quoted."
    if more == 1:
        return (
            f'{quoted} If each row begins with a label, give {{"index_col": 0}}; if each ends with a separator, '
            '{"index_col": False}.'
        )
    return (
        f'{quoted} Lines above the header are passed over with {{"skiprows": 1}}, a file without a header is read with '
        '{"header": None}; {"on_bad_lines": "skip"} fills short rows with NULL and leaves long ones out.'
    )


def _records(data: bytes, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each record with the line on which it begins; leading empty lines are left out."""
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
    except csv.Error:  # a NUL, to Python 3.10: Arrow says what is wrong
        return
    finally:
        csv.field_size_limit(limit)


def _is_unclosed(data: bytes, dialect: Dialect) -> bool:
    """Whether another record becomes part of the last one."""
    *_, (_, cells) = _records(data + b"\nend\n", dialect)
    return cells != ["end"]


def _unclosed(data: bytes, dialect: Dialect, where: str) -> FileError:
    *_, (line, _) = _records(data, dialect)
    hint = "A quote within a quoted cell is written twice."
    return FileError(f"{where}, line {line}: the quote is not closed", hint=hint)


def count_lines(data: bytes) -> int:
    r"""Return the number of ends of lines: LF, CR LF or CR.

    Example:
        >>> count_lines(b"a\r\nb\n")
        2
    """
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
