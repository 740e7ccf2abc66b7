"""Arrow Tables as input: their columns, and the index, labels and dtypes from pandas's schema metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from dolt_integrations.core.arrow.columns import encode_arrow_column
from dolt_integrations.core.arrow.extensions import dtype_of_extension, encode_extension
from dolt_integrations.core.arrow.types import arrow_dtype
from dolt_integrations.core.columns.dtypes import STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.columns.encoded import EncodedColumn


@dataclass(frozen=True)
class Level:
    """A level of the pandas index that the table was made from.

    Attributes:
        name: Its name, or None.
        values: Its values.
        said: Its entry in pandas's metadata.
        field: The table's column that holds it. None for a RangeIndex, which is stored in the metadata alone.
        index: The level as a pandas index, if it is empty or holds integers.
    """

    name: str | None
    values: pa.ChunkedArray
    said: Mapping[str, Any]
    field: str | None
    index: pd.Index | None


def index_levels(table: pa.Table) -> list[Level]:
    """Return the index levels in pandas's metadata that still match the table."""
    said, levels = column_metadata(table), []
    for entry in _metadata(table).get("index_columns", ()):
        if isinstance(entry, str) and table.column_names.count(entry) == 1:
            values, about = table.column(entry), said.get(entry, {})
            index = pd.Index(values.to_pandas()) if pa.types.is_integer(values.type) or not len(values) else None
            levels.append(Level(_name_of(about), values, about, entry, index))
        elif isinstance(entry, dict) and (numbers := _range_of(entry, table.num_rows)) is not None:
            values = pa.chunked_array([pa.array(numbers, pa.int64())])
            levels.append(Level(_name_of(entry), values, {"numpy_type": "int64"}, None, pd.RangeIndex(numbers)))
    return levels


def _name_of(said: Mapping[str, Any]) -> str | None:
    name = said.get("name")
    return name if isinstance(name, str) else None


def _range_of(entry: Mapping[str, Any], rows: int) -> range | None:
    """Return the numbers of a RangeIndex. None if the number of rows has changed since."""
    try:
        numbers = range(entry["start"], entry["stop"], entry["step"])
    except (KeyError, TypeError, ValueError):
        return None
    return numbers if len(numbers) == rows else None


def column_metadata(table: pa.Table) -> dict[str, Mapping[str, Any]]:
    """Return each column's entry in pandas's metadata."""
    each = _metadata(table).get("columns", ())
    return {one["field_name"]: one for one in each if isinstance(one, dict) and isinstance(one.get("field_name"), str)}


def label_maker(table: pa.Table) -> Callable[[str], str | int]:
    """Return a function that converts a column's name to its pandas label. Integer labels are strings in a table."""
    found = _metadata(table).get("column_indexes", ())
    if len(found) != 1 or not isinstance(found[0], dict) or found[0].get("pandas_type") not in _INTEGERS:
        return str
    return lambda name: int(name) if re.fullmatch("0|-?[1-9][0-9]{0,19}", name) else name


_INTEGERS = {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}


def _metadata(table: pa.Table) -> Mapping[str, Any]:
    """Return pandas's metadata of a table. Empty if it is missing or damaged."""
    try:
        found = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
    except (ValueError, RecursionError):
        return {}
    lists = ("columns", "index_columns", "column_indexes")
    if not isinstance(found, dict) or not all(isinstance(found.get(name, []), list) for name in lists):
        return {}
    return found


def encode_named_column(values: pa.ChunkedArray, said: Mapping[str, Any], where: str) -> EncodedColumn:
    """Encode an Arrow column for Dolt, with the dtype that it had in pandas.

    Args:
        values: The column.
        said: Its entry in pandas's metadata, which may be empty.
        where: The column and its table, for errors.

    Raises:
        UnsupportedTypeError: The type has no SQL type.
        UnsupportedValueError: Dolt cannot hold a value. The message names its row.
    """
    dtype, kind = said.get("numpy_type"), said.get("pandas_type")
    if (extension := dtype_of_extension(values.type, dtype)) is not None:
        return encode_extension(values, extension, where)
    encoded = encode_arrow_column(values, where)
    if not isinstance(dtype, str):
        return encoded
    found = arrow_dtype(dtype) if dtype.endswith("[pyarrow]") and dtype != "string[pyarrow]" else None
    if found is not None and found.pyarrow_dtype == values.type:
        return replace(encoded, mark=replace(encoded.mark, dtype=dtype, of="arrow"))
    if dtype in STORAGE:
        return _as_numbers(encoded, dtype)
    if encoded.sql_type is None and encoded.mark.dtype != "category" and _TEXTS.fullmatch(dtype):
        return replace(encoded, mark=replace(encoded.mark, dtype=dtype))
    if dtype == "object" and encoded.mark.of is None and kind in _OBJECTS:
        return replace(encoded, mark=replace(encoded.mark, dtype="object", of=_OBJECTS[str(kind)]))
    return encoded


_TEXTS = re.compile(r"object|str(ing)?(\[(python|pyarrow)\])?")
_OBJECTS = {"bool": "bool", "int64": "int"}
"""A mark's name for the class of objects, by the name in pandas's metadata."""


def _as_numbers(encoded: EncodedColumn, dtype: str) -> EncodedColumn:
    """Give a numeric column a dtype, if that holds the same values."""
    storage = STORAGE[dtype]
    lacks = encoded.values.null_count > 0 and not storage.nullable
    if encoded.mark.of is not None or storage.sql_type != encoded.sql_type or lacks or encoded.mark.dtype == "category":
        return encoded
    return replace(encoded, nullable=storage.nullable, mark=replace(encoded.mark, dtype=dtype))
