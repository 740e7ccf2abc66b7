"""Reading at a commit, in sessions on a branch where a query of history needs one (AS OF, HEAD, dolt_diff())."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.missing import hinting_branches
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.configs.as_of import pinned_commit
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.reads.revision import go_to_commit
from dolt_integrations.core.rows.version_rows import rows_of
from dolt_integrations.engine import Result, check_query, describe_table, fetch, run_query
from dolt_integrations.engine.tables.query import looks_back
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.working_set import status
from dolt_integrations.errors import (
    AccessDeniedError,
    DoltError,
    WriteQueryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.configs.selection import Part
    from dolt_integrations.core.reads.request import Request
    from dolt_integrations.engine import (
        Connection,
        Database,
    )

logger = logging.getLogger(__name__)


@contextmanager
def session_for(
    sql: str | None, database: Database, snapshot: Connection, branch: str | None, commit: str
) -> Iterator[Connection]:
    """Yield a session at the commit. If the SQL refers to history, HEAD of the session is the commit.

    Raises:
        AccessDeniedError, WriteQueryError: The SQL refers to history, the user may not create branches, and the commit
            is not the head of a branch without uncommitted changes.
    """
    with ExitStack() as stack:
        yield _session_at(stack, database, branch, commit) if sql and looks_back(sql) else snapshot


def _session_at(stack: ExitStack, database: Database, branch: str | None, commit: str) -> Connection:
    """Return a session whose HEAD is the commit: on a private branch, or on the branch if we may not create one.

    In a session on `db/<commit>`, Dolt resolves HEAD and timestamps on the default branch (1.83: wrong rows, no error).
    """
    try:
        session = stack.enter_context(private_branch(database, commit))
    except (AccessDeniedError, WriteQueryError) as error:
        session = stack.enter_context(database.connect())
        if branch is not None:
            session.stand_on(branch)
        if branch is None or head(session) != commit or status(session):
            raise _may_not_look_back(database, branch, commit, error) from error
    return session


def _may_not_look_back(database: Database, branch: str | None, commit: str, error: DoltError) -> DoltError:
    where = f"branch {branch!r}" if branch else "a branch"
    return type(error)(
        f"a query of history (AS OF, HEAD, dolt_diff() ...) at commit {commit} of {database.location} needs a branch "
        f"there; the user may not create one, and the commit is not the head of {where} without uncommitted changes",
        hint="Query the newest commit, or grant the user ALL on the database.",
    )


def read_at(database: Database, request: Request) -> tuple[Result, Version]:
    """Return the table, or the result of the query, at the commit that the branch and `as_of` of a request name.

    Raises:
        NotFoundError: No such branch, version, table or column.
        QueryError: The query does not parse, cannot run, or would write.
    """
    tablename, part = request.tablename, request.part
    with database.connect(pinned_commit(request.as_of)) as snapshot:
        plain = request.as_of is None and tablename is not None and part.where is None
        branch, commit = go_to_commit(database, request.branch, request.as_of, snapshot, newest=plain)
        if tablename is not None:
            with hinting_branches(database, tablename, branch):
                return _read_table(database, snapshot, tablename, part, branch, commit)
        with hinting_branches(database, None, branch, commit):
            result = _run(database, snapshot, str(request.sql), branch, commit)
    logger.debug("read %d rows of a query from %s at %s", result.data.num_rows, database.location, commit)
    return result, Version(commit, branch)


def _read_table(
    database: Database, snapshot: Connection, tablename: str, part: Part, branch: str | None, commit: str
) -> tuple[Result, Version]:
    content = table_hash(snapshot, tablename)
    if content is None:
        snapshot.switch(commit)  # to resolve a view, Dolt begins a transaction anew, and would see later commits
    schema = describe_table(snapshot, tablename)
    columns = part.columns_of(tablename, schema)
    if part.is_all:
        data = rows_of(snapshot, tablename, schema, content)
    else:
        with session_for(part.where, database, snapshot, branch, commit) as session:
            part.check(session, tablename, schema)
            data = fetch(session, part.query(tablename, schema), columns)
    logger.debug("read %d rows of table %s from %s at %s", data.num_rows, tablename, snapshot.address, commit)
    return Result(columns, data), Version(commit, branch, content)


def _run(database: Database, snapshot: Connection, sql: str, branch: str | None, commit: str) -> Result:
    with session_for(sql, database, snapshot, branch, commit) as session:
        return run_query(session, check_query(session, sql))
