"""CSV files: frames to RFC 4180 and back, by the types of a table or as pandas reads them."""

from __future__ import annotations

import collections
import inspect
import io
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.cells import format_cells, parse_cells
from dolt_integrations.core.columns import decode_column
from dolt_integrations.core.csvlines import Dialect, Texts, count_lines, read_texts
from dolt_integrations.core.dtypes import TEXT_DTYPE
from dolt_integrations.core.filecolumns import encode_named, match_columns
from dolt_integrations.core.frames import decode_result
from dolt_integrations.engine import Result
from dolt_integrations.errors import ColumnNotFoundError, ConfigError, FileError, UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dolt_integrations.engine import Column, TableSchema

_STRUCTURE = {"sep", "delimiter", "quotechar", "encoding"}
"""Arguments that say how the cells are written."""

_SAME_ROWS = {
    "dtype", "parse_dates", "converters", "true_values", "false_values", "na_values", "keep_default_na", "na_filter",
    "thousands", "decimal", "date_format", "dayfirst", "cache_dates", "dtype_backend", "low_memory", "float_precision",
    "usecols", "index_col",
}  # fmt: skip
"""Arguments with which pandas still makes one row of each record, below the header in the first one."""

_REFUSED = {"filepath_or_buffer", "iterator", "chunksize", "compression", "storage_options", "memory_map"}
READ_ARGS = set(inspect.signature(pd.read_csv).parameters) - _REFUSED
"""What `args` may hold for reading: what pandas takes, except what would give no frame or another file."""

_PANDAS = tuple(int(part) for part in pd.__version__.split(".")[:2])
_EXACT = {"float_precision": "round_trip"} if _PANDAS < (3, 1) else {}
"""Later versions of pandas read floats exactly, and deprecate the argument."""

WRITE_ARGS = {"sep", "encoding"}
"""What `args` may hold for writing."""


def read_csv(
    data: bytes, where: str, *, table: str, existing: TableSchema | None, args: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the rows of a CSV file; see `files.read_file`."""
    data = _to_utf8(data, str(args.get("encoding") or "utf-8"), where).removeprefix(b"\xef\xbb\xbf")
    dialect = _dialect(args)
    if existing is None:
        texts = read_texts(data, dialect, where) if dialect and set(args) <= _STRUCTURE | _SAME_ROWS else None
        return _as_pandas_reads(data, where, args, texts)
    columns = {column.name.lower(): column for column in existing.columns}
    if dialect and set(args) <= _STRUCTURE:
        texts = read_texts(data, dialect, where)
        wanted = match_columns(texts.names, existing, table, where)
        cells = {column.name: texts.cells.column(at) for at, column in enumerate(wanted)}
        return _as_the_table_says(cells, columns, lambda row: f"{where}, line {texts.line(row)}")
    return _as_args_say(_as_pandas_reads(data, where, _as_texts(args), None), existing, table, where, args)


def _to_utf8(data: bytes, encoding: str, where: str) -> bytes:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + count_lines(data[: error.start])
        byte = f"byte {error.start + 1} of the file, 0x{data[error.start]:02x}"
        hint = 'Save it as UTF-8, or name its encoding: {"encoding": "latin-1"}.'
        raise FileError(f"{where}, line {line} is not {encoding.upper()}: {byte}", hint=hint) from error
    except (LookupError, UnicodeError) as error:
        raise ConfigError(f"there is no text encoding {encoding!r}", hint="For example utf-8 or latin-1.") from error
    return data if encoding.lower() in ("utf-8", "utf8") else text.encode()


def _dialect(args: Mapping[str, Any]) -> Dialect | None:
    """Return how the cells are written, or None where that takes pandas."""
    separator = args.get("sep", args.get("delimiter", ","))
    quote = args.get("quotechar", '"')
    signs = (separator, quote)
    simple = all(isinstance(sign, str) and len(sign.encode()) == 1 and sign not in "\r\n" for sign in signs)
    return Dialect(separator, quote) if simple and separator != quote else None


def _as_the_table_says(
    cells: Mapping[str, pa.ChunkedArray], columns: Mapping[str, Column], locate: Callable[[int], str]
) -> pd.DataFrame:
    found = tuple(column for column in columns.values() if column.name in cells)
    arrays = [parse_cells(cells[column.name], column, locate) for column in found]
    return decode_result(Result(found, pa.Table.from_arrays(arrays, names=[column.name for column in found])))


def _as_texts(args: Mapping[str, Any]) -> dict[str, Any]:
    """Let pandas leave every column as texts of which the arguments do not say a type."""
    dtype = args.get("dtype", {})
    if not isinstance(dtype, dict):
        return dict(args)
    return {**args, "dtype": collections.defaultdict(lambda: object, dtype)}


def _said(args: Mapping[str, Any]) -> set[str]:
    """Return the names of the columns of which the arguments say the type."""
    dtype, dates, converters = (args.get(name) or () for name in ("dtype", "parse_dates", "converters"))
    several = [dtype if isinstance(dtype, dict) else (), dates if isinstance(dates, (list, dict)) else (), converters]
    return {name.lower() for names in several for name in names if isinstance(name, str)}


def _as_args_say(
    frame: pd.DataFrame, existing: TableSchema, table: str, where: str, args: Mapping[str, Any]
) -> pd.DataFrame:
    """Give the columns that pandas left as texts the types of the table."""
    if not all(isinstance(label, str) for label in frame.columns):
        hint = "Name them with `names`."
        raise ColumnNotFoundError(f"the columns of {where} have no names that table `{table}` knows", hint=hint)
    wanted = match_columns(list(frame.columns), existing, table, where)
    frame.columns = pd.Index([column.name for column in wanted])
    if not isinstance(args.get("dtype", {}), dict):
        return frame
    said = _said(args)
    for column in wanted:
        if column.name.lower() not in said:
            texts = pa.chunked_array([pa.array(frame[column.name], pa.large_string(), from_pandas=True)])
            values = parse_cells(texts, column, lambda row: f"{where}, row {row}, counted from 0")
            frame[column.name] = decode_column(column, values).array
    return frame


def _as_pandas_reads(data: bytes, where: str, args: Mapping[str, Any], texts: Texts | None) -> pd.DataFrame:
    defaults: dict[str, Any] = {}
    if not {"keep_default_na", "na_values", "na_filter"} & set(args):
        defaults |= {"keep_default_na": False, "na_values": [""]}
    if texts is not None:
        # Types that do not depend on where pandas cuts the file into pieces, and exact floats.
        defaults |= {"low_memory": False, "skip_blank_lines": len(texts.names) > 1} | _EXACT
    try:
        frame = pd.read_csv(io.BytesIO(data), **{**defaults, **args, "encoding": "utf-8"})
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, ImportError) as error:
        raise FileError(f"pandas does not read {where}: {error}", hint="Look at the file and `save_args`.") from error
    if not isinstance(frame, pd.DataFrame):
        raise FileError(f"pandas reads {where} as no DataFrame", hint="Look at `save_args`.")
    if texts is not None:
        _check_large(frame, texts, _said(args))
    return frame if texts is None or "na_filter" in args else _with_empty_texts(frame, texts, _said(args))


def _check_large(frame: pd.DataFrame, texts: Texts, said: set[str]) -> None:
    """Refuse integers that pandas has rounded, as it does in a column with missing values."""
    for at, name in enumerate(texts.names):
        if name in frame.columns and frame[name].dtype == float and name.lower() not in said:
            cells = texts.cells.column(at)
            long = pc.match_substring_regex(cells, r"^[+-]?[0-9]{16,}$").fill_null(False)
            for row in pc.indices_nonzero(long).to_pylist():
                number = int(cells[row].as_py())
                if int(float(number)) != number:
                    problem = (
                        f"{texts.where}, line {texts.line(row)}, column {name!r}: pandas reads {number} as a float"
                    )
                    hint = f'Say its type: {{"dtype": {{"{name}": "Int64"}}}}.'
                    raise UnsupportedValueError(f"{problem} and rounds it", hint=hint)


def _with_empty_texts(frame: pd.DataFrame, texts: Texts, said: set[str]) -> pd.DataFrame:
    """Put '' where a column of texts has an empty cell in quotes, of which pandas makes a missing value."""
    for at, name in enumerate(texts.names):
        if name not in frame.columns or len(frame) != texts.cells.num_rows:
            continue
        empty = pc.equal(texts.cells.column(at), "").fill_null(False)
        series = frame[name]
        if series.hasnans and pc.any(empty).as_py():
            alone = bool(series.isna().all()) and name.lower() not in said
            series = pd.Series(None, frame.index, dtype=TEXT_DTYPE) if alone else series
            if alone or pd.api.types.is_string_dtype(series.dtype) or series.dtype == object:
                frame[name] = series.mask(empty.to_numpy() & series.isna().to_numpy(), "")
    return frame


def write_csv(frame: pd.DataFrame, where: str, *, args: Mapping[str, Any]) -> bytes:
    """Return a frame as a CSV file; see `files.write_file`."""
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
    """Quote the texts that need it, and '' so that it is not taken for NULL."""
    needs = texts.str.contains_any([separator, '"', "\r", "\n", "\ufeff"]) | (texts == "")
    return texts.zip_with(~needs, '"' + texts.str.replace_all('"', '""', literal=True) + '"')
