"""What a table of Dolt's takes at most, checked before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.schemas.text_types import ROW_BYTES
from dolt_integrations.engine import parse_type
from dolt_integrations.errors import DataError

if TYPE_CHECKING:
    from dolt_integrations.engine import TableSchema

MOST_COLUMNS = 4095
"""Dolt (1.83) ends the server at one more: `tuple field maxIdx exceeds maximum`."""

_BYTES = {"varchar": 4, "char": 4, "varbinary": 1, "binary": 1}
"""Bytes of the row that each of the type's length may take."""


def check_limits(table: str, schema: TableSchema) -> None:
    """Refuse a table that is too wide.

    Raises:
        DataError: Too many columns, or texts and bytes that may be longer together than a row.
    """
    count = len(schema.columns)
    if count > MOST_COLUMNS:
        hint = "Keep some of them in another table, or as rows: frame.melt(...)."
        raise DataError(f"table `{table}` would have {count} columns; Dolt takes at most {MOST_COLUMNS}", hint=hint)
    types = [parse_type(column.sql_type) for column in schema.columns]
    size = sum(_BYTES.get(each.base, 0) * (*each.arguments, 1)[0] for each in types)
    if size >= ROW_BYTES:
        raise DataError(
            f"the texts and bytes of a row of table `{table}` may take {size} bytes; Dolt takes less than {ROW_BYTES}",
            hint="Make TEXT or BLOB of some columns with SQL first, or keep them in another table.",
        )
