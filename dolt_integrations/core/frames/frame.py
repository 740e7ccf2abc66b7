"""Frames as tables: their columns, their index, their key; and tables as frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.columns.encoded import EncodedColumn
from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.frames.index import is_unnamed, label_of, level_name
from dolt_integrations.core.frames.key import check_key
from dolt_integrations.core.frames.sources import frame_sources
from dolt_integrations.core.schemas.limits import check_key_bytes
from dolt_integrations.core.schemas.wanted import marked, wanted_schema
from dolt_integrations.engine import Column, Result, TableSchema, arrow_type, check_column_names
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.errors import DataError, InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dolt_integrations.core.columns.mark import Mark


@dataclass(frozen=True)
class EncodedFrame:
    """A frame as Dolt takes it.

    Attributes:
        table: The table's name, for errors.
        columns: Each column, those of the index first.
        index: The names of the index's columns; they are the primary key where no other is named.
    """

    table: str
    columns: dict[str, EncodedColumn]
    index: tuple[str, ...] = ()

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return int(self.data.num_rows)

    @property
    def blank(self) -> list[str]:
        """The columns in which all values are missing, of whatever type they were to be."""
        return [
            name
            for name, column in self.columns.items()
            if name not in self.index and len(column.values) and column.values.null_count == len(column.values)
        ]

    @cached_property
    def data(self) -> pa.Table:
        """The rows. A field of durations says their unit, for a table that keeps them as TIME."""
        units = {name: {"unit": column.unit} if column.unit else None for name, column in self.columns.items()}
        fields = [pa.field(name, each.values.type, metadata=units[name]) for name, each in self.columns.items()]
        return pa.Table.from_arrays([column.values for column in self.columns.values()], schema=pa.schema(fields))

    def schema(
        self,
        primary_key: Sequence[str] | None = None,
        existing: TableSchema | None = None,
        *,
        keeps_blank: bool = True,
    ) -> TableSchema:
        """Return the schema of the table that holds the rows.

        Args:
            primary_key: The key's columns. None is the index's, or else the key that the table has, if the frame has
                its columns.
            existing: The table as it is now. Its columns stay as they are where they hold the values exactly.
            keeps_blank: Whether a column without a value takes the type that the table has.

        Raises:
            PrimaryKeyError: The key has NULLs or duplicates, or names no column.
            UnsupportedValueError: A text or bytes in the key are too long, or all of a row's key are.
        """
        key = self._key(primary_key, existing)
        check_key(self.data, key, self.table)
        wanted = wanted_schema(self.table, self.columns, key, existing, keeps_blank=keeps_blank)
        check_key_bytes(self.table, wanted, self.data)
        return wanted

    def _key(self, primary_key: Sequence[str] | None, existing: TableSchema | None) -> tuple[str, ...]:
        if primary_key is not None:
            return self._as_spelled(primary_key)
        if self.index:
            return self.index
        key = self._as_spelled(existing.primary_key) if existing is not None else ()
        return key if set(key) <= set(self.columns) else ()

    def _as_spelled(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return names of columns as the frame spells them: Dolt ignores their case."""
        spelled = {name.lower(): name for name in self.columns}
        return tuple(name if name in self.columns else spelled.get(str(name).lower(), name) for name in names)

    @property
    def _meaning(self) -> list[tuple[str, Mark]]:
        return [(name, replace(column.mark, arrow=None)) for name, column in self.columns.items()]

    def result(self, known: Mapping[str, Column] | None = None) -> Result:
        """Return the rows as they would be read.

        Args:
            known: Columns of a table, by name. Those that the frame's values would be stored in as they are tell the
                Arrow type, and the order of the columns.
        """
        known = known or {}
        blank = known.keys() & (self.columns if self.num_rows == 0 else self.blank)
        columns = [
            known[name] if name in blank else marked(known.get(name) or _column(name, each), each)
            for name, each in self.columns.items()
        ]
        order = {name: at for at, name in enumerate(known)}
        columns.sort(key=lambda column: order.get(column.name, len(order)))
        arrays = [_as_fetched(self.columns[column.name], column) for column in columns]
        return Result(tuple(columns), pa.Table.from_arrays(arrays, names=[column.name for column in columns]))

    def has_rows_of(self, other: EncodedFrame) -> bool:
        """Whether both have the same columns, of the same dtypes, and the same rows, in whatever order."""
        if self._meaning != other._meaning:
            return False
        ours, theirs = (pl.DataFrame(pl.from_arrow(frame.data)) for frame in (self, other))
        return ours.equals(theirs) or ours.sort(pl.all()).equals(theirs.sort(pl.all()))


def encode_frame(frame: Any, *, table: str, in_stream: bool = False) -> EncodedFrame:
    """Turn a frame into rows for Dolt, or say what in it Dolt cannot hold.

    Args:
        frame: A pandas or polars DataFrame, or a pyarrow Table. Its columns are named by texts or integers; the levels
            of its index are columns too, unless they only count the rows (see `core/frames/index`).
        table: The table's name, for errors.
        in_stream: Whether it is one of several frames whose rows come one after the other.

    Raises:
        ForkedProcessError: This process is a forked child of one that has saved or loaded.
        DataError: No DataFrame, or one without columns.
        InvalidNameError: Column names that Dolt does not take, or that clash.
        UnsupportedTypeError: A column of a dtype that has no SQL type.
        UnsupportedValueError: A value that its column cannot hold, with its row.

    Example:
        >>> frame = pd.DataFrame({"name": ["Alice"], "count": [4]})
        >>> print(encode_frame(frame, table="users").schema().ddl("users"))
        CREATE TABLE `users` (
          `name` varchar(255) NULL,
          `count` bigint NOT NULL
        )
    """
    check_process()
    where = f"table `{table}`"
    sources = frame_sources(frame, where, in_stream=in_stream)
    if not sources:
        raise DataError(f"the frame for {where} has no columns", hint="Give it columns; rows are not needed.")
    names = [_name(source.label, table) for source in sources]
    check_column_names(names, table=table)
    columns = {}
    for name, source in zip(names, sources, strict=True):
        encoded = source.encode(f"column {name!r} of {where}")
        mark = replace(encoded.mark, index=source.level, label=None if isinstance(source.label, str) else "int")
        columns[name] = replace(encoded, mark=mark)
    levels = tuple(name for name, source in zip(names, sources, strict=True) if source.level is not None)
    return EncodedFrame(table, columns, () if any(map(is_unnamed, levels)) else levels)


def frame_of(data: Any, what: str) -> pd.DataFrame:
    """Return a pyarrow Table or a polars DataFrame as the DataFrame that is read where it was saved.

    Args:
        data: The rows. A pandas DataFrame is returned as it is.
        what: The name of what they are for, for errors.

    Raises:
        DataError: They are not to be stored.

    Example:
        >>> frame_of(pa.table({"a": [1, None]}), "t").dtypes.to_dict()
        {'a': Int64Dtype()}
    """
    return data if isinstance(data, pd.DataFrame) else decode_result(encode_frame(data, table=what).result())


def _column(name: str, encoded: EncodedColumn) -> Column:
    return Column(name, encoded.sql_type or "longtext", encoded.nullable)


def _as_fetched(encoded: EncodedColumn, column: Column) -> pa.ChunkedArray:
    """Return values as the engine fetches them: decimals go to Dolt as texts, and come back as decimals."""
    values = pa.chunked_array([encoded.values])
    kind = arrow_type(column.sql_type)
    if values.null_count == len(values):
        return pa.chunked_array([pa.nulls(len(values), kind)])
    return values.cast(kind) if values.type != kind and pa.types.is_decimal(kind) else values


def _name(label: Any, table: str) -> str:
    if isinstance(label, str):
        return label
    if pd.api.types.is_integer(label):
        return str(int(label))
    hint = "Rename the columns: frame.columns = frame.columns.map(str)."
    raise InvalidNameError(f"column {label!r} of table `{table}` is not named by a string or an integer", hint=hint)


def decode_result(result: Result, warned: set[str] | None = None) -> pd.DataFrame:
    """Turn rows into a frame, each column of the dtype that its table declares, the index as it was saved.

    Args:
        result: The rows.
        warned: The columns that a warning was logged of already, where the rows are one batch of several; grows.
    """
    columns = [
        (column, decode_column(column, result.data.column(at), warned)) for at, column in enumerate(result.columns)
    ]
    return assemble_frame(columns, len(result.data))


def assemble_frame(columns: Sequence[tuple[Column, pd.Series]], rows: int = 0) -> pd.DataFrame:
    """Put columns together, those of the index and integer labels as the table's marks tell.

    Args:
        columns: As the table declares each, with its values.
        rows: How many there are, where there are no columns.
    """
    marks = [mark_of(column.comment) for column, _ in columns]
    labels = [
        level_name(column.name, mark.index, label_of(column.name, mark.label))
        for (column, _), mark in zip(columns, marks, strict=True)
    ]
    series = [values for _, values in columns]
    levels = sorted(
        (at for at, mark in enumerate(marks) if mark.index is not None), key=lambda at: marks[at].index or 0
    )
    others = [at for at in range(len(series)) if at not in levels]
    frame = pd.concat([series[at] for at in others], axis=1) if others else pd.DataFrame(index=range(rows))
    frame.columns = pd.Index([labels[at] for at in others])
    if len(levels) == 1:
        frame.index = pd.Index(series[levels[0]], name=labels[levels[0]])
    elif levels:
        names = [labels[at] for at in levels]
        frame.index = pd.MultiIndex.from_arrays([series[at] for at in levels], names=names)
    return frame
