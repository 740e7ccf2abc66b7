"""The rows of a table's version: read from the cache, or fetched and cached; and caching rows that were written."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
import pyarrow as pa

from dolt_integrations.core.observed import note
from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows.by_difference import rows_by_difference
from dolt_integrations.core.rows.kept_versions import KeptVersion, note_version
from dolt_integrations.core.rows.shared_versions import share_version
from dolt_integrations.engine import (
    Connection,
    TableSchema,
    arrow_type,
    fetch,
    is_commit_hash,
    select_table,
)
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.engine.session.locks import tried
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.engine import Column

logger = logging.getLogger(__name__)


class _Place(NamedTuple):
    """A table at a revision of a database."""

    source: str
    revision: str | None
    table: str


@dataclass(frozen=True)
class _Wanted:
    """A version of a table to read: a session on its commit, and its key in the cache if it may be cached."""

    snapshot: Connection
    table: str
    schema: TableSchema
    table_hash: str | None
    key: str | None

    @property
    def place(self) -> _Place:
        return _Place(self.snapshot.address.source, self.snapshot.revision, self.table)


def rows_of(snapshot: Connection, table: str, schema: TableSchema, table_hash: str | None) -> pa.Table:
    """Return a table's rows, from the cache or the server.

    Args:
        snapshot: A session on the commit.
        table: The table's name.
        schema: Its columns and key.
        table_hash: Dolt's hash of it. None does not use the cache.
    """
    check_process()
    key = cache.version_key(snapshot.address.source, table_hash) if _always_reads_the_same(schema) else None
    wanted = _Wanted(snapshot, table, schema, table_hash, key)
    rows = _found(wanted)
    if rows is not None:
        return rows
    return _read_by_one(wanted, key) if key is not None and cache.is_shared() else _read(wanted)


def _read_by_one(wanted: _Wanted, key: str) -> pa.Table:
    """Return rows that other readers may be fetching: one fetches them, the others wait until it has cached them."""
    lock = ("cache", key)
    with tried(wanted.snapshot, lock, 0) as is_first:
        rows = _found(wanted) if is_first else None
        if is_first:
            return rows if rows is not None else _read(wanted)
    with tried(wanted.snapshot, lock, limits().fetch_seconds):
        pass
    rows = _found(wanted)
    return rows if rows is not None else _read(wanted)


def cached_rows(source: str, commit: str, table: str, schema: TableSchema, table_hash: str | None) -> pa.Table | None:
    """Return a table's rows from the cache, or None (see `rows_of`)."""
    key = cache.version_key(source, table_hash) if _always_reads_the_same(schema) else None
    return _find(_Place(source, commit, table), schema, table_hash, key)


def _found(wanted: _Wanted) -> pa.Table | None:
    return _find(wanted.place, wanted.schema, wanted.table_hash, wanted.key)


def _find(place: _Place, schema: TableSchema, table_hash: str | None, key: str | None) -> pa.Table | None:
    rows = cache.find(key)
    found = rows if rows is not None and rows.column_names == list(schema.names) else None
    note(from_cache=found is not None)
    if found is not None:
        _list(place, table_hash, note_version)
    return found


def _read(wanted: _Wanted) -> pa.Table:
    """Build rows from another cached version, or fetch them, and cache them."""
    snapshot, table, schema = wanted.snapshot, wanted.table, wanted.schema
    may_be_kept = wanted.key is not None and wanted.table_hash is not None
    rows = rows_by_difference(snapshot, table, schema, str(wanted.table_hash)) if may_be_kept else None
    if rows is None:
        rows = fetch(snapshot, select_table(table, schema.columns), schema.columns)
    if may_be_kept:
        _keep(wanted.place, wanted.table_hash, rows)
    return rows


def _keep(place: _Place, table_hash: str | None, rows: pa.Table) -> None:
    if cache.is_worthwhile(rows):
        cache.store(cache.version_key(place.source, table_hash), rows)
        _list(place, table_hash, note_version, share_version)


def _list(place: _Place, table_hash: str | None, *lists: Callable[[str, str, KeptVersion], None]) -> None:
    """List the version, so that later versions can be built from it."""
    if table_hash is not None and is_commit_hash(place.revision or ""):
        for add in lists:
            add(place.source, place.table, KeptVersion(str(place.revision), table_hash))


def remember(
    source: str, commit: str, table: str, schema: TableSchema, table_hash: str | None, written: pa.Table
) -> None:
    """Cache rows that were just written, in the form in which they would be fetched, if Dolt returns them unchanged.

    Args:
        source: The database, as of `ServerAddress.source`.
        commit: The commit of the save.
        table: The table's name.
        schema: The table's columns and key. No trigger changes its rows, and its strings compare by their bytes.
        table_hash: Dolt's hash of the table.
        written: All rows of the table.
    """
    if not all(map(_keeps_what_it_is_given, schema.columns)):
        return
    fetched = pa.schema([(column.name, arrow_type(column.sql_type)) for column in schema.columns])
    rows = cast_alike(written, fetched)
    if rows is not None:
        _keep(_Place(source, commit, table), table_hash, _in_key_order(rows, schema))


_EXACT = re.compile(
    r"(tiny|small|medium|big)?int( unsigned)?|tinyint\(1\)|float|double|decimal\(\d+,\d+\)|varchar\(\d+\)"
    r"|(medium|long)?text|longblob|varbinary\(\d+\)|datetime\(6\)|date"
)
"""SQL types of which Dolt returns each value as it was written."""


def _keeps_what_it_is_given(column: Column) -> bool:
    computed = column.is_generated or "AUTO_INCREMENT" in column.details or "ON UPDATE" in column.details
    return not computed and _EXACT.fullmatch(column.sql_type) is not None


def _always_reads_the_same(schema: TableSchema) -> bool:
    """Whether a version is read the same each time. A TIMESTAMP depends on the server's time zone."""
    return not any(column.sql_type.lower().startswith("timestamp") for column in schema.columns)


def _in_key_order(rows: pa.Table, schema: TableSchema) -> pa.Table:
    if not schema.primary_key:
        return rows
    keys = pl.DataFrame(pl.from_arrow(rows.select(list(schema.primary_key))))
    order = keys.select(pl.arg_sort_by(keys.columns)).to_series()
    return rows if order.is_sorted() else rows.take(order.to_arrow())


def cast_alike(rows: pa.Table, schema: pa.Schema) -> pa.Table | None:
    """Cast rows to the columns and types of a schema without changing values. None if that is not possible."""
    if set(rows.column_names) != set(schema.names):
        return None
    rows = rows.select(schema.names)
    if not all(map(_means_the_same, rows.schema.types, schema.types)):
        return None
    try:
        return rows.cast(schema)
    except pa.ArrowException as error:
        logger.debug("cannot compare the rows: %s", error)
        return None


_SAME = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_timestamp,
    lambda each: pa.types.is_string(each) or pa.types.is_large_string(each),
    lambda each: pa.types.is_binary(each) or pa.types.is_large_binary(each),
)
"""Groups of Arrow types within which a cast either keeps every value or fails."""


def _means_the_same(one: pa.DataType, other: pa.DataType) -> bool:
    return one == other or any(kind(one) and kind(other) for kind in _SAME)
