"""Exchanging commits with a remote: pulling before a save or load, pushing after a save."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.landed import check_landed
from dolt_integrations.core.branches.merges.merge import merge_into
from dolt_integrations.core.branches.target import head_to_write, required_branch
from dolt_integrations.core.provenance.commit_info import CommitInfo
from dolt_integrations.core.retry import retried
from dolt_integrations.engine.names.address import DirectoryAddress
from dolt_integrations.engine.names.connections import locate
from dolt_integrations.engine.names.remote_url import parse_remote_url
from dolt_integrations.engine.server.clone import is_shallow
from dolt_integrations.engine.server.remote_folder import check_remote_folder
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.engine.versions.heads import branch_head, find_head, remote_head
from dolt_integrations.engine.versions.remotes import (
    add_remote,
    fetch_remote,
    merge_base,
    push_branch,
    remotes,
)
from dolt_integrations.errors import (
    ConfigError,
    DoltError,
    LostRaceError,
    PushError,
    PushLaterError,
    QueryError,
    RemoteChangedError,
    RemoteError,
    RevisionNotFoundError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.engine import Author, Connection, Database

logger = logging.getLogger(__name__)


def pull(
    remote: Remote,
    database: Database,
    branch: str | None,
    *,
    author: Author,
    required: bool = False,
    is_fetched: bool = False,
) -> bool:
    """Fetch, and update a branch: fast-forward it if it is behind, or merge if both sides have new commits.

    A branch that is ahead, or that the remote does not have, is not changed. One that only the remote has is created.
    The checked-out branch stays the same, and uncommitted work is kept.

    Args:
        remote: The remote. It is added to the database if the database has none of that name.
        database: The open database.
        branch: The branch. None is the default branch.
        author: The author of a merge commit.
        required: Whether a `file://` remote without data is an error. Otherwise it may be created by a push. A server's
            remote is not checked, because its folder is on the machine of the server.
        is_fetched: Whether all branches have just been fetched. A shallow clone fetches each by itself.

    Returns:
        Whether the remote has the branch.

    Raises:
        ConfigError: The database has no such remote and the config no URL, or the two have different URLs.
        RemoteError: The remote cannot be reached or refuses, is required and has no data, or the merge needs commits
            that a shallow clone lacks.
        MergeConflictError: Both sides changed the same rows or schema. The branch is unchanged.
        UncommittedChangesError: The remote changed a table that has uncommitted work. The branch is unchanged.
        LostRaceError: Other writers kept moving the branch.
    """
    with database.connect() as connection:
        _settle(remote, database, connection, required=required)
        name = find_head(connection, branch).branch
        with _from(remote, database):
            retried(lambda: _fetch(remote, database, connection, name, is_fetched), RemoteChangedError, attempts=5)
        theirs = remote_head(connection, f"{remote.name}/{name}")
    if theirs is not None:
        retried(lambda: _bring_up(remote, database, name, theirs, author), LostRaceError, attempts=3)
    return theirs is not None


@contextlib.contextmanager
def _from(remote: Remote, database: Database) -> Iterator[None]:
    """Turn what Dolt has no error of its own for, such as a directory that is gone, into an error about the remote."""
    try:
        yield
    except QueryError as error:
        hint = "Is it still there, and is it the remote of this database?"
        raise RemoteError(
            f"cannot pull from remote {remote.name!r} into {database.location}: {error}", hint=hint
        ) from error


def _settle(remote: Remote, database: Database, connection: Connection, *, required: bool = False) -> None:
    """Check that the database's remote has the config's URL. Adds the remote if it is missing.

    Raises:
        ConfigError: It has another URL, or it is missing and the config has no URL.
        RemoteError: It is required and has no data. Nothing has been added.
    """
    known = remotes(connection).get(remote.name)
    url = parse_remote_url(remote.url) if remote.url is not None else None
    if known is None and url is None:
        names = ", ".join(sorted(remotes(connection))) or "none"
        hint = f"Set the remote's url, or name one of its remotes: {names}."
        raise ConfigError(f"database {database.location} has no remote {remote.name!r}", hint=hint)
    if required and isinstance(locate(database.location), DirectoryAddress):
        check_remote_folder(known or url or "")
    if known is None and url is not None:
        known = _add(remote.name, url, connection)
    remote.check_credentials(known or url or "")
    if url is not None and known != url:
        hint = "Use another name, or change it: dolt remote remove, dolt remote add."
        raise ConfigError(f"remote {remote.name!r} of database {database.location} is {known}, not {url}", hint=hint)


def _add(name: str, url: str, connection: Connection) -> str:
    """Add a remote. Returns its URL, which may differ if another process has added it at the same time."""
    try:
        add_remote(connection, name, url)
    except DoltError:
        known = remotes(connection).get(name)
        if known is None:
            raise
        return known
    logger.info("added remote %s, %s, to %s", name, url, connection.address)
    return url


def _fetch(remote: Remote, database: Database, connection: Connection, branch: str, is_fetched: bool) -> None:
    """Fetch all branches; in a shallow clone only the given one, because others would bring their history."""
    address = locate(database.location)
    if not (isinstance(address, DirectoryAddress) and is_shallow(address.path)):
        if not is_fetched:
            fetch_remote(connection, remote.name, user=remote.user)
        return
    try:
        fetch_remote(connection, remote.name, user=remote.user, branch=branch)
    except RevisionNotFoundError:
        logger.debug("remote %s has no branch %s", remote.name, branch)


def _bring_up(remote: Remote, database: Database, branch: str, theirs: str, author: Author) -> None:
    with database.connect() as connection:
        if not head_to_write(connection, database, branch).exists:
            with contextlib.suppress(LostRaceError):
                create_branch(connection, branch, theirs)
        ours = required_branch(connection, database, branch)
        with _from(remote, database):
            base = theirs if ours == theirs else merge_base(connection, ours, theirs)
    if base == theirs or (remote.force and base != ours):
        return
    info = CommitInfo(f"Merge branch '{branch}' of remote {remote.name}", author)
    merge_into(database, branch, theirs, info)
    with database.connect() as connection:
        check_landed(database, connection, branch, theirs)


def push(remote: Remote, database: Database, branch: str, *, author: Author) -> None:
    """Push a branch. If others have pushed to it first, pull and push again, 12 times at most.

    Args:
        remote: As for `pull`. With `force`, the remote's branch is overwritten.
        database: The open database.
        branch: The branch.
        author: The author of merge commits.

    Raises:
        ConfigError: As `pull` does.
        PushLaterError: The push failed, but may succeed later.
        PushError: The push failed for good. The message names the commit that is safe in the database.

    Example:
        >>> from dolt_integrations.core.configs.remote import Remote
        >>> from dolt_integrations.core.remotes.clone import clone_if_missing
        >>> remote = Remote(url=f"file://{folder}-backup")
        >>> with open_database(folder, create=DEFAULT_AUTHOR) as database:
        ...     _ = pull(remote, database, None, author=DEFAULT_AUTHOR)
        ...     push(remote, database, "main", author=DEFAULT_AUTHOR)
        >>> clone_if_missing(remote, f"{folder}-clone")
    """
    try:
        retried(lambda: _push(remote, database, branch, author), LostRaceError)
    except ConfigError:
        raise
    except DoltError as error:
        raise _push_error(remote, database, branch, error) from error


def _push(remote: Remote, database: Database, branch: str, author: Author) -> None:
    try:
        with database.connect() as connection:
            _settle(remote, database, connection)
            push_branch(connection, remote.name, branch, user=remote.user, force=remote.force)
        logger.debug("pushed %s of %s to %s", branch, database.location, remote.name)
    except LostRaceError:
        if not remote.force:
            pull(remote, database, branch, author=author)
        raise


def _push_error(remote: Remote, database: Database, branch: str, error: DoltError) -> PushError:
    try:
        with database.connect() as connection:
            commit = branch_head(connection, branch)
    except DoltError:
        commit = None
    safe = f"commit {commit}, its head, is safe in {database.location}" if commit else "its commits are safe there"
    hint = f"Fix the cause, then save again, or push it by hand: dolt push {remote.name} {branch}."
    kind = PushLaterError if error.is_transient else PushError
    return kind(
        f"cannot push branch {branch!r} of {database.location} to remote {remote.name!r}, but {safe}: {error}",
        hint=hint,
    )
