"""Summaries of tables: the columns, the number of rows and the first rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import SerialBranch
from dolt_integrations.core.configs.options import check_tablename
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.reads.read import read_table
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.engine import TableSchema, find_table, table_name
from dolt_integrations.engine.tables.contents import row_count
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.tables.query import select_all

if TYPE_CHECKING:
    from dolt_integrations.core.manage.place import Place


@dataclass(frozen=True)
class Summary:
    """A summary of a table at a version.

    Attributes:
        table: The table's name.
        commit: The commit.
        branch: The branch, if one was given or the newest commit was read.
        columns: A row for each column: `column`, `type`, `key`, `null` (whether it is nullable), `comment`.
        rows: The number of rows.
        first: The first rows.
    """

    table: str
    commit: str
    branch: str | None
    columns: pd.DataFrame
    rows: int
    first: pd.DataFrame


def tables_at(place: Place, branch: str | None = None, as_of: AsOf | None = None) -> list[str]:
    """Return the names of a version's tables (see `Repository.tables`)."""
    check_as_of(as_of)
    with place.reading(branch, as_of) as database, unrecorded_reads():
        _, commit = find_commit(database, SerialBranch(branch), as_of)
        with database.connect(commit) as snapshot:
            return sorted(tables(snapshot))


def summary(place: Place, table: str, branch: str | None = None, as_of: AsOf | None = None, first: int = 10) -> Summary:
    """Return a summary of a table without fetching all of it (see `Table.summary`)."""
    check_tablename(table)
    check_as_of(as_of)
    with place.reading(branch, as_of) as database, unrecorded_reads():
        known, commit = find_commit(database, SerialBranch(branch), as_of)
        with database.connect(commit) as snapshot:
            name = table_name(snapshot, table)
            schema = find_table(snapshot, name)
            if schema is None:
                raise missing_table(database, table, commit)
            count = row_count(snapshot, name)
        head = read_table(place.location, sql=select_all(name, first), as_of=commit).data
    return Summary(name, commit, known, _columns(schema), count, head)


def _columns(schema: TableSchema) -> pd.DataFrame:
    columns = schema.columns
    texts = {
        "column": [column.name for column in columns],
        "type": [column.sql_type for column in columns],
        "comment": [column.comment for column in columns],
    }
    frame = pd.DataFrame({name: pd.Series(values, dtype=TEXT_DTYPE) for name, values in texts.items()})
    frame.insert(2, "key", [column.name in schema.primary_key for column in columns])
    frame.insert(3, "null", [column.nullable for column in columns])
    return frame
