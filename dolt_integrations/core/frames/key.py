"""Checking a frame's primary key: its columns exist, and it has no NULLs and no duplicates."""

from __future__ import annotations

import itertools

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.engine import nearest
from dolt_integrations.errors import PrimaryKeyError


def check_key(data: pa.Table, key: tuple[str, ...], table: str) -> None:
    """Refuse a key that Dolt would refuse, or would resolve by dropping rows.

    Raises:
        PrimaryKeyError: A column does not exist, or has NULLs, or the key has duplicates. The message names the first
            such rows.

    Example:
        >>> check_key(pa.table({"id": [1, 2]}), ("id",), "users")
    """
    for name in key:
        if name not in data.column_names:
            hint = nearest(name, data.column_names)
            raise PrimaryKeyError(f"primary key column {name!r} is not a column of the frame for `{table}`", hint=hint)
        _check_nulls(data.column(name), name, table)
    if key:
        _check_duplicates(data.select(list(dict.fromkeys(key))), table)


def _check_nulls(column: pa.ChunkedArray, name: str, table: str) -> None:
    if column.null_count:
        first = pc.index(column.is_null(), True).as_py()
        nulls = "1 NULL" if column.null_count == 1 else f"{column.null_count} NULLs, the first"
        raise PrimaryKeyError(
            f"primary key column {name!r} of table `{table}` has {nulls} in row {first}, counted from 0",
            hint="Fill them, drop their rows, or choose another key.",
            constraint="PRIMARY KEY",
            column=name,
            row=first,
        )


def _ascends(keys: pl.DataFrame) -> bool:
    """Whether a key of one column is strictly ascending, so that it cannot have duplicates. This check is cheap."""
    if keys.width != 1 or keys.height < 2:
        return keys.height < 2
    values = keys.to_series()
    return bool((values.slice(1) > values.slice(0, keys.height - 1)).all())


def _check_duplicates(keys: pa.Table, table: str) -> None:
    frame = pl.DataFrame(pl.from_arrow(keys))
    if _ascends(frame):
        return
    repeated = frame.is_duplicated()
    if not repeated.any():
        return
    first = repeated.arg_true()[0]
    value = frame.row(first)
    again = list(itertools.islice((row for row in repeated.arg_true() if frame.row(row) == value), 5))
    shown = value[0] if len(value) == 1 else value
    raise PrimaryKeyError(
        f"primary key ({', '.join(keys.column_names)}) of table `{table}` has duplicates: {repeated.sum()} rows share "
        f"a key with another; {shown!r} is in rows {', '.join(map(str, again))}, counted from 0",
        hint="Drop the duplicates (frame.drop_duplicates), or choose another key.",
        constraint="PRIMARY KEY",
        column=", ".join(keys.column_names),
        value=shown,
        row=int(again[1]),
    )
