"""Rows from Dolt as an Arrow Table, with the types that were saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from dolt_integrations.core.arrow.types import arrow_type_of, exactly, restore_categories, restore_type
from dolt_integrations.core.columns.arrays import ARRAYS, decode_arrays
from dolt_integrations.core.columns.comments import read_as_commented
from dolt_integrations.core.columns.json import normalized
from dolt_integrations.engine import parse_type

if TYPE_CHECKING:
    from dolt_integrations.core.columns.mark import Mark
    from dolt_integrations.engine import Column, Result


def to_arrow(result: Result) -> pa.Table:
    """Return rows as an Arrow Table, with the types that the table's column comments name.

    A pandas categorical becomes a dictionary. UUIDs and JSON documents are strings.

    Example:
        >>> from dolt_integrations.adapters import encode_frame
        >>> to_arrow(encode_frame(pd.DataFrame({"id": [1]}), table="users").result()).to_pylist()
        [{'id': 1}]
    """
    names = [column.name for column in result.columns]
    arrays = [_restored(column, result.data.column(at)) for at, column in enumerate(result.columns)]
    return pa.Table.from_arrays(arrays, names=names)


def _restored(column: Column, values: pa.ChunkedArray) -> pa.ChunkedArray:
    def by_type() -> pa.ChunkedArray:
        return _normalized(values) if parse_type(column.sql_type).base == "json" else values

    return read_as_commented(column, lambda mark: _restore(values, column, mark), by_type)


def _restore(values: pa.ChunkedArray, column: Column, mark: Mark) -> pa.ChunkedArray:
    kind = arrow_type_of(column)
    if pa.types.is_dictionary(kind):
        plain = restore_type(values, kind.value_type)
        categories = exactly(pa.chunked_array([pa.array(mark.categories or ())]), kind.value_type).combine_chunks()
        return restore_categories(plain, categories, kind)
    if mark.dtype == ARRAYS:
        # Without tolist(), pyarrow would turn a NaN inside an array into NULL.
        lists = [None if array is None else array.tolist() for array in decode_arrays(values, mark)]
        return pa.chunked_array([pa.array(lists, kind)], kind)
    if mark.of == "json" and mark.arrow is None:
        return _normalized(values)
    return restore_type(values, kind)


def _normalized(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return JSON documents as a save writes them."""
    made = [None if text is None else normalized(text) for text in texts.to_pylist()]
    return pa.chunked_array([pa.array(made, texts.type)], texts.type)
