"""The URL of a server's database: `mysql://user:password@host:port/database?option=value`."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from dolt_integrations.engine.names.address import (
    DEFAULT_CONNECT_TIMEOUT,
    DEFAULT_PORT,
    HOW_TO_NAME_ONE,
    ServerAddress,
)
from dolt_integrations.engine.names.cluster import is_on_cluster
from dolt_integrations.engine.names.credentials import PASSWORD_VARIABLE, from_variable
from dolt_integrations.engine.names.tls import OPTIONS, Tls, tls_from_options
from dolt_integrations.engine.names.trust import given, may_have_password, settings_for, tie
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import redact

CLUSTER_CONNECT_TIMEOUT = 60.0
"""The seconds to wait in a pod, where no user can try again, and a server may be restarting on another machine."""
SHORT_WAIT = 0.5
"""The seconds to wait for a server that refuses sessions, while a user waits for the error about a wrong port."""
MAX_CONNECT_TIMEOUT = 3600
"""Seconds, all of them."""

URL_OPTIONS = ("connect_timeout", *OPTIONS)


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
        raise ConfigError(f"{shown} is not a Dolt server: its scheme is not 'mysql'", hint=HOW_TO_NAME_ONE)
    database = unquote(parts.path.strip("/"))
    if not parts.hostname or not database or "/" in database:
        raise ConfigError(f"{shown} does not name a host and one database", hint=HOW_TO_NAME_ONE)
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
        raise ConfigError(f"{redact(url)} is not a URL: it contains an @ after the host", hint=_ESCAPED)
    if re.search(r"[\x00-\x1f]", url):
        raise ConfigError(f"{redact(url)!r} is not a URL: it contains newlines or tabs", hint=_ESCAPED)
    try:
        parts = urlsplit(url)
        return parts, parts.port or DEFAULT_PORT
    except ValueError:
        raise ConfigError(f"{redact(url)} is not a URL", hint=f"{HOW_TO_NAME_ONE} {_ESCAPED}") from None


_ESCAPED = "In a user or password, write `@:/?#%` and spaces as %40, %3A, %2F, %3F, %23, %25 and %20."


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
        return replace(address, withheld=from_literal)
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
        hint = f"Known options: {', '.join(URL_OPTIONS)}. A password goes before the @, or into {PASSWORD_VARIABLE}."
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
        hint = f"Use a number of seconds above 0, at most {MAX_CONNECT_TIMEOUT}."
        raise ConfigError(f"{shown} has connect_timeout={text!r}", hint=hint)
    return seconds


def _parse_tls(options: dict[str, str], shown: str) -> Tls:
    try:
        return tls_from_options(options)
    except ConfigError as error:
        raise ConfigError(f"the URL {shown}: {error}") from None
