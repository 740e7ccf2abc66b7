"""Hypothesis strategies for Arrow Tables: of simple types and of lists, structs, maps and dictionaries of them."""

from __future__ import annotations

import datetime
import decimal
import math
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from tests.helpers.values.strategies import decimals, integers, texts

_INTEGERS = {getattr(pa, f"{kind}{bits}")(): f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)}
_TEXTS = (pa.string(), pa.large_string(), pa.string_view())
_BINARIES = (pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(3))
_DECIMALS = (pa.decimal128(4, 2), pa.decimal128(38, 10), pa.decimal256(65, 30), pa.decimal256(76, 5))
_UNITS = ("s", "ms", "us", "ns")
_DAY = 24 * 3600 * 10**9
"""In nanoseconds. Nearer to the ends Arrow cannot write the local time, and a list of such timestamps is refused."""

_MICROSECONDS = {"s": 0.000001, "ms": 0.001, "us": 1, "ns": 1000}
_ZONES = (None, "UTC", "Europe/Berlin", "+02:00", "-09:30")


def simple_types() -> st.SearchStrategy[pa.DataType]:
    """Types without parts."""
    plain = [*_INTEGERS, pa.bool_(), pa.float32(), pa.float64(), pa.float16(), *_TEXTS, *_BINARIES, *_DECIMALS]
    plain += [pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.null()]
    plain += [pa.duration(unit) for unit in _UNITS]
    plain += [pa.timestamp(unit, zone) for unit in _UNITS for zone in _ZONES]
    return st.sampled_from(plain)


def nested_types() -> st.SearchStrategy[pa.DataType]:
    """Lists, structs and maps, also nested. Bytes that are not text are left out, because JSON cannot hold them."""
    inside = simple_types().filter(lambda kind: kind not in _BINARIES)
    return st.recursive(inside, _deeper, max_leaves=4).filter(pa.types.is_nested)


def _deeper(inner: st.SearchStrategy[pa.DataType]) -> st.SearchStrategy[pa.DataType]:
    names = st.lists(texts(5), min_size=0, max_size=3, unique=True)
    structs = names.flatmap(lambda found: st.tuples(*[inner] * len(found)).map(lambda parts: _struct(found, parts)))
    keys = st.sampled_from([pa.string(), pa.int64(), pa.date32()])
    lists = st.one_of(inner.map(pa.list_), inner.map(pa.large_list), inner.map(lambda kind: pa.list_(kind, 2)))
    return st.one_of(lists, structs, st.tuples(keys, inner).map(lambda parts: pa.map_(*parts)))


def _struct(names: list[str], parts: tuple[pa.DataType, ...]) -> pa.DataType:
    return pa.struct(list(zip(names, parts, strict=True)))


def extension_types() -> st.SearchStrategy[pa.DataType]:
    """Arrow's own extension types."""
    tensor = pa.fixed_shape_tensor(pa.float32(), [2, 1], dim_names=["x", "y"])
    return st.sampled_from([pa.uuid(), pa.bool8(), pa.json_(), pa.opaque(pa.int64(), "a type", "a vendor"), tensor])


def dictionary_types() -> st.SearchStrategy[pa.DataType]:
    """Dictionaries of strings, numbers and dates."""
    values = st.sampled_from([pa.string(), pa.large_string(), pa.int64(), pa.date32(), pa.bool_()])
    return st.tuples(st.sampled_from([pa.int8(), pa.uint32()]), values).map(lambda parts: pa.dictionary(*parts))


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Values of a type, including NULL."""
    return st.none() if pa.types.is_null(kind) else st.none() | _values(kind)


def _parts(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """Values inside of lists, structs and maps: NaN too."""
    return values(kind) | st.just(math.nan) if pa.types.is_floating(kind) else values(kind)


def _values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if kind in _INTEGERS:
        return integers(_INTEGERS[kind])
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries(
            {kind.field(at).name: _parts(kind.field(at).type) for at in range(kind.num_fields)}
        )
    if pa.types.is_map(kind):
        return st.lists(st.tuples(_values(kind.key_type), _parts(kind.item_type)), max_size=2)
    if pa.types.is_fixed_size_list(kind):
        return st.lists(_parts(kind.value_type), min_size=kind.list_size, max_size=kind.list_size)
    if pa.types.is_nested(kind):
        return st.lists(_parts(kind.value_type), max_size=3)
    return _leaves(kind)


def _leaves(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_floating(kind):
        return st.floats(width=kind.bit_width, allow_nan=False, allow_infinity=False)  # type: ignore[arg-type]
    if pa.types.is_boolean(kind):
        return st.booleans()
    if pa.types.is_decimal(kind):
        return decimals(min(kind.precision, 65), kind.scale).map(_positive_zero)
    if pa.types.is_date(kind):
        return st.dates() | st.sampled_from([datetime.date.min, datetime.date.max])
    if pa.types.is_timestamp(kind):
        first, last = (-(2**63), 2**63) if kind.unit == "ns" else (-62135596800 * 10**9, 253402300799 * 10**9)
        if kind.unit == "ns" or kind.tz is not None:
            first, last = first + _DAY, last - _DAY
        step = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1000}[kind.unit]
        per = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[kind.unit]
        return st.integers(-(-first // step), last // step).map(lambda count: count * step // per)
    if pa.types.is_time(kind):
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**6}[kind.unit]
        factor = 1000 if kind.unit == "ns" else 1
        return st.integers(0, 86_400 * per_second - 1).map(lambda count: count * factor)
    if pa.types.is_duration(kind):
        return st.integers(-(2**63) + 1, 2**63 - 1)
    if kind == pa.binary(3):
        return st.binary(min_size=3, max_size=3)
    if kind == pa.binary(16):
        return st.binary(min_size=16, max_size=16)
    return st.binary(max_size=5) if kind in _BINARIES else texts(8)


def _positive_zero(value: decimal.Decimal) -> decimal.Decimal:
    return abs(value) if value.is_zero() else value


@st.composite
def arrays(draw: st.DrawFn, kind: pa.DataType, size: int) -> pa.ChunkedArray:
    """Columns of a type, in one chunk or two, one of which may be a slice."""
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    inner = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else inner
    data = draw(st.lists(values(inner), min_size=size + 1, max_size=size + 1))
    whole = pa.array(data, inner)
    whole = pa.ExtensionArray.from_storage(kind, whole) if isinstance(kind, pa.BaseExtensionType) else whole
    whole = whole.dictionary_encode().cast(kind) if pa.types.is_dictionary(kind) else whole
    cut = draw(st.integers(0, size))
    pieces = [whole.slice(1, cut), whole.slice(1 + cut)]
    return pa.chunked_array(pieces if draw(st.booleans()) else [whole.slice(1)], kind)


@st.composite
def arrow_tables(draw: st.DrawFn, max_rows: int = 4, max_columns: int = 6) -> pa.Table:
    """Tables of everything, with the rows' numbers in `row`."""
    size = draw(st.integers(0, max_rows))
    anything = simple_types() | nested_types() | dictionary_types() | extension_types()
    kinds = draw(st.lists(anything, min_size=1, max_size=max_columns))
    columns = {f"column {at}": draw(arrays(kind, size)) for at, kind in enumerate(kinds)}
    return pa.table({"row": pa.array(range(size), pa.int64()), **columns})
