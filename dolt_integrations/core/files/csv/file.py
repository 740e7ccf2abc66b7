"""Reading and writing CSV files (RFC 4180)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from dolt_integrations.core.files.cell_texts import format_cells
from dolt_integrations.core.files.columns import encode_named
from dolt_integrations.core.files.csv.reading import SAME_ROWS, Reading
from dolt_integrations.core.files.csv.records import Dialect, count_lines, read_texts
from dolt_integrations.core.files.values import frame_of
from dolt_integrations.errors import ConfigError, FileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from dolt_integrations.engine import TableSchema

WRITE_ARGS = {"sep", "encoding"}
"""The arguments that writing accepts."""


def read_csv(
    data: bytes, where: str, *, table: str, existing: TableSchema | None, args: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the rows of a CSV file (see `read_file`)."""
    if (args.get("engine") or "c") not in ("c", "python"):
        raise ConfigError(f"engine={args['engine']!r} does not read all CSV files exactly", hint="Leave it out.")
    data = _to_utf8(data, args, where).removeprefix(b"\xef\xbb\xbf")
    args = {name: value for name, value in args.items() if name != "encoding_errors"}
    dialect = _dialect(args)
    texts = None
    if dialect and set(args) <= SAME_ROWS:
        try:
            texts = read_texts(data, dialect, where)
        except FileError:
            # Rows may begin with a label or end with a separator if the user says where the index is.
            if args.get("index_col") is None:
                raise
    return frame_of(Reading(data.lstrip(b"\r\n") if texts else data, where, args, texts), table, existing)


def line_of(data: bytes, where: str, row: int, args: Mapping[str, Any]) -> int | None:
    """Return the line on which a row begins, counted from 1. None if only pandas can parse the file."""
    args = {name: value for name, value in args.items() if name != "encoding_errors"}
    dialect = _dialect(args)
    if dialect is None or not set(args) <= SAME_ROWS:
        return None
    try:
        return read_texts(_to_utf8(data, args, where).removeprefix(b"\xef\xbb\xbf"), dialect, where).line(row)
    except FileError:
        return None


def _to_utf8(data: bytes, args: Mapping[str, Any], where: str) -> bytes:
    encoding, errors = str(args.get("encoding") or "utf-8"), str(args.get("encoding_errors") or "strict")
    try:
        text = data.decode(encoding, errors)
    except UnicodeDecodeError as error:
        line = 1 + count_lines(data[: error.start])
        byte = f"byte {error.start + 1} of the file, 0x{data[error.start]:02x}"
        hint = 'Save it as UTF-8, or name its encoding: {"encoding": "latin-1"}.'
        raise FileError(f"{where}, line {line} is not {encoding.upper()}: {byte}", hint=hint) from error
    except (LookupError, UnicodeError) as error:
        raise ConfigError(
            f"there is no text encoding {encoding!r}", hint="Use utf-8 or latin-1, for example."
        ) from error
    return data if encoding.lower() in ("utf-8", "utf8") and errors == "strict" else text.encode()


def _dialect(args: Mapping[str, Any]) -> Dialect | None:
    """Return how the cells are separated and quoted. None if only pandas can parse that."""
    separator = args.get("sep", args.get("delimiter", ","))
    quote = args.get("quotechar", '"')
    signs = (separator, quote)
    simple = all(isinstance(sign, str) and len(sign.encode()) == 1 and sign not in "\r\n" for sign in signs)
    return Dialect(separator, quote) if simple and separator != quote else None


def write_csv(frame: pd.DataFrame, where: str, *, args: Mapping[str, Any]) -> bytes:
    """Return a frame as a CSV file (see `write_file`)."""
    separator = _separator(args)
    columns = encode_named(frame, where)
    header = separator.join(str(name) for name in _quoted(pl.Series(list(columns)), separator))
    always = separator not in ",;\t|"
    cells = []
    for at, column in enumerate(columns.values()):
        texts = format_cells(column)
        is_text = pa.types.is_large_string(column.values.type)
        cells.append((_quoted(texts, separator) if is_text or always else texts).alias(str(at)))
    body = pl.DataFrame(cells).write_csv(include_header=False, separator=separator, quote_style="never", null_value="")
    text = f"{header}\n{body}"
    encoding = str(args.get("encoding") or "utf-8")
    try:
        return text.encode(encoding)
    except (LookupError, UnicodeError) as error:
        raise ConfigError(f"{where} cannot be written as {encoding!r}: {error}", hint="Use utf-8.") from error


def _separator(args: Mapping[str, Any]) -> str:
    separator = args.get("sep", ",")
    if not isinstance(separator, str) or len(separator.encode()) != 1 or separator in '"\r\n\0':
        raise ConfigError(f"{separator!r} cannot separate cells", hint='Use one ASCII character, such as "," or "\\t".')
    return separator


def _quoted(texts: pl.Series, separator: str) -> pl.Series:
    """Quote the cells that need it, and the empty string, which would be NULL without quotes."""
    needs = texts.str.contains_any([separator, '"', "\r", "\n", "\ufeff"]) | (texts == "")
    return texts.zip_with(~needs, '"' + texts.str.replace_all('"', '""', literal=True) + '"')
