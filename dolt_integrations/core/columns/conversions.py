"""Hints on how to convert a column that Dolt cannot store into one that it can."""

from __future__ import annotations

import datetime
import numbers
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def conversion_of(values: Iterable[Any], column: object) -> str:
    """Return the hint for a column of mixed objects: the call that converts them to one type.

    Args:
        values: The objects, None for a missing one.
        column: The column's label.

    Example:
        >>> conversion_of([1, 2.5, None], "x")
        "frame['x'] = frame['x'].astype('Float64') converts them to numbers."
        >>> conversion_of([{1}, {2}], "x")
        "Convert them, for example frame['x'] = frame['x'].map(sorted, na_action='ignore')."
    """
    there = [value for value in values if value is not None]
    name = f"frame[{column!r}]"
    for belongs, call, what in _CONVERSIONS:
        if all(map(belongs, there)):
            return f"{name} = {call.format(name)} converts them to {what}."
    if len({type(value) for value in there}) == 1:
        return f"Convert them, for example {name} = {name}.{_how(there[0])}."
    return f"Give the column values of one type, for example with {name} = {name}.astype(str)."


def _how(value: Any) -> str:
    """Return the call for objects of a class that has no SQL type. Sets and tuples become lists, stored as JSON."""
    if isinstance(value, (set, frozenset)):
        return "map(sorted, na_action='ignore')"
    return "map(list, na_action='ignore')" if isinstance(value, tuple) else "astype(str)"


def conversion_of_dtype(dtype: str, column: object) -> str:
    """Return the hint for a column of a dtype that has no SQL type.

    Example:
        >>> conversion_of_dtype("Sparse[int64, 0]", "x")
        "Convert it: frame['x'] = frame['x'].sparse.to_dense()."
    """
    name = f"frame[{column!r}]"
    call = f"{name}.sparse.to_dense()" if dtype.startswith("Sparse") else f"{name}.astype(str)"
    return f"Convert it: {name} = {call}."


def _is_truth(value: Any) -> bool:
    return isinstance(value, (bool, np.bool_))


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not _is_truth(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) and not _is_truth(value) and not np.iscomplexobj(value)


def _is_span(value: Any) -> bool:
    return isinstance(value, (datetime.timedelta, np.timedelta64))


def _is_naive(value: Any) -> bool:
    if isinstance(value, datetime.datetime):
        return value.tzinfo is None
    return isinstance(value, (datetime.date, np.datetime64))


def _is_moment(value: Any) -> bool:
    return isinstance(value, (datetime.date, np.datetime64))


_CONVERSIONS: list[tuple[Callable[[Any], bool], str, str]] = [
    (_is_truth, "{}.astype('boolean')", "nullable booleans"),
    (_is_whole, "{}.astype('Int64')", "nullable integers"),
    (_is_number, "{}.astype('Float64')", "numbers"),
    (_is_span, "pandas.to_timedelta({})", "durations"),
    (_is_naive, "pandas.to_datetime({})", "timestamps"),
    (_is_moment, "pandas.to_datetime({}, utc=True)", "timestamps in UTC"),
]
"""For objects of one kind: the call, and the type that it gives them."""
