"""Categoricals: stored as their values, with the categories in the column's mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dolt_integrations.core.columns.encoded import EncodedColumn, shown
from dolt_integrations.core.columns.mark import UNTYPED, Mark
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

_CATEGORIES = ("bool", "str", "object", "string", "int64", "int32", "int16", "int8", "float64", "Int64")
"""The dtypes of categories whose values JSON can list."""

_HINT = "Convert the categories, for example with .cat.rename_categories(str)."


def encode_categories(
    series: pd.Series, where: str, encode: Callable[[pd.Series, str], EncodedColumn]
) -> EncodedColumn:
    """Store a categorical as its values.

    Args:
        series: The categorical.
        where: Its column and table, for errors.
        encode: Encodes the categories as a separate column.

    Raises:
        UnsupportedTypeError: The categories are not strings, integers, floats or booleans.
    """
    categories = pd.Series(series.cat.categories)
    try:
        encoded = encode(categories, where)
    except UnsupportedTypeError as error:  # its row and its hint are those of the categories
        problem = f"{where} has categories of dtype {categories.dtype}, which have no column type"
        raise UnsupportedTypeError(problem, hint=_HINT) from error
    if encoded.mark.dtype not in _CATEGORIES or encoded.mark.of not in (None, UNTYPED):
        raise UnsupportedTypeError(f"{where} has categories of dtype {categories.dtype}", hint=_HINT)
    codes = series.cat.codes.to_numpy()
    taken = encoded.values.take(pa.array(codes, mask=codes < 0))
    listed = tuple(value.item() if isinstance(value, np.generic) else value for value in categories)
    mark = Mark("category", of=encoded.mark.dtype, categories=listed, ordered=bool(series.cat.ordered))
    return EncodedColumn(taken, encoded.sql_type, True, mark)


def decode_categories(values: pd.Series, mark: Mark) -> pd.Series:
    """Rebuild the categorical that `encode_categories` was given from the decoded values.

    A value outside the categories, which SQL may have written, is added to them.

    Raises:
        TypeError: The mark names a dtype that categories cannot have.
        ValueError: The categories contradict each other.
    """
    if mark.of not in _CATEGORIES:
        raise TypeError(f"categories cannot be saved as {shown(mark.of)}")
    categories: Any = pd.Index(list(mark.categories or ()), dtype=mark.of)
    unknown = values[values.notna() & ~values.isin(categories)].unique()
    if len(unknown):
        categories = categories.append(pd.Index(unknown, dtype=mark.of))
    return pd.Series(pd.Categorical(values, dtype=pd.CategoricalDtype(categories, ordered=mark.ordered)))
