"""The rows that a commit has added to a table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.frames.decoded import decode_result
from dolt_integrations.core.provenance.write_id import superseded_in
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.core.rows.diff import TableVersions
from dolt_integrations.engine import Database, Location, Result, open_database
from dolt_integrations.engine.versions.commits import message_of, parents
from dolt_integrations.engine.versions.log import log
from dolt_integrations.errors import ServerLostError

if TYPE_CHECKING:
    import pandas as pd

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.rows.diff import Changes
    from dolt_integrations.engine import Connection, TableSchema

Row = tuple[Any, ...]


def added_rows(
    db: Location,
    tablename: str,
    commit: AsOf = "HEAD",
    *,
    branch_conf: BranchConf = None,
    remote_conf: RemoteConf = None,
) -> pd.DataFrame:
    """Return the rows that a commit has added to a table, such as those of an append.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        commit: The commit, such as that of the `Version` that a save returned. The default is the branch's newest. For
            a merge, the rows are those that it brought to its branch.
        branch_conf: The branch. None is the default branch.
        remote_conf: The remote to clone the database from, or to pull from, before.

    Returns:
        A frame as of `read_table`, with the new rows: in a table with a key those whose key is new, without a key those
        that occur more often than before. Rows of an earlier attempt that a retried task wrote again are included.

    Raises:
        ConfigError: An argument has the wrong type.
        NotFoundError: The database, branch, commit or table does not exist. The hint suggests similar names.
        ServerError: The server or the remote cannot be reached, or refuses.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), primary_key="id")
        >>> new = write_table(folder, "users", pd.DataFrame({"id": [2]}), mode="append")
        >>> added_rows(folder, "users", new.commit)["id"].tolist()
        [2]
    """
    check_tablename(tablename)
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)

    def attempt() -> pd.DataFrame:
        with open_database(db) as database, database.connect() as connection:
            _, found = find_commit(database, branch, commit, connection)
            return decode_result(_added(database, connection, tablename, found))

    with loading_from(remote, db, branch, commit):
        return retried(attempt, ServerLostError)


def _added(database: Database, connection: Connection, table: str, commit: str) -> Result:
    versions = TableVersions(database, connection, table)
    after = versions.at(commit)
    if after is None:
        raise missing_table(database, table, commit)
    before = parents(connection, commit)
    earlier = _superseded(connection, commit)
    if not before:
        return Result(after.schema.columns, versions.rows(commit))
    if not earlier and _is_comparable(versions, before[0], commit):
        changes = versions.changes(before[0], commit)
        return Result(after.schema.columns, changes.new.filter(pc.equal(changes.kinds, "added")))
    rows: Counter[Row] = Counter()
    for each in [*earlier, commit]:
        start = parents(connection, each)[0]
        _note(rows, versions.changes(start, each), after.schema, has_key=bool(after.schema.primary_key))
    return Result(after.schema.columns, _table(rows, versions.rows(commit).schema))


def _superseded(connection: Connection, commit: str) -> list[str]:
    """Return the commits of all earlier attempts, oldest first. A commit names only those that it took back itself."""
    found: set[str] = set()
    waiting = [commit]
    while waiting:
        named = set(superseded_in(message_of(connection, waiting.pop()))) - found
        found |= named
        waiting += named
    return sorted(found, key=lambda name: log(connection, name, most=1)[0].order)


def _is_comparable(versions: TableVersions, old: str, new: str) -> bool:
    """Whether two versions can be compared directly: by their key, or because they have the same columns."""
    before, after = versions.at(old), versions.at(new)
    if before is None or after is None:
        return True
    return bool(after.schema.primary_key) or before.schema.names == after.schema.names


def _note(rows: Counter[Row], changes: Changes, schema: TableSchema, *, has_key: bool) -> None:
    """Apply a commit's changes to the rows that count as added. Its changes of other rows do not count."""
    kinds = changes.kinds.to_pylist()
    old, new = (_tuples(side, schema, len(kinds)) for side in (changes.old, changes.new))
    if not has_key:  # if the columns changed, every row is removed and added again
        gone = Counter(row for row, kind in zip(old, kinds, strict=True) if kind == "removed")
        come = Counter(row for row, kind in zip(new, kinds, strict=True) if kind == "added")
        rows -= gone - come
        rows += come - gone
        return
    for kind, was, is_ in zip(kinds, old, new, strict=True):
        mine = rows[was] > 0
        if mine:
            rows[was] -= 1
        if kind == "added" or (kind == "modified" and mine):
            rows[is_] += 1


def _tuples(table: pa.Table, schema: TableSchema, number: int) -> list[Row]:
    """Return rows with the columns of a version. Columns that the table lacks are None."""
    columns = [
        table.column(name).to_pylist() if name in table.column_names else [None] * number for name in schema.names
    ]
    return list(zip(*columns, strict=True))


def _table(rows: Counter[Row], schema: pa.Schema) -> pa.Table:
    found = list(rows.elements())
    return pa.table(
        [pa.array([row[at] for row in found], type=field.type) for at, field in enumerate(schema)], schema=schema
    )
