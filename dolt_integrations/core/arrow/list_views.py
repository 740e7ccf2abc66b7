"""Converting Arrow's list views to lists, because pyarrow's own cast loses values (26.0: `[[1]]` becomes `[[]]`)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_VIEW = "list_view<"


def without_list_views(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert list views to large lists.

    Raises:
        TypeError: There are list views inside other lists or maps.

    Example:
        >>> made = pa.chunked_array([pa.array([[1], None], pa.list_view(pa.int64()))])
        >>> without_list_views(made).type, without_list_views(made).to_pylist()
        (LargeListType(large_list<item: int64>), [[1], None])
    """
    if _VIEW not in str(values.type) or not values.num_chunks:
        return values
    return pa.chunked_array([_as_list(chunk) for chunk in values.chunks])


def _as_list(array: pa.Array) -> pa.Array:
    kind = str(array.type)
    if _VIEW not in kind:
        return array
    if pa.types.is_struct(array.type):
        fields = [_as_list(array.field(at)) for at in range(array.type.num_fields)]
        names = [array.type.field(at).name for at in range(array.type.num_fields)]
        return pa.StructArray.from_arrays(fields, names, mask=array.is_null())
    if not kind.startswith((_VIEW, f"large_{_VIEW}")):
        raise TypeError(f"no column is saved as {kind}")
    lengths = pc.fill_null(pc.list_value_length(array), 0).cast(pa.int64())
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths)])
    return pa.LargeListArray.from_arrays(offsets, _as_list(array.flatten()), mask=array.is_null())
