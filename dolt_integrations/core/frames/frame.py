"""Encoding frames as tables, with their columns, index and key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core.columns.encoded import EncodedColumn
from dolt_integrations.core.frames.decoded import decode_result
from dolt_integrations.core.frames.index import kind_of_label
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
    from dolt_integrations.core.frames.sources import Source


@dataclass(frozen=True)
class EncodedFrame:
    """A frame encoded for Dolt.

    Attributes:
        table: The table's name, for errors.
        columns: The columns by name, those of the index first.
        index: The names of the index's columns, which are the primary key if no other is given.

    Example:
        >>> encoded = encode_frame(pd.DataFrame({"id": [1, 2], "name": ["Ann", None]}), table="users")
        >>> encoded.num_rows, encoded.schema(["id"]).primary_key
        (2, ('id',))
    """

    table: str
    columns: dict[str, EncodedColumn]
    index: tuple[str, ...] = ()

    @property
    def num_rows(self) -> int:
        """The number of rows."""
        return int(self.data.num_rows)

    @property
    def blank(self) -> list[str]:
        """The columns, outside the index, in which all values are missing, so that their type is unknown."""
        return [
            name
            for name, column in self.columns.items()
            if name not in self.index and len(column.values) and column.values.null_count == len(column.values)
        ]

    @cached_property
    def data(self) -> pa.Table:
        """The rows. Fields of durations have their unit as metadata, for tables that store them as TIME."""
        return self._table({name: column.values for name, column in self.columns.items()})

    @cached_property
    def written(self) -> pa.Table:
        """The rows as they are written: with the dates in the year 0 that stay (see `EncodedColumn.odd_dates`)."""
        if all(column.odd_dates is None for column in self.columns.values()):
            return self.data
        return self._table({name: column.written for name, column in self.columns.items()})

    def _table(self, values: Mapping[str, pa.Array]) -> pa.Table:
        units = {name: {"unit": column.unit} if column.unit else None for name, column in self.columns.items()}
        fields = [pa.field(name, each.type, metadata=units[name]) for name, each in values.items()]
        return pa.Table.from_arrays([*values.values()], schema=pa.schema(fields))

    def schema(
        self,
        primary_key: Sequence[str] | None = None,
        existing: TableSchema | None = None,
        *,
        keeps_blank: bool = True,
    ) -> TableSchema:
        """Return the schema of the table that holds the rows.

        Args:
            primary_key: The key's columns. None uses those of the index, or else the table's key if the frame has it.
            existing: The table's current schema. Columns that hold the values exactly stay unchanged.
            keeps_blank: Whether a column whose values are all missing keeps the table's type.

        Raises:
            DataError: The table would exceed Dolt's limits.
            PrimaryKeyError: The key has NULLs or duplicates, names no column, or has a type that cannot be a key.
            UnsupportedValueError: A string or binary value in the key is too long, or a row's whole key is.
        """
        key = self._key(primary_key, existing)
        asked = (key, existing, keeps_blank)
        if asked not in self._schemas:
            if key not in self._keys:
                check_key(self.data, key, self.table)
                self._keys.add(key)
            wanted = wanted_schema(self.table, self.columns, key, existing, keeps_blank=keeps_blank)
            check_key_bytes(self.table, wanted, self.data)
            self._schemas[asked] = wanted
        return self._schemas[asked]

    @cached_property
    def _keys(self) -> set[tuple[str, ...]]:
        """The keys that were checked. A save asks again for the table that it finds, and for each retry."""
        return set()

    @cached_property
    def _schemas(self) -> dict[tuple[tuple[str, ...], TableSchema | None, bool], TableSchema]:
        """The schemas by what was asked for."""
        return {}

    def _key(self, primary_key: Sequence[str] | None, existing: TableSchema | None) -> tuple[str, ...]:
        if primary_key is not None:
            return self._as_spelled(primary_key)
        if self.index:
            return self.index
        key = self._as_spelled(existing.primary_key) if existing is not None else ()
        return key if set(key) <= set(self.columns) else ()

    def _as_spelled(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return column names in the frame's spelling, because Dolt ignores their case."""
        spelled = {name.lower(): name for name in self.columns}
        return tuple(name if name in self.columns else spelled.get(str(name).lower(), name) for name in names)

    @property
    def _meaning(self) -> list[tuple[str, Mark]]:
        return [(name, replace(column.mark, arrow=None)) for name, column in self.columns.items()]

    def result(self, known: Mapping[str, Column] | None = None) -> Result:
        """Return the rows as they would be read.

        Args:
            known: Columns of a table, by name. They determine the order of the columns, and the Arrow type of those
                that would hold the frame's values unchanged.
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
        """Whether both have the same columns and dtypes, and the same rows in any order."""
        if self._meaning != other._meaning:
            return False
        ours, theirs = (pl.DataFrame(pl.from_arrow(frame.data)) for frame in (self, other))
        return ours.equals(theirs) or ours.sort(pl.all()).equals(theirs.sort(pl.all()))


def encode_frame(frame: Any, *, table: str, in_stream: bool = False) -> EncodedFrame:
    """Encode a frame for Dolt, or raise an error that names what Dolt cannot hold.

    Args:
        frame: A pandas or polars DataFrame, or a pyarrow Table. Column names are strings or integers. The levels of
            its index become columns, unless they only number the rows (see `core/frames/index`).
        table: The table's name, for errors.
        in_stream: Whether it is a batch of a stream.

    Raises:
        ForkedProcessError: The process is a fork of one that has already saved or loaded.
        DataError: It is not a frame, or has no columns.
        InvalidNameError: Dolt does not accept a column name, or two names clash.
        UnsupportedTypeError: A column's dtype has no SQL type.
        UnsupportedValueError: A column cannot hold a value. The message names its row.

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
        raise DataError(f"the frame for {where} has no columns", hint="Add at least one column; rows are not needed.")
    names = [_name(source.label, table) for source in sources]
    _check_index(names, sources, where)
    check_column_names(names, table=table)
    columns = {}
    for name, source in zip(names, sources, strict=True):
        encoded = source.encode(f"column {name!r} of {where}")
        label = kind_of_label(source.label, source.level, is_named=source.is_named)
        columns[name] = replace(encoded, mark=replace(encoded.mark, index=source.level, label=label))
    levels = tuple(name for name, source in zip(names, sources, strict=True) if source.level is not None)
    return EncodedFrame(table, columns, levels if all(source.is_named for source in sources) else ())


def _check_index(names: Sequence[str], sources: Sequence[Source], where: str) -> None:
    """Refuse an index that has the name of a column."""
    columns = {name.lower() for name, source in zip(names, sources, strict=True) if source.level is None}
    for name, source in zip(names, sources, strict=True):
        if source.level is not None and name.lower() in columns:
            raise InvalidNameError(
                f"the frame for {where} has an index and a column that are both stored as {name!r}",
                hint="Rename the index (frame.rename_axis('id')), or drop it (frame.reset_index(drop=True)).",
            )


def frame_of(data: Any, what: str) -> pd.DataFrame:
    """Convert a pyarrow Table or a polars DataFrame to the pandas DataFrame that would be read after saving it.

    Args:
        data: The rows. A pandas DataFrame is returned unchanged.
        what: The table's name, for errors.

    Raises:
        DataError: The rows cannot be stored.

    Example:
        >>> frame_of(pa.table({"a": [1, None]}), "t").dtypes.to_dict()
        {'a': Int64Dtype()}
    """
    return data if isinstance(data, pd.DataFrame) else decode_result(encode_frame(data, table=what).result())


def _column(name: str, encoded: EncodedColumn) -> Column:
    return Column(name, encoded.sql_type or "longtext", encoded.nullable)


def _as_fetched(encoded: EncodedColumn, column: Column) -> pa.ChunkedArray:
    """Return values as the engine would fetch them: decimals are sent to Dolt as strings and fetched as decimals."""
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
