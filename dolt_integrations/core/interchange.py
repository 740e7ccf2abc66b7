"""Other kinds of frames: pyarrow Tables and polars DataFrames, in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core.arrowtypes import arrow_dtype, restore_type
from dolt_integrations.core.comments import read_as_commented
from dolt_integrations.core.moments import to_durations

if TYPE_CHECKING:
    from dolt_integrations.core.marks import Mark
    from dolt_integrations.engine import Column, Result

_NULLABLE = {
    pa.int8(): pd.Int8Dtype(),
    pa.int16(): pd.Int16Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.UInt8Dtype(),
    pa.uint16(): pd.UInt16Dtype(),
    pa.uint32(): pd.UInt32Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}
"""Arrow types that pandas's plain dtypes cannot hold with NULLs."""


def to_pandas(data: Any) -> Any:
    """Return a pyarrow Table or a polars DataFrame as a DataFrame that holds the same; anything else as it is.

    Integers and booleans become nullable dtypes, whether there are NULLs or not: the Arrow type has both.

    Example:
        >>> to_pandas(pa.table({"a": [1, None]})).dtypes.to_dict()
        {'a': Int64Dtype()}
    """
    if isinstance(data, pl.DataFrame):
        data = data.to_arrow()
    return data.to_pandas(types_mapper=_NULLABLE.get) if isinstance(data, pa.Table) else data


def to_arrow(result: Result) -> pa.Table:
    """Return rows as an Arrow Table, each column of the type that its table's marks tell.

    A category is a column of its values; decimals, UUIDs and JSON documents are what Dolt keeps: decimals and texts.
    """
    names = [column.name for column in result.columns]
    arrays = [_restored(column, result.data.column(at)) for at, column in enumerate(result.columns)]
    return pa.Table.from_arrays(arrays, names=names)


def _restored(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return read_as_commented(column, lambda mark: _restore(values, mark), lambda: values)


def _restore(values: pa.ChunkedArray, mark: Mark) -> pa.ChunkedArray:
    dtype = mark.dtype or ""
    if mark.of == "arrow":
        return restore_type(values, arrow_dtype(dtype).pyarrow_dtype)
    if mark.of == "time":
        return restore_type(values, pa.time64("us"))
    if dtype.startswith("timedelta64"):
        return to_durations(values, dtype)
    if dtype.startswith("datetime64"):
        unit, _, zone = dtype.removeprefix("datetime64[").removesuffix("]").partition(", ")
        return restore_type(values, pa.timestamp(unit, zone or None))
    return values
