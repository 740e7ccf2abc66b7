"""What a save changes in an existing table: the rows to delete and the rows to write."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.rows.local_diff import compare_rows
from dolt_integrations.core.rows.version_rows import cast_alike
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import TableSchema

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Differences:
    """The changes that turn one version of a table into another.

    Attributes:
        base: Dolt's hash of the version that they apply to.
        gone: The keys of the rows to delete.
        written: The rows to write: first those that replace a row with the same key, then the new ones.
        replaced: The number of rows that replace another.
    """

    base: str
    gone: pa.Table
    written: pa.Table
    replaced: int = 0

    @property
    def size(self) -> int:
        """The number of rows to delete or write."""
        return int(self.gone.num_rows + self.written.num_rows)

    @property
    def cost(self) -> float:
        """The cost of applying the changes, in units of loading a row."""
        costs, added = limits(), self.written.num_rows - self.replaced
        return float(costs.delete_cost * self.gone.num_rows + costs.replace_cost * self.replaced + added)


def find_differences(
    old: pa.Table, schema: TableSchema, base: str, new: pa.Table, as_written: pa.Table | None = None
) -> Differences | None:
    """Compare a table with the rows that it is to have.

    Args:
        old: Its current rows.
        schema: Its columns and key.
        base: Dolt's hash of it.
        new: All rows that it is to have.
        as_written: The same rows as they are to be written, if that is in other types.

    Returns:
        The differences. None if writing all rows is cheaper, or if the two cannot be compared.
    """
    alike = cast_alike(new, old.schema)
    if alike is None:
        return None
    found = _compare(base, old, alike, new if as_written is None else as_written, schema.primary_key)
    if found is None:
        return None
    gone, written, replaced = found.gone.num_rows, found.written.num_rows, found.replaced
    logger.debug("%d rows to delete, %d to write, of which %d are updates", gone, written, replaced)
    return found if not found.size or found.cost < new.num_rows else None


def has_same_rows(one: pa.Table, other: pa.Table) -> bool:
    """Whether two tables with the same columns and types have the same rows, in any order. Floats compare by bits."""
    ours, theirs = (pl.DataFrame(pl.from_arrow(_in_bits(rows))) for rows in (one, other))
    return ours.equals(theirs) or (ours.height == theirs.height and ours.sort(pl.all()).equals(theirs.sort(pl.all())))


def _compare(base: str, old: pa.Table, alike: pa.Table, new: pa.Table, key: Sequence[str]) -> Differences | None:
    """Return the differences, or None if rows would have to be deleted from a table without a key."""
    before, after, keys = _in_bits(old), _in_bits(alike), old.select(list(key))
    if before.equals(after):
        return Differences(base, keys.slice(0, 0), new.slice(0, 0))
    mask = _changed_in_place(before, after, key)
    if mask is not None:
        written = new.filter(mask)
        return Differences(base, keys.slice(0, 0), written, written.num_rows)
    found = compare_rows(before, after, key)
    added, modified, removed = (found.filter(kind=kind) for kind in ("added", "modified", "removed"))
    if not key and len(removed):
        return None
    written = new.take(pl.concat([modified, added])["new"].to_arrow())
    return Differences(base, keys.take(removed["old"].to_arrow()), written, len(modified))


def _changed_in_place(before: pa.Table, after: pa.Table, key: Sequence[str]) -> pa.Array | None:
    """Return which rows differ, or None unless both tables have the same keys in the same order."""
    names = list(key)
    if not names or before.num_rows != after.num_rows or not before.select(names).equals(after.select(names)):
        return None
    differs = pa.chunked_array([pa.repeat(pa.scalar(False), before.num_rows)])
    for name in before.column_names:
        if name not in names:
            differs = pc.or_(differs, _differs(before.column(name), after.column(name)))
    return differs


def _differs(before: pa.ChunkedArray, after: pa.ChunkedArray) -> pa.ChunkedArray:
    one_is_null = pc.xor(before.is_null(), after.is_null())
    return pc.or_(one_is_null, pc.fill_null(pc.not_equal(before, after), False))


def _in_bits(rows: pa.Table) -> pa.Table:
    """Return floats as integers with the same bits, so that 0.0 and -0.0 differ."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_floating(field.type):
            bits = pa.int64() if field.type == pa.float64() else pa.int32()
            values = pa.chunked_array([chunk.view(bits) for chunk in rows.column(at).chunks], type=bits)
            rows = rows.set_column(at, pa.field(field.name, bits), values)
    return rows
