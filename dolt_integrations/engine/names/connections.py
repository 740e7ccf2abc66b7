"""Named connections: the environment in which a task runs decides what `connection:shop` stands for.

So a literal names neither a host nor a user, stays valid when the server moves, and the same workflow runs against one
server in staging and another one in production.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.address import (
    DirectoryAddress,
    NamedAddress,
    ServerAddress,
)
from dolt_integrations.engine.names.credentials import (
    PASSWORD_VARIABLE,
    from_variable,
    is_file,
    read_secret_file,
)
from dolt_integrations.engine.names.location import parse_location
from dolt_integrations.engine.names.server_url import parse_server
from dolt_integrations.engine.names.trust import given_connection, may_have_password
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from dolt_integrations.engine.names.address import Address
    from dolt_integrations.engine.names.location import Location

FOLDER_VARIABLE = "DOLT_CONNECTIONS"
DEFAULT_FOLDER = "/etc/dolt/connections"
"""The folder where connections are mounted as files, each under its name."""


def locate(location: Location) -> DirectoryAddress | ServerAddress:
    """Parse a location, and look up in the environment what it stands for now.

    Raises:
        ConfigError: The location is invalid, there is no connection of that name, or a secret is missing or empty.
    """
    return resolve(parse_location(location))


def resolve(address: Address) -> DirectoryAddress | ServerAddress:
    """Return the address of the server, with the password. See `locate`."""
    if isinstance(address, NamedAddress):
        address = _connection(address.name)
    if isinstance(address, DirectoryAddress) or address.credentials is None:
        return address
    found = address.credentials()
    password = address.password if found.password is None else found.password
    return replace(address, user=found.user or address.user, password=password, credentials=None)


def _connection(name: str) -> DirectoryAddress | ServerAddress:
    text, variable = _text(name)
    if "://" not in text:
        return DirectoryAddress(Path(text).expanduser().absolute(), f"connection:{name}", Path(text).is_absolute())
    try:
        address = parse_server(text)
    except ConfigError as error:
        raise ConfigError(f"connection {name!r}: {error}") from None
    return replace(_with_password(address, name, variable), name=f"connection:{name}")


def _with_password(address: ServerAddress, name: str, variable: str) -> ServerAddress:
    """Return the address with the connection's own password; else the program's for it, else the environment's."""
    if address.password:
        return address
    given = given_connection(name)
    if given is not None:
        return replace(address, credentials=given)
    own = from_variable(f"{variable}_PASSWORD")
    if not own and may_have_password(address.host, address.port, from_literal=False):
        own = from_variable(PASSWORD_VARIABLE)
    return replace(address, password=own) if isinstance(own, str) else replace(address, credentials=own)


def _text(name: str) -> tuple[str, str]:
    """Return what a connection stands for, and the name of its variable."""
    variable = f"DOLT_CONNECTION_{name.upper().replace('-', '_')}"
    value = os.environ.get(variable, "").strip()
    if value:
        return (read_secret_file(Path(value), variable) if is_file(value) else value), variable
    file = Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER) / name
    if file.is_file():
        return read_secret_file(file, f"connection {name!r}"), variable
    hint = (
        f"Where the task runs, set {variable} to mysql://user@host:port/database, or mount a file {file} that has it."
    )
    raise ConfigError(f"connection {name!r} is not defined here", hint=hint)
