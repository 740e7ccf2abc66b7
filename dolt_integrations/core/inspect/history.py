"""History as DataFrames: the commits that changed a table, and the execution that made each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_limit, check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.provenance.trailers import execution_of, run_of
from dolt_integrations.core.provenance.write_id import write_id_of
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.engine import Connection, Database, Location, open_database
from dolt_integrations.engine.versions.diffs.diff import any_differs, can_differ
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.log import LogEntry, log, newest
from dolt_integrations.errors import ServerLostError

if TYPE_CHECKING:
    from collections.abc import Sequence


def history(
    db: Location,
    tablename: str | None = None,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    remote_conf: RemoteConf = None,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return the commits that changed a table, or all commits.

    This includes merged commits. A merge itself is included only if its table differs from that of every parent. A
    table is identified by its name: one that was dropped and created again has one history, and a renamed table has one
    for each name.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table, which may have been dropped since. None returns all commits.
        branch_conf: The branch. None is the default branch.
        as_of: The newest commit to return: a commit, tag, branch, ancestor or timestamp. None is the branch's newest.
        remote_conf: The remote to clone the database from, or to pull from, before.
        limit: The most commits to return. No more of the log is read than necessary. None returns all. In a history
            without merges, `as_of` with the parent of the last commit continues the list.

    Returns:
        A row for each commit. Newest first; every commit comes before its parents. The columns are `commit`, `branch`
        (as given or the default; missing if `as_of` is a commit and no branch is given), `date` (datetime64[us, UTC]),
        `author`, `email`, `message`, `execution_id` (from the first line of the message), `write_id` (from the trailer
        `Write-Id`), and `run` (for `Repository.revert`: the execution, a local one's `Run-Id`, or the run of a task's
        path). The last three are missing if the message names none.

    Raises:
        ConfigError: An argument has the wrong type.
        NotFoundError: The database, branch, revision or table does not exist. The hint suggests similar names.
        InvalidNameError: It is the name of a view, or one that Dolt's log does not support.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Run: flows/7")
        >>> history(folder, "users")[["branch", "message", "execution_id"]]
          branch       message execution_id
        0   main  Run: flows/7      flows/7
    """
    if tablename is not None:
        check_tablename(tablename)
    check_as_of(as_of)
    check_limit(limit)
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)

    def attempt() -> pd.DataFrame:
        with open_database(db) as database, database.connect() as connection:
            name, commit = find_commit(database, branch, as_of, connection)
            if tablename is None:
                entries = log(connection, commit) if limit is None else newest(connection, commit, limit)
                return commits_frame(entries, name)
            with database.connect() as snapshot:
                found = _TableHistory(database, connection, snapshot, tablename, commit).newest(limit)
            return commits_frame(found, name)

    with loading_from(remote, db, branch, as_of):
        return retried(attempt, ServerLostError)


class _TableHistory:
    """The commits that changed a table, found through two sessions: one on the database, one that visits commits."""

    def __init__(
        self, database: Database, connection: Connection, snapshot: Connection, tablename: str, commit: str
    ) -> None:
        self._database, self._connection, self._snapshot, self._commit = database, connection, snapshot, commit
        self._versions = TableVersions(database, connection, tablename, snapshot)
        found = self._versions.at(commit)
        self._name = found.name if found is not None else tablename
        self._hashes: dict[str, str | None] = {}

    def newest(self, limit: int | None) -> list[LogEntry]:
        """Return the newest commits, at most `limit`; None returns all.

        Raises:
            TableNotFoundError: No commit has the table.
        """
        most = limit
        while True:
            entries = log(self._connection, self._commit, self._name, most=most)
            if not entries and self._hash_at(self._commit) is None:
                raise missing_table(self._database, self._name, self._commit)
            found = self._changing(entries)
            if limit is None or most is None or len(found) >= limit or len(entries) < most:
                return found[:limit]
            most *= 4  # _changing() dropped some of the log's commits

    def _changing(self, entries: Sequence[LogEntry]) -> list[LogEntry]:
        """Return the log entries that changed the table."""
        entries = [entry for entry in entries if not entry.is_merge or self._is_new(entry)]
        newest = self._versions.at(self._commit)
        if newest is None or newest.schema.primary_key:
            return entries
        return [entry for entry in entries if self._changes_rows(entry)]

    def _changes_rows(self, entry: LogEntry) -> bool:
        """Whether a commit changes the rows or columns of a table without a key.

        After Dolt has merged concurrent commits, the hash of such a table may differ from the parent's even if its
        rows are the same, and then Dolt's log includes the commit.
        """
        if len(entry.parents) != 1:
            return True
        before, after = self._versions.at(entry.parents[0]), self._versions.at(entry.commit)
        if before is None or after is None or before.schema != after.schema or not can_differ(before, after):
            return True
        return any_differs(self._connection, entry.parents[0], entry.commit, after)

    def _is_new(self, merge: LogEntry) -> bool:
        """Whether a merge's version of the table differs from that of every parent."""
        made = self._hash_at(merge.commit)
        return all(self._hash_at(parent) != made for parent in merge.parents)

    def _hash_at(self, commit: str) -> str | None:
        if commit not in self._hashes:
            self._snapshot.switch(commit)
            self._hashes[commit] = table_hash(self._snapshot, self._name)
        return self._hashes[commit]


def commits_frame(entries: Sequence[LogEntry], branch: str | None) -> pd.DataFrame:
    """Return commits as rows, with the ids in their messages."""
    return pd.DataFrame(
        {
            "commit": _texts([entry.commit for entry in entries]),
            "branch": _texts([branch] * len(entries)),
            "date": pd.Series([entry.date for entry in entries], dtype="datetime64[us]").dt.tz_localize("UTC"),
            "author": _texts([entry.author for entry in entries]),
            "email": _texts([entry.email for entry in entries]),
            "message": _texts([entry.message for entry in entries]),
            "execution_id": _texts([execution_of(entry.message) for entry in entries]),
            "write_id": _texts([write_id_of(entry.message) for entry in entries]),
            "run": _texts([run_of(entry.message) for entry in entries]),
        }
    )


def _texts(values: Sequence[str | None]) -> pd.Series:
    """Return a column of strings, with pandas's string dtype even if it is empty."""
    return pd.Series(values, dtype=TEXT_DTYPE)
