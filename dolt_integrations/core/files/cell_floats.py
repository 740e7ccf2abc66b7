"""Which numbers in cells a float would change to others: those that would become 0, and rounded integers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_EXACT = 2**24
"""The integer up to which a FLOAT holds all integers; a DOUBLE holds more."""


def vanished(texts: pl.Series, values: pl.Series) -> pl.Series:
    """Return which values are 0 because their text is too small for a float (`1e-400`)."""
    return (values == 0) & texts.str.contains("^[+-]?[0.]*[1-9]")


def vanishes(text: str) -> bool:
    """Whether a number of JSON is 0 only because its text is too small for a float."""
    return float(text) == 0 and bool(text.lower().partition("e")[0].strip("-0."))


def rounded(texts: pl.Series, values: pl.Series) -> list[int]:
    """Return the rows whose text is an integer that the value does not equal."""
    large = texts.str.contains("^[+-]?[0-9]+$") & (values.abs() > _EXACT - 1) & values.is_finite()
    return [row for row in large.fill_null(False).arg_true().to_list() if int(values[row]) != int(texts[row])]
