"""Which servers the passwords of this process may be sent to.

A password is for the servers that the program itself names, not for those that only a literal names (from a command
line, a launch plan or an artifact). A location from a literal is a `FromLiteral`. Any other one is the program's own,
and marks its server as trusted.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dolt_integrations.engine.names.credentials import CredentialSource
from dolt_integrations.engine.names.tls import OFF, PREFERRED, Tls

HOST_VARIABLE = "DOLT_CLI_HOST"
REMOTE_HOST_VARIABLE = "DOLT_REMOTE_HOST"


class FromLiteral(str):
    """A location from a literal. Copies, pickles and `str()` of it stay marked as such.

    Example:
        >>> isinstance(str(FromLiteral("mysql://db.local/shop")), FromLiteral)
        True
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Return itself, so that its origin stays known."""
        return self


def from_literal(location: object) -> object:
    """Mark the location in a literal as such. Anything but a URL is returned unchanged.

    Example:
        >>> isinstance(from_literal("mysql://db.local/shop"), FromLiteral)
        True
    """
    # A path stays a plain text: pathlib takes no other whose `str()` is not one.
    return FromLiteral(location) if isinstance(location, str) and "://" in location else location


@dataclass
class _Server:
    """What the program has declared about a server."""

    tls: Tls
    passwords: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, CredentialSource] = field(default_factory=dict)


_SERVERS: dict[tuple[str, int], _Server] = {}
_REMOTES: set[str] = set()
_CONNECTIONS: dict[str, CredentialSource] = {}


def tie(host: str, port: int, user: str, password: str, tls: Tls) -> None:
    """Record that the program itself names a server, with the encryption and the password that it gives."""
    known = _SERVERS.setdefault((host.lower(), port), _Server(tls))
    known.tls = tls
    if password:
        known.passwords[user] = password


def tie_secret(host: str, port: int, user: str, source: CredentialSource) -> None:
    """Record the secret that the program itself gives for a server that it names."""
    _SERVERS[(host.lower(), port)].secrets[user] = source


def tie_connection(name: str, source: CredentialSource) -> None:
    """Record the secret that the program itself gives for a named connection."""
    _CONNECTIONS[name] = source


def given_connection(name: str) -> CredentialSource | None:
    """Return the function that looks up the program's secret for a named connection."""
    return _CONNECTIONS.get(name)


def given(host: str, port: int, user: str, *, from_literal: bool) -> str | CredentialSource:
    """Return the program's secret for a server, and for a literal also the password in the program's URL."""
    known = _SERVERS.get((host.lower(), port))
    if known is None:
        return ""
    return known.secrets.get(user) or (known.passwords.get(user, "") if from_literal else "")


def settings_for(host: str, port: int, tls: Tls) -> Tls:
    """Return the encryption for a server that a literal names: the program's, if it names that server too.

    A literal cannot switch encryption off.
    """
    known = _SERVERS.get((host.lower(), port))
    if known is not None:
        return known.tls
    return Tls(PREFERRED) if tls.mode == OFF else tls


def may_have_password(host: str, port: int, *, from_literal: bool) -> bool:
    """Whether the password of the environment is for a server.

    It is for the servers in DOLT_CLI_HOST (`host` or `host:port`, separated by commas) if that is set, otherwise for
    those that the program names.
    """
    named = os.environ.get(HOST_VARIABLE, "")
    if named.strip():
        return _is_named(host, port, named)
    return not from_literal or (host.lower(), port) in _SERVERS


def _is_named(host: str, port: int | None, named: str) -> bool:
    names = {name.strip().lower().strip("[]") for name in named.split(",")}
    return host.lower() in names or f"{host.lower()}:{port}" in names


def tie_remote(url: str) -> None:
    """Record that the program itself names a remote."""
    if url.startswith(("http://", "https://")):
        _REMOTES.add(_origin(url))


def may_have_remote_password(url: str) -> bool:
    """Whether the remote's password is for a URL: the program names its host, or DOLT_REMOTE_HOST does."""
    parts = urlsplit(url)
    return _origin(url) in _REMOTES or _is_named(
        parts.hostname or "", parts.port, os.environ.get(REMOTE_HOST_VARIABLE, "")
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def forget() -> None:
    """Forget which servers the program named. For tests, which are many programs in one process."""
    _SERVERS.clear()
    _REMOTES.clear()
    _CONNECTIONS.clear()
