"""Fitting the values of a file to the columns of the table to which it is saved.

If a column of the table holds the values that were read, these are used. Otherwise the cells are parsed by the column's
type (`007` is a string in a VARCHAR), exactly or with an error that names the line.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from dolt_integrations.core.codec import decode_column, encode_column
from dolt_integrations.core.columns.mark import mark_of, with_mark
from dolt_integrations.core.files.cells import parse_cells
from dolt_integrations.core.files.columns import check_names, match_columns, name_index, named_series
from dolt_integrations.core.frames.decoded import assemble_frame
from dolt_integrations.core.schemas.wanted import keeps
from dolt_integrations.engine import Column, parse_type
from dolt_integrations.errors import DataError, UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Set

    import pandas as pd
    import pyarrow as pa

    from dolt_integrations.engine import TableSchema


class Reading(Protocol):
    """A text file, such as CSV, that was read."""

    @property
    def where(self) -> str:
        """The file, for errors."""

    @property
    def frame(self) -> pd.DataFrame:
        """The values."""

    @property
    def said(self) -> Set[Any]:
        """The names of the columns whose type the user specified."""

    def locate(self, row: int) -> str:
        """Return the position of a row in the file, for errors."""

    def cells_for(self, name: Any, column: Column) -> pa.ChunkedArray | None:
        """Return a column's cells as text, to be parsed by the type of a table's column. None if there are none."""


def frame_of(reading: Reading, table: str, existing: TableSchema | None) -> pd.DataFrame:
    """Return the frame to save.

    Args:
        reading: The file.
        table: The table's name, for errors.
        existing: The table's current schema. None for a new table.

    Raises:
        DataError: A column has no name, or two columns have the same name to Dolt.
        ColumnNotFoundError: The table lacks a column of the file.
        UnsupportedTypeError: A column has values of several types.
        UnsupportedValueError: The column cannot hold a value. The message names its line.
    """
    frame = name_index(reading.frame, reading.where)
    columns = named_series(frame, reading.where)
    check_names([column.name for column in columns], reading.where)
    if existing is None:
        return frame
    wanted = match_columns([column.name for column in columns], existing, table, reading.where)
    has_index = any(column.level is not None for column in columns)
    found = {}
    for one, there in zip(columns, wanted, strict=True):
        values = _Cells(reading, one.label, there).take(one.values.reset_index(drop=True))
        mark = mark_of(there.comment)
        mark = replace(mark, index=one.level if has_index else mark.index)
        found[there.name] = replace(there, comment=with_mark("", mark)), values
    return assemble_frame([found[name] for name in existing.names if name in found])


@dataclass(frozen=True)
class _Cells:
    """The cells of one column of a file, and the table's column for them."""

    reading: Reading
    name: Any
    column: Column

    def take(self, values: pd.Series) -> pd.Series:
        """Return the values to write to the table's column."""
        is_open = mark_of(self.column.comment).is_untyped and values.notna().any()  # takes the type of its first values
        if is_open or self._fit(values) or self.name in self.reading.said:
            return values
        cells = self.reading.cells_for(self.name, self.column)
        if cells is None:
            return values
        try:
            return self._parsed(cells, self.column)
        except UnsupportedValueError:
            wider = _wider(self.column)
            if wider is None:
                raise
            with contextlib.suppress(UnsupportedValueError):
                return self._parsed(cells, wider)
            raise

    def _parsed(self, cells: pa.ChunkedArray, column: Column) -> pd.Series:
        return decode_column(column, parse_cells(cells, column, self.reading.locate))

    def _fit(self, values: pd.Series) -> bool:
        try:
            return keeps(self.column, encode_column(values, self.reading.where))
        except DataError:
            return False  # the column's type may still be able to parse the cells


def _wider(column: Column) -> Column | None:
    """Return the column as DATETIME(6), to which a save would widen it. None if it is not a narrower timestamp type."""
    if parse_type(column.sql_type).base not in ("datetime", "timestamp") or column.sql_type == "datetime(6)":
        return None
    return replace(column, sql_type="datetime(6)")
