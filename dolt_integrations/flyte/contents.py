"""The JSON object in a literal: numbers of a STRUCT as they were, the msgpack of a dataclass's field."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgpack

from dolt_integrations.errors import LiteralError

T = TypeVar("T")


def unpacked(value: bytes, tag: str) -> Any:
    """Return what a field of a dataclass or model holds, which travels as msgpack.

    Raises:
        LiteralError: It is none.
    """
    try:
        return msgpack.loads(value, strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise LiteralError(f"a DoltTable's literal with tag {tag!r} cannot be read") from error


def whole_numbers(value: Any) -> Any:
    """Make integers of the whole numbers in a STRUCT, where every number is a double."""
    if isinstance(value, dict):
        return {key: whole_numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [whole_numbers(member) for member in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def class_of(expected: Any, base: type[T]) -> type[T]:
    """Return the class that a task's annotation asks for: our own, or a subclass of it."""
    found = get_args(expected)[0] if get_origin(expected) is Annotated else expected
    return found if isinstance(found, type) and issubclass(found, base) else base
