"""Sessions at a commit for queries of history (AS OF, HEAD, dolt_diff()), which Dolt resolves from a branch."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.engine.tables.query import looks_back
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.working_set import status
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
        f"a query of history (AS OF, HEAD, dolt_diff() ...) at commit {commit} of {database.location} needs a branch "
        f"there; the user may not create one, and the commit is not the head of {where} without uncommitted changes",
        hint="Query the newest commit, or grant the user ALL on the database.",
    )
