"""Arrow's extension types for the periods and intervals of pandas, which their storage types do not give back."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dolt_integrations.core.columns.encoded import EncodedColumn, shown
from dolt_integrations.core.columns.periods import encode_periods
from dolt_integrations.errors import UnsupportedTypeError


def dtype_of_extension(kind: pa.DataType, said: object = None) -> str | None:
    """Return the name of the pandas dtype that an Arrow type stands for, or None if it is not an extension of pandas.

    Args:
        kind: The type. It is the storage type if the extension is not registered, as in a program that reads a Parquet
            file before it uses a period.
        said: The dtype in pandas's metadata of the column.

    Example:
        >>> dtype_of_extension(pa.array(pd.period_range("2024-01", periods=1, freq="M")).type)
        'period[M]'
        >>> dtype_of_extension(pa.int64(), "period[M]"), dtype_of_extension(pa.int64(), "int64")
        ('period[M]', None)
    """
    if isinstance(kind, pa.ExtensionType):
        found: Any = kind
        if kind.extension_name == "pandas.period":
            return f"period[{found.freq}]"
        return "interval" if kind.extension_name == "pandas.interval" else None
    of_periods = pa.types.is_int64(kind) and isinstance(said, str) and re.fullmatch(r"period\[[^\]]+\]", said)
    of_intervals = pa.types.is_struct(kind) and isinstance(said, str) and said.startswith("interval[")
    return str(said) if of_periods or of_intervals else None


def encode_extension(values: pa.ChunkedArray, dtype: str, where: str) -> EncodedColumn:
    """Encode periods as pandas's own are encoded, and refuse intervals as there.

    Raises:
        UnsupportedTypeError: They are intervals, or periods of a frequency that pandas cannot parse.
    """
    if not dtype.startswith("period"):
        hint = "Convert it before, in pandas: frame[...].astype(str)."
        raise UnsupportedTypeError(f"{where} has dtype {dtype}, which has no SQL type here", hint=hint)
    storage = values.cast(pa.int64()) if isinstance(values.type, pa.ExtensionType) else values
    ordinals = storage.fill_null(np.iinfo(np.int64).min).to_numpy()
    try:
        periods = pd.arrays.PeriodArray(ordinals, dtype=pd.PeriodDtype(dtype[7:-1]))
    except (TypeError, ValueError) as error:
        hint = "Convert it to timestamps."
        raise UnsupportedTypeError(f"{where} has the unknown dtype {shown(dtype)}", hint=hint) from error
    return encode_periods(pd.Series(periods), where)
