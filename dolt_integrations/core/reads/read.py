"""Loading a table or the result of a query."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.frames.decoded import decode_result
from dolt_integrations.core.frames.interchange import to_arrow
from dolt_integrations.core.observed import observed
from dolt_integrations.core.provenance.meta import metas_for_load, record_load
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.reads.at_commit import read_at
from dolt_integrations.core.reads.request import Request, request_of
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import (
    Column,
    Location,
    Result,
    open_database,
    parse_location,
)
from dolt_integrations.engine.server.shared import one_server
from dolt_integrations.engine.session.forks import check_process
from dolt_integrations.errors import ServerLostError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import BranchConf
    from dolt_integrations.core.provenance.meta import Metas
    from dolt_integrations.engine.sql.parameters import Params


@dataclass(frozen=True)
class Loaded:
    """The rows that were loaded, the version that they were read from, and the columns of the table or query.

    Example:
        >>> saved = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> read_table(folder, "users").version.commit == saved.commit
        True
    """

    data: pd.DataFrame
    version: Version
    columns: tuple[Column, ...] = field(default=(), repr=False, compare=False)


def read_table(
    db: Location,
    tablename: str | None = None,
    sql: str | None = None,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    columns: str | Iterable[str] | None = None,
    where: str | None = None,
    params: Params = None,
    meta_conf: Metas = None,
    remote_conf: RemoteConf = None,
) -> Loaded:
    """Load one version of a table, or the result of a query on one version of the database.

    Everything is read from one commit: neither uncommitted work nor later commits are visible.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table. Give either this or `sql`.
        sql: A query, which may itself refer to history with `AS OF`.
        branch_conf: A branch config or a branch's name. None is the default branch.
        as_of: A commit, tag, branch, ancestor (`HEAD~2`) or timestamp (in UTC unless it has a zone). None is the
            newest commit of the branch.
        columns: For a table: the name of a column to read, or several. None reads all.
        where: For a table: an SQL condition. Dolt evaluates it, and only rows that satisfy it are fetched.
        params: The values for `%s` (a list) or `%(name)s` (a dict) in `where` or `sql`, where `%%` is a percent sign.
        meta_conf: A `Meta` or several, which record the load.
        remote_conf: A `Remote` or its URL. The database is cloned from it, or the branch pulled, before reading.

    Returns:
        The frame and its version. A table's columns have the dtypes that were saved. Rows of a table with a primary
        key are in the key's order, others in no defined order.

    Raises:
        ConfigError: Both or neither of `tablename` and `sql` are given, or an argument has the wrong type.
        DataError: A value in `params` cannot be written in SQL.
        NotFoundError: The database, branch, commit, table or column does not exist. The hint suggests similar names.
        QueryError: The query does not parse, cannot run, or would write.
        ServerError: The server cannot be reached, or the connection was lost.
        RemoteError: The remote cannot be reached or refuses. A pull may also raise a MergeConflictError.
        MetadataError: The load succeeded, but its metadata could not be recorded.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Alice"], "count": [4]}))
        >>> read_table(folder, "users").data
            name  count
        0  Alice      4
    """
    request = request_of(
        db, tablename, sql, branch_conf=branch_conf, as_of=as_of, columns=columns, where=where, params=params
    )
    result, version = _load(db, request, meta_conf, remote_conf)
    return Loaded(decode_result(result), version, result.columns)


def read_arrow(
    db: Location,
    tablename: str | None = None,
    sql: str | None = None,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    columns: str | Iterable[str] | None = None,
    where: str | None = None,
    params: Params = None,
    meta_conf: Metas = None,
    remote_conf: RemoteConf = None,
) -> tuple[pa.Table, Version]:
    """Load and raise as `read_table` does, but return an Arrow Table and its version, without going through pandas.

    Raises:
        DoltError: As for `read_table`.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Alice"], "count": [4]}))
        >>> read_arrow(folder, "users")[0].to_pylist()
        [{'name': 'Alice', 'count': 4}]
    """
    request = request_of(
        db, tablename, sql, branch_conf=branch_conf, as_of=as_of, columns=columns, where=where, params=params
    )
    result, version = _load(db, request, meta_conf, remote_conf)
    return to_arrow(result), version


@one_server()
def _load(db: Location, request: Request, meta_conf: Metas, remote_conf: RemoteConf) -> tuple[Result, Version]:
    check_process()
    remote, metas = Remote.parse(remote_conf), metas_for_load(meta_conf)

    def attempt() -> tuple[Result, Version]:
        with open_database(db) as database:
            return read_at(database, request)

    where, table = str(parse_location(db)), request.tablename
    with (
        observed("load", where, table=table) as observation,
        loading_from(remote, db, request.branch, request.as_of, shallow=request.needs_newest_only),
    ):
        result, version = retried(attempt, ServerLostError)
        observation.note(branch=version.branch, commit=version.commit, rows=result.data.num_rows)
    record_load(metas, where, version, table, request.sql)
    return result, version
