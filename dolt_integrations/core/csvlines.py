"""The structure of a CSV file: its records as columns of texts, and what is wrong with them, by line.

Arrow's parser is used because it alone tells a quoted empty cell from an unquoted one. Lines are looked for only where
an error names one.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv

from dolt_integrations.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK = 1 << 22
_LARGEST_BLOCK = 2**31 - 1
_NEWLINE = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Dialect:
    """What separates and what quotes the cells; each is one ASCII character."""

    separator: str = ","
    quote: str = '"'

    @property
    def field(self) -> bytes:
        """The pattern of a cell."""
        separator, quote = (re.escape(sign).encode() for sign in (self.separator, self.quote))
        quoted = rb"Q[^Q]*(?:QQ[^Q]*)*Q(?!Q)[^S\r\n]*".replace(b"Q", quote).replace(b"S", separator)
        return rb"(?:%s|(?!%s)[^%s\r\n]*)" % (quoted, quote, separator)

    @property
    def record(self) -> bytes:
        """The pattern of a record with the end of its line."""
        return rb"%s(?:%s%s)*(?:\r\n|\r|\n|\Z)" % (self.field, re.escape(self.separator).encode(), self.field)


@dataclass(frozen=True)
class Texts:
    """A CSV file as texts.

    Attributes:
        where: The file, for errors.
        names: Of the header, in the file's order.
        cells: A column of texts for each name, `0`, `1` ...; an unquoted empty cell is NULL.
        data: The file.
        dialect: How it is written.
    """

    where: str
    names: tuple[str, ...]
    cells: pa.Table
    data: bytes
    dialect: Dialect

    def line(self, row: int) -> int:
        """Return the physical line on which a row begins, counted from 1; the header is no row."""
        content = (line for line, text in _records(self.data, self.dialect, self.where) if self._is_row(text))
        lines = list(zip(content, range(row + 2), strict=False))
        return lines[-1][0]

    def _is_row(self, text: bytes) -> bool:
        return bool(text.strip(b"\r\n")) or len(self.names) == 1


def read_texts(data: bytes, dialect: Dialect, where: str) -> Texts:
    """Take a CSV file apart.

    Empty lines are no rows, unless the file has one column: there they are its NULLs.

    Args:
        data: UTF-8, without a byte order mark.
        dialect: How it is written.
        where: The file, for errors.

    Raises:
        FileError: No header, duplicate names in it, a row that is shorter or longer, a quote that is not closed.
    """
    body = data.lstrip(b"\r\n")
    if not body.strip():
        raise FileError(f"{where} is empty", hint="Its first line has to name the columns.")
    _, header = next(_records(data, dialect, where, len(data) - len(body)))
    names = tuple(_unquoted(cell, dialect) for cell in _fields(header, dialect))
    _check_names(names, where)
    # A quote that is not closed takes in whatever follows, to the end of the file; Arrow says nothing.
    last = secrets.token_hex(16)
    end = b"" if body.endswith((b"\n", b"\r")) else b"\n"
    body = b"".join([body, end, last.encode(), dialect.separator.encode() * (len(names) - 1), b"\n"])
    try:
        cells = _parse(body, dialect, len(names))
    except pa.ArrowInvalid as error:
        raise _ragged(data, dialect, len(names), where, error) from error
    if cells.column(0)[-1].as_py() != last:
        raise _ragged(data, dialect, len(names), where, "a quote is not closed")
    return Texts(where, names, cells.slice(1, cells.num_rows - 2), data, dialect)


def _check_names(names: tuple[str, ...], where: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if name.lower() in seen:
            other = seen[name.lower()]
            same = "twice" if name == other else f"besides {other!r}, which is the same name to Dolt"
            raise FileError(f"the header of {where} names column {name!r} {same}", hint="Rename one of them.")
        seen[name.lower()] = name


def _parse(body: bytes, dialect: Dialect, width: int) -> pa.Table:
    """Return all records, the header's among them, as texts."""
    names = [str(number) for number in range(width)]
    parse = pyarrow.csv.ParseOptions(
        delimiter=dialect.separator, quote_char=dialect.quote, newlines_in_values=True, ignore_empty_lines=width > 1
    )
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
    for line, text in _records(data, dialect, where):
        found = len(_fields(text, dialect))
        if found != width and text.strip(b"\r\n"):
            expected = "1 column" if width == 1 else f"{width} columns"
            problem = f"{where}, line {line}: the header has {expected}, this row has {found}"
            return FileError(problem, hint="A cell that holds a separator, a quote or a newline has to be quoted.")
    return FileError(f"{where} is not CSV: {otherwise}")


def _records(data: bytes, dialect: Dialect, where: str, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield each record with the line on which it begins; leading empty lines are left out."""
    record, quote = re.compile(dialect.record), dialect.quote.encode()
    at = max(at, len(data) - len(data.lstrip(b"\r\n")))
    line = 1 + count_lines(data[:at])
    while at < len(data):
        match = record.match(data, at)
        if match is None:
            raise _unclosed(data, dialect, where, at, line)
        text = match.group()
        yield line, text
        line += count_lines(text) if quote in text else 1
        at = match.end()


def _unclosed(data: bytes, dialect: Dialect, where: str, at: int, line: int) -> FileError:
    before = re.compile(rb"(?:%s%s)*" % (dialect.field, re.escape(dialect.separator).encode())).match(data, at)
    line += count_lines(before.group()) if before else 0
    hint = "A quote within a quoted cell is written twice."
    return FileError(f"{where}, line {line}: the quote is not closed", hint=hint)


def _fields(record: bytes, dialect: Dialect) -> list[bytes]:
    text = re.sub(rb"(?:\r\n|\r|\n)\Z", b"", record)
    return re.findall(rb"(?:\A|%s)(%s)" % (re.escape(dialect.separator).encode(), dialect.field), text)


def _unquoted(cell: bytes, dialect: Dialect) -> str:
    text, quote = cell.decode(), dialect.quote
    if not text.startswith(quote):
        return text
    inner, _, rest = text[1:].replace(quote * 2, "\0").partition(quote)
    return inner.replace("\0", quote) + rest.replace("\0", quote * 2)


def count_lines(data: bytes) -> int:
    r"""Return the number of ends of lines: LF, CR LF or CR.

    Example:
        >>> count_lines(b"a\r\nb\n")
        2
    """
    return sum(1 for _ in _NEWLINE.finditer(data))
