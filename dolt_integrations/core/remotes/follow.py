"""Context managers that pull from a remote before a block of work, and push to it afterwards."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.target import branch_name
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.core.remotes.exchange import pull, push
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.names.identifiers import is_commit_hash
from dolt_integrations.engine.versions.heads import find_head
from dolt_integrations.engine.versions.remotes import remote_branches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.configs.as_of import AsOf
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.engine import Author, Database, Location

logger = logging.getLogger(__name__)

_ANCESTOR = re.compile("[~^]")
"""What separates a revision from the number of commits to go back."""


@contextmanager
def loading_from(
    remote: Remote | None, db: Location, branch_conf: Branch | None, *revisions: AsOf | None, shallow: bool = False
) -> Iterator[None]:
    """Clone or pull before a block that reads. Without a remote, do nothing.

    If the remote does not have the branch, a warning says that the database's own is read. Other branches that the
    block reads are pulled, too.

    Args:
        remote: The remote, or None.
        db: The database.
        branch_conf: The config of the branch to pull.
        revisions: What else the block reads: branches, and tags, commits and timestamps, which are ignored.
        shallow: Whether a new clone needs only the newest commit.

    Raises:
        DoltError: As `clone_if_missing` and `pull` do.
    """
    if remote is None:
        yield
        return
    with remote.credentials():
        clone_if_missing(remote, db, shallow=shallow)
        with open_database(db) as database:
            branch, who = _name(branch_conf), database.author_for(None)
            if not pull(remote, database, branch, author=who, required=True):
                _warn_of_local(remote, database, branch)
            for revision in revisions:
                _pull_named(remote, database, revision, who)
            yield


def _warn_of_local(remote: Remote, database: Database, branch: str | None) -> None:
    """Log a warning that a branch is read which the remote does not have, if the database has it."""
    with database.connect() as connection:
        found = find_head(connection, branch)
    if found.commit is not None:
        logger.warning(
            "remote %s has no branch %s, which was deleted there or never pushed: reading commit %s of it in %s. Push "
            "the branch, or delete it in the database too.",
            remote.name,
            found.branch,
            found.commit,
            database.location,
        )


@contextmanager
def saving_to(
    remote: Remote | None, db: Location, branch_conf: Branch | None, author: Author | None, *, start: AsOf | None = None
) -> Iterator[None]:
    """Clone or pull before a block that writes to a branch, and push the branch after it. Without a remote, do nothing.

    The branch that the work starts from is pulled, too. If the remote does not have a branch of the database, it may
    have been deleted there, so a warning says that it is pushed.

    Args:
        remote: The remote, or None.
        db: The database.
        branch_conf: The config of the branch.
        author: The author of merge commits and of a new database.
        start: Where the work starts. None is where `branch_conf` says.

    Raises:
        DoltError: As `clone_if_missing` and `pull` do.
        PushError: The push failed. What the block wrote is in the database.
    """
    if remote is None:
        yield
        return
    with remote.credentials():
        clone_if_missing(remote, db, required=False)
        with open_database(db, create=author or DEFAULT_AUTHOR, carried=True) as database:
            who = database.author_for(author)
            has = pull(remote, database, _name(branch_conf), author=who)
            _pull_start(remote, database, branch_conf, start, who)
            may_be_gone = not has and _is_known(remote, database, _name(branch_conf))
            yield
            with database.connect() as connection:
                branch = branch_name(connection, branch_conf)
            push(remote, database, branch, author=who)
            if may_be_gone:
                _warn_of_pushed(remote, database, branch)


def _pull_start(
    remote: Remote, database: Database, branch_conf: Branch | None, start: AsOf | None, author: Author
) -> None:
    """Pull the branch that a merged or new branch starts from."""
    if start is None and branch_conf is not None:
        with database.connect() as connection:
            is_new = branch_conf.creates and find_head(connection, branch_conf.name).commit is None
        start = (branch_conf.start or "HEAD") if is_new or branch_conf.merges else None
    if isinstance(start, str) and _ANCESTOR.split(start)[0] == "HEAD":
        pull(remote, database, None, author=author, is_fetched=True)
    else:
        _pull_named(remote, database, start, author)


def _pull_named(remote: Remote, database: Database, revision: AsOf | None, author: Author) -> None:
    """Pull the branch that a revision names, if it names one that the remote has."""
    branch = _ANCESTOR.split(revision)[0] if isinstance(revision, str) else ""
    if branch not in ("", "HEAD") and not is_commit_hash(branch):
        pull(remote, database, branch, author=author, is_fetched=True)


def _is_known(remote: Remote, database: Database, branch: str | None) -> bool:
    """Whether the database has a branch, and the remote has any."""
    with database.connect() as connection:
        return find_head(connection, branch).commit is not None and bool(remote_branches(connection, remote.name))


def _warn_of_pushed(remote: Remote, database: Database, branch: str) -> None:
    """Log a warning that a branch has been pushed which may have been deleted on the remote."""
    logger.warning(
        "remote %s had no branch %s, which was deleted there or never pushed: it has been pushed, with all commits "
        "that %s has on it. If it is not wanted, save to another branch, and delete it in both: dolt push %s :%s.",
        remote.name,
        branch,
        database.location,
        remote.name,
        branch,
    )


def _name(branch_conf: Branch | None) -> str | None:
    return branch_conf.name if branch_conf is not None else None
