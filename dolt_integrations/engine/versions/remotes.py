"""Dolt's procedures for remotes, as typed functions on a connection (Dolt manual, "Remotes").

They run on the server of the database, in its environment: `user` takes the password from its DOLT_REMOTE_PASSWORD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.session.answers import text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def remotes(connection: Connection) -> dict[str, str]:
    """Return the URL of every remote of the database, by its name."""
    return dict(connection.rows("SELECT name, url FROM dolt_remotes", kinds=(text, text)))


def clone_call(url: str, database: str) -> str:
    """Return the statement with which the administrator of a server makes a database of a remote, for texts."""
    return f"CALL DOLT_CLONE('{url}', '{database}')"


def add_remote(connection: Connection, name: str, url: str) -> None:
    """Name a remote.

    Raises:
        QueryError: There is one of that name.
        RemoteError: Dolt does not take the name.
    """
    connection.execute("CALL DOLT_REMOTE('add', %s, %s)", (name, url))


def remote_branches(connection: Connection, name: str) -> dict[str, str]:
    """Return the branches of a remote with their heads, as of the last fetch or push."""
    prefix = f"remotes/{name}/"
    rows = connection.rows("SELECT name, hash FROM dolt_remote_branches", kinds=(text, text))
    return {label[len(prefix) :]: commit for label, commit in rows if label.startswith(prefix)}


def fetch_remote(connection: Connection, name: str, *, user: str | None = None, branch: str | None = None) -> None:
    """Get what a remote has: all of its branches and tags, or one branch. With all, forget branches that it deleted.

    Raises:
        RemoteError: It cannot be reached, refuses, or is no Dolt database.
        RevisionNotFoundError: It does not have the branch.
    """
    arguments = [*_as_user(user), name, branch] if branch else [*_as_user(user), "--prune", name]
    connection.execute(f"CALL DOLT_FETCH({_places(arguments)})", arguments)


def push_branch(
    connection: Connection, name: str, branch: str, *, user: str | None = None, force: bool = False
) -> None:
    """Bring a remote's branch to where the local one is; with `force` also where that loses commits.

    Raises:
        LostRaceError: The remote's branch has commits that the local one does not have.
        RemoteError: It cannot be reached, or refuses.
    """
    arguments = [*_as_user(user), *(["--force"] if force else []), name, branch]
    connection.execute(f"CALL DOLT_PUSH({_places(arguments)})", arguments)


def merge_base(connection: Connection, ours: str, theirs: str) -> str | None:
    """Return the newest commit that two have in common; None if there is none.

    Raises:
        RemoteError: The database is a shallow clone and does not have it.
    """
    found = connection.value("SELECT DOLT_MERGE_BASE(%s, %s)", (ours, theirs))
    return str(found) if found else None


def _as_user(user: str | None) -> list[str]:
    return ["--user", user] if user else []


def _places(arguments: list[str]) -> str:
    return ", ".join(["%s"] * len(arguments))
