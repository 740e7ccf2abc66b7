"""Marks: what a column's SQL type cannot say, kept in the column's comment so that the same frame comes back."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

_PREFIX = "pandas: "


@dataclass(frozen=True)
class Mark:
    """How a column looked in the frame that it was saved from.

    Attributes:
        dtype: The dtype's name, where it is not the one that the SQL type is read as anyway.
        of: What the values are: the class of the objects of an `object` column (`date`, `decimal` ...), the dtype of
            the categories of a `category` one, `arrow` for a pyarrow-backed dtype, or the library of a time zone.
        categories: All categories, in their order, used or not.
        ordered: Whether the categories are ordered.
        index: The level of the index that the column was; None for an ordinary column.
        label: `int` where the column's name was an integer.
    """

    dtype: str | None = None
    of: str | None = None
    categories: tuple[Any, ...] | None = None
    ordered: bool = False
    index: int | None = None
    label: str | None = None

    def comment(self) -> str:
        """Return the comment that says all this; empty if there is nothing to say.

        Example:
            >>> Mark(dtype="datetime64[ns]").comment()
            'pandas: {"dtype": "datetime64[ns]"}'
            >>> Mark().comment()
            ''
        """
        if self == _NOTHING:
            return ""
        defaults = {field.name: field.default for field in dataclasses.fields(self)}
        said = {name: value for name, value in dataclasses.asdict(self).items() if value != defaults[name]}
        return _PREFIX + json.dumps(said, ensure_ascii=False)


_NOTHING = Mark()


def mark_of(comment: str) -> Mark:
    """Return what a comment says, in its last line; nothing for a comment that is somebody else's.

    Example:
        >>> mark_of('pandas: {"dtype": "category", "ordered": true}').ordered
        True
        >>> mark_of("the customer's number")
        Mark(dtype=None, of=None, categories=None, ordered=False, index=None, label=None)
    """
    return _parse(comment.rpartition("\n")[2]) or Mark()


def with_mark(comment: str, mark: Mark) -> str:
    r"""Return a comment with another mark, what somebody else wrote there kept.

    Example:
        >>> with_mark("the price", Mark(dtype="category"))
        'the price\npandas: {"dtype": "category"}'
        >>> with_mark('the price\npandas: {"dtype": "category"}', Mark())
        'the price'
    """
    theirs, _, last = comment.rpartition("\n")
    if _parse(last) is None:
        theirs = comment
    return "\n".join(filter(None, (theirs, mark.comment())))


def _parse(line: str) -> Mark | None:
    if not line.startswith(_PREFIX):
        return None
    try:
        said = json.loads(line.removeprefix(_PREFIX))
        categories = said.get("categories")
        return Mark(**{**said, "categories": tuple(categories) if categories is not None else None})
    except (ValueError, TypeError, AttributeError):
        return None
