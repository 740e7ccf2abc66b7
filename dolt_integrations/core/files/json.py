"""Files with a JSON object per line. Numbers keep their digits; types that JSON lacks are strings as in CSV cells."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.columns.objects import MAX_DIGITS
from dolt_integrations.core.files.cell_floats import vanishes
from dolt_integrations.core.files.cell_texts import format_cells
from dolt_integrations.core.files.cells import PARSED
from dolt_integrations.core.files.columns import encode_named
from dolt_integrations.core.files.limit import file_limit, too_large
from dolt_integrations.core.files.values import frame_of
from dolt_integrations.engine import parse_type
from dolt_integrations.errors import FileError, UnsupportedTypeError, UnsupportedValueError, with_article

if TYPE_CHECKING:
    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column, TableSchema


class _Float(float):
    """A number with a fraction or an exponent, or `-0`, together with its text in the file."""

    text: str

    def __new__(cls, text: str) -> _Float:
        """Keep the text."""
        number = super().__new__(cls, text)
        if vanishes(text):
            raise ValueError(f"{text} is too small for a float, and would become 0; write it in quotes")
        number.text = text
        return number


@dataclass(frozen=True)
class _Lines:
    """A file that was read: the values of each column, and the line of each row."""

    where: str
    columns: Mapping[str, Sequence[Any]]
    lines: Sequence[int]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The values, with dtypes inferred from them.

        Raises:
            UnsupportedTypeError: A column has values of several types.
            UnsupportedValueError: An integer has more than 65 digits, or a column of floats would round it.
        """
        return pd.DataFrame({name: self._series(name, values) for name, values in self.columns.items()})

    @property
    def said(self) -> frozenset[str]:
        """Empty, because JSON files have no arguments that name types."""
        return frozenset()

    def locate(self, row: int) -> str:
        """Return the position of a row in the file, for errors."""
        return f"{self.where}, line {self.lines[row]}"

    def cells_for(self, name: str, column: Column) -> pa.ChunkedArray:
        """Return a column's values as text, to be parsed by the type of a table's column."""
        is_json = column.sql_type == "json" or mark_of(column.comment).of == "json"
        is_text = not is_json and parse_type(column.sql_type).base not in PARSED
        texts = []
        for row, value in enumerate(self.columns[name]):
            if is_text and value is not None and not isinstance(value, str):
                problem = (
                    f"{self.locate(row)}, column {name!r}: {shown(value)} is not a string, as {column.sql_type} needs"
                )
                raise UnsupportedValueError(problem, hint="Write it in quotes.")
            texts.append(None if value is None else _document(value) if is_json else _text(value))
        return pa.chunked_array([pa.array(texts, pa.large_string())])

    def _series(self, name: str, values: Sequence[Any]) -> pd.Series:
        kinds = {_kind(value) for value in values if value is not None}
        missing = any(value is None for value in values)
        if kinds == {"integer", "number"}:
            self._check_floats(name, values)
            kinds = {"number"}
        if len(kinds) > 1:
            self._refuse_mixture(name, values)
        kind = next(iter(kinds), "nothing")
        if kind == "integer":
            return self._integers(name, values, missing=missing)
        dtype = {"boolean": "boolean" if missing else "bool", "number": "float64", "string": TEXT_DTYPE}.get(
            kind, "object"
        )
        return pd.Series(list(values), dtype=dtype)

    def _integers(self, name: str, values: Sequence[Any], *, missing: bool) -> pd.Series:
        values = [None if value is None else int(value) for value in values]
        numbers = [value for value in values if value is not None]
        for row, value in enumerate(values):
            if value is not None and abs(value) >= 10**MAX_DIGITS:
                problem = f"{self.locate(row)}, column {name!r}: {shown(value)} has more than {MAX_DIGITS} digits"
                raise UnsupportedValueError(problem, hint="Write the numbers of the column in quotes.")
        if min(numbers) >= -(2**63) and max(numbers) < 2**63:
            return pd.Series(list(values), dtype="Int64" if missing else "int64")
        if min(numbers) >= 0 and max(numbers) < 2**64:
            return pd.Series(list(values), dtype="UInt64" if missing else "uint64")
        return pd.Series(list(values), dtype=object)

    def _check_floats(self, name: str, values: Sequence[Any]) -> None:
        for row, value in enumerate(values):
            if isinstance(value, int) and (abs(value) >= 2**1023 or int(float(value)) != value):
                problem = f"{self.locate(row)}, column {name!r} holds floats, which would round {shown(value)}"
                raise UnsupportedValueError(problem, hint="Write the numbers of the column in quotes.")

    def _refuse_mixture(self, name: str, values: Sequence[Any]) -> None:
        first = next(value for value in values if value is not None)
        row, other = next((r, v) for r, v in enumerate(values) if v is not None and _kind(v) != _kind(first))
        kinds = f"{with_article(_kind(other))}, in a column whose first value is {with_article(_kind(first))}"
        problem = f"{self.locate(row)}, column {name!r} holds {shown(other)}, {kinds}"
        raise UnsupportedTypeError(problem, hint="Use values of one type in the column.")


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, _Float) and value.text == _NEGATIVE_ZERO:
        return "integer"  # its sign is kept beside floats and in documents
    kinds = ((int, "integer"), (float, "number"), (str, "string"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "document")


_NEGATIVE_ZERO = "-0"


def _integer(text: str) -> int | _Float:
    return _Float(text) if text == _NEGATIVE_ZERO else int(text)


def _text(value: Any) -> str:
    if isinstance(value, bool | dict | list):
        return _document(value)
    return value.text if isinstance(value, _Float) else str(value)


def _document(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def read_lines(
    data: bytes, where: str, *, table: str, existing: TableSchema | None, args: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the rows of a file with a JSON object per line (see `read_file`)."""
    rows, lines = [], []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            rows.append(_row(line, f"{where}, line {number}"))
            lines.append(number)
    names = dict.fromkeys(name for row in rows for name in row)
    if not rows and existing is not None:
        names = dict.fromkeys(existing.names)  # `load` writes an empty file for a table without rows
    if not names:
        raise FileError(f"{where} is empty", hint="Each line must be a JSON object.")
    if len(names) * len(rows) * 8 > file_limit():
        raise too_large(where, file_limit())  # every name adds a value to each row
    columns = {name: [row.get(name) for row in rows] for name in names}
    return frame_of(_Lines(where, columns, lines), table, existing)


def line_of(data: bytes, where: str, row: int, args: Mapping[str, Any]) -> int | None:
    """Return the line of a row, counted from 1."""
    lines = (number for number, line in enumerate(data.split(b"\n"), 1) if line.strip(b"\xef\xbb\xbf \r\t"))
    return next(itertools.islice(lines, row, None), None)


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(
            line, parse_float=_Float, parse_int=_integer, parse_constant=_refuse, object_pairs_hook=_object
        )
        if b"\\u" in line and not _is_unicode(row):
            raise ValueError("a string has half of a surrogate pair, which is not valid Unicode")
    except (ValueError, RecursionError) as error:
        raise FileError(f"{where} is not JSON: {error}", hint="Each line must be a JSON object.") from error
    if not isinstance(row, dict):
        raise FileError(f"{where} is not a JSON object", hint='Each line must be one: {"id": 1, "name": "Ann"}.')
    return row


def _is_unicode(row: Any) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not a JSON number; use null for a missing one")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("an object has the same key twice")
    return found


def write_lines(frame: pd.DataFrame, where: str, *, args: Mapping[str, Any]) -> bytes:
    """Return a frame as a JSON object per line (see `write_file`)."""
    columns = encode_named(frame, where)
    if not len(frame):
        return b""
    parts: list[Any] = []
    for at, (name, column) in enumerate(columns.items()):
        parts += [pl.lit(f"{', ' if at else '{'}{_document(name)}: "), pl.Series(_literals(column))]
    lines = pl.select(pl.concat_str(*parts, pl.lit("}\n"))).to_series()
    return "".join(lines.to_list()).encode()


def _literals(column: EncodedColumn) -> list[str]:
    """Return the JSON of each value."""
    kind, texts = column.values.type, format_cells(column).to_list()
    is_literal = pa.types.is_boolean(kind) or column.mark.of == "json" or str(column.sql_type).startswith("decimal")
    is_duration = str(column.mark.dtype).startswith(("timedelta64", "duration"))
    if is_literal or ((pa.types.is_integer(kind) or pa.types.is_floating(kind)) and not is_duration):
        return ["null" if text is None else text for text in texts]
    return ["null" if text is None else _document(text) for text in texts]
