"""Checking which numbers a numeric column holds exactly, whatever type they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.engine import parse_type

if TYPE_CHECKING:
    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column
    from dolt_integrations.engine.sql.types import SqlType

INTEGER_BYTES = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8}
"""Bytes of the integer types (MySQL manual, "Integer Types")."""

_FLOATS = {"float": (pa.float32(), 2**24), "double": (pa.float64(), 2**53)}
"""The Arrow type, and the largest integer up to which it holds every integer exactly."""

_LARGEST = 2.0**63
"""Every integral float64 of a smaller magnitude fits int64."""


def integer_range(sql_type: SqlType) -> tuple[int, int]:
    """Return the smallest and the largest value of an integer type.

    Example:
        >>> integer_range(parse_type("mediumint unsigned"))
        (0, 16777215)
    """
    bits = 8 * INTEGER_BYTES[sql_type.base]
    return (0, 2**bits - 1) if sql_type.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def is_number(encoded: EncodedColumn) -> bool:
    """Whether values are plain numbers: neither booleans nor durations."""
    own = parse_type(encoded.sql_type or "text")
    return encoded.unit is None and not own.is_boolean and (own.base in INTEGER_BYTES or own.base in _FLOATS)


def outside(values: pa.Array, least: int, most: int) -> pa.Array:
    """Return which numbers are not integers within two bounds. NULL for NULL.

    Example:
        >>> outside(pa.array([1, 300, None]), 0, 255).to_pylist()
        [False, True, None]
    """
    bad = None
    if pa.types.is_floating(values.type):
        doubles = values.cast(pa.float64())
        bad = pc.or_(_not_whole(doubles), pc.greater_equal(pc.abs(doubles), _LARGEST))
        values = pc.if_else(bad, pa.scalar(0.0), doubles).cast(pa.int64())
    bounds = np.iinfo(values.type.to_pandas_dtype())
    if most < bounds.min or least > bounds.max:
        return pc.is_valid(values)
    low, high = (
        pa.scalar(max(least, int(bounds.min)), values.type),
        pa.scalar(min(most, int(bounds.max)), values.type),
    )
    out = pc.or_(pc.less(values, low), pc.greater(values, high))
    return out if bad is None else pc.or_(bad, out)


def _not_whole(doubles: pa.Array) -> pa.Array:
    """Return which numbers have a fraction or are -0.0, which no integer type can hold."""
    is_negative_zero = pc.and_(pc.equal(doubles, 0.0), pc.less(doubles.view(pa.int64()), 0))
    return pc.or_(pc.not_equal(pc.floor(doubles), doubles), is_negative_zero)


def not_integers(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which values an integer column cannot hold. None if they are not numbers."""
    sql_type, own = parse_type(column.sql_type), parse_type(encoded.sql_type or "text")
    if not is_number(encoded):
        return none_of(encoded) if (own.base, own.unsigned) == (sql_type.base, sql_type.unsigned) else None
    if not sql_type.is_boolean:
        return outside(encoded.values, *integer_range(sql_type))
    flags = outside(encoded.values, 0, 1)
    if encoded.sql_type != "tinyint" or encoded.mark.of is not None:
        return flags
    # A TINYINT(1) is read as int8 if it holds numbers other than 0 and 1.
    return none_of(encoded) if pc.any(flags).as_py() else None


def none_of(encoded: EncodedColumn) -> pa.Array:
    """Return False for each value: the column can hold them all."""
    return pa.array(np.zeros(len(encoded.values), bool))


def not_floats(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which values a FLOAT or DOUBLE cannot hold exactly. None if they are not numbers."""
    if not is_number(encoded):
        return None
    kind, exact = _FLOATS[parse_type(column.sql_type).base]
    if pa.types.is_integer(encoded.values.type):
        return outside(encoded.values, -exact, exact)
    doubles = encoded.values.cast(pa.float64())
    return pc.not_equal(doubles.cast(kind, safe=False).cast(pa.float64()), doubles)


def not_decimals(encoded: EncodedColumn, digits: int) -> pa.Array:
    """Return which integers have more digits than a DECIMAL holds before the decimal point."""
    most = min(10**digits - 1, 2**64 - 1)
    return outside(encoded.values, -most, most)


def not_bits(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which values a BIT cannot hold. None if they are not numbers."""
    width = (*parse_type(column.sql_type).arguments, 1)[0]
    return outside(encoded.values, 0, 2**width - 1) if is_number(encoded) else None


def not_years(encoded: EncodedColumn, _column: Column) -> pa.Array | None:
    """Return which values a YEAR cannot hold. None if they are not numbers."""
    if not is_number(encoded):
        return None
    return pc.and_(outside(encoded.values, 1901, 2155), outside(encoded.values, 0, 0))
