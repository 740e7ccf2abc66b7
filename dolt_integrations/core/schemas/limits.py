"""Dolt's limits for tables and rows, checked before anything is sent."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from dolt_integrations.core.schemas.text_types import ROW_BYTES, SHORT
from dolt_integrations.engine import parse_type
from dolt_integrations.errors import DataError, UnsupportedValueError

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine import TableSchema

MOST_COLUMNS = 4095
"""With one more, the server of Dolt 1.83 crashes: `tuple field maxIdx exceeds maximum`."""

KEY_BYTES = 30_000
"""The most bytes of strings and binary values in a key. Two keys of 40,000 crash Dolt 1.83: a node has 64 KiB."""

_NUMBER, _TIME, _ELSEWHERE, _LONGEST_DECIMAL = 8, 16, 20, 30
_BYTES = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "float", "double", "bit", "year"), _NUMBER),
    **dict.fromkeys(("date", "datetime", "timestamp", "set", "geometry", "point"), _NUMBER),
    **dict.fromkeys(("tinytext", "text", "mediumtext", "longtext", "json"), _ELSEWHERE),
    **dict.fromkeys(("tinyblob", "blob", "mediumblob", "longblob"), _ELSEWHERE),
    "time": _TIME,
    "enum": 2,
}
"""Bytes of a row that Dolt (1.83 and 2.3) counts for a column, found from its error for rows that are too wide."""

_CHARACTER = {"latin1": 1, "ascii": 1, "binary": 1, "utf8mb3": 3}


def column_bytes(sql_type: str) -> int:
    """Return how many bytes of a row Dolt counts for a column.

    Example:
        >>> column_bytes("varchar(255)"), column_bytes("longtext"), column_bytes("decimal(65,30)")
        (1020, 20, 30)
    """
    there = parse_type(sql_type)
    length = (*there.arguments, 10 if there.base == "decimal" else 1)[0]
    if there.base in ("varchar", "char"):
        found = re.search(r"CHARACTER SET (\w+)", sql_type, re.IGNORECASE)
        return length * (_CHARACTER.get(found.group(1).lower(), 4) if found else 4)
    if there.base in ("varbinary", "binary"):
        return length
    return min(length, _LONGEST_DECIMAL) if there.base == "decimal" else _BYTES.get(there.base, 0)


def row_bytes(schema: TableSchema) -> int:
    """Return how many bytes Dolt counts for a row of this schema."""
    return sum(column_bytes(column.sql_type) for column in schema.columns)


def fitted_row(schema: TableSchema, existing: TableSchema | None) -> TableSchema:
    """Return the schema with new short text columns as LONGTEXT, as far as needed to keep the row within its limit."""
    kept = {name.lower() for name in (*(existing.names if existing else ()), *schema.primary_key)}
    columns, excess = list(schema.columns), row_bytes(schema) - ROW_BYTES
    for at in reversed(range(len(columns))):
        if excess <= 0:
            break
        if columns[at].sql_type == f"varchar({SHORT})" and columns[at].name.lower() not in kept:
            columns[at] = replace(columns[at], sql_type="longtext")
            excess -= 4 * SHORT - _ELSEWHERE
    return replace(schema, columns=tuple(columns))


def check_limits(table: str, schema: TableSchema) -> None:
    """Refuse a table that is too wide.

    Raises:
        DataError: It has too many columns, or their combined length may exceed the limit of a row.
    """
    count = len(schema.columns)
    if count > MOST_COLUMNS:
        hint = "Keep some of them in another table, or as rows: frame.melt(...)."
        raise DataError(f"table `{table}` would have {count} columns; Dolt allows at most {MOST_COLUMNS}", hint=hint)
    size = row_bytes(schema)
    if size > ROW_BYTES:
        raise DataError(
            f"a row of table `{table}` may take {size} bytes; Dolt allows at most {ROW_BYTES}",
            hint="Change long VARCHAR columns to TEXT or BLOB with SQL, or keep some columns in another table.",
        )


def check_key_bytes(table: str, schema: TableSchema, data: pa.Table) -> None:
    """Refuse a row whose key, of several string or binary columns, is so long that Dolt's server would crash.

    Raises:
        UnsupportedValueError: There is such a row. The message names it.
    """
    key = {name.lower() for name in schema.primary_key}
    columns = [column for column in schema.columns if column.name.lower() in key]
    if sum(column_bytes(column.sql_type) for column in columns) <= KEY_BYTES:
        return
    frame = pl.DataFrame(pl.from_arrow(data.select([name for name in data.column_names if name.lower() in key])))
    sizes = [
        pl.col(name).str.len_bytes() if dtype == pl.String else pl.col(name).bin.size()
        for name, dtype in frame.schema.items()
        if dtype in (pl.String, pl.Binary)
    ]
    long = frame.select(pl.sum_horizontal(sizes) > KEY_BYTES).to_series()
    if long.any():
        row = int(long.arg_true()[0])
        raise UnsupportedValueError(
            f"the primary key ({', '.join(schema.primary_key)}) of table `{table}` has more than {KEY_BYTES} bytes in "
            f"row {row}, counted from 0",
            hint="Choose another primary key, such as a digest of these columns.",
        )
