"""Sessions at a commit in which a query that looks back (AS OF, HEAD, dolt_diff()) means what it says."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.engine.tables.query import looks_back
from dolt_integrations.engine.versions.procedures import head, status
from dolt_integrations.errors import (
    AccessDeniedError,
    DoltError,
    WriteQueryError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import (
        Connection,
        Database,
    )


@contextmanager
def session_for(
    sql: str | None, database: Database, snapshot: Connection, branch: str | None, commit: str
) -> Iterator[Connection]:
    """Yield a session at the commit in which what SQL says about the past means what it says."""
    with ExitStack() as stack:
        yield _session_at(stack, database, branch, commit) if sql and looks_back(sql) else snapshot


def _session_at(stack: ExitStack, database: Database, branch: str | None, commit: str) -> Connection:
    """Return a session whose HEAD is the commit: on a private branch, or on the branch if we may not make one.

    On `db/<commit>` Dolt takes HEAD and timestamps for those of the default branch (1.83: no error, other rows).
    """
    try:
        session = stack.enter_context(private_branch(database, commit))
        session.stand_on(str(session.revision))
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
        f"a query that looks back (AS OF, HEAD, dolt_diff() ...) from commit {commit} of {database.location} needs a "
        f"branch there; the user may make none, and the commit is not the head of {where} without uncommitted changes",
        hint="Let it begin at the newest commit, or grant the user ALL on the database.",
    )
