"""Diffs as DataFrames: the rows of a table that differ between two versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of, check_version
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_limit, check_offset, check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.engine import Database, Location, open_database
from dolt_integrations.errors import ServerLostError

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine.tables.definitions.schema import Column


def diff(
    db: Location,
    tablename: str,
    from_: AsOf,
    to: AsOf = "HEAD",
    *,
    branch_conf: BranchConf = None,
    remote_conf: RemoteConf = None,
    limit: int | None = None,
    offset: int = 0,
) -> pd.DataFrame:
    """Return the rows of a table that differ between two versions.

    Rows are matched by the primary key, and differ if any value does. If the table has no key, or different keys in the
    two versions, whole rows are compared: they are added or removed, but never modified. If only one version has the
    table, all its rows are added or removed. A renamed table counts as another table.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        from_: The old version: a commit, tag, branch, ancestor (`HEAD~2`) or timestamp.
        to: The new version. The default is the newest commit of the branch.
        branch_conf: The branch to which `HEAD` and timestamps refer. None is the default branch.
        remote_conf: The remote to clone the database from, or to pull from, before.
        limit: The most rows to return. If the table has a key and the same columns in both versions, Dolt compares no
            more than necessary. None returns all.
        offset: The number of rows to skip. The order between two commits is fixed, so `limit` and `offset` can page
            through the result. Use commits for that, since a branch may move between pages.

    Returns:
        A row for each difference; those that Dolt computes are in the key's order. `diff_type` is added, modified or
        removed. For each column `x` there are `from_x` and `to_x`, with the nullable forms of the dtypes that the two
        versions declare. A column that only one version has is present only on that side.

    Raises:
        ConfigError: An argument has the wrong type.
        NotFoundError: The database, a branch or a revision does not exist, or neither version has the table. The hint
            suggests similar names.
        InvalidNameError: It is the name of a view.

    Example:
        >>> old = write_table(folder, "users", pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bo"]}), primary_key="id")
        >>> new = write_table(folder, "users", pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}))
        >>> diff(folder, "users", old.commit)
          diff_type  from_id  to_id from_name to_name
        0  modified        2      2        Bo     Bob
    """
    check_tablename(tablename)
    check_version(from_, "the version `from_` to compare with")
    check_as_of(to)
    check_limit(limit)
    check_offset(offset)
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)

    def attempt() -> pd.DataFrame:
        with open_database(db) as database, database.connect() as connection:
            _, old = find_commit(database, branch, from_, connection)
            _, new = find_commit(database, branch, to, connection)
            with database.connect() as snapshot:
                versions = TableVersions(database, connection, tablename, snapshot)
                return _diff(database, versions, tablename, (old, new), limit, offset)

    with loading_from(remote, db, branch, from_, to):
        return retried(attempt, ServerLostError)


def _diff(
    database: Database, versions: TableVersions, table: str, commits: tuple[str, str], limit: int | None, offset: int
) -> pd.DataFrame:
    before, after = (versions.at(commit) for commit in commits)
    if before is None and after is None:
        raise missing_table(database, table, *commits)
    changes = versions.changes(*commits, limit=limit, offset=offset)
    was = _series("from", before.schema.columns if before else (), changes.old)
    is_ = _series("to", after.schema.columns if after else (), changes.new)
    order = dict.fromkeys([*is_, *was])
    parts = [side[name] for name in order for side in (was, is_) if name in side]
    kinds = pd.Series(changes.kinds.to_pylist(), name="diff_type", dtype=TEXT_DTYPE)
    return pd.concat([kinds, *parts], axis=1)


def _series(side: str, columns: tuple[Column, ...], data: pa.Table) -> dict[str, pd.Series]:
    """Return the columns of one side, all nullable, so that their dtypes do not depend on the rows."""
    return {
        column.name: decode_column(replace(column, nullable=True), data.column(at)).rename(f"{side}_{column.name}")
        for at, column in enumerate(columns)
    }
