"""Reading a version by fetching only the rows in which it differs from a cached version."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows.kept_versions import KeptVersion, kept_versions
from dolt_integrations.core.rows.patched import can_be_patched, patched
from dolt_integrations.engine import arrow_type, is_commit_hash
from dolt_integrations.engine.tables.negative_zeros import has_negative_zero
from dolt_integrations.engine.versions.incremental import (
    count_differing,
    fetch_removed,
    fetch_written,
    find_step,
    has_negative_zeros,
)
from dolt_integrations.errors import DoltError
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import Connection, TableSchema

logger = logging.getLogger(__name__)


def rows_by_difference(snapshot: Connection, table: str, schema: TableSchema, table_hash: str) -> pa.Table | None:
    """Return a table's rows, exactly as they would be fetched, built from a cached version.

    Args:
        snapshot: A session on the commit. It is on the same commit afterwards.
        table: The table.
        schema: Its columns and key.
        table_hash: Dolt's hash of the table.

    Returns:
        The rows. None if no suitable version is cached, Dolt cannot tell exactly what differs, or too much differs.
    """
    commit = snapshot.revision or ""
    if not is_commit_hash(commit) or not schema.primary_key or not can_be_patched(schema):
        return None
    tried = 0
    for version, base in _bases(snapshot, table, schema, table_hash):
        rows = _made(snapshot, table, version, base)
        snapshot.switch(commit)
        tried += 1
        if rows is not None or tried == limits().difference_tries:
            return rows
    return None


def _bases(
    snapshot: Connection, table: str, schema: TableSchema, table_hash: str
) -> Iterator[tuple[KeptVersion, pa.Table]]:
    """Yield the versions in the local cache that have the same columns."""
    source = snapshot.address.source
    declared = [(column.name, arrow_type(column.sql_type)) for column in schema.columns]
    for version in kept_versions(source, table):
        if version.table_hash != table_hash:
            rows = cache.find_here(cache.version_key(source, version.table_hash) or "")
            if rows is not None and [(field.name, field.type) for field in rows.schema] == declared:
                yield version, rows


def _zeros_are_positive(snapshot: Connection, table: str, base: pa.Table) -> bool:
    """Whether neither version has a negative zero. Dolt's diffs treat 0.0 and -0.0 as equal."""
    if any(map(has_negative_zero, base.columns)):
        return False
    names = [name for name, values in zip(base.column_names, base.columns, strict=True) if _has_zero(values)]
    return not names or not has_negative_zeros(snapshot, table, names)


def _has_zero(values: pa.ChunkedArray) -> bool:
    return pa.types.is_floating(values.type) and bool(pc.any(pc.equal(values, 0.0)).as_py())


def _made(snapshot: Connection, table: str, version: KeptVersion, base: pa.Table) -> pa.Table | None:
    """Return the rows, or None, leaving the session at any revision. Dolt's errors are logged, not raised."""
    try:
        if not _zeros_are_positive(snapshot, table, base):
            return None
        step = find_step(snapshot, table, version.commit, version.table_hash)
        if step is None:
            return None
        snapshot.leave_revision()
        counts = count_differing(snapshot, step, max(base.num_rows, step.total) // limits().difference_share)
        if counts is None:
            return None
        written = fetch_written(snapshot, step)
        removed = fetch_removed(snapshot, step) if counts.removed else base.slice(0, 0).select(step.key)
        return patched(base, written, removed, step.key, counts)
    except DoltError as error:
        logger.debug("cannot use version %s of table %s, reading all rows: %s", version.commit, table, error)
        return None
