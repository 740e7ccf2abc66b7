"""Choosing the commit that a load reads: a pinned one, the one that `as_of` names, or the newest of a branch."""

from __future__ import annotations

import contextlib
import datetime
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.target import required_head
from dolt_integrations.core.configs.as_of import AsOf, check_as_of, pinned_commit, timestamp_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.provenance.reads import note_read, unrecorded_reads
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Database, Location, open_database
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.heads import find_head, settle_at_newest
from dolt_integrations.engine.versions.revisions import commit_at, resolve
from dolt_integrations.errors import NotFoundError, RevisionNotFoundError, ServerLostError

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection

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
        connection: A session at no revision to look up branch and version. None opens one.

    Raises:
        BranchNotFoundError: The branch does not exist. The hint suggests similar names.
        RevisionNotFoundError: `as_of` names no revision, or a timestamp in the future or before the first commit.
    """
    branch, commit = _find(database, branch_conf, as_of, connection)
    note_read(commit)
    return branch, commit


def go_to_commit(
    database: Database, branch_conf: Branch | None, as_of: AsOf | None, connection: Connection, *, newest: bool
) -> tuple[str | None, str]:
    """Find the commit that a load reads, as `find_commit` does, and bring a session there.

    Args:
        database: The database.
        branch_conf: The branch config. None is the default branch.
        as_of: The version. None is the newest commit of the branch.
        connection: The session, at the commit if `as_of` is one, otherwise at no revision.
        newest: Whether only tables are read of the newest commit. A transaction on the branch sees these as well.
    """
    found = settle_at_newest(connection, branch_conf.name if branch_conf else None) if newest else None
    if found is not None and found.commit is not None:
        note_read(found.commit)
        return found.branch, found.commit
    if newest:
        connection.leave_revision()
    branch, commit = find_commit(database, branch_conf, as_of, connection)
    if connection.revision != commit:
        connection.switch(commit)
    return branch, commit


def _find(
    database: Database, branch_conf: Branch | None, as_of: AsOf | None, connection: Connection | None
) -> tuple[str | None, str]:
    pinned = pinned_commit(as_of)
    if pinned is not None:
        return branch_conf.name if branch_conf else None, pinned
    with contextlib.nullcontext(connection) if connection is not None else database.connect() as session:
        found = find_head(session, branch_conf.name if branch_conf else None)
        newest = required_head(session, database, found)
        return found.branch, newest if as_of is None else _find_past(session, newest, as_of)


def _find_past(connection: Connection, newest: str, as_of: AsOf) -> str:
    """Return the commit that `as_of` names, relative to a branch given by its newest commit.

    The branch's name is not used, because Dolt may resolve it to a branch whose name differs by case.
    """
    timestamp = timestamp_of(as_of)
    if timestamp is not None and timestamp > datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + _SLACK:
        hint = "A timestamp without a zone is in UTC; add the zone, as in 2026-11-01T12:00:00+01:00."
        raise RevisionNotFoundError(f"as_of {as_of} is in the future", hint=hint)
    if timestamp:
        return commit_at(connection, timestamp, newest)
    return resolve(connection, str(as_of), newest, or_else="a timestamp such as 2025-11-20")


def find_version(
    db: Location,
    tablename: str | None = None,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    remote_conf: RemoteConf = None,
) -> Version:
    """Resolve `as_of` to the commit that it names now, to pin later reads to it.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: A table whose hash the version includes. The hash is None if the table does not exist.
        branch_conf: The branch. None is the default branch.
        as_of: The version, as for `read_table`.
        remote_conf: The remote to clone the database from, or to pull from, before.

    Raises:
        ConfigError: An argument has the wrong type.
        NotFoundError: The database, the branch or the revision does not exist.
        ServerError: The server or the remote cannot be reached, or refuses.

    Example:
        >>> saved = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> find_version(folder, as_of="main").commit == saved.commit
        True
    """
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)
    check_as_of(as_of)

    def attempt() -> Version:
        with open_database(db) as database, unrecorded_reads():
            found, commit = find_commit(database, branch, as_of)
            return Version(commit, found, _hash_at(database, tablename, commit))

    with loading_from(remote, db, branch, as_of, shallow=branch is None and as_of is None):
        return retried(attempt, ServerLostError)


def _hash_at(database: Database, tablename: str | None, commit: str) -> str | None:
    if tablename is None:
        return None
    try:
        with database.connect(commit) as snapshot:
            return table_hash(snapshot, tablename)
    except NotFoundError:
        return None
