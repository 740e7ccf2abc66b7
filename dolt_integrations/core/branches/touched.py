"""The rows and the cells that both of two changes touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from dolt_integrations.core.rows.diff import Changes
from dolt_integrations.core.rows.local_diff import as_series

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence


class Touched:
    """The keys of changed rows, whether each was added or removed as a whole, and otherwise which cells changed."""

    def __init__(
        self, changes: Changes, key: Sequence[str], computed: Collection[str], defaults: Mapping[str, str] | None = None
    ) -> None:
        """Compare the rows before and after.

        Args:
            changes: The changed rows.
            key: The table's primary key.
            computed: Generated columns, which do not count.
            defaults: The definitions of the columns after the change. A new column that has only its default does not
                count.
        """
        self.changes, self.whole = changes, _kinds(changes).ne("modified")
        self.keys = [self._key(name) for name in key]
        names = dict.fromkeys([*changes.old.column_names, *changes.new.column_names])
        self.cells = {name: self._changed(name) for name in names if name not in (*key, *computed)}
        self._drop_defaults(defaults or {})

    def without_dropped(self) -> Touched:
        """Leave out dropped columns, and columns that only got another name."""
        old, new = self.changes.old, self.changes.new
        dropped = [name for name in self.cells if name not in new.column_names]
        added = [name for name in self.cells if name not in old.column_names]
        for name in added:
            if any(not _differ(old.column(each), new.column(name)).filter(~self.whole).any() for each in dropped):
                del self.cells[name]
        for name in dropped if new.num_columns else ():
            del self.cells[name]
        return self

    def _drop_defaults(self, defaults: Mapping[str, str]) -> None:
        for name in [name for name in self.cells if name not in self.changes.old.column_names]:
            values = as_series(self.changes.new.column(name), as_text=True).filter(~self.whole).unique().to_list()
            if len(values) == 1 and f"DEFAULT '{values[0]}'" in defaults.get(name, ""):
                del self.cells[name]

    def _key(self, name: str) -> pa.ChunkedArray:
        old, new = self.changes.old, self.changes.new
        if name not in old.column_names or name not in new.column_names:
            return (new if name in new.column_names else old).column(name)
        is_removed = _kinds(self.changes).eq("removed").to_list()
        sides = old.column(name), new.column(name)
        if sides[0].type != sides[1].type:
            texts = [as_series(side, as_text=True).to_list() for side in sides]
        else:
            texts = [side.to_pylist() for side in sides]
        kind = sides[0].type if sides[0].type == sides[1].type else pa.string()
        picked = [was if gone else is_ for gone, was, is_ in zip(is_removed, *texts, strict=True)]
        return pa.chunked_array([pa.array(picked, kind)])

    def _changed(self, name: str) -> pl.Series:
        old, new = self.changes.old, self.changes.new
        if name in old.column_names and name in new.column_names:
            return _differ(old.column(name), new.column(name))
        return as_series((old if name in old.column_names else new).column(name)).is_not_null()


def disputed(ours: Touched, theirs: Touched) -> Changes:
    """Return our changed rows that the others changed too: the row as a whole, or a cell of it.

    A cell of a column that we do not have may be one of ours under another name, so it counts as each of them.
    """
    one, other = _frames([_alike(*pair) for pair in zip(ours.keys, theirs.keys, strict=True)])
    by = one.columns
    both = one.with_row_index("ours").join(other.with_row_index("theirs"), on=by, nulls_equal=True)
    mine, at = both["ours"], both["theirs"]
    nothing = pl.repeat(False, both.height, eager=True)
    any_cell, shared = nothing, nothing
    for name, changed in theirs.cells.items():
        cell = changed.gather(at)
        any_cell = any_cell | cell
        shared = shared | (cell & ours.cells[name].gather(mine) if name in ours.cells else cell)
    whole = theirs.whole.gather(at)
    clash = whole | (any_cell & ours.whole.gather(mine)) | shared
    return rows_at(ours.changes, mine.filter(clash))


def alike(ours: Changes, theirs: Changes, kind: str) -> pl.Series:
    """Return for each of our changed rows whether the others added, or removed, an equal one.

    Args:
        ours: Our changed rows, in a table without a key.
        theirs: Theirs.
        kind: `added` or `removed`.
    """
    kinds, others = _kinds(ours), theirs.new if kind == "added" else theirs.old
    if others.num_columns:
        others = others.filter(_kinds(theirs).eq(kind).to_arrow())
    sides = ((ours.old, kinds.eq("removed")), (ours.new, kinds.eq("added")))
    masks = [_like(side, others, wanted) for side, wanted in sides]
    return masks[0] | masks[1]


def _like(rows: pa.Table, others: pa.Table, wanted: pl.Series) -> pl.Series:
    """Whether each wanted row is among others, in the columns that both have."""
    if not others.num_rows or not wanted.any():
        return wanted & False
    names = [name for name in rows.column_names if name in others.column_names]
    if not names:
        return wanted
    pairs = [_alike(rows.column(name), others.column(name)) for name in names]
    one, other = _frames(pairs)
    found = one.with_row_index("at").join(other, on=one.columns, how="semi", nulls_equal=True)["at"]
    return wanted & pl.int_range(rows.num_rows, eager=True).is_in(found.cast(pl.Int64).implode())


def _frames(pairs: Sequence[tuple[pl.Series, pl.Series]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    one, other = (pl.DataFrame({str(at): pair[side] for at, pair in enumerate(pairs)}) for side in (0, 1))
    return one, other


def _kinds(changes: Changes) -> pl.Series:
    return pl.Series(changes.kinds.to_pylist(), dtype=pl.String)


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pl.Series:
    old, new = _alike(one, other)
    return old.ne_missing(new)


def _alike(one: pa.ChunkedArray, other: pa.ChunkedArray) -> tuple[pl.Series, pl.Series]:
    """Return two columns in one type: as text if theirs differ."""
    as_text = one.type != other.type
    return as_series(one, as_text=as_text), as_series(other, as_text=as_text)


def rows_at(changes: Changes, rows: pl.Series) -> Changes:
    """Return the changed rows of these numbers."""
    at = pa.array(rows.unique().sort().to_list(), pa.int64())
    take = [side.take(at) if side.num_columns else side for side in (changes.old, changes.new)]
    return Changes(changes.kinds.take(at), *take)
