"""Marks: what a column's SQL type cannot express, kept in the column's comment so that the same frame comes back.

Anyone who may alter a table may write its comments, so a comment is untrusted data: parsing one never fails, imports
nothing and opens nothing. A comment that begins like a mark but is not valid is treated like any other comment.
"""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_PREFIX = "pandas: "


@dataclass(frozen=True)
class Mark:
    """How a column looked in the frame that it was saved from.

    Attributes:
        dtype: The dtype's name, if it differs from the default for the SQL type.
        of: The kind of the values: the class of the objects of an `object` column (`date`, `decimal` ...), the dtype of
            the categories of a `category` one, `arrow` for a pyarrow-backed dtype, or the library of a time zone.
            `null` if the frame had only missing values of no type, so that the column can take any type later.
        categories: All categories in order, used or not.
        ordered: Whether the categories are ordered.
        index: The level of the index that the column was; None for an ordinary column.
        label: `int` if the column's label was an integer; `name` if the level of the index had a name of the form that
            otherwise stands for a level without one.
        arrow: The Arrow type, in the form of `arrow_names`, if it differs from the default for the column.
    """

    dtype: str | None = None
    of: str | None = None
    categories: tuple[Any, ...] | None = None
    ordered: bool = False
    index: int | None = None
    label: str | None = None
    arrow: Any = None

    def comment(self) -> str:
        """Return the mark as a comment, or an empty string if all fields have their defaults.

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

    @property
    def is_untyped(self) -> bool:
        """Whether the frame had only missing values, and no type for them."""
        return self.of == UNTYPED

    @property
    def place(self) -> Mark:
        """The part of the mark about the column's place in the frame: the level of the index, the label."""
        return Mark(index=self.index, label=self.label)


UNTYPED = "null"
"""The value of `of` for a column that has no type yet."""

_NOTHING = Mark()


def mark_of(comment: str) -> Mark:
    """Return the mark in the last line of a comment, or an empty mark if there is none.

    Example:
        >>> mark_of('pandas: {"dtype": "category", "ordered": true}').ordered
        True
        >>> mark_of("the customer's number")
        Mark(dtype=None, of=None, categories=None, ordered=False, index=None, label=None, arrow=None)
    """
    return _parse(comment.rpartition("\n")[2]) or Mark()


def with_mark(comment: str, mark: Mark) -> str:
    r"""Replace the mark in a comment, keeping the rest.

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


def is_damaged(comment: str) -> bool:
    """Whether a comment begins like a mark but is not valid, so that its content is lost.

    Example:
        >>> is_damaged('pandas: {"dtype": 5}'), is_damaged("the customer's number")
        (True, False)
    """
    line = comment.rpartition("\n")[2]
    return line.startswith(_PREFIX) and _parse(line) is None


def _parse(line: str) -> Mark | None:
    if not line.startswith(_PREFIX):
        return None
    try:
        said = json.loads(line.removeprefix(_PREFIX))
    except (ValueError, RecursionError):  # deeper than Python recurses, or an integer longer than it reads
        return None
    if not isinstance(said, dict) or not all(name in _FIELDS and _FIELDS[name](said[name]) for name in said):
        return None
    categories = said.get("categories")
    return Mark(**{**said, "categories": tuple(categories) if categories is not None else None})


def _is_name(value: object) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= _LONGEST_NAME)


def _is_category(value: object) -> bool:
    """Whether a value may be a category: a string, boolean, finite float or 64-bit integer."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**64
    return isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))


def _is_shallow(value: object, levels: int) -> bool:
    """Whether a JSON value is nested at most that deep."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)


_LONGEST_NAME = 200
_MOST_LEVELS = 1_000
_DEEPEST_TYPE = 100

_FIELDS: dict[str, Callable[[Any], bool]] = {
    "dtype": _is_name,
    "of": _is_name,
    "categories": lambda said: said is None or (isinstance(said, list) and all(map(_is_category, said))),
    "ordered": lambda said: isinstance(said, bool),
    "index": lambda said: said is None or (type(said) is int and 0 <= said < _MOST_LEVELS),
    "label": lambda said: said in (None, "int", "name"),
    "arrow": lambda said: isinstance(said, (str, dict)) and _is_shallow(said, _DEEPEST_TYPE),
}
"""Checks each field of a mark."""
