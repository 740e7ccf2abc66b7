"""Reading a version by fetching only the rows in which it differs from a cached version."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows.kept_versions import KeptVersion, kept_versions
from dolt_integrations.core.rows.patched import can_be_patched, patched
from dolt_integrations.core.rows.shared_versions import shared_versions
from dolt_integrations.engine import arrow_type, is_commit_hash
from dolt_integrations.engine.tables.negative_zeros import has_negative_zero
from dolt_integrations.engine.versions.diffs.incremental import (
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

    from dolt_integrations.core.rows.cache_places import SharedPlace
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
    for base in _bases(snapshot.address.source, table, table_hash):
        rows = _made(snapshot, table, schema, base)
        snapshot.switch(commit)
        if rows is not None:
            return rows
    return None


@dataclass(frozen=True)
class _Base:
    """A version that may be cached, and how to get its rows, which is done once they are known to be of use."""

    version: KeptVersion
    find: Callable[[], pa.Table | None]


def _bases(source: str, table: str, table_hash: str) -> Iterator[_Base]:
    """Yield the newest versions in the local cache, then those in each shared cache that are not there."""
    seen = {table_hash}
    here = [version for version in kept_versions(source, table) if cache.is_here(_key(source, version))]
    yield from _newest(here, seen, lambda version: cache.find_here(_key(source, version)))
    for place, versions in shared_versions(source, table):
        yield from _newest(versions, seen, partial(_find_shared, place, source))


def _newest(
    versions: list[KeptVersion], seen: set[str], find: Callable[[KeptVersion], pa.Table | None]
) -> Iterator[_Base]:
    for version in [each for each in versions if each.table_hash not in seen][: limits().difference_tries]:
        seen.add(version.table_hash)
        yield _Base(version, partial(find, version))


def _find_shared(place: SharedPlace, source: str, version: KeptVersion) -> pa.Table | None:
    """Return the rows of a version. They are not copied to the local cache, which will have the newer version."""
    return cache.find_in(place, _key(source, version))


def _key(source: str, version: KeptVersion) -> str:
    return cache.version_key(source, version.table_hash) or ""


def _made(snapshot: Connection, table: str, schema: TableSchema, base: _Base) -> pa.Table | None:
    """Return the rows, or None, leaving the session at any revision. Dolt's errors are logged, not raised."""
    version, commit = base.version, str(snapshot.revision)
    try:
        step = find_step(snapshot, table, version.commit, version.table_hash)
        if step is None:
            return None
        snapshot.leave_revision()
        counts = count_differing(snapshot, step, step.total // limits().difference_share)
        rows = base.find() if counts is not None else None
        if counts is None or rows is None or not _are_of(schema, rows):
            return None
        if not _zeros_are_positive(snapshot, commit, table, rows):
            return None
        written = fetch_written(snapshot, step)
        removed = fetch_removed(snapshot, step) if counts.removed else rows.slice(0, 0).select(step.key)
        return patched(rows, written, removed, step.key, counts)
    except DoltError as error:
        logger.debug("cannot use version %s of table %s, reading all rows: %s", version.commit, table, error)
        return None


def _are_of(schema: TableSchema, rows: pa.Table) -> bool:
    declared = [(column.name, arrow_type(column.sql_type)) for column in schema.columns]
    return [(field.name, field.type) for field in rows.schema] == declared


def _zeros_are_positive(snapshot: Connection, commit: str, table: str, base: pa.Table) -> bool:
    """Whether neither version has a negative zero. Dolt's diffs treat 0.0 and -0.0 as equal."""
    if any(map(has_negative_zero, base.columns)):
        return False
    names = [name for name, values in zip(base.column_names, base.columns, strict=True) if _has_zero(values)]
    if not names:
        return True
    snapshot.switch(commit)
    is_negative = has_negative_zeros(snapshot, table, names)
    snapshot.leave_revision()
    return not is_negative


def _has_zero(values: pa.ChunkedArray) -> bool:
    return pa.types.is_floating(values.type) and bool(pc.any(pc.equal(values, 0.0)).as_py())
