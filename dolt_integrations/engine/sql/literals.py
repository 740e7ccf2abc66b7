"""Python values as SQL literals. For a few rows this is faster than formatting whole columns with polars."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def row_literals(data: pa.Table) -> list[str]:
    """Return each row as a comma-separated string of literals.

    Raises:
        TypeError: A column has an Arrow type that `insert_table` does not accept.

    Example:
        >>> import pyarrow as pa
        >>> row_literals(pa.table({"name": ["it's", None], "count": [4, 5]}))
        ["'it''s',4", 'NULL,5']
    """
    return [",".join(map(literal, row)) for row in zip(*(column.to_pylist() for column in data.columns), strict=True)]


def literal(value: Any) -> str:
    """Return a value as a SQL literal: bytes in hexadecimal, integers unquoted, everything else quoted.

    Dolt would read an unquoted float as a DECIMAL, which has no -0.0.

    Raises:
        TypeError: The value has no SQL literal.

    Example:
        >>> literal(-0.0), literal(b"ab"), literal(None)
        ("'-0.0'", "X'6162'", 'NULL')
    """
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    return f"'{_text(value)}'"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0")
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _clock(value)
    raise TypeError(f"{type(value).__name__} has no SQL literal")


def _clock(duration: datetime.timedelta) -> str:
    """Return a duration in MySQL's format for TIME: `-838:59:59.000000`."""
    total = abs(duration)
    seconds = total.days * 86400 + total.seconds
    sign = "-" if duration < datetime.timedelta() else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{total.microseconds:06}"
