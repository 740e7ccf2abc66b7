"""The index of a frame: which of its levels become columns of the table, and the names of those columns.

Named levels always become columns. Unnamed levels are data too, and are stored in columns with the names that pandas
uses in Parquet (`__index_level_0__`), but not as a key, because they need not identify a row. An unnamed level of
integers usually holds row numbers from before a filter, a sort or a concatenation. Storing those would make every row
differ in a diff once a row is added above, and filtering a frame would add a column to its table. So they are not
stored, and a warning says how to keep them.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

    from dolt_integrations.core.columns.mark import Mark

logger = logging.getLogger(__name__)

_UNNAMED = "__index_level_{}__"


def stored_levels(index: pd.Index, where: str, *, in_stream: bool = False) -> list[tuple[int, Hashable]]:
    """Return the levels of an index that are stored, each with the label of its column.

    Args:
        index: The index.
        where: The table, for the warning.
        in_stream: Whether the frame is a batch of a stream, whose row numbers need not start at 0.

    Example:
        >>> stored_levels(pd.Index(["a", "b"]), "table `t`"), stored_levels(pd.RangeIndex(2), "table `t`")
        ([(0, '__index_level_0__')], [])
    """
    if index.nlevels == 1 and index.name is None and _counts_rows(index):
        if not _is_plain(index, in_stream=in_stream):
            logger.warning(_NOT_STORED, where)
        return []
    return [(level, level_label(level, name)) for level, name in enumerate(index.names)]


_NOT_STORED = (
    "the index of the frame for %s has no name and holds integers, which look like row numbers and are not stored: "
    "use frame.reset_index() to make them a column, frame.rename_axis('id') to make them a key, or "
    "frame.reset_index(drop=True) to drop them without this warning"
)


def level_label(level: int, name: Hashable) -> Hashable:
    """Return the label of the column that stores a level. `name` is None for an unnamed level."""
    return _UNNAMED.format(level) if name is None else name


def kind_of_label(label: Hashable, level: int | None, *, is_named: bool) -> str | None:
    """Return what a column's mark says of its label.

    Args:
        label: The label.
        level: The level of the index that the column stores. None for an ordinary column.
        is_named: Whether that level has a name.

    Example:
        >>> kind_of_label(0, None, is_named=True), kind_of_label("__index_level_0__", 0, is_named=True)
        ('int', 'name')
    """
    if not isinstance(label, str):
        return "int"
    return _NAMED if is_named and level is not None and label == level_label(level, None) else None


_NAMED = "name"
"""A mark's `label` for a level whose own name is the one that stands for an unnamed level."""


def _counts_rows(index: pd.Index) -> bool:
    return len(index) == 0 or pd.api.types.is_integer_dtype(index.dtype)


def _is_plain(index: pd.Index, *, in_stream: bool) -> bool:
    """Whether an index just numbers the rows, so that nothing is lost without it."""
    if isinstance(index, pd.RangeIndex):
        return len(index) == 0 or (index.step == 1 and (in_stream or index.start == 0))
    return bool(not index.hasnans and np.array_equal(index.to_numpy(), np.arange(len(index))))


def label_of(name: str, mark: Mark) -> str | int | None:
    """Return the label of a column, or the name of the level that it stores: None if the level had none.

    It is an integer if the mark says `int` and the name still is an integer.
    """
    if mark.index is not None and name == level_label(mark.index, None) and mark.label != _NAMED:
        return None
    return int(name) if mark.label == "int" and re.fullmatch("0|-?[1-9][0-9]{0,63}", name) else name
