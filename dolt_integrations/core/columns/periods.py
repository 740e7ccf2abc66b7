"""Periods, stored as the strings that pandas prints for them, such as `2024-01` or `2024Q1`."""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from dolt_integrations.core.columns.encoded import EncodedColumn, shown
from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.errors import UnsupportedTypeError


def encode_periods(series: pd.Series, where: str) -> EncodedColumn:
    """Store periods as strings.

    Raises:
        UnsupportedTypeError: pandas cannot parse the strings that it prints for periods of this frequency.
    """
    name = str(series.dtype)
    texts = pa.array([None if pd.isna(period) else str(period) for period in series], pa.large_string())
    try:
        same = decode_periods(pa.chunked_array([texts]), name).equals(series.reset_index(drop=True))
    except (TypeError, ValueError):
        same = False
    if not same:
        hint = f"Store the start of each period: frame[{series.name!r}].dt.to_timestamp()."
        raise UnsupportedTypeError(f"{where} has dtype {name}, whose strings pandas reads back differently", hint=hint)
    return EncodedColumn(texts, None, True, Mark(dtype=name))


def decode_periods(values: pa.ChunkedArray, dtype: str) -> pd.Series:
    """Return what `encode_periods` was given.

    Raises:
        TypeError: The dtype is not a period dtype, or the values are not strings.
        ValueError: A string is not a period.
    """
    if not re.fullmatch(r"period\[[\w-]+\]", dtype) or not pa.types.is_large_string(values.type):
        raise TypeError(f"{values.type} cannot be read as {shown(dtype)}")
    return pd.Series(pd.PeriodIndex(values.to_pylist(), dtype=dtype))
