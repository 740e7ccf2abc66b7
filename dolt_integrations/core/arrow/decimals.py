"""Arrow's decimals, which have up to 76 digits. Dolt's DECIMAL holds those of up to 65."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.encoded import EncodedColumn, shown
from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.core.columns.objects import MAX_DIGITS, MAX_SCALE
from dolt_integrations.errors import UnsupportedValueError

if TYPE_CHECKING:
    import decimal


def encode_decimals(array: pa.Array, where: str) -> EncodedColumn:
    """Store decimals as a DECIMAL with the precision and scale of their type, up to Dolt's limits.

    Raises:
        UnsupportedValueError: A number has more digits than Dolt can store. The message names its row.
    """
    digits, scale = array.type.precision, array.type.scale
    kept = min(max(scale, 0), MAX_SCALE)
    whole = min(max(digits - scale, 0), MAX_DIGITS - kept)
    sql_type = f"decimal({max(whole + kept, 1)},{kept})"
    if (digits, scale) == (whole + kept, kept):
        texts = array.cast(pa.string()).cast(pa.large_string())
        if not _has_exponents(texts):
            return EncodedColumn(texts, sql_type, True, Mark(dtype="object", of="decimal"))
    values = [_text(value, whole, kept, f"{where} (row {row}, counted from 0)") for row, value in enumerate(array)]
    return EncodedColumn(pa.array(values, pa.large_string()), sql_type, True, Mark(dtype="object", of="decimal"))


def _has_exponents(texts: pa.Array) -> bool:
    return bool(pc.any(pc.match_substring(texts, "E")).as_py())


def _text(value: pa.Scalar, whole: int, scale: int, where: str) -> str | None:
    """Return a number as a string with the column's number of decimal places.

    Raises:
        UnsupportedValueError: It has more decimal places.
    """
    if not value.is_valid:
        return None
    number: decimal.Decimal = value.as_py()
    text = format(number, "f")
    before, _, behind = text.lstrip("-").partition(".")
    if len(before.lstrip("0")) > whole or len(behind.rstrip("0")) > scale:
        problem = (
            f"{where} holds {shown(number)}, which a DECIMAL cannot store: at most {MAX_DIGITS} digits, {MAX_SCALE} of "
            f"them after the point; the column's type leaves {whole} before it and {scale} after it"
        )
        raise UnsupportedValueError(problem, hint="Round the numbers, or cast the column to strings.")
    sign = "-" if number.is_signed() else ""
    return f"{sign}{before}" + (f".{behind.rstrip('0').ljust(scale, '0')}" if scale else "")
