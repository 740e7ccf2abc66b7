"""Nested Arrow values as JSON documents, and back by their type.

Types that JSON lacks are stored as strings: dates, times and timestamps in ISO format, decimals as digits, bytes as the
text that they are in UTF-8, NaN as "NaN". Durations are integer counts of their unit, and a map is a list of pairs.
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.recast import recast
from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.columns.json import NAN, encode_documents, with_nan_as_text
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

types = pa.types


def is_nested(kind: pa.DataType) -> bool:
    """Whether a type is nested: a list, struct or map."""
    return types.is_struct(kind) or types.is_map(kind) or _is_list(kind)


def _is_list(kind: pa.DataType) -> bool:
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return True
    return str(kind).startswith(("list_view<", "large_list_view<"))


def encode_nested(values: pa.ChunkedArray, where: str) -> tuple[pa.Array, str]:
    """Return nested values as JSON strings, and the SQL type that stores them exactly.

    Raises:
        UnsupportedTypeError: An inner type has no JSON form, or the JSON form of a value is not exact.
        UnsupportedValueError: JSON has no such value. The message names its row.
    """
    kind = values.type
    try:
        plain = recast(values, _json_type(kind))
        documents = list(map(with_nan_as_text, plain.to_pylist()))
    except _FAILURES as error:
        raise _refusal(kind, where, error) from error
    texts, sql_type = encode_documents(documents, where)
    try:
        _check_restored(documents, plain, values)
    except _FAILURES as error:
        raise _refusal(kind, _with_row(documents, plain, values, where), error) from error
    return texts, sql_type


_FAILURES = (pa.ArrowException, ValueError, TypeError, OverflowError, decimal.DecimalException)


def _refusal(kind: pa.DataType, where: str, error: Exception) -> UnsupportedTypeError:
    hint = "Cast the fields to types that JSON has, such as strings, or store them in columns of their own."
    return UnsupportedTypeError(f"{where} has type {kind}, which JSON cannot represent: {error}", hint=hint)


def _check_restored(documents: list[Any], plain: pa.ChunkedArray, values: pa.ChunkedArray) -> None:
    """Check that values survive the round trip through JSON.

    Raises:
        ValueError: They do not.
    """
    if plain.type == values.type:
        return
    restored = pa.chunked_array([_restored(documents, values.type)], values.type)
    if list(map(with_nan_as_text, recast(restored, plain.type).to_pylist())) != documents:
        raise ValueError("its values would change")
    # Arrow's strings lack the milliseconds of a date64, and wrong years stand for those beyond 32767.
    exact = _json_type(values.type, _exact_leaf)
    if exact != plain.type and not recast(restored, exact).equals(recast(values, exact)):
        raise ValueError("its dates or timestamps would change")


def _with_row(documents: list[Any], plain: pa.ChunkedArray, values: pa.ChunkedArray, where: str) -> str:
    """Return the position of the first value that does not survive the round trip."""
    for row, document in enumerate(documents):
        try:
            _check_restored([document], plain, values.slice(row, 1))
        except _FAILURES:
            return f"{where} (row {row}, counted from 0)"
    return where


def decode_nested(texts: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Return what `encode_nested` was given.

    Raises:
        ArrowException: A string holds a value of another type.
        ValueError: A string is not JSON, or does not hold a value of the type.
    """
    documents = [None if text is None else json.loads(text) for text in texts.to_pylist()]
    return pa.chunked_array([_restored(documents, kind)], kind)


def _restored(documents: list[Any], kind: pa.DataType) -> pa.Array:
    return pa.array(list(map(_reader(kind), documents)), kind)


def _json_leaf(kind: pa.DataType) -> pa.DataType:
    if types.is_duration(kind):
        return pa.int64()
    if types.is_float16(kind):
        return pa.float32()
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind) or types.is_null(kind):
        return kind
    return pa.large_string()


def _exact_leaf(kind: pa.DataType) -> pa.DataType:
    if types.is_floating(kind):
        return pa.large_string()  # NaN does not equal itself
    return kind if types.is_temporal(kind) else _json_leaf(kind)


def _json_type(kind: pa.DataType, leaf: Callable[[pa.DataType], pa.DataType] = _json_leaf) -> pa.DataType:
    """Return the type that values are cast to before they become JSON, with strings for types that JSON lacks."""
    if types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        if len({field.name for field in fields}) < len(fields):
            raise ValueError("two fields have the same name")
        return pa.struct([(field.name, _json_type(field.type, leaf)) for field in fields])
    if types.is_map(kind):
        return pa.map_(_json_type(kind.key_type, leaf), _json_type(kind.item_type, leaf))
    if _is_list(kind):
        return pa.large_list(_json_type(kind.value_type, leaf))
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return _json_type(kind.value_type, leaf)
    if isinstance(kind, pa.BaseExtensionType):
        return _json_type(kind.storage_type, leaf)
    return leaf(kind)


def _reader(kind: pa.DataType) -> Callable[[Any], Any]:
    """Return a function that converts a JSON value to one that pyarrow accepts for the type. None is NULL."""
    inner: Callable[[Any], Any]
    if types.is_struct(kind):
        inner = _struct_reader({kind.field(at).name: _reader(kind.field(at).type) for at in range(kind.num_fields)})
    elif types.is_map(kind):
        inner = _map_reader(_reader(kind.key_type), _reader(kind.item_type))
    elif _is_list(kind):
        inner = _list_reader(_reader(kind.value_type))
    elif types.is_dictionary(kind) or types.is_run_end_encoded(kind):
        return _reader(kind.value_type)
    elif isinstance(kind, pa.BaseExtensionType):
        return _reader(kind.storage_type)
    else:
        found = next((read for matches, read in _LEAVES if matches(kind)), None)
        inner = _leaf_reader(found, kind) if found else _json_reader(kind)
    return lambda value: None if value is None else inner(value)


def _struct_reader(readers: dict[str, Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def read(value: dict[str, Any]) -> dict[str, Any]:
        if set(value) != set(readers):
            raise ValueError(f"the document has the fields {sorted(value)}, not {sorted(readers)}")
        return {name: reader(value[name]) for name, reader in readers.items()}

    return read


def _map_reader(key: Callable[[Any], Any], item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: [(key(name), item(part)) for name, part in value]


def _list_reader(each: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: [each(part) for part in value]


def _leaf_reader(read: Callable[[str, pa.DataType], Any], kind: pa.DataType) -> Callable[[Any], Any]:
    return lambda value: read(value, kind)


def _json_reader(kind: pa.DataType) -> Callable[[Any], Any]:
    """Return a function that checks the type of a plain JSON value. pyarrow alone would turn `1.5` into an integer."""
    allowed = next((classes for matches, classes in _CLASSES if matches(kind)), (str,))
    narrow = kind.to_pandas_dtype() if types.is_floating(kind) else None

    def read(value: Any) -> Any:
        if narrow is not None and value == NAN:
            return math.nan
        if type(value) not in allowed or (narrow is not None and float(narrow(value)) != value):
            raise ValueError(f"{shown(value)} is not of type {kind}")
        return value

    return read


_CLASSES: list[tuple[Callable[[pa.DataType], bool], tuple[type, ...]]] = [
    (types.is_boolean, (bool,)),
    (types.is_integer, (int,)),
    (types.is_duration, (int,)),
    (types.is_floating, (float, int)),
]
"""The Python classes of the types that JSON has. Other types are stored as strings."""


def _read_timestamp(text: str, kind: pa.DataType) -> int:
    return int(pa.scalar(text).cast(kind).value)


def _read_time(text: str, kind: pa.DataType) -> int:
    clock, _, fraction = text.partition(".")
    span = pc.strptime(pa.scalar(f"1970-01-01 {clock}"), "%Y-%m-%d %H:%M:%S", "s").value
    digits = {"s": 0, "ms": 3, "us": 6, "ns": 9}[kind.unit]
    return int(span * 10**digits) + int(fraction.ljust(digits, "0") or "0")


_LEAVES: list[tuple[Callable[[pa.DataType], bool], Callable[[str, pa.DataType], Any]]] = [
    (types.is_date, lambda text, _kind: datetime.date.fromisoformat(text)),
    (types.is_timestamp, _read_timestamp),
    (types.is_time, _read_time),
    (types.is_decimal, lambda text, _kind: decimal.Decimal(text)),
    (lambda kind: "binary" in str(kind), lambda text, _kind: text.encode()),
]
"""The types that are strings in JSON, and the functions that parse them."""
