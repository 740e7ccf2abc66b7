"""Cloning a remote into a directory that has no database yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.retry import retried
from dolt_integrations.engine import Connection
from dolt_integrations.engine.names.address import DirectoryAddress
from dolt_integrations.engine.names.connections import locate
from dolt_integrations.engine.names.remote_url import parse_remote_url
from dolt_integrations.engine.server.clone import clone_directory, is_database, is_shallow
from dolt_integrations.engine.server.deepen import deepen
from dolt_integrations.engine.server.dolt import Source
from dolt_integrations.engine.server.remote_folder import check_remote_folder
from dolt_integrations.engine.versions.remotes import clone_call
from dolt_integrations.errors import ConfigError, DatabaseNotFoundError, RemoteChangedError, RemoteError

if TYPE_CHECKING:
    from pathlib import Path

    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.engine import Location
    from dolt_integrations.engine.names.address import ServerAddress


def clone_if_missing(remote: Remote, location: Location, *, shallow: bool = False, required: bool = True) -> None:
    """Clone a remote into a missing or empty directory. A directory with a database is not changed.

    If several processes need the clone at once, one clones and the others wait. A killed clone leaves no database.

    Args:
        remote: The remote, with a URL.
        location: A directory. For a server, this only checks that it has the database.
        shallow: Clone only the newest commit of the default branch, which is enough to load it. A shallow clone can be
            pulled, written and pushed; operations that need older commits fail with a RemoteError that says so. If
            False, an existing shallow clone gets its history, unless it is in use or has work that is not pushed.
        required: Whether a remote without data is an error. Otherwise the directory is not changed, and a save creates
            a database in it and pushes it.

    Raises:
        ConfigError: The directory has no database and the remote no URL, or it lacks credentials.
        DatabaseNotFoundError: The directory contains something else, or the server has no such database.
        RemoteError: The remote cannot be reached, refuses, or has no data. The directory is unchanged.
    """
    address = locate(location)
    if not isinstance(address, DirectoryAddress):
        _check_served(remote, address)
        return
    if is_database(address.path):
        if not shallow and remote.url is not None and is_shallow(address.path):
            _deepen(Source(parse_remote_url(remote.url), remote.name, remote.user), remote, address.path)
        return
    if remote.url is None:
        hint = "Set the remote's url."
        raise ConfigError(f"no Dolt database in {address.path}, and no url to clone it from", hint=hint)
    source = Source(parse_remote_url(remote.url), remote.name, remote.user)
    remote.check_credentials(source.url)
    if required:
        check_remote_folder(source.url)
    with remote.credentials():
        found = retried(lambda: clone_directory(address.path, source, shallow=shallow), RemoteChangedError, attempts=5)
    if required and not found:
        raise RemoteError(f"remote {source.url} has no data to clone into {address.path}", hint="Push to it first.")


def _deepen(source: Source, remote: Remote, path: Path) -> None:
    remote.check_credentials(source.url)
    with remote.credentials():
        deepen(path, source)


def _check_served(remote: Remote, address: ServerAddress) -> None:
    try:
        Connection(address).close()
    except DatabaseNotFoundError as error:
        hint = f"A server has to clone it itself: {clone_call(remote.url or 'URL', address.database)}."
        raise DatabaseNotFoundError(f"no database {address} to pull into", hint=hint) from error
