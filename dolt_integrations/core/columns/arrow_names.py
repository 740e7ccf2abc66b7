"""Arrow types as JSON, for a column's comment: simple types by the name that Arrow prints, nested ones by part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

_UNITS = ("s", "ms", "us", "ns")
_WITHOUT_PARAMETERS = (
    "null", "bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32",
    "float64", "string", "large_string", "string_view", "binary", "large_binary", "binary_view", "date32", "date64",
)  # fmt: skip
_KINDS = [getattr(pa, name)() for name in _WITHOUT_PARAMETERS if hasattr(pa, name)]
_KINDS += [pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")]
_KINDS += [*map(pa.timestamp, _UNITS), *map(pa.duration, _UNITS)]
_SIMPLE = {str(kind): kind for kind in _KINDS}
"""Types without parameters. Older releases of pyarrow lack some."""

_LISTS: dict[str, tuple[Callable[[pa.DataType], bool], Callable[[pa.Field], pa.DataType]]] = {
    "list": (pa.types.is_list, pa.list_),
    "large_list": (pa.types.is_large_list, pa.large_list),
}
"""Lists of any length: how each is recognized and made."""

if hasattr(pa, "list_view"):
    _LISTS["list_view"] = (pa.types.is_list_view, pa.list_view)
    _LISTS["large_list_view"] = (pa.types.is_large_list_view, pa.large_list_view)


_EXTENSIONS: dict[str, tuple[tuple[str, ...], Callable[..., pa.DataType]]] = {
    "arrow.uuid": ((), lambda: pa.uuid()),
    "arrow.bool8": ((), lambda: pa.bool8()),
    "arrow.json": (("storage_type",), lambda storage: pa.json_(storage)),
    "arrow.opaque": (
        ("storage_type", "type_name", "vendor_name"), lambda storage, name, vendor: pa.opaque(storage, name, vendor)
    ),
    "arrow.fixed_shape_tensor": (
        ("value_type", "shape", "dim_names", "permutation"),
        lambda value, shape, names, order: pa.fixed_shape_tensor(value, shape, dim_names=names, permutation=order),
    ),
}  # fmt: skip
"""Arrow's own extension types: the attributes that describe each, and how it is made of them.

A comment may name only these, since anyone may write one and other extensions run code of their own.
"""


def type_to_json(kind: pa.DataType) -> Any:
    """Return a type as a JSON value. An extension type that is not one of Arrow's own is replaced by its storage type.

    Raises:
        TypeError: It is a union, an interval or another type that columns cannot be saved as.

    Example:
        >>> type_to_json(pa.decimal128(4, 2))
        'decimal128(4, 2)'
        >>> type_to_json(pa.list_(pa.int64()))
        {'list': ['item', 'int64']}
    """
    for name, (is_list, _) in _LISTS.items():
        if is_list(kind):
            return {name: _field_to_json(kind.value_field)}
    if pa.types.is_fixed_size_list(kind):
        return {"fixed_size_list": _field_to_json(kind.value_field), "size": kind.list_size}
    if pa.types.is_struct(kind):
        return {"struct": [_field_to_json(kind.field(at)) for at in range(kind.num_fields)]}
    if pa.types.is_map(kind):
        parts = [_field_to_json(kind.key_field), _field_to_json(kind.item_field)]
        return {"map": parts, "sorted": kind.keys_sorted}
    if pa.types.is_dictionary(kind):
        parts = [type_to_json(kind.index_type), type_to_json(kind.value_type)]
        return {"dictionary": parts, "ordered": kind.ordered}
    if pa.types.is_run_end_encoded(kind):
        return {"run_end_encoded": [type_to_json(kind.run_end_type), type_to_json(kind.value_type)]}
    if isinstance(kind, pa.BaseExtensionType):
        return _extension_to_json(kind)
    if type_of_json(str(kind)) != kind:
        raise TypeError(f"a column cannot be saved as {kind}")
    return str(kind)


def is_kept(kind: pa.DataType) -> bool:
    """Whether an extension type is one of Arrow's own, which a comment can name."""
    return kind.extension_name in _EXTENSIONS


def _extension_to_json(kind: Any) -> Any:
    if not is_kept(kind):
        return type_to_json(kind.storage_type)
    said = {name: getattr(kind, name) for name in _EXTENSIONS[kind.extension_name][0]}
    parts = {name: type_to_json(part) if isinstance(part, pa.DataType) else part for name, part in said.items()}
    return {"extension": kind.extension_name, **parts}


def _extension_of_json(said: dict[str, Any]) -> pa.DataType:
    names, make = _EXTENSIONS[said["extension"]]
    return make(*(type_of_json(said[name]) if name.endswith("_type") else said[name] for name in names))


def _field_to_json(field: pa.Field) -> list[Any]:
    said = [field.name, type_to_json(field.type)]
    return said if field.nullable else [*said, False]


def type_of_json(said: Any) -> pa.DataType:
    """Return the type that `type_to_json` was given.

    Raises:
        TypeError: It does not name a type. (A comment may contain anything.)
        ValueError: It has an invalid parameter.
        KeyError: A part of it is missing.

    Example:
        >>> type_of_json({"list": ["item", "int64"]})
        ListType(list<item: int64>)
    """
    if isinstance(said, str):
        return _simple_type(said)
    if not isinstance(said, dict) or not said:
        raise TypeError(f"no Arrow type is called {said!r}")
    name, parts = next(iter(said.items()))
    if name in _LISTS:
        return _LISTS[name][1](_field_of_json(parts))
    if name == "fixed_size_list":
        return pa.list_(_field_of_json(parts), int(said["size"]))
    if name == "struct":
        return pa.struct([_field_of_json(part) for part in parts])
    if name == "map":
        return pa.map_(*map(_field_of_json, parts), keys_sorted=bool(said["sorted"]))
    if name == "dictionary":
        return pa.dictionary(*map(type_of_json, parts), ordered=bool(said["ordered"]))
    if name == "run_end_encoded":
        return pa.run_end_encoded(*map(type_of_json, parts))
    if name == "extension":
        return _extension_of_json(said)
    raise TypeError(f"no Arrow type is called {said!r}")


def _field_of_json(said: Any) -> pa.Field:
    if not isinstance(said, list) or len(said) not in (2, 3) or not isinstance(said[0], str):
        raise TypeError(f"no field of an Arrow type is called {said!r}")
    return pa.field(said[0], type_of_json(said[1]), nullable=said[2:] != [False])


def _simple_type(name: str) -> pa.DataType:
    if name in _SIMPLE:
        return _SIMPLE[name]
    if match := re.fullmatch(r"(decimal(?:32|64|128|256))\((\d+), (-?\d+)\)", name):
        return getattr(pa, match[1])(int(match[2]), int(match[3]))
    if match := re.fullmatch(r"timestamp\[(s|ms|us|ns), tz=(.+)\]", name):
        return pa.timestamp(match[1], match[2])
    if match := re.fullmatch(r"fixed_size_binary\[(\d+)\]", name):
        return pa.binary(int(match[1]))
    raise TypeError(f"no Arrow type is called {name!r}")
