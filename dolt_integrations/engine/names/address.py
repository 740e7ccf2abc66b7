"""The address of a database: a server's, a directory's, or a connection's by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote

from dolt_integrations.engine.names.credentials import CredentialSource
from dolt_integrations.engine.names.tls import Tls

DEFAULT_PORT = 3306
DEFAULT_CONNECT_TIMEOUT = 10.0

CONNECTION = "connection:"
"""What the name of a connection begins with."""

HOW_TO_NAME_ONE = "Use a directory, a `mysql://user@host:port/database` URL, `connection:name`, or a `doltcli.Dolt`."


@dataclass(frozen=True)
class DirectoryAddress:
    """A database that is a directory of this machine.

    Attributes:
        path: From the root on.
        name: What to call it in texts instead: the connection that it is.
        is_absolute: Whether the user gave it from the root on.
    """

    path: Path
    name: str = field(default="", compare=False, repr=False)
    is_absolute: bool = field(default=True, compare=False, repr=False)

    def __str__(self) -> str:
        """Return what the user named."""
        return self.name or str(self.path)


@dataclass(frozen=True)
class NamedAddress:
    """A named connection: what it is, the environment says where it is used (see `connections`)."""

    name: str

    def __str__(self) -> str:
        """Return it as the user writes it."""
        return f"{CONNECTION}{self.name}"


@dataclass(frozen=True)
class ServerAddress:
    """A database of a running server. Texts never show its password.

    Attributes:
        connect_timeout: Seconds to wait for the server to answer.
        wait: Seconds within which a server that refuses sessions is asked again; at most the `connect_timeout`.
        tls: How the connection is encrypted.
        withheld: Whether it has no password, and only a literal or a pickle names the server.
        label: What to call it in texts instead of its URL: a private server's is its directory.
        name: What to call it in texts and remember it by not: the connection that it is.
        credentials: What looks up the password when a session is opened; None if it is known, or there is none.
    """

    host: str
    port: int
    user: str
    database: str
    password: str = field(default="", repr=False)
    connect_timeout: float = DEFAULT_CONNECT_TIMEOUT
    tls: Tls = field(default_factory=Tls)
    label: str = field(default="", compare=False)
    withheld: bool = field(default=False, compare=False)
    wait: float = field(default=0.0, compare=False)
    name: str = field(default="", compare=False)
    credentials: CredentialSource | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Return what the user named: the label, the connection, or the URL without its password."""
        return self.label or self.name or f"mysql://{self.user}@{self.host}:{self.port}/{self.database}"

    @property
    def source(self) -> str:
        """The key of its data in caches: a directory's path, or the server and database.

        It contains the TLS mode, so that data from an unencrypted session is never used in place of encrypted data.
        """
        return self.label or f"mysql://{self.host.lower()}:{self.port}/{self.database}?tls={self.tls.mode}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, where only its administrator can read what is sent."""
        return is_loopback(self.host)

    def url(self, revision: str | None) -> str:
        """Return the whole URL, password included, of the database at a revision (branch, tag or commit)."""
        name = f"{self.database}/{revision}" if revision else self.database
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        return f"mysql://{user}:{password}@{self.host}:{self.port}/{quote(name, safe='')}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    return host in ("localhost", "::1") or re.fullmatch(r"127\.\d+\.\d+\.\d+", host) is not None


Address: TypeAlias = DirectoryAddress | ServerAddress | NamedAddress
