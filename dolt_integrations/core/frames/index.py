"""The index of a frame: which of its levels are columns of the table, and what those are called.

Levels with names always are. Labels without a name are data as well: they are kept, in columns called as pandas calls
them in Parquet (`__index_level_0__`), but are no key, because nothing says that they identify a row. Integers without a
name are where the rows stood before a filter, a sort or a concatenation. Stored, they would make every row differ in a
diff as soon as a row is added above, and a table would have another column whenever its frame was filtered; so they are
left out, with a warning that says how to keep them.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable

logger = logging.getLogger(__name__)

_UNNAMED = "__index_level_{}__"


def stored_levels(index: pd.Index, where: str, *, in_stream: bool = False) -> list[tuple[int, Hashable]]:
    """Return the levels of an index that are stored, each with the label of its column.

    Args:
        index: The index.
        where: What the frame is for, for the warning.
        in_stream: Whether the frame is one of several, whose rows are counted from the first one's.

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
    "the index of the frame for %s has no name and holds integers, taken for row numbers, which are not stored: "
    "frame.reset_index() makes a column of them, frame.rename_axis('id') a key, and frame.reset_index(drop=True) drops "
    "them without this warning"
)


def level_label(level: int, name: Hashable) -> Hashable:
    """Return the label of the column that a level is stored in; `name` is None for one that has none."""
    return _UNNAMED.format(level) if name is None else name


def level_name(column: str, level: int | None, label: Any) -> Any:
    """Return the name of a level that is read from a column; None if it had none."""
    return None if level is not None and column == _UNNAMED.format(level) else label


def is_unnamed(column: str) -> bool:
    """Whether a column is called as a level without a name."""
    return re.fullmatch(_UNNAMED.format(r"\d+"), column) is not None


def _counts_rows(index: pd.Index) -> bool:
    return len(index) == 0 or pd.api.types.is_integer_dtype(index.dtype)


def _is_plain(index: pd.Index, *, in_stream: bool) -> bool:
    """Whether an index counts the rows, so that nothing is lost without it."""
    if isinstance(index, pd.RangeIndex):
        return len(index) == 0 or (index.step == 1 and (in_stream or index.start == 0))
    return bool(not index.hasnans and np.array_equal(index.to_numpy(), np.arange(len(index))))


def label_of(name: str, label: str | None) -> str | int:
    """Return the label of a column, an integer if its mark says `int` and its name still is how one is written."""
    return int(name) if label == "int" and re.fullmatch("0|-?[1-9][0-9]{0,19}", name) else name
