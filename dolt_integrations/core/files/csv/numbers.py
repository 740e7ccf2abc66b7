"""Numbers in CSV cells: normalizing their text, and finding those that do not fit a dtype that the user specified."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow.compute as pc

from dolt_integrations.core.files.cell_floats import vanished
from dolt_integrations.errors import UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa


def numeric(texts: pa.ChunkedArray, args: Mapping[str, Any]) -> pa.ChunkedArray:
    """Return numbers without the thousands separator, and with a point as decimal separator."""
    thousands, point = args.get("thousands"), args.get("decimal", ".")
    if thousands:
        texts = pc.replace_substring(texts, thousands, "")
    return texts if point == "." else pc.replace_substring(texts, point, ".")


def is_number(dtype: Any) -> bool:
    """Whether a dtype, or the name of one, is numeric.

    Example:
        >>> is_number("Int64"), is_number(float), is_number("no dtype")
        (True, True, False)
    """
    try:
        return bool(pd.api.types.is_numeric_dtype(pd.api.types.pandas_dtype(dtype)))
    except TypeError:
        return False


def dtype_name(dtype: Any) -> str:
    """Return the name of a numeric dtype."""
    return str(pd.api.types.pandas_dtype(dtype))


def find_misfit(texts: pd.Series, dtype: Any) -> int | None:
    """Return the first row whose text is not a number of the dtype, or None.

    Example:
        >>> find_misfit(pd.Series(["1", "x"]), int), find_misfit(pd.Series(["1", None]), "Int64")
        (1, None)
    """
    wanted = pd.api.types.pandas_dtype(dtype)
    numbers = pd.to_numeric(texts, errors="coerce")
    bad = numbers.isna() & texts.notna()
    if pd.api.types.is_integer_dtype(wanted):
        bad |= numbers.notna() & (numbers % 1 != 0)
        if not isinstance(wanted, pd.api.extensions.ExtensionDtype):
            bad |= texts.isna()
    return int(bad.to_numpy().argmax()) if bad.any() else None


def check_floats(texts: pl.Series, numbers: pd.Series, name: Any, locate: Callable[[int], str]) -> None:
    """Refuse the first number that a float cannot hold: one that would become 0, or an integer that would be rounded.

    Raises:
        UnsupportedValueError: There is such a number. The message names its line.
    """
    hint = f'Specify its type: {{"dtype": {{"{name}": "str"}}}}.'
    for row in vanished(texts, pl.Series(numbers.to_numpy())).fill_null(False).arg_true().to_list():
        problem = f"{locate(row)}, column {name!r}: {texts[row]} is too small for a float, and would become 0"
        raise UnsupportedValueError(problem, hint=hint)
    for row in texts.str.contains(r"^[+-]?[0-9]{16,}$").fill_null(False).arg_true().to_list():
        if int(float(texts[row])) != int(texts[row]):
            problem = f"{locate(row)}, column {name!r}: pandas reads {texts[row]} as a float and rounds it"
            raise UnsupportedValueError(problem, hint=hint)
