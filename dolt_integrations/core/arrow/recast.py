"""Casting nested Arrow arrays part by part, because pyarrow's own casts of them are not reliable.

In pyarrow 26.0, casting list views loses values (`[[1]]` becomes `[[]]`), and casting fixed-size lists inside other
types may read beyond the child array. That raises an error, returns an invalid array, or aborts the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

if TYPE_CHECKING:
    from collections.abc import Callable


def recast(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    """Cast nested values to a type with the same nesting, in which every list is a large list.

    Args:
        values: Values of any nested type, list views and fixed-size lists included.
        kind: The type with its leaves in the types wanted.

    Raises:
        ArrowException: A leaf cannot be cast.

    Example:
        >>> made = pa.chunked_array([pa.array([[1], None], pa.list_view(pa.int64()))])
        >>> recast(made, pa.large_list(pa.string())).to_pylist()
        [['1'], None]
    """
    return pa.chunked_array([_recast(chunk, kind) for chunk in values.chunks], kind)


def recast_leaves(values: pa.ChunkedArray, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.ChunkedArray:
    """Convert nested values for libraries that do not know every type: their leaves, and list views at any depth.

    Args:
        values: Values of any nested type.
        leaf: Returns the type for values of a type without parts. If all stay, only list views become large lists.

    Raises:
        ArrowException: A leaf cannot be cast.

    Example:
        >>> recast_leaves(pa.chunked_array([pa.array([[1], None], pa.list_view(pa.int64()))]), lambda kind: kind).type
        LargeListType(large_list<item: int64>)
    """
    wanted, same = (_with_leaves(values.type, each) for each in (leaf, lambda kind: kind))
    return recast(values, wanted) if wanted != same or "list_view<" in str(values.type) else values


def _with_leaves(kind: Any, leaf: Callable[[pa.DataType], pa.DataType]) -> pa.DataType:
    if types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        return pa.struct([field.with_type(_with_leaves(field.type, leaf)) for field in fields])
    if types.is_map(kind):
        return pa.map_(_with_leaves(kind.key_type, leaf), _with_leaves(kind.item_type, leaf))
    return pa.large_list(_with_leaves(kind.value_type, leaf)) if hasattr(kind, "value_field") else leaf(kind)


def _recast(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if array.type == kind:
        return array
    if isinstance(array, pa.ExtensionArray):
        return _recast(array.storage, kind)
    if types.is_run_end_encoded(array.type):
        return _recast(pc.run_end_decode(array), kind)
    if types.is_dictionary(array.type):
        return _recast(array.dictionary_decode(), kind)
    return _CASTS.get(kind.id, pa.Array.cast)(array, kind)


def _struct(array: Any, kind: pa.DataType) -> pa.Array:
    fields = [kind.field(at) for at in range(kind.num_fields)]
    parts = [_recast(part, field.type) for part, field in zip(array.flatten(), fields, strict=True)]
    return pa.StructArray.from_arrays(parts, fields=fields, mask=array.is_null())


def _list(array: Any, kind: pa.DataType) -> pa.Array:
    return pa.LargeListArray.from_arrays(_offsets(array, pa.int64()), _recast(array.flatten(), kind.value_type))


def _map(array: Any, kind: pa.DataType) -> pa.Array:
    pairs = pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
    begins = pa.array(array.offsets.to_numpy(zero_copy_only=False), pa.int32())  # a mask asks for offsets of their own
    lists = pa.ListArray.from_arrays(begins, pairs, mask=array.is_null())
    keys, items = lists.flatten().flatten()
    keys, items = _recast(keys, kind.key_type), _recast(items, kind.item_type)
    return pa.MapArray.from_arrays(_offsets(lists, pa.int32()), keys, items)


def _offsets(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return where each list begins in `flatten()`, and the end of the last one. NULL marks a list that is NULL."""
    lengths = pc.fill_null(pc.list_value_length(array), 0).cast(pa.int64())
    ends = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths)]).cast(kind)
    missing = pa.concat_arrays([array.is_null(), pa.array([False])])
    return pc.if_else(missing, pa.scalar(None, kind), ends)


_CASTS: dict[int, Callable[[Any, pa.DataType], pa.Array]] = {
    pa.struct([]).id: _struct,
    pa.large_list(pa.null()).id: _list,
    pa.map_(pa.int8(), pa.int8()).id: _map,
}
