"""-0.0, which is equal to 0.0 in SQL but not identical in a frame."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def has_negative_zero(values: pa.ChunkedArray) -> bool:
    """Whether a column contains -0.0.

    Example:
        >>> has_negative_zero(pa.chunked_array([[0.0, -0.0, None]])), has_negative_zero(pa.chunked_array([[0.0]]))
        (True, False)
    """
    if not pa.types.is_floating(values.type):
        return False
    zeros = values.filter(pc.equal(values, 0.0))
    return bool(np.signbit(zeros.to_numpy()).any())


def is_negative_zero(expression: str) -> str:
    """Return the SQL condition that a number is -0.0. ATAN2 depends on the sign of zero, and no comparison does.

    Example:
        >>> is_negative_zero("`x`")
        '(`x` = 0 AND ATAN2(`x`, -1) < 0)'
    """
    return f"({expression} = 0 AND ATAN2({expression}, -1) < 0)"


def has_zero(values: pa.ChunkedArray) -> bool:
    """Whether a column of floats contains 0.0 or -0.0.

    Example:
        >>> has_zero(pa.chunked_array([[0.0, None]])), has_zero(pa.chunked_array([[1.5]]))
        (True, False)
    """
    return pa.types.is_floating(values.type) and bool(pc.any(pc.equal(values, 0.0)).as_py())


def has_other_sign(one: str, other: str) -> str:
    """Return the SQL condition that both numbers are zeros, of different signs.

    Example:
        >>> has_other_sign("`x`", "`y`")
        '(`x` = 0 AND `y` = 0 AND (ATAN2(`x`, -1) < 0) <> (ATAN2(`y`, -1) < 0))'
    """
    return f"({one} = 0 AND {other} = 0 AND (ATAN2({one}, -1) < 0) <> (ATAN2({other}, -1) < 0))"
