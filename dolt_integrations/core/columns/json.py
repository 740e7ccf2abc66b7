"""Columns of JSON documents: dicts and lists of strings, numbers, booleans and None."""

from __future__ import annotations

import decimal
import json
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.errors import UnsupportedValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXACT_INTEGERS = 2**53
"""Dolt stores the numbers of a JSON document as doubles."""

_FIRST_EXPONENT = 1e21
"""From this value on, Dolt prints a whole double with an exponent, so that it is read back as a float."""


NAN = "NaN"
"""The string that stands for NaN in lists of floats, because JSON has no number for it."""


def with_nan_as_text(value: Any) -> Any:
    """Return the parts of a nested value as JSON has them: tuples as lists, NaN as the string "NaN".

    Example:
        >>> with_nan_as_text({"a": (1.5, float("nan"), None)})
        {'a': [1.5, 'NaN', None]}
    """
    if isinstance(value, dict):
        return {name: with_nan_as_text(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_nan_as_text(part) for part in value]
    return NAN if isinstance(value, float) and math.isnan(value) else value


def encode_documents(values: Sequence[Any], where: str) -> tuple[pa.Array, str]:
    """Return documents as JSON strings, and the SQL type that returns each of them unchanged.

    The type is JSON unless a document has a number that Dolt's JSON changes (`1.0` becomes `1`, and integers beyond
    2**53 lose digits). Then it is LONGTEXT with the same strings, which SQL's JSON functions read as well.

    Raises:
        UnsupportedValueError: A document has something that JSON lacks: NaN, a tuple, a key that is not a string.
    """
    texts = [_to_json(value, row, where) for row, value in enumerate(values)]
    exact = all(map(_survives, values))
    return pa.array(texts, pa.large_string()), "json" if exact else "longtext"


def _to_json(value: Any, row: int, where: str) -> str | None:
    if value is None:
        return None
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True)
        text.encode()
        same = json.loads(text) == value
    except (TypeError, ValueError, RecursionError):
        same = False
    if not same:
        raise UnsupportedValueError(
            f"{where} holds {shown(value)}, which JSON cannot restore exactly (row {row}, counted from 0)",
            hint="JSON has strings, finite numbers, booleans, None, lists, and dicts whose keys are strings.",
        )
    return text


def normalized(text: str) -> str:
    """Return a document as a save writes it: Dolt orders keys and writes numbers in another way.

    Example:
        >>> normalized('{"b":1,"a":2}')
        '{"a": 2, "b": 1}'
    """
    return json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True)


def not_documents(texts: pa.Array, *, in_json: bool) -> pa.Array:
    """Return which strings are no documents that are read as the same strings: from a JSON column, or from a text.

    Example:
        >>> not_documents(pa.array(["[1.0]", None, "a"]), in_json=False).to_pylist()
        [False, False, True]
        >>> not_documents(pa.array(["[1.0]", None, "a"]), in_json=True).to_pylist()
        [True, False, True]
    """
    return pa.array([text is not None and not _is_normalized(text, in_json) for text in texts.to_pylist()], pa.bool_())


def _is_normalized(text: str, in_json: bool) -> bool:
    try:
        value = json.loads(text)
        same = json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True) == text
    except (ValueError, RecursionError):
        return False
    return same and (not in_json or _survives(value))


def _survives(value: Any) -> bool:
    """Whether Dolt's JSON returns all numbers unchanged: it stores doubles, and prints whole ones without a point."""
    if isinstance(value, dict):
        return all(map(_survives, value.values()))
    if isinstance(value, list):
        return all(map(_survives, value))
    if isinstance(value, float):
        return not value.is_integer() or abs(value) >= _FIRST_EXPONENT
    return not isinstance(value, int) or abs(value) <= _EXACT_INTEGERS or _is_shortest(value)


def _is_shortest(number: int) -> bool:
    """Whether the shortest decimal form of an integer's double is that integer, as for integers read from JSON."""
    return abs(number) < _FIRST_EXPONENT and int(decimal.Decimal(repr(float(number)))) == number
