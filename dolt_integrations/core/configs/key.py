"""The primary key argument: one column or several."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from dolt_integrations.core.configs.options import shown_kind
from dolt_integrations.errors import ConfigError, PrimaryKeyError

Key: TypeAlias = str | int | Iterable[Any] | None
"""What users may give for a primary key: a column's name or label, or several of them."""


def parse_key(value: Key, what: str = "primary_key") -> tuple[str, ...] | None:
    """Return the names of a key's columns. An integer label becomes its digits.

    Raises:
        ConfigError: They are not names of columns.
        PrimaryKeyError: A column is named twice.

    Example:
        >>> parse_key("id"), parse_key(["year", 0]), parse_key(None)
        (('id',), ('year', '0'), None)
    """
    if value is None:
        return None
    is_list = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping))
    labels: list[Any] = list(value) if is_list else [value]  # type: ignore[arg-type]
    names = [str(label) if _is_whole(label) else label for label in labels]
    if not all(isinstance(name, str) and name for name in names):
        hint = "Pass a column name or a list of them."
        raise ConfigError(f"{what} is {shown_kind(value)}, which is not a column name", hint=hint)
    if len(set(names)) < len(names):
        raise PrimaryKeyError(f"{what}={value!r} names a column twice", hint="Name each column once.")
    return tuple(names)


def _is_whole(label: object) -> bool:
    return isinstance(label, numbers.Integral) and not isinstance(label, bool)
