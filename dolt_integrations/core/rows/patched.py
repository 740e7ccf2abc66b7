"""Building a version of a table from another version and the rows that differ, in the order that Dolt returns them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dolt_integrations.engine import Column, TableSchema
    from dolt_integrations.engine.versions.diffs.incremental import Counts

_ORDERED = re.compile(
    r"(tiny|small|medium|big)?int( unsigned)?|tinyint\(1\)|decimal\((\d|[12]\d|3[0-8]),\d+\)|varchar\(\d+\)"
    r"|varbinary\(\d+\)|datetime\(6\)|date"
)
"""SQL types for which polars orders and equates values as Dolt does in a key. Floats are not among them: -0.0."""

_ALIKE = re.compile(
    rf"{_ORDERED.pattern}|float|double|decimal\(\d+,\d+\)|(medium|long)?text|longblob|json|char\(\d+\)"
    r"|datetime(\(\d\))?|time(\(\d\))?"
)
"""SQL types whose values Dolt returns in the same form from a table and from a diff."""


def can_be_patched(schema: TableSchema) -> bool:
    """Whether the values and the order of a table's rows can be reproduced exactly."""
    columns = {column.name: column for column in schema.columns}
    keys = (columns[name] for name in schema.primary_key)
    return all(_is(_ORDERED, column) for column in keys) and all(_is(_ALIKE, column) for column in schema.columns)


def _is(pattern: re.Pattern[str], column: Column) -> bool:
    return pattern.fullmatch(column.sql_type) is not None


def patched(
    base: pa.Table, written: pa.Table, removed: pa.Table, key: Sequence[str], counts: Counts
) -> pa.Table | None:
    """Return the rows of the newer version.

    Args:
        base: The rows of the older version, ordered by key.
        written: The rows that were added or modified, with the same columns and types.
        removed: The keys of the rows that were removed.
        key: The key's columns.
        counts: The expected number of rows of each kind.

    Returns:
        The rows. None if the parts do not match each other or the counts, or rows would have to be inserted into a base
        that is not ordered.
    """
    if written.schema != base.schema or removed.schema != base.select(list(key)).schema:
        return None
    before, after, gone = (_keys(rows, key) for rows in (base, written, removed))
    by = before.columns
    modified = _found(after, before, by)
    dropped = _found(gone, before, by)["base"].to_numpy()
    added = np.delete(np.arange(written.num_rows), modified["row"].to_numpy())
    found = len(added), len(modified), len(dropped), removed.num_rows, base.num_rows + len(added) - len(dropped)
    if found != (counts.added, counts.modified, counts.removed, counts.removed, counts.total):
        return None
    old, new = modified["base"].to_numpy(), modified["row"].to_numpy()
    if not (counts.added or counts.removed):
        return _changed_in_place(base, written, old, new)
    rows = np.arange(base.num_rows)
    rows[old] = base.num_rows + new
    kept = np.delete(rows, dropped)
    if not len(added):
        return _taken(base, written, kept)
    keys = pl.concat([before[np.delete(np.arange(base.num_rows), dropped)], after[added]])
    order = _order(keys, len(kept))
    return None if order is None else _taken(base, written, np.concatenate([kept, base.num_rows + added])[order])


def _keys(rows: pa.Table, key: Sequence[str]) -> pl.DataFrame:
    """Return the columns of the key, under names that do not clash with those of row numbers."""
    return pl.DataFrame(pl.from_arrow(rows.select(list(key)).rename_columns([f"key {at}" for at in range(len(key))])))


def _found(some: pl.DataFrame, base: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the keys that the base has: their number in `some` (`row`) and in the base (`base`)."""
    return some.with_row_index("row").join(base.with_row_index("base"), on=by, how="inner").select("row", "base")


def _order(keys: pl.DataFrame, kept: int) -> NDArray[np.int64] | None:
    """Return the order of rows by their key. None if the first `kept` rows are not already in that order."""
    start = max(kept - 1, 0)
    if _sorted(keys[start:]).is_sorted():
        order = np.arange(len(keys))
    else:
        order = _sorted(keys).to_numpy().astype(np.int64)
    old = order[order < kept]
    return order if bool(np.all(old[1:] > old[:-1])) else None


def _sorted(keys: pl.DataFrame) -> pl.Series:
    return keys.select(pl.arg_sort_by(keys.columns)).to_series()


def _changed_in_place(base: pa.Table, written: pa.Table, old: NDArray[np.uint32], new: NDArray[np.uint32]) -> pa.Table:
    """Return the base with some rows replaced. Columns without differences are shared with the base."""
    order = np.argsort(old)
    at, values = old[order], written.take(pa.array(new[order]))
    for number, field in enumerate(base.schema):
        column, wanted = base.column(number), values.column(number)
        if pa.types.is_floating(field.type) or not column.take(pa.array(at)).equals(wanted):
            base = base.set_column(number, field, _replaced(column, at, wanted))
    return base


def _replaced(column: pa.ChunkedArray, at: NDArray[np.uint32], values: pa.ChunkedArray) -> pa.Array:
    is_changed = np.zeros(len(column), bool)
    is_changed[at] = True
    try:
        return pc.replace_with_mask(column.combine_chunks(), pa.array(is_changed), values.combine_chunks())
    except pa.ArrowNotImplementedError:  # not implemented for durations and decimal256
        rows = np.arange(len(column))
        rows[at] = len(column) + np.arange(len(at))
        return _joined(column, values).take(pa.array(rows))


def _taken(base: pa.Table, written: pa.Table, rows: NDArray[np.int64]) -> pa.Table:
    """Return rows by number, where numbers of written rows follow those of the base. Works column by column."""
    columns = [_joined(base.column(at), written.column(at)).take(pa.array(rows)) for at in range(base.num_columns)]
    return pa.table(columns, schema=base.schema)


def _joined(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.Array:
    return pa.chunked_array([*one.chunks, *other.chunks], one.type).combine_chunks()
