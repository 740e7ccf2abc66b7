"""Flyte's names for the types of a dataset's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def kind_of(arrow_type: pa.DataType) -> str:
    """Return the name of the Flyte `SimpleType` that is closest to an Arrow type.

    Example:
        >>> import pyarrow as pa
        >>> kind_of(pa.uint16()), kind_of(pa.decimal128(28, 2)), kind_of(pa.timestamp("us", "UTC"))
        ('INTEGER', 'FLOAT', 'DATETIME')
    """
    import pyarrow.types as types

    if types.is_dictionary(arrow_type):
        return kind_of(arrow_type.value_type)
    tests = {
        "BOOLEAN": [types.is_boolean],
        "INTEGER": [types.is_integer],
        "FLOAT": [types.is_floating, types.is_decimal],
        "DATETIME": [types.is_timestamp, types.is_date],
        "DURATION": [types.is_duration, types.is_time],
        "BINARY": [types.is_binary, types.is_large_binary, types.is_fixed_size_binary],
        "STRUCT": [types.is_nested],
    }
    return next((name for name, every in tests.items() if any(is_of(arrow_type) for is_of in every)), "STRING")
