"""What a save changes in a table that is there: the rows to delete and the rows to write."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.comparison import compare_rows
from dolt_integrations.core.rows import cast_alike, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Connection, TableSchema

logger = logging.getLogger(__name__)

WORTHWHILE = 1_000
"""Rows from which on a table is compared before it is written; fewer are written anew as fast."""

DELETE_COST = 2
"""What deleting a row by its key costs, in rows loaded (measured on Dolt 1.83)."""


@dataclass(frozen=True)
class Differences:
    """What turns one version of a table into another.

    Attributes:
        base: Dolt's hash of the version that it starts from.
        gone: The keys of the rows to delete, those that are written anew included.
        written: The rows to insert then.
    """

    base: str
    gone: pa.Table
    written: pa.Table

    @property
    def size(self) -> int:
        """How many rows are deleted or inserted."""
        return int(self.gone.num_rows + self.written.num_rows)


def find_differences(
    snapshot: Connection, table: str, schema: TableSchema, base: str, new: pa.Table
) -> Differences | None:
    """Compare a table with the rows that it is to have.

    Args:
        snapshot: On the commit that has the table.
        table: Its name.
        schema: Its columns and key.
        base: Its hash.
        new: All rows that it is to have.

    Returns:
        None where writing all rows is cheaper, or where the two cannot be compared.
    """
    old = rows_of(snapshot, table, schema, base)
    alike = cast_alike(new, old.schema)
    if alike is None:
        return None
    found = _compare(old, alike, new, schema.primary_key)
    if found is None:
        return None
    gone, written = found
    logger.debug("table %s: %d rows go, %d come, of %d", table, gone.num_rows, written.num_rows, new.num_rows)
    worth_it = DELETE_COST * gone.num_rows + written.num_rows < new.num_rows
    return Differences(base, gone, written) if worth_it or not written.num_rows + gone.num_rows else None


def _compare(old: pa.Table, alike: pa.Table, new: pa.Table, key: Sequence[str]) -> tuple[pa.Table, pa.Table] | None:
    """Return the keys to delete and the rows to write; None where a table without a key has to be written anew."""
    before, after = _in_bits(old), _in_bits(alike)
    if before.equals(after):
        return old.select(list(key)).slice(0, 0), new.slice(0, 0)
    mask = _changed_in_place(before, after, key)
    if mask is not None:
        return old.select(list(key)).filter(mask), new.filter(mask)
    found = compare_rows(before, after, key)
    gone, written = found["old"].drop_nulls().to_arrow(), found["new"].drop_nulls().to_arrow()
    if not key and len(gone):
        return None
    return old.select(list(key)).take(gone), new.take(written)


def _changed_in_place(before: pa.Table, after: pa.Table, key: Sequence[str]) -> pa.Array | None:
    """Return which rows differ where both tables have the same keys in the same order."""
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
    """Return floats as integers of the same bits: 0.0 and -0.0 are two values."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_floating(field.type):
            bits = pa.int64() if field.type == pa.float64() else pa.int32()
            values = pa.chunked_array([chunk.view(bits) for chunk in rows.column(at).chunks], type=bits)
            rows = rows.set_column(at, pa.field(field.name, bits), values)
    return rows
