"""Choosing the commit that a load reads: a pinned one, the one that `as_of` names, or the newest of a branch."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.target import required_head
from dolt_integrations.core.configs.as_of import AsOf, pinned_commit, timestamp_of
from dolt_integrations.core.provenance.reads import note_read
from dolt_integrations.engine.versions.heads import find_head
from dolt_integrations.engine.versions.revisions import commit_at, resolve
from dolt_integrations.errors import RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection, Database

_SLACK = datetime.timedelta(minutes=5)
"""How far the clocks of two machines may differ."""


def find_commit(
    database: Database, branch_conf: Branch | None, as_of: AsOf | None, connection: Connection | None = None
) -> tuple[str | None, str]:
    """Return the branch and the commit that a load reads, and record that the commit is read.

    A full commit hash is used as it is, without looking it up or checking the branch.

    Args:
        database: The database.
        branch_conf: The branch config. None is the default branch.
        as_of: The version. None is the newest commit of the branch.
        connection: A session to look up the branch. None opens one.

    Raises:
        BranchNotFoundError: The branch does not exist. The hint suggests similar names.
        RevisionNotFoundError: `as_of` names no revision, or a timestamp in the future or before the first commit.
    """
    branch, commit = _find(database, branch_conf, as_of, connection)
    note_read(commit)
    return branch, commit


def _find(
    database: Database, branch_conf: Branch | None, as_of: AsOf | None, connection: Connection | None
) -> tuple[str | None, str]:
    pinned = pinned_commit(as_of)
    if pinned is not None:
        return branch_conf.name if branch_conf else None, pinned
    with contextlib.nullcontext(connection) if connection is not None else database.connect() as session:
        found = find_head(session, branch_conf.name if branch_conf else None)
        branch, newest = found.branch, required_head(session, database, found)
    return branch, newest if as_of is None else _find_past(database, newest, as_of)


def _find_past(database: Database, newest: str, as_of: AsOf) -> str:
    """Return the commit that `as_of` names, relative to a branch given by its newest commit.

    The branch's name is not used, because Dolt may resolve it to a branch whose name differs by case.
    """
    timestamp = timestamp_of(as_of)
    if timestamp is not None and timestamp > datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + _SLACK:
        hint = "A timestamp without a zone is in UTC; add the zone, as in 2026-11-01T12:00:00+01:00."
        raise RevisionNotFoundError(f"as_of {as_of} is in the future", hint=hint)
    with database.connect() as connection:
        return commit_at(connection, timestamp, newest) if timestamp else resolve(connection, str(as_of), newest)
