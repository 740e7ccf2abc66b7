"""The JSON object in a literal: restoring the integers of a STRUCT, and unpacking the msgpack of a dataclass field."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar, get_args, get_origin

import msgpack

from dolt_integrations.errors import LiteralError

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
    return int(value) if isinstance(value, float) and value.is_integer() else value


def class_of(expected: Any, base: type[T]) -> type[T]:
    """Return the class of a task's annotation: our own, or a subclass of it."""
    found = get_args(expected)[0] if get_origin(expected) is Annotated else expected
    return found if isinstance(found, type) and issubclass(found, base) else base
