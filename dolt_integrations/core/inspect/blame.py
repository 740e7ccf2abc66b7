"""Blame: the commit, and so the execution, that wrote each row of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.inspect.history import commits_frame
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.core.rows.diff import TableVersions, same_key
from dolt_integrations.core.rows.local_diff import as_series
from dolt_integrations.engine import Connection, Database, Location, fetch, open_database, select_table
from dolt_integrations.engine.versions.log import LogEntry, log
from dolt_integrations.errors import PrimaryKeyError, ServerError, ServerLostError

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine.versions.diffs.diff import TableVersion

_ROW = "row"


def blame(
    db: Location,
    tablename: str,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    remote_conf: RemoteConf = None,
) -> pd.DataFrame:
    """Return for each row of a table the commit that wrote it: the last one that added it or changed a value.

    A merge wrote only the rows that differ from both parents. If the key's columns changed, the commit that changed
    them wrote all rows.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: A table with a primary key.
        branch_conf: The branch. None is the default branch.
        as_of: The version of the table: a commit, tag, branch, ancestor or timestamp. None is the newest.
        remote_conf: The remote to clone the database from, or to pull from, before.

    Returns:
        A row for each row of the table, in the key's order. The index is the primary key, a MultiIndex if it has
        several columns (their names may equal those of the columns here). The columns are `commit`, `date`
        (datetime64[us, UTC]), `author`, `email`, `message`, `execution_id`, and `run` (for `Repository.revert`). The
        last two are missing if the message names none.

    Raises:
        ConfigError: An argument has the wrong type.
        NotFoundError: The database, branch, revision or table does not exist. The hint suggests similar names.
        PrimaryKeyError: The table has no primary key, so its rows cannot be identified across versions.
        InvalidNameError: It is the name of a view, or one that Dolt's log does not support.

    Example:
        >>> ann = pd.DataFrame({"id": [1], "name": ["Ann"]})
        >>> both = pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bo"]})
        >>> _ = write_table(folder, "users", ann, primary_key="id", message="Run: flows/7")
        >>> _ = write_table(folder, "users", both, message="Run: flows/8")
        >>> blame(folder, "users")["execution_id"]
        id
        1    flows/7
        2    flows/8
        Name: execution_id, dtype: str
    """
    check_tablename(tablename)
    check_as_of(as_of)
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)

    def attempt() -> pd.DataFrame:
        with open_database(db) as database, database.connect() as connection:
            _, commit = find_commit(database, branch, as_of, connection)
            with database.connect(commit) as snapshot:
                return _blame(database, connection, snapshot, tablename, commit)

    with loading_from(remote, db, branch, as_of):
        return retried(attempt, ServerLostError)


def _blame(
    database: Database, connection: Connection, snapshot: Connection, tablename: str, commit: str
) -> pd.DataFrame:
    versions = TableVersions(database, connection, tablename, snapshot)
    table = versions.at(commit)
    if table is None:
        raise missing_table(database, tablename, commit)
    _check_key(table, database)
    keys = _keys(snapshot, table)
    entries = log(connection, commit)
    changing = {entry.commit for entry in log(connection, commit, table.name)}
    if not entries:
        raise ServerError(f"the log of commit {commit} is empty ({database.location})")
    writers = _Walk(versions, table, changing).writers(entries, _comparable(keys))
    found = commits_frame(entries, None).drop(columns=["branch", "write_id"]).iloc[writers]
    return found.set_axis(_index(table, keys), axis="index")


def _check_key(table: TableVersion, database: Database) -> None:
    if not table.schema.primary_key:
        hint = "Save it with a key (`primary_key`), or use history() and diff()."
        raise PrimaryKeyError(
            f"table `{table.name}` of {database.location} has no primary key, so none of its rows has a history",
            hint=hint,
        )


def _keys(snapshot: Connection, table: TableVersion) -> pa.Table:
    """Return the keys of all rows, in the key's order."""
    columns = {column.name: column for column in table.schema.columns}
    members = tuple(columns[name] for name in table.schema.primary_key)
    return fetch(snapshot, select_table(table.name, members, order=table.schema.primary_key), members)


def _comparable(keys: pa.Table) -> pl.DataFrame:
    """Return keys as a polars frame, with numbers as column names."""
    columns = {str(at): as_series(keys.column(at)) for at in range(keys.num_columns)}
    return pl.DataFrame(columns)


def _index(table: TableVersion, keys: pa.Table) -> pd.Index[Any]:
    columns = {column.name: column for column in table.schema.columns}
    series = [decode_column(columns[name], keys.column(at)) for at, name in enumerate(table.schema.primary_key)]
    if len(series) == 1:
        index: pd.Index[Any] = pd.Index(series[0], name=table.schema.primary_key[0])
        return index
    return pd.MultiIndex.from_arrays(series, names=list(table.schema.primary_key))


class _Walk:
    """A walk through history from children to parents that assigns each row to the commit that wrote it."""

    def __init__(self, versions: TableVersions, table: TableVersion, changing: set[str]) -> None:
        self._versions = versions
        self._table = table
        self._changing = changing

    def writers(self, entries: list[LogEntry], keys: pl.DataFrame) -> list[int]:
        """Return for each row the index of the log entry that wrote it."""
        waiting = {entries[0].commit: [keys.with_row_index(_ROW)]} if keys.height else {}
        found = [0] * keys.height
        for at, entry in enumerate(entries):
            if not waiting:
                break
            if entry.commit in waiting:
                rows = pl.concat(waiting.pop(entry.commit))
                for row in self._hand_on(entry, rows, waiting)[_ROW]:
                    found[row] = at
        return found

    def _hand_on(self, entry: LogEntry, rows: pl.DataFrame, waiting: dict[str, list[pl.DataFrame]]) -> pl.DataFrame:
        """Pass each row on to the first parent that has it unchanged. Returns the rows that no parent has."""
        for parent in entry.parents:
            here, there = self._split(entry, parent, rows)
            if there.height:
                waiting.setdefault(parent, []).append(there)
            rows = here
        return rows

    def _split(self, entry: LogEntry, parent: str, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Split rows into those that differ from a parent's and those that the parent has unchanged."""
        if not rows.height or (not entry.is_merge and entry.commit not in self._changing):
            return rows.clear(), rows
        written = self._written(parent, entry.commit)
        if written is None:
            return rows, rows.clear()
        by = written.columns
        return rows.join(written, on=by, how="semi"), rows.join(written, on=by, how="anti")

    def _written(self, parent: str, commit: str) -> pl.DataFrame | None:
        """Return the keys of the rows that differ from a parent's. None if all do."""
        before, after = self._versions.at(parent), self._versions.at(commit)
        if before is None or after is None or not self._has_our_key(before) or not self._has_our_key(after):
            return None
        keys = self._versions.written_keys(parent, commit)
        return _comparable(keys.select(list(self._table.schema.primary_key)))

    def _has_our_key(self, version: TableVersion) -> bool:
        return same_key(version.schema, self._table.schema) and _key_types(version) == _key_types(self._table)


def _key_types(version: TableVersion) -> dict[str, str]:
    return {
        column.name: column.sql_type for column in version.schema.columns if column.name in version.schema.primary_key
    }
