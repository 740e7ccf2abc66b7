"""Reading a table in batches, so that memory is bounded whatever the table's size."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.missing import hinting_branches
from dolt_integrations.core.configs.options import BATCH_ROWS, check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.frames.decoded import decode_result
from dolt_integrations.core.observed import Observation, observed_batches
from dolt_integrations.core.progress import counted
from dolt_integrations.core.provenance.meta import metas_for_load, record_load
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.reads.at_commit import session_for
from dolt_integrations.core.reads.request import Request, request_of
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.engine import (
    Result,
    describe_table,
    fetch_batches,
    fetch_by_key,
    open_database,
    parse_location,
)
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    import pandas as pd
    import pyarrow as pa

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import BranchConf
    from dolt_integrations.core.configs.selection import Part
    from dolt_integrations.core.provenance.meta import Meta, Metas
    from dolt_integrations.engine import Connection, Location, TableSchema
    from dolt_integrations.engine.sql.parameters import Params

logger = logging.getLogger(__name__)


def read_batches(
    db: Location,
    tablename: str,
    rows: int = BATCH_ROWS,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    columns: str | Iterable[str] | None = None,
    where: str | None = None,
    params: Params = None,
    meta_conf: Metas = None,
    remote_conf: RemoteConf = None,
) -> Iterator[pd.DataFrame]:
    """Read one version of a table in batches, each a frame of at most `rows` rows.

    A table with a primary key is read in the key's order, each batch starting where the last one ended. A table without
    one is read by the exact reader, which is several times slower, but also needs only bounded memory.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        rows: The most rows per batch.
        branch_conf: The branch. None is the default branch.
        as_of: The version, as for `read_table`.
        columns: The columns to read. None reads all.
        where: An SQL condition. Only rows that satisfy it are read.
        params: The values for its placeholders `%s` or `%(name)s`.
        meta_conf: A `Meta` or several, which record the load before the first batch.
        remote_conf: The remote to clone the database from, or to pull from, before reading.

    Yields:
        Frames, at least one. For a table without rows, one frame without rows.

    Raises:
        ConfigError: An argument has the wrong type.
        DoltError: As `read_table` does, when the first batch is requested.

    Example:
        >>> _ = write_table(folder, "numbers", pd.DataFrame({"n": range(5)}), primary_key="n")
        >>> [frame["n"].tolist() for frame in read_batches(folder, "numbers", 2)]
        [[0, 1], [2, 3], [4]]
    """
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
        raise ConfigError(
            f"cannot read batches of {rows!r} rows from {parse_location(db)}", hint="Pass an integer of at least 1."
        )
    check_tablename(tablename)
    request = request_of(
        db, tablename, branch_conf=branch_conf, as_of=as_of, columns=columns, where=where, params=params
    )
    metas, remote, observation = metas_for_load(meta_conf), Remote.parse(remote_conf), Observation({"table": tablename})
    frames = _read_batches(db, request, rows, metas, remote, observation)
    return observed_batches(frames, str(parse_location(db)), observation)


def _read_batches(
    db: Location,
    request: Request,
    rows: int,
    metas: tuple[Meta, ...],
    remote: Remote | None,
    observation: Observation,
) -> Generator[pd.DataFrame, None, None]:
    tablename, part = str(request.tablename), request.part
    with loading_from(remote, db, request.branch, request.as_of), open_database(db) as database:
        branch, commit = find_commit(database, request.branch, request.as_of)
        observation.note(branch=branch, commit=commit)
        with (
            database.connect(commit) as plain,
            session_for(part.where, database, plain, branch, commit) as snapshot,
        ):
            with hinting_branches(database, tablename, branch):
                schema = describe_table(snapshot, tablename)
            part.check(snapshot, tablename, schema)
            record_load(metas, database.location, Version(commit, branch), tablename, None)
            batches = _by_key if schema.primary_key else _by_stream
            shown, warned = part.columns_of(tablename, schema), set[str]()
            for data in counted(batches(snapshot, tablename, schema, part, rows), f"read {tablename}"):
                yield decode_result(Result(shown, data.select([column.name for column in shown])), warned)


def _by_key(snapshot: Connection, table: str, schema: TableSchema, part: Part, rows: int) -> Iterator[pa.Table]:
    yield from fetch_by_key(snapshot, table, schema, part.columns_of(table, schema), part.where, rows)


def _by_stream(snapshot: Connection, table: str, schema: TableSchema, part: Part, rows: int) -> Iterator[pa.Table]:
    yield from fetch_batches(snapshot, part.query(table, schema), part.columns_of(table, schema), rows)
