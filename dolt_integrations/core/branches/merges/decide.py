"""Resolving conflicts of schemas: the winner's table is taken, and the other side's changes of rows are kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from dolt_integrations.core.branches.merges.winner_names import Side, WinnerNames, renamed
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.core.rows.local_diff import as_series, compare_rows
from dolt_integrations.engine import parse_type
from dolt_integrations.engine.tables.contents import drop_table
from dolt_integrations.engine.tables.dml import delete_rows, upsert_rows
from dolt_integrations.engine.versions.commits import commit, head
from dolt_integrations.engine.versions.merges import Conflict
from dolt_integrations.engine.versions.remotes import merge_base
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.errors import DataError, MergeConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dolt_integrations.engine import Author, Column, Connection, Database, TableSchema
    from dolt_integrations.engine.versions.diffs.diff import TableVersion

logger = logging.getLogger(__name__)


def take_sides(database: Database, workspace: Connection, winner: str, tables: Sequence[str], author: Author) -> None:
    """Replace tables of the losing side by the winning side's, and commit.

    Rows that only the losing side added, changed or deleted keep those changes, in the columns that both sides have. A
    table that the winner does not have is dropped.

    Args:
        database: The database.
        workspace: A session on a private branch at the losing side.
        winner: The commit of the winning side.
        tables: The tables whose schemas or dropped columns conflict.
        author: The author of the commit.

    Raises:
        MergeConflictError: A table was renamed on one side, or the losing side's rows do not fit the winner's table.
    """
    loser = head(workspace)
    base = merge_base(workspace, loser, winner)
    for table in tables:
        try:
            _take(database, workspace, base, loser, winner, table)
        except (EntangledError, DataError) as error:
            conflict = Conflict(table, "schema", 1, description=str(error))
            raise MergeConflictError(str(conflict), conflicts=[conflict]) from error
    commit(workspace, f"Take the schema of {', '.join(tables)} from {winner}", author)


def _take(database: Database, workspace: Connection, base: str | None, loser: str, winner: str, table: str) -> None:
    versions = TableVersions(database, workspace, table)
    theirs = versions.at(winner)
    if theirs is None:
        drop_table(workspace, table)
    else:
        gone, written = _own_changes(workspace, versions, base, loser, winner)
        take_tables(workspace, winner, [theirs.name])
        with workspace.transaction():
            delete_rows(workspace, theirs.name, theirs.schema, gone)
            if written.num_rows:
                upsert_rows(workspace, theirs.name, theirs.schema, written)
    stage(workspace, [table])


def _own_changes(
    workspace: Connection, versions: TableVersions, base: str | None, loser: str, winner: str
) -> tuple[pa.Table, pa.Table]:
    """Return what only the losing side changed: the keys of the rows that it deleted, and the rows that it wrote.

    Their columns have the names of the winning side.

    Raises:
        DataError: It changed rows that cannot be matched, because the versions have different keys.
    """
    nothing = pa.table({})
    before, ours, theirs = (versions.at(commit) if commit else None for commit in (base, loser, winner))
    if ours is None or theirs is None:
        return nothing, nothing  # dropped
    start = Side(base, before) if base is not None and before is not None else None
    names = WinnerNames(workspace, start, Side(loser, ours), Side(winner, theirs))
    key = _key_of([(theirs, {}), (ours, names.of_loser), *([(start.table, names.of_base)] if start else [])])
    if start is None and not key:
        return nothing, nothing  # created independently on both sides
    mine, other = renamed(versions.rows(loser), names.of_loser), versions.rows(winner)
    every = renamed(versions.rows(start.commit), names.of_base) if start else mine.slice(0, 0)
    there = [column.name for column in theirs.schema.columns if not column.is_generated]
    shared = [name for name in there if name in mine.column_names and name in every.column_names]
    mine, old = mine.select(shared), every.select(shared)
    if not key:
        _check_unchanged(ours.name, old, mine)
        return nothing, nothing
    found = compare_rows(old, mine, key)
    gone = old.take(found.filter(kind="removed")["old"].to_arrow()).select(key)
    written = mine.take(found.filter(pl.col("kind") != "removed")["new"].to_arrow())
    named = [name for name in there if name in every.column_names]
    added = [
        column for column in theirs.schema.columns if column.name in there and column.name not in every.column_names
    ]
    return (
        _without(_without(gone, _touched(every, other, named, key), key), _filled(other, added, key), key),
        _without(written, _touched(old, other, shared, key), key),
    )


def _check_unchanged(table: str, old: pa.Table, mine: pa.Table) -> None:
    if mine.num_rows and (not mine.column_names or compare_rows(old, mine, ()).height):
        raise DataError(f"rows of table `{table}` changed, and the two sides have no primary key in common")


def _key_of(versions: Sequence[tuple[TableVersion, Mapping[str, str]]]) -> list[str]:
    """Return the primary key, or an empty list if it is not the same in all versions, up to the sizes of its types.

    Args:
        versions: The versions, each with new names of its columns.
    """
    keys = {
        tuple((names.get(name, name), _kind(version.schema, name)) for name in version.schema.primary_key)
        for version, names in versions
    }
    return [name for name, _ in keys.pop()] if len(keys) == 1 else []


def _kind(schema: TableSchema, name: str) -> str:
    """Return the kind of a column's type. Values of two kinds cannot be matched."""
    base = parse_type(next(column.sql_type for column in schema.columns if column.name == name)).base
    return "int" if base.endswith("int") else base


def _touched(old: pa.Table, new: pa.Table, names: Sequence[str], key: Sequence[str]) -> pa.Table:
    """Return the keys of the rows in which two versions differ, comparing only the named columns."""
    kept = [name for name in names if name in old.column_names]
    found = compare_rows(old.select(kept), new.select(kept), key)
    sides = [rows.select(key).take(found[side].drop_nulls().to_arrow()) for rows, side in ((old, "old"), (new, "new"))]
    return pa.concat_tables(sides, promote_options="permissive")


def _filled(rows: pa.Table, columns: Sequence[Column], key: Sequence[str]) -> pa.Table:
    """Return the keys of the rows in which a column has another value than its default."""
    filled = pl.repeat(value=False, n=rows.num_rows, eager=True)
    for column in columns:
        if column.default is not None:
            default = None if column.default == "NULL" else column.default[1:-1].replace("''", "'")
            filled |= as_series(rows.column(column.name), as_text=True).ne_missing(
                pl.Series([default], dtype=pl.String)
            )
    return rows.select(key).filter(filled.to_arrow())


def _without(rows: pa.Table, keys: pa.Table, key: Sequence[str]) -> pa.Table:
    """Return the rows whose keys are not in `keys`."""
    numbers = {name: str(at) for at, name in enumerate(key)}
    ours, others = (
        pl.DataFrame({numbers[name]: as_series(table.column(name), as_text=True) for name in key})
        for table in (rows, keys)
    )
    left = ours.with_row_index("row").join(others, on=list(numbers.values()), how="anti")
    return rows.take(left["row"].to_arrow())
