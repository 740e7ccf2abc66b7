"""Columns of numeric numpy arrays, such as embeddings, stored as JSON lists. The mark holds the arrays' dtype.

A NaN is the string "NaN", as in other nested columns. Older versions stored null, which is read as NaN.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dolt_integrations.core.columns.arrow_names import type_of_json, type_to_json
from dolt_integrations.core.columns.encoded import EncodedColumn, shown
from dolt_integrations.core.columns.json import NAN, encode_documents, with_nan_as_text
from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.errors import UnsupportedTypeError, UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

ARRAYS = "ndarray"
"""The value of a mark's `of` for such a column. Its `arrow` holds the arrays' type."""


def encode_arrays(values: Sequence[Any], where: str, label: object) -> EncodedColumn:
    """Store arrays as JSON lists, with NaN as the string "NaN".

    Args:
        values: The arrays, None for a missing one.
        where: The column and its table, for errors.
        label: The column's label, for the hint.

    Raises:
        UnsupportedTypeError: The arrays differ in dtype or dimensions, or do not hold numbers.
        UnsupportedValueError: An array holds an infinity, or a value that JSON does not return exactly.
    """
    kind = _kind_of(values, where, label)
    lists = [None if value is None else with_nan_as_text(value.tolist()) for value in values]
    texts, sql_type = encode_documents(lists, where)
    for row, (value, found) in enumerate(zip(values, lists, strict=True)):
        if value is not None and not _same(value, _array(found, kind)):
            problem = f"{where} holds {shown(value)}, an array that JSON cannot restore (row {row}, counted from 0)"
            raise UnsupportedValueError(problem, hint="Store it as bytes, for example by value.tobytes().")
    return EncodedColumn(texts, sql_type, True, Mark(dtype=ARRAYS, of="json", arrow=type_to_json(kind)))


def _kind_of(values: Sequence[Any], where: str, label: object) -> pa.DataType:
    """Return the Arrow type of the arrays: lists of numbers, nested once for each dimension."""
    kinds = {(type(value), value.dtype, value.ndim) for value in values if value is not None}
    form, dtype, depth = next(iter(kinds))
    if len(kinds) > 1 or form is not np.ndarray or dtype not in _NUMBERS or depth == 0 or not dtype.isnative:
        names = sorted(
            f"{one} in {ndim} dimensions" + ("" if of is np.ndarray else f" ({of.__name__})") for of, one, ndim in kinds
        )
        call = f"frame[{label!r}].map(numpy.ndarray.tolist, na_action='ignore')"
        hint = f"Give the column arrays of numbers of one dtype, or lists: frame[{label!r}] = {call}."
        raise UnsupportedTypeError(f"{where} holds numpy arrays of {', '.join(names[:3])}", hint=hint)
    kind = pa.from_numpy_dtype(dtype)
    for _ in range(depth):
        kind = pa.list_(kind)
    return kind


_NUMBERS = frozenset(map(np.dtype, ("?", "b", "h", "i", "q", "B", "H", "I", "Q", "l", "L", "e", "f", "d")))
"""The numbers that Arrow has: no `longdouble`."""


def _same(one: Any, other: Any) -> bool:
    is_float = one.dtype.kind == "f"
    return bool(one.shape == other.shape and np.array_equal(one, other, equal_nan=is_float))


def _array(value: Any, kind: pa.DataType) -> Any:
    """Convert a list to an array.

    Raises:
        ArrowException: An element is not of the type.
        ValueError: Nested lists differ in length.
    """
    leaf = kind
    while pa.types.is_list(leaf):
        leaf = leaf.value_type
    dtype = leaf.to_pandas_dtype()
    found = _with_nan(value) if pa.types.is_floating(leaf) else value
    made = np.array(found, dtype=dtype)
    if with_nan_as_text(made.tolist()) != with_nan_as_text(found):
        raise ValueError(f"an array of {dtype} does not hold every value exactly")
    return made


def _with_nan(value: Any) -> Any:
    return [_with_nan(part) for part in value] if isinstance(value, list) else np.nan if value in (None, NAN) else value


def documents_of(lists: pa.ChunkedArray) -> pa.Array:
    """Return Arrow lists, as which such a column is passed on, as the JSON lists that are stored.

    Example:
        >>> documents_of(pa.chunked_array([[[1.5, float("nan")], None]])).to_pylist()
        ['[1.5, "NaN"]', None]
    """
    texts = [None if value is None else json.dumps(with_nan_as_text(value)) for value in lists.to_pylist()]
    return pa.array(texts, pa.large_string())


def decode_arrays(texts: pa.ChunkedArray, mark: Mark) -> pd.Series:
    """Return what `encode_arrays` was given.

    Raises:
        TypeError: The mark does not name arrays, or the values are not strings.
        ValueError: A string is not such an array.
    """
    kind = type_of_json(mark.arrow)
    if not pa.types.is_large_string(texts.type) or not pa.types.is_list(kind):
        raise TypeError(f"{texts.type} cannot be read as arrays of {kind}")
    arrays = [None if text is None else _array(json.loads(text), kind) for text in texts.to_pylist()]
    made = np.empty(len(arrays), dtype=object)
    for row, array in enumerate(arrays):
        made[row] = array
    return pd.Series(made)
