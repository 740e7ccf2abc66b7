"""A database that is open: reachable, and served for as long as the block lasts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.address import DirectoryAddress, ServerAddress
from dolt_integrations.engine.names.author import DEFAULT_AUTHOR, Author, configured_author
from dolt_integrations.engine.names.connections import locate
from dolt_integrations.engine.server.creation import init_database
from dolt_integrations.engine.server.interrupts import allow_interrupts
from dolt_integrations.engine.server.lasting import check_lasting
from dolt_integrations.engine.server.ownership import check_ownership
from dolt_integrations.engine.server.private import START_TIMEOUT
from dolt_integrations.engine.server.shared import shared_server
from dolt_integrations.engine.server.supervision.guard import sole_use
from dolt_integrations.engine.server.unservable import check_servable
from dolt_integrations.engine.session.connection import Connection
from dolt_integrations.errors import DatabaseNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dolt_integrations.engine.names.location import Location

_HASTE = 0.5
"""Seconds for each answer of a server while a process that was stopped tidies up."""


@dataclass(frozen=True)
class Database:
    """A database and the server that serves it now.

    Attributes:
        location: How the user named it, without a password; for texts.
        address: Where to connect.
        author: The identity in a directory's `dolt config`; None for a server, which does not disclose it.
        patience: Seconds that a statement of its sessions may take; None is any time.
    """

    location: str
    address: ServerAddress
    author: Author | None = None
    patience: float | None = None

    def connect(self, revision: str | None = None, *, local_infile: bool = False) -> Connection:
        """Open a session, on a branch, tag or commit, or on the default branch. See `Connection`."""
        connection = Connection(self.address, revision, local_infile=local_infile)
        if self.patience is not None:
            connection.limit(self.patience)
        return connection

    def author_for(self, given: Author | None, default: Author = DEFAULT_AUTHOR) -> Author:
        """Return the author of a commit: the given one, the one that `dolt config` names, or a default."""
        return given or self.author or default

    def in_haste(self) -> Database:
        """Return the database as one tidies it up after Ctrl-C: no answer of the server is waited for long."""
        return replace(self, address=replace(self.address, connect_timeout=_HASTE, wait=0), patience=_HASTE)


@contextmanager
def open_database(
    location: Location, *, create: Author | None = None, carried: bool = False, timeout: float = START_TIMEOUT
) -> Iterator[Database]:
    """Yield an open database; for a directory, hold its server for as long as the block lasts.

    Blocks may be nested and run in several threads: they share one server.

    Args:
        location: A directory, a `mysql://` URL, `connection:name`, or a `doltcli.Dolt`.
        create: Make a database of a missing or empty directory, its first commit by this author.
        carried: Whether what the block writes is carried elsewhere, so that it may be made on a pod's own disk.
        timeout: Seconds to wait for another process that holds the directory.

    Raises:
        ConfigError: The location is none of these, there is no such connection here, a secret is missing; Dolt would
            take the directory for another one; or it would be made on the disk of a pod, with which it would go.
        DatabaseNotFoundError: There is no database.
        DatabaseLockedError: Another process holds the directory and does not let go.
        UnsafeDirectoryError: The directory is another user's, or others may write to it.
        DoltNotInstalledError: A directory, and no `dolt` on PATH.
        ServerUnreachableError: Nothing answers at the URL.

    Example:
        >>> with open_database(folder, create=DEFAULT_AUTHOR) as database:
        ...     with database.connect() as connection:
        ...         connection.value("SELECT active_branch()")
        'main'
    """
    allow_interrupts()
    address = locate(location)
    if isinstance(address, ServerAddress):
        yield Database(str(address), address)
        return
    if create is not None and not carried:
        check_lasting(address)
    _check_directory(address, create, timeout)
    with shared_server(address.path, timeout) as server_address:
        yield Database(str(address), server_address, configured_author(address.path))


def _check_directory(address: DirectoryAddress, create: Author | None, timeout: float) -> None:
    path = address.path
    if path.exists() and not path.is_dir():
        raise DatabaseNotFoundError(f"no Dolt database in {path}", hint=_how_to_make(path))
    check_servable(path)
    check_ownership(path)
    if (path / ".dolt" / "noms").is_dir():
        return
    empty = not path.exists() or (path.is_dir() and not any(path.iterdir()))
    if create is None or not (empty or _being_made(path)):
        raise DatabaseNotFoundError(f"no Dolt database in {path}", hint=_how_to_make(path))
    _initialise(path, create, timeout)


def _being_made(path: Path) -> bool:
    """Whether all that is there is a `.dolt`, which another process may be making now."""
    return path.is_dir() and [entry.name for entry in path.iterdir()] == [".dolt"]


def _how_to_make(path: Path) -> str:
    if path.exists() and not path.is_dir():
        return "That is a file; use the directory of a database."
    return (
        f"Create one with `mkdir -p {path} && cd {path} && dolt init`; "
        "a save to a missing or empty directory does so too."
    )


def _initialise(path: Path, author: Author, timeout: float) -> None:
    """Run `dolt init` once, however many processes want it at the same time."""
    with sole_use(path, timeout) as runtime:
        if not (path / ".dolt" / "noms").is_dir():
            init_database(path, runtime, configured_author(path) or author)
