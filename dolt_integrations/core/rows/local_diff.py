"""Comparing the rows of two versions of a table in this process, for what Dolt's own diff cannot compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

_OLD, _NEW, _OCCURRENCE = "old", "new", "occurrence"


def compare_rows(old: pa.Table, new: pa.Table, key: Sequence[str]) -> pl.DataFrame:
    """Return which rows differ.

    Rows are matched by their key. Without a key, whole rows are compared, counting duplicates. A column that one side
    lacks is NULL there, and values of different types are equal if their text is.

    Returns:
        A row for each difference: its `kind` (added, modified, removed) and its row numbers, `old` and `new`.

    Example:
        >>> one, other = pa.table({"k": [1, 2], "x": [5, 6]}), pa.table({"k": [2, 3], "x": [7, 8]})
        >>> compare_rows(one, other, ["k"]).rows()
        [('modified', 1, 0), ('added', None, 1), ('removed', 0, None)]
    """
    names = list(dict.fromkeys([*new.column_names, *old.column_names]))
    numbers = {name: str(at) for at, name in enumerate(names)}
    sides = [_comparable(side, other, numbers) for side, other in ((old, new), (new, old))]
    before, after = sides[0].with_row_index(_OLD), sides[1].with_row_index(_NEW)
    members = [numbers[name] for name in key]
    if members:
        changed = _modified(before, after, members)
        return pl.concat([_as(changed, "modified"), *_one_sided(before, after, members)])
    every = list(numbers.values())
    return pl.concat(_one_sided(_counted(before, every), _counted(after, every), [*every, _OCCURRENCE]))


def _counted(rows: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Number equal rows, so that duplicates are matched one to one."""
    return rows.with_columns(pl.int_range(pl.len()).over(names).alias(_OCCURRENCE))


def _one_sided(before: pl.DataFrame, after: pl.DataFrame, by: list[str]) -> list[pl.DataFrame]:
    added = after.join(before, on=by, how="anti", nulls_equal=True, maintain_order="left")
    removed = before.join(after, on=by, how="anti", nulls_equal=True, maintain_order="left")
    return [_as(added, "added"), _as(removed, "removed")]


def _as(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    missing = [pl.lit(None, pl.UInt32).alias(side) for side in (_OLD, _NEW) if side not in rows.columns]
    return rows.with_columns(pl.lit(kind).alias("kind"), *missing).select("kind", _OLD, _NEW)


def _modified(before: pl.DataFrame, after: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    values = [name for name in before.columns if name not in (*key, _OLD)]
    both = before.join(after, on=key, how="inner", suffix=" new", maintain_order="left")
    if not values:
        return both.clear()
    return both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name} new")) for name in values))


def _comparable(side: pa.Table, other: pa.Table, numbers: dict[str, str]) -> pl.DataFrame:
    """Return one side with the columns of both sides, in types that both sides and polars have."""
    columns = {}
    for name, number in numbers.items():
        if name not in side.column_names:
            columns[number] = pl.Series([None] * side.num_rows, dtype=_dtype(other.column(name)))
        elif name in other.column_names and other.column(name).type != side.column(name).type:
            columns[number] = as_series(side.column(name), as_text=True)
        else:
            columns[number] = as_series(side.column(name))
    return pl.DataFrame(columns)


def _dtype(column: pa.ChunkedArray) -> pl.DataType:
    return as_series(column.slice(0, 0)).dtype


def as_series(column: pa.ChunkedArray, *, as_text: bool = False) -> pl.Series:
    """Return a column as a polars Series: of strings if asked for, or if polars lacks the type (DECIMAL(65))."""
    if as_text or pa.types.is_decimal256(column.type):
        return pl.Series([None if value is None else str(value) for value in column.to_pylist()], dtype=pl.String)
    series = pl.from_arrow(column)
    assert isinstance(series, pl.Series)  # noqa: S101 - a column is never a frame
    return series
