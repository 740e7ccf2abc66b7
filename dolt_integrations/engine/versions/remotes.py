"""Typed functions for Dolt's procedures for remotes (Dolt manual, "Remotes").

They run on the server of the database, in its environment: with `user`, the server uses its DOLT_REMOTE_PASSWORD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def remotes(connection: Connection) -> dict[str, str]:
    """Return the URL of each remote of the database, by name."""
    return dict(connection.rows("SELECT name, url FROM dolt_remotes", kinds=(text, text)))


def clone_call(url: str, database: str) -> str:
    """Return the statement with which a server's administrator clones a remote, for error messages."""
    return f"CALL DOLT_CLONE('{url}', '{database}')"


def add_remote(connection: Connection, name: str, url: str) -> None:
    """Add a remote to the database.

    Raises:
        QueryError: There is a remote with that name.
        RemoteError: Dolt does not accept the name.
    """
    connection.execute("CALL DOLT_REMOTE('add', %s, %s)", (name, url))


def remote_branches(connection: Connection, name: str) -> dict[str, str]:
    """Return the head of each branch of a remote, by branch name, as of the last fetch or push."""
    prefix = f"remotes/{name}/"
    rows = connection.rows("SELECT name, hash FROM dolt_remote_branches", kinds=(text, text))
    return {label[len(prefix) :]: commit for label, commit in rows if label.startswith(prefix)}


def fetch_remote(connection: Connection, name: str, *, user: str | None = None, branch: str | None = None) -> None:
    """Fetch all branches and tags of a remote, or one branch. Fetching all also removes branches that it deleted.

    Raises:
        RemoteError: The remote cannot be reached, refuses, or is not a Dolt database.
        RevisionNotFoundError: The remote does not have the branch.
    """
    arguments = [*_as_user(user), name, branch] if branch else [*_as_user(user), "--prune", name]
    connection.execute(f"CALL DOLT_FETCH({_places(arguments)})", arguments)


def push_branch(
    connection: Connection, name: str, branch: str, *, user: str | None = None, force: bool = False
) -> None:
    """Push a branch to a remote; with `force` even if the remote loses commits.

    Raises:
        LostRaceError: The remote's branch has commits that the local one does not have.
        RemoteError: The remote cannot be reached, or refuses.
    """
    arguments = [*_as_user(user), *(["--force"] if force else []), name, branch]
    connection.execute(f"CALL DOLT_PUSH({_places(arguments)})", arguments)


def merge_base(connection: Connection, ours: str, theirs: str) -> str | None:
    """Return the newest common ancestor of two commits, or None.

    Raises:
        RemoteError: The database is a shallow clone that does not have it.
    """
    found = connection.value("SELECT DOLT_MERGE_BASE(%s, %s)", (ours, theirs))
    return str(found) if found else None


def _as_user(user: str | None) -> list[str]:
    return ["--user", user] if user else []


def _places(arguments: list[str]) -> str:
    return ", ".join(["%s"] * len(arguments))
