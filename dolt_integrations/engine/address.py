"""Where a database is: a server's URL, or a directory."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from dolt_integrations.engine.tls import OPTIONS, Tls, tls_from_options
from dolt_integrations.errors import ConfigError

PASSWORD_VARIABLE = "DOLT_CLI_PASSWORD"  # noqa: S105 - the variable's name; Dolt's own clients read it too
DEFAULT_PORT = 3306
DEFAULT_CONNECT_TIMEOUT = 10.0
MAX_CONNECT_TIMEOUT = 3600
"""Seconds, both."""


class HasRepoDir(Protocol):
    """What this project needs of a `doltcli.Dolt`: its directory. doltcli itself need not be installed."""

    repo_dir: str


Location: TypeAlias = "str | os.PathLike[str] | HasRepoDir"
"""How users name a database: a `mysql://` URL, a directory, or a `doltcli.Dolt`."""


@dataclass(frozen=True)
class DirectoryAddress:
    """A database that is a directory of this machine."""

    path: Path

    def __str__(self) -> str:
        """Return the path."""
        return str(self.path)


@dataclass(frozen=True)
class ServerAddress:
    """A database of a running server. Texts never show its password.

    Attributes:
        connect_timeout: Seconds to wait for the server to answer.
        tls: How the connection is encrypted.
        label: What to call it in texts instead of its URL: a private server's is its directory.
    """

    host: str
    port: int
    user: str
    database: str
    password: str = field(default="", repr=False)
    connect_timeout: float = DEFAULT_CONNECT_TIMEOUT
    tls: Tls = field(default_factory=Tls)
    label: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return what the user named: the label, or the URL without its password."""
        return self.label or f"mysql://{self.user}@{self.host}:{self.port}/{self.database}"

    @property
    def source(self) -> str:
        """Where its data comes from, for what is remembered of it: a directory's path, or the server and database.

        What an unencrypted session gave is not taken for what an encrypted one would.
        """
        return self.label or f"mysql://{self.host.lower()}:{self.port}/{self.database}?tls={self.tls.mode}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, where nobody but its administrator can listen to what is sent."""
        return self.host == "localhost" or self.host == "::1" or self.host.startswith("127.")

    def url(self, revision: str | None) -> str:
        """Return the whole URL, password included, of the database at a revision (branch, tag or commit)."""
        name = f"{self.database}/{revision}" if revision else self.database
        user, password = quote(self.user, safe=""), quote(self.password, safe="")
        return f"mysql://{user}:{password}@{self.host}:{self.port}/{quote(name, safe='')}"


Address: TypeAlias = DirectoryAddress | ServerAddress


def parse_location(location: Location) -> Address:
    """Understand how a user named a database.

    Raises:
        ConfigError: Neither a directory nor a `mysql://user@host:port/database` URL.

    Example:
        >>> str(parse_location("mysql://me:secret@db.local:3307/shop"))
        'mysql://me@db.local:3307/shop'
        >>> parse_location("/data/shop")
        DirectoryAddress(path=PosixPath('/data/shop'))
    """
    if isinstance(location, str) and re.match(r"[A-Za-z][\w+.-]*://", location):
        return _parse_url(location)
    if isinstance(location, (str, os.PathLike)):
        return _parse_path(location)
    directory = getattr(location, "repo_dir", None)
    if not isinstance(directory, (str, os.PathLike)):
        raise ConfigError(f"{location!r} does not name a database", hint=_HINT)
    return _parse_path(directory)


_HINT = "Give a directory, a `mysql://user@host:port/database` URL, or a `doltcli.Dolt`."


def redact(location: str) -> str:
    """Return a location without the password that a URL may have.

    Example:
        >>> redact("mysql://me:secret@db.local/shop")
        'mysql://me:...@db.local/shop'
    """
    return re.sub(r"(://[^:/@]*):.*@", r"\1:...@", location)


def _parse_path(path: str | os.PathLike[str]) -> DirectoryAddress:
    text = os.fspath(path)
    if not text:
        raise ConfigError("the path of the database is empty", hint=_HINT)
    if re.match("mysql[:/+]", text):
        raise ConfigError(f"{redact(text)} looks like a URL and is none", hint=_HINT)
    return DirectoryAddress(Path(text).expanduser().absolute())


def _parse_url(url: str) -> ServerAddress:
    shown = re.sub(r"//.*@", "//...@", url)
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORT
    except ValueError as error:
        raise ConfigError(f"{shown} is not a URL: {error}", hint=_HINT) from None
    if parts.scheme not in ("mysql", "mysql+pymysql"):
        raise ConfigError(f"{shown} is not a Dolt server: the scheme is {parts.scheme!r}, not 'mysql'", hint=_HINT)
    database = unquote(parts.path.strip("/"))
    if not parts.hostname or not database or "/" in database:
        raise ConfigError(f"{shown} does not name a host and one database", hint=_HINT)
    options = _parse_options(parts.query, shown)
    return ServerAddress(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or "root"),
        database=database,
        password=unquote(parts.password) if parts.password else os.environ.get(PASSWORD_VARIABLE, ""),
        connect_timeout=_parse_timeout(options.get("connect_timeout", str(DEFAULT_CONNECT_TIMEOUT)), shown),
        tls=_parse_tls(options, shown),
    )


def _parse_options(query: str, shown: str) -> dict[str, str]:
    options = {name.lower().replace("-", "_"): value for name, value in parse_qsl(query, keep_blank_values=True)}
    known = ("connect_timeout", *OPTIONS)
    if unknown := sorted(set(options) - set(known)):
        raise ConfigError(f"{shown} has an unknown option {unknown[0]!r}", hint=f"There are: {', '.join(known)}.")
    return options


def _parse_timeout(text: str, shown: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MAX_CONNECT_TIMEOUT:
        hint = f"Give seconds, more than 0 and at most {MAX_CONNECT_TIMEOUT}."
        raise ConfigError(f"{shown} has connect_timeout={text!r}", hint=hint)
    return seconds


def _parse_tls(options: dict[str, str], shown: str) -> Tls:
    try:
        return tls_from_options(options)
    except ConfigError as error:
        raise ConfigError(f"the URL {shown}: {error}") from None
