"""Where a database is: a server's URL, or a directory."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeAlias
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from dolt_integrations.engine.names.cluster import is_on_cluster
from dolt_integrations.engine.names.credentials import PASSWORD_VARIABLE, CredentialSource, from_variable
from dolt_integrations.engine.names.tls import OPTIONS, Tls, tls_from_options
from dolt_integrations.engine.names.trust import FromLiteral, given, may_have_password, settings_for, tie
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import redact
from dolt_integrations.redaction import shown as shown_value

DEFAULT_PORT = 3306
DEFAULT_CONNECT_TIMEOUT = 10.0
CLUSTER_CONNECT_TIMEOUT = 60.0
"""... where nobody is there who could try again, and a server may be about to be restarted on another machine."""
SHORT_WAIT = 0.5
"""... for a server that refuses sessions, where somebody waits for the error about a wrong port."""
MAX_CONNECT_TIMEOUT = 3600
"""Seconds, all of them."""

URL_OPTIONS = ("connect_timeout", *OPTIONS)


class HasRepoDir(Protocol):
    """What this project needs of a `doltcli.Dolt`: its directory. doltcli itself need not be installed."""

    repo_dir: str


Location: TypeAlias = "str | os.PathLike[str] | HasRepoDir"
"""How users name a database: a `mysql://` URL, a directory, or a `doltcli.Dolt`."""


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
        withheld: Whether the environment's password is not for this server, which only a literal names.
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
        """Where its data comes from, for what is remembered of it: a directory's path, or the server and database.

        What an unencrypted session gave is not taken for what an encrypted one would.
        """
        return self.label or f"mysql://{self.host.lower()}:{self.port}/{self.database}?tls={self.tls.mode}"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine, where nobody but its administrator can listen to what is sent."""
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

CONNECTION = "connection:"
_CONNECTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


def parse_location(location: Location) -> Address:
    """Understand how a user named a database.

    Raises:
        ConfigError: Neither a directory, nor a `mysql://user@host:port/database` URL, nor `connection:name`.

    Example:
        >>> str(parse_location("mysql://me:secret@db.local:3307/shop"))
        'mysql://me@db.local:3307/shop'
        >>> parse_location("/data/shop")
        DirectoryAddress(path=PosixPath('/data/shop'))
    """
    if isinstance(location, str) and re.match(r"[A-Za-z][\w+.-]*://", location):
        return parse_server(location, from_literal=isinstance(location, FromLiteral), is_tied=True)
    if isinstance(location, str) and location.startswith(CONNECTION):
        return _parse_name(location.removeprefix(CONNECTION))
    if isinstance(location, (str, os.PathLike)):
        return _parse_path(location)
    directory = getattr(location, "repo_dir", None)
    if not isinstance(directory, (str, os.PathLike)):
        raise ConfigError(f"{shown_value(location)} does not name a database", hint=_HINT)
    return _parse_path(directory)


_HINT = "Give a directory, a `mysql://user@host:port/database` URL, `connection:name`, or a `doltcli.Dolt`."


def _parse_name(name: str) -> NamedAddress:
    if not _CONNECTION_NAME.fullmatch(name) or name.lower().endswith("password"):
        hint = "Use letters, digits, `-` and `_`, a letter first, at most 63; it may not end in `password`."
        raise ConfigError(f"{name[:100]!r} is not the name of a connection", hint=hint)
    return NamedAddress(name)


def _parse_path(path: str | os.PathLike[str]) -> DirectoryAddress:
    text = os.fspath(path)
    if not text:
        raise ConfigError("the path of the database is empty", hint=_HINT)
    if re.match("mysql[:/+]", text):
        raise ConfigError(f"{redact(text)} looks like a URL and is none", hint=_HINT)
    path = Path(text).expanduser()
    return DirectoryAddress(path.absolute(), is_absolute=path.is_absolute())


def parse_server(url: str, *, from_literal: bool = False, is_tied: bool = False) -> ServerAddress:
    """Understand a server's URL.

    Args:
        url: The URL.
        from_literal: Whether it comes from a literal.
        is_tied: Whether passwords of the program and of the environment are for it (see `trust`).

    Raises:
        ConfigError: It is none.
    """
    parts, port = _split(url)
    shown = redact(url)
    if parts.scheme not in ("mysql", "mysql+pymysql"):
        raise ConfigError(f"{shown} is not a Dolt server: its scheme is not 'mysql'", hint=_HINT)
    database = unquote(parts.path.strip("/"))
    if not parts.hostname or not database or "/" in database:
        raise ConfigError(f"{shown} does not name a host and one database", hint=_HINT)
    options = _parse_options(parts.query, shown)
    timeout, wait = _parse_patience(options.get("connect_timeout"), shown)
    address = ServerAddress(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or "root"),
        database=database,
        password=unquote(parts.password or ""),
        tls=_parse_tls(options, shown),
        connect_timeout=timeout,
        wait=wait,
    )
    return _with_credentials(address, from_literal) if is_tied else address


def _split(url: str) -> tuple[SplitResult, int]:
    """Take a URL apart. What Python's errors say of a bad one may be a part of its password."""
    rest = url.partition("://")[2]
    if "@" in re.split("[/?#]", rest, maxsplit=1)[-1] and re.search("[/?#]", rest):
        raise ConfigError(f"{redact(url)} is not a URL: there is an @ after the host", hint=_ESCAPED)
    if re.search(r"[\x00-\x1f]", url):
        raise ConfigError(f"{redact(url)!r} is not a URL: there are line ends or tabs in it", hint=_ESCAPED)
    try:
        parts = urlsplit(url)
        return parts, parts.port or DEFAULT_PORT
    except ValueError:
        raise ConfigError(f"{redact(url)} is not a URL", hint=f"{_HINT} {_ESCAPED}") from None


_ESCAPED = "In a user or password `@:/?#%` and blanks are written %40, %3A, %2F, %3F, %23, %25 and %20."


def _with_credentials(address: ServerAddress, from_literal: bool) -> ServerAddress:
    """Return the address with its password, and with the encryption that the program wants (see `trust`)."""
    host, port, user = address.host, address.port, address.user
    if from_literal:
        address = replace(address, tls=settings_for(host, port, address.tls))
    else:
        tie(host, port, user, address.password, address.tls)
    found = address.password or given(host, port, user, from_literal=from_literal)
    if not found and may_have_password(host, port, from_literal=from_literal):
        found = from_variable(PASSWORD_VARIABLE)
    if not found:
        return replace(address, withheld=from_literal and bool(os.environ.get(PASSWORD_VARIABLE)))
    return replace(address, password=found) if isinstance(found, str) else replace(address, credentials=found)


def without_password(location: str) -> str:
    """Return a server's URL without its password, as it may travel; any other location as it is.

    Example:
        >>> without_password("mysql://me:secret@db.local/shop?tls=required")
        'mysql://me@db.local/shop?tls=required'
    """
    if not re.match(r"mysql(\+pymysql)?://[^@]*@", location):
        return location
    scheme, _, rest = location.partition("://")
    who, _, where = rest.rpartition("@")
    return f"{scheme}://{who.partition(':')[0]}@{where}"


def _parse_options(query: str, shown: str) -> dict[str, str]:
    options = {name.lower().replace("-", "_"): value for name, value in parse_qsl(query, keep_blank_values=True)}
    if unknown := sorted(set(options) - set(URL_OPTIONS)):
        hint = f"There are: {', '.join(URL_OPTIONS)}. A password is given before the @, or in {PASSWORD_VARIABLE}."
        raise ConfigError(f"{shown} has an unknown option {unknown[0][:50]!r}", hint=hint)
    return options


def _parse_patience(text: str | None, shown: str) -> tuple[float, float]:
    """Return the `connect_timeout` and the `wait`: all of it where it is asked for, and on a cluster."""
    if text is not None:
        seconds = _parse_timeout(text, shown)
        return seconds, seconds
    if is_on_cluster():
        return CLUSTER_CONNECT_TIMEOUT, CLUSTER_CONNECT_TIMEOUT
    return DEFAULT_CONNECT_TIMEOUT, SHORT_WAIT


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
