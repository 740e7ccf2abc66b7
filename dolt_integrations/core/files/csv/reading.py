"""Reading a CSV file with pandas and the user's arguments, which determines its values.

It does not depend on whether the table exists, so saving a file twice gives the same values. What pandas rounds or
drops (large integers next to missing ones, `""`) is restored from the file's cells.
"""

from __future__ import annotations

import collections
import inspect
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.files.cells import NUMBERS, PARSED
from dolt_integrations.core.files.csv.lost_cells import no_cells_lost
from dolt_integrations.core.files.csv.numbers import check_floats, dtype_name, find_misfit, is_number, numeric
from dolt_integrations.core.files.csv.records import Texts
from dolt_integrations.engine import parse_type
from dolt_integrations.errors import FileError, UnsupportedValueError

if TYPE_CHECKING:
    from dolt_integrations.engine import Column

_REFUSED = {"filepath_or_buffer", "iterator", "chunksize", "compression", "storage_options", "memory_map"}
READ_ARGS = set(inspect.signature(pd.read_csv).parameters) - _REFUSED
"""The arguments that reading accepts: pandas's, except those that would return no frame or read another file."""

STRUCTURE = {"sep", "delimiter", "quotechar", "encoding", "encoding_errors"}
"""Arguments that determine how cells are separated, quoted and encoded."""

_MISSING = {"na_values", "keep_default_na", "na_filter"}
"""Arguments that determine which cells are NULL."""

SAME_ROWS = STRUCTURE | _MISSING | {
    "dtype", "parse_dates", "converters", "true_values", "false_values", "thousands", "decimal", "date_format",
    "dayfirst", "cache_dates", "dtype_backend", "low_memory", "float_precision", "usecols", "index_col",
}  # fmt: skip
"""Arguments with which pandas still returns one row per record after the header, which is the first record."""

_PANDAS = tuple(int(part) for part in pd.__version__.split(".")[:2])
_EXACT = {"float_precision": "round_trip"} if _PANDAS < (3, 1) else {}
"""Later versions of pandas read floats exactly, and deprecate the argument."""

_ROUNDED = 2**53
"""The integer from which on floats are not exact."""


@dataclass(frozen=True)
class Reading:
    """A CSV file as pandas reads it.

    Attributes:
        data: The file, in UTF-8.
        where: The file, for errors.
        args: The arguments of `pandas.read_csv`.
        texts: The file's cells, if pandas returns one row per record; otherwise None.
    """

    data: bytes
    where: str
    args: Mapping[str, Any]
    texts: Texts | None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The values.

        Raises:
            FileError: pandas cannot read the file with these arguments.
            UnsupportedValueError: A cell is not of the dtype that the arguments name, or pandas would round it.
        """
        frame = self._raw.copy()
        for at, name in enumerate(frame.columns):
            frame.isetitem(at, self._exact(name, frame.iloc[:, at]).array)
        return frame

    @cached_property
    def _raw(self) -> pd.DataFrame:
        try:
            return self._read(self.args)
        except FileError:
            self._check_numbers()
            raise

    def _check_numbers(self) -> None:
        """Refuse the first cell that is not a number of the dtype in the arguments, because pandas names no line.

        Raises:
            UnsupportedValueError: There is such a cell. The message names its line.
        """
        dtypes = self.args.get("dtype")
        for name, dtype in dtypes.items() if isinstance(dtypes, Mapping) else ():
            if name in self._objects.columns and is_number(dtype):
                cells = self.cells(name).to_pandas().replace("", None)
                row = find_misfit(pd.Series(numeric(pa.chunked_array([pa.array(cells)]), self.args).to_pandas()), dtype)
                if row is not None:
                    shown = "empty" if cells.isna()[row] else repr(cells[row])
                    problem = f"{self.locate(row)}, column {name!r} is {shown}, which is not {dtype_name(dtype)}"
                    raise UnsupportedValueError(problem, hint=f'Change it, or give {{"dtype": {{"{name}": "str"}}}}.')

    @cached_property
    def names(self) -> list[Any]:
        """The names of the file's columns, as pandas completes empty and repeated header cells."""
        left_out = {"usecols", "index_col", "parse_dates", "date_format", "dtype", "converters"}
        args = {name: value for name, value in self.args.items() if name not in left_out}
        return list(self._read({**args, "nrows": 0, "skipfooter": 0}).columns)

    @cached_property
    def said(self) -> set[Any]:
        """The names of the columns whose type the arguments specify."""
        dtype, dates = self.args.get("dtype"), self.args.get("parse_dates")
        keys: list[Any] = list(self.args.get("converters") or ())
        if isinstance(dtype, Mapping):
            keys += self.names if isinstance(dtype, collections.defaultdict) else list(dtype)
        elif dtype is not None:
            keys += self.names
        keys += list(dates) if isinstance(dates, (list, tuple, dict)) else []
        named = {str(key) for key in keys}
        by_place = {self.names[key] for key in keys if isinstance(key, int) and -1 < key < len(self.names)}
        return {name for name in self.names if str(name) in named} | by_place

    def locate(self, row: int) -> str:
        """Return the position of a row in the file, for errors."""
        if self.texts is None:
            return f"{self.where}, row {row}, counted from 0"
        return f"{self.where}, line {self.texts.line(row)}"

    def cells_for(self, name: Any, column: Column) -> pa.ChunkedArray | None:
        """Return a column's cells, to be parsed by the type of a table's column. None for an unnamed index.

        The arguments for numbers and booleans are applied, and `""` is NULL unless the column is a text type.
        """
        if name not in self._objects.columns:
            return None
        cells, base = self.cells(name), parse_type(column.sql_type)
        if base.is_boolean:
            cells = self._booleans(cells)
        elif base.base in NUMBERS:
            cells = numeric(cells, self.args)
        if base.base in PARSED:
            cells = pc.if_else(pc.equal(cells, ""), pa.scalar(None, cells.type), cells)
        return cells

    def _booleans(self, cells: pa.ChunkedArray) -> pa.ChunkedArray:
        for word, name in (("true", "true_values"), ("false", "false_values")):
            said = pa.array([str(value) for value in self.args.get(name) or ()], cells.type)
            cells = pc.if_else(pc.is_in(cells, said), pa.scalar(word, cells.type), cells)
        return cells

    def cells(self, name: Any) -> pa.ChunkedArray:
        """Return a column's cells: NULL as the arguments determine, and `""` if the cell is quoted."""
        written = self._written(name)
        if written is not None and not _MISSING & set(self.args):
            return written
        read = pa.chunked_array([pa.array(self._objects[name], pa.large_string(), from_pandas=True)])
        if written is None or "" in self._na_values:
            return read
        return pc.if_else(pc.equal(written, "").fill_null(False), pa.scalar("", pa.large_string()), read)

    @property
    def _na_values(self) -> list[Any]:
        said = self.args.get("na_values", ())
        return [said] if isinstance(said, str) or not isinstance(said, collections.abc.Iterable) else list(said)

    def _written(self, name: Any) -> pa.ChunkedArray | None:
        """Return a column's cells unchanged, or None if they cannot be matched to pandas's rows."""
        if self.texts is None or name not in self.names:
            return None
        read = self._raw if "_raw" in self.__dict__ else self._objects  # available even if the dtypes fail
        if self.texts.cells.num_rows != len(read):
            return None
        return self.texts.cells.column(self.names.index(name))

    @cached_property
    def _objects(self) -> pd.DataFrame:
        """The file with every column as strings and no index."""
        args = {name: value for name, value in self.args.items() if name not in ("parse_dates", "converters", "dtype")}
        frame = self._read({**args, "dtype": object})
        named = [name for name in frame.index.names if name is not None]
        return frame.reset_index(named) if named else frame

    def _read(self, args: Mapping[str, Any]) -> pd.DataFrame:
        try:
            with no_cells_lost(args):
                frame = pd.read_csv(io.BytesIO(self.data), **{**self._defaults(args), **args, "encoding": "utf-8"})
        except pd.errors.ParserWarning as error:
            hint = "Leave out index_col=False, or name a column for each cell."
            raise FileError(f"{self.where} has rows with more cells than columns", hint=hint) from error
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, ImportError) as error:
            hint = "Check the file and `save_args`."
            raise FileError(f"pandas cannot read {self.where}: {error}", hint=hint) from error
        if not isinstance(frame, pd.DataFrame):
            raise FileError(f"pandas does not read {self.where} as a DataFrame", hint="Check `save_args`.")
        return frame

    def _defaults(self, args: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if not _MISSING & set(args):
            found |= {"keep_default_na": False, "na_values": [""]}
        if self.texts is not None:
            found["skip_blank_lines"] = len(self.texts.header) > 1
        separator = args.get("sep", args.get("delimiter", ","))
        if separator is None or args.get("skipfooter") or (len(str(separator)) > 1 and separator != r"\s+"):
            return {**found, "engine": "python"}
        if args.get("engine", "c") == "c":
            # Types must not depend on how pandas splits the file, and floats must be exact.
            found |= {"low_memory": False} | _EXACT
        return found

    def _exact(self, name: Any, series: pd.Series) -> pd.Series:
        """Return a column with its exact values, unless the arguments specify a type other than a string."""
        if name in self.said:
            is_text = isinstance(series.dtype, pd.StringDtype) and name in self._objects.columns
            return self._as_texts(name, series) if is_text and not self.args.get("converters") else series
        if series.dtype == float:
            quoted = len(series) and series.isna().all() and pc.any(pc.equal(self.cells(name), "")).as_py()
            return self._as_texts(name, series) if quoted else self._unrounded(name, series)
        if series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) == "boolean":
            return series.astype("boolean")
        return self._as_texts(name, series) if pd.api.types.is_string_dtype(series.dtype) else series

    def _as_texts(self, name: Any, series: pd.Series) -> pd.Series:
        dtype = TEXT_DTYPE if series.dtype in (object, float) else series.dtype
        return pd.Series(self.cells(name).to_pandas().array, series.index, dtype=dtype)

    def _unrounded(self, name: Any, series: pd.Series) -> pd.Series:
        """Restore integers that pandas has rounded to floats, as it does beside missing ones. Refuse other changes."""
        if not ((series.abs() >= _ROUNDED) | (series == 0)).any():
            return series
        texts = pl.Series(pl.from_arrow(numeric(self.cells(name), self.args))).str.strip_chars(" \t")
        texts = texts.set(texts == "", None)
        is_large = (series.abs() >= _ROUNDED).any()
        for kind, dtype in ((pl.Int64, pd.Int64Dtype()), (pl.UInt64, pd.UInt64Dtype())) if is_large else ():
            whole = texts.cast(kind, strict=False)
            if whole.null_count() == texts.null_count():
                return pd.Series(whole.to_list(), series.index, dtype=dtype)
        check_floats(texts, series, name, self.locate)
        return series
