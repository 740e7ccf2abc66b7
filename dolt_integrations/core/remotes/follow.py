"""Context managers that pull from a remote before a block of work, and push to it afterwards."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.target import branch_name
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.core.remotes.exchange import pull, push
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.versions.heads import find_head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.engine import Author, Database, Location

logger = logging.getLogger(__name__)


@contextmanager
def loading_from(
    remote: Remote | None, db: Location, branch_conf: Branch | None, *, shallow: bool = False
) -> Iterator[None]:
    """Clone or pull before a block that reads. Without a remote, do nothing.

    If the remote does not have the branch, a warning says that the database's own is read.

    Args:
        remote: The remote, or None.
        db: The database.
        branch_conf: The config of the branch to pull.
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
            branch = _name(branch_conf)
            if not pull(remote, database, branch, author=database.author_for(None), required=True):
                _warn_of_local(remote, database, branch)
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
def saving_to(remote: Remote | None, db: Location, branch_conf: Branch | None, author: Author | None) -> Iterator[None]:
    """Clone or pull before a block that writes to a branch, and push the branch after it. Without a remote, do nothing.

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
            pull(remote, database, _name(branch_conf), author=who)
            yield
            with database.connect() as connection:
                branch = branch_name(connection, branch_conf)
            push(remote, database, branch, author=who)


def _name(branch_conf: Branch | None) -> str | None:
    return branch_conf.name if branch_conf is not None else None
