"""The JSON object in a literal: the integers of a STRUCT, and unpacking the msgpack of a dataclass field."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgpack

from dolt_integrations.adapters import shown
from dolt_integrations.errors import ConfigError, LiteralError

T = TypeVar("T")


def unpacked(value: bytes, tag: str) -> Any:
    """Return the content of a dataclass or model field, which a literal stores as msgpack.

    Raises:
        LiteralError: It is not msgpack.
    """
    try:
        return msgpack.loads(value, strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise LiteralError(f"the literal of a DoltTable, with tag {tag!r}, is not msgpack: {error}") from error


def whole_numbers(value: Any) -> Any:
    """Convert the whole numbers of a STRUCT, where every number is a double, to integers."""
    if isinstance(value, dict):
        return {key: whole_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [whole_numbers(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT else value


_EXACT = 2**53
"""Up to this integer, a double holds every one."""

_DIGITS = "int"
"""The member of the object that stands for an integer in JSON."""


def with_digits(params: Any) -> Any:
    """Replace the integers in params that a double would round by objects with their digits.

    Example:
        >>> with_digits([1, 2**53 + 1])
        [1, {'int': '9007199254740993'}]
    """
    if isinstance(params, dict):
        return {name: with_digits(value) for name, value in params.items()}
    if isinstance(params, list):
        return [with_digits(value) for value in params]
    return {_DIGITS: str(params)} if isinstance(params, int) and abs(params) > _EXACT else params


def without_digits(params: Any) -> Any:
    """Return the params that `with_digits` was given.

    Raises:
        ConfigError: Such an object does not have the digits of an integer.
    """
    if isinstance(params, dict):
        return {name: _whole(value) for name, value in params.items()}
    return _whole(params)


def _whole(value: Any) -> Any:
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if not isinstance(value, dict) or set(value) != {_DIGITS}:
        return value
    try:
        return int(value[_DIGITS])
    except (ValueError, TypeError) as error:
        raise ConfigError(f"{shown(value)} in params is not an integer", hint="Give a number.") from error


def class_of(expected: Any, base: type[T]) -> type[T]:
    """Return the class of a task's annotation: our own, or a subclass of it."""
    found = get_args(expected)[0] if get_origin(expected) is Annotated else expected
    return found if isinstance(found, type) and issubclass(found, base) else base
