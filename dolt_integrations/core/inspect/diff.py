"""Diffs as frames: the rows of a table that differ between two versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_limit, check_offset, check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.core.rows.changes import TableVersions
from dolt_integrations.engine import Database, Location, open_database
from dolt_integrations.errors import ServerLostError

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine.tables.schema import Column


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

    Rows belong together by the primary key, and differ if a value does. A table without a key, and one whose key is
    another one in the two versions, has its rows compared whole, so they are added and removed, never modified; so
    are all rows of a table that only one version has. A renamed table is another table.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        from_: The old version: a commit, tag, branch, ancestor spec (`HEAD~2`) or moment.
        to: The new version; by default the newest commit of the branch.
        branch_conf: The branch from which `HEAD` and timestamps are seen; None is the default branch.
        remote_conf: What the database is cloned from or brought up to date with before.
        limit: How many rows at most; Dolt compares no further than that takes, where the table has a key and the same
            columns in both versions. None is all.
        offset: How many rows to leave out before. Between two commits the order is the same each time, so `limit` and
            `offset` page through all; a branch's name may mean another commit by the next page.

    Returns:
        A row for each; those that Dolt finds are in the key's order. `diff_type` is added, modified or removed; then
        for each column `x` come `from_x` and `to_x`, of the dtypes that the two versions declare, or the nullable ones
        in their place, because a row that was added has nothing in `from_x`. A column that one version has not, has
        one of the two.

    Raises:
        ConfigError: The table's name is no text, or an argument is of the wrong kind.
        NotFoundError: No such database, branch or revision, or no such table in either version, with the nearest names.
        InvalidNameError: It is the name of a view.

    Example:
        >>> old = write_table(folder, "users", pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bo"]}), primary_key="id")
        >>> new = write_table(folder, "users", pd.DataFrame({"id": [1, 2], "name": ["Ann", "Bob"]}))
        >>> diff(folder, "users", old.commit)
          diff_type  from_id  to_id from_name to_name
        0  modified        2      2        Bo     Bob
    """
    check_tablename(tablename)
    for revision in (from_, to):
        check_as_of(revision)
    check_limit(limit)
    check_offset(offset)
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)

    def attempt() -> pd.DataFrame:
        with open_database(db) as database:
            _, old = find_commit(database, branch, from_)
            _, new = find_commit(database, branch, to)
            return _diff(database, tablename, old, new, limit, offset)

    with loading_from(remote, db, branch):
        return retried(attempt, ServerLostError)


def _diff(database: Database, table: str, old: str, new: str, limit: int | None, offset: int) -> pd.DataFrame:
    with database.connect() as connection:
        versions = TableVersions(database, connection, table)
        before, after = versions.at(old), versions.at(new)
        if before is None and after is None:
            raise missing_table(database, table, old, new)
        changes = versions.changes(old, new, limit=limit, offset=offset)
    was = _series("from", before.schema.columns if before else (), changes.old)
    is_ = _series("to", after.schema.columns if after else (), changes.new)
    order = dict.fromkeys([*is_, *was])
    parts = [side[name] for name in order for side in (was, is_) if name in side]
    kinds = pd.Series(changes.kinds.to_pylist(), name="diff_type", dtype=TEXT_DTYPE)
    return pd.concat([kinds, *parts], axis=1)


def _series(side: str, columns: tuple[Column, ...], data: pa.Table) -> dict[str, pd.Series]:
    """Return the columns of one side, nullable all, so that their dtypes do not depend on the rows."""
    return {
        column.name: decode_column(replace(column, nullable=True), data.column(at)).rename(f"{side}_{column.name}")
        for at, column in enumerate(columns)
    }
