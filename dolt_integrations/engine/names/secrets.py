"""A workflow manager's secrets for a server that the program names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.names.address import NamedAddress, ServerAddress
from dolt_integrations.engine.names.location import Location, parse_location
from dolt_integrations.engine.names.trust import FromLiteral, may_have_password, tie_connection, tie_secret
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from dolt_integrations.engine.names.credentials import CredentialSource


def tie_secrets(location: Location, source: CredentialSource) -> None:
    """Let sessions with a server or named connection look up their user and password when they are opened.

    Sessions for literals that name the same server and user use them as well.

    Raises:
        ConfigError: The location is a directory, has a password already, or is a server that only a literal names.

    Example:
        >>> tie_secrets("mysql://dolt.internal/shop", lambda: Credentials(user="flyte", password="secret"))
    """
    address = parse_location(location)
    if isinstance(address, NamedAddress):
        tie_connection(address.name, source)
        return
    if not isinstance(address, ServerAddress):
        raise ConfigError(f"a secret was given for {address}, which is a directory", hint="Remove it.")
    if isinstance(location, FromLiteral) and not may_have_password(address.host, address.port, from_literal=True):
        hint = f"Name the server in the program, or set DOLT_CLI_HOST={address.host}:{address.port}."
        raise ConfigError(f"a secret is not sent to {address}, because only a literal names it", hint=hint)
    tie_secret(address.host, address.port, address.user, source)
