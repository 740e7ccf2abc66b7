"""Connection options under PyMySQL's names, turned into a part of the server's URL so that they travel with it."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from dolt_integrations.engine.names.address import CONNECTION
from dolt_integrations.engine.names.identifiers import nearest
from dolt_integrations.engine.names.location import Location, parse_location
from dolt_integrations.engine.names.own_url import own_url
from dolt_integrations.engine.names.server_url import URL_OPTIONS
from dolt_integrations.engine.names.trust import FromLiteral
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import redact, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSWORDS = ("password", "passwd")
_SSL = ("ca", "cert", "key", "check_hostname", "verify_mode")


def with_connect_args(location: Location, connect_args: Mapping[str, Any] | None) -> Location:
    """Return a server's URL with the options in `connect_args`. Without options, return any location as it is.

    A plain pickle of the URL has no password (`OwnUrl`).

    Args:
        location: How the database is named; a URL if there are options.
        connect_args: `ssl_ca`, `ssl_cert`, `ssl_key`, `ssl_verify_cert`, `ssl_verify_identity`, `ssl_disabled`,
            `ssl={"ca": ...}`, `connect_timeout`, and `tls` and `ssl_mode` as in a URL. A `password` is accepted from
            the program itself but not from a literal.

    Raises:
        ConfigError: An option is unknown or of the wrong kind, contradicts the URL or another one, or the location is
            a directory.

    Example:
        >>> with_connect_args("mysql://me@db.local/shop", {"ssl_ca": "ca.pem", "connect_timeout": 5})
        'mysql://me@db.local/shop?ssl_ca=ca.pem&connect_timeout=5'
    """
    if connect_args is None or connect_args == {}:
        return own_url(location)
    if not isinstance(connect_args, Mapping):
        raise ConfigError(
            f"connect_args is {shown(connect_args)}, not a dict", hint='Pass a dict: {"ssl_ca": "ca.pem"}.'
        )
    if isinstance(location, str) and location.startswith(CONNECTION):
        hint = "Put the options where the connection is defined: mysql://user@host/database?ssl_ca=ca.pem."
        raise ConfigError(
            f"connect_args cannot be combined with {location[:100]!r}, which has options of its own", hint=hint
        )
    if not isinstance(location, str) or "://" not in location:
        what = f"connect_args is only for servers, and {shown(getattr(location, 'repo_dir', location))} is not one"
        raise ConfigError(what, hint="Remove it, or use a `mysql://` URL.")
    merged = _merged(location, dict(connect_args))
    parse_location(merged)
    return own_url(merged)


def _merged(url: str, arguments: dict[str, Any]) -> str:
    password = [arguments.pop(name) for name in _PASSWORDS if name in arguments]
    given = dict(_options(arguments))
    there = {name.lower().replace("-", "_"): text for name, text in parse_qsl(url.partition("?")[2], True)}
    for name in sorted(given.keys() & there):
        if given[name] != there[name]:
            raise ConfigError(f"connect_args and the URL {redact(url)} both have {name}", hint="Remove one of them.")
    options = urlencode({name: text for name, text in given.items() if name not in there}, safe="/")
    merged = f"{url}{'&' if '?' in url else '?'}{options}" if options else url
    if isinstance(url, FromLiteral):
        if password:
            hint = "Set it in the program: in its URL, or in DOLT_CLI_PASSWORD."
            raise ConfigError("a literal has a password in connect_args, where anyone can read it", hint=hint)
        return FromLiteral(merged)
    return _with_password(merged, password[0]) if password else merged


def _options(arguments: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        if name == "ssl":
            yield from _options_of_ssl(value)
        elif name not in URL_OPTIONS:
            hint = nearest(str(name), [*URL_OPTIONS, "ssl", "password"])
            raise ConfigError(f"connect_args has no option {str(name)[:50]!r}", hint=hint)
        elif value is not None:
            yield name, _text(name, value)


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float, os.PathLike)) and not isinstance(text := _plain(value), bytes):
        return str(text)
    raise ConfigError(f"connect_args has {name}={shown(value)}", hint="Pass a string, a path, a number or a bool.")


def _plain(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _options_of_ssl(value: Any) -> Iterator[tuple[str, str]]:
    """Read the dict that PyMySQL takes as `ssl`."""
    if value is None:
        return
    if not isinstance(value, Mapping):
        hint = 'Pass {"ca": "ca.pem", "cert": ..., "key": ...}; an SSLContext cannot be passed on to tasks.'
        raise ConfigError(f"connect_args has ssl={shown(value)}, not a dict", hint=hint)
    for name in value:
        if name not in _SSL:
            raise ConfigError(f"ssl of connect_args has no {str(name)[:50]!r}", hint=nearest(str(name), _SSL))
    for name in ("ca", "cert", "key"):
        if value.get(name) is not None:
            yield f"ssl_{name}", _text(f"ssl_{name}", value[name])
    if not _is_verified(value.get("verify_mode", True)):
        yield "ssl_verify_cert", "false"
    elif value.get("check_hostname") is False:
        yield "ssl_verify_cert", "true"


def _is_verified(mode: object) -> bool:
    """Whether PyMySQL's `verify_mode` asks for a certificate. Everything but a plain no does."""
    if isinstance(mode, ssl.VerifyMode):
        return mode is not ssl.CERT_NONE
    return mode is None or str(mode).lower() not in ("none", "false", "0", "no")


def _with_password(url: str, password: object) -> str:
    if not isinstance(password, str):
        raise ConfigError("the password of connect_args is not a string", hint="Pass a string.")
    scheme, _, rest = url.partition("://")
    parts = re.match(r"(?:([^@/?#]*)@)?", rest)
    who = (parts[1] if parts else None) or "root"
    if ":" in who:
        raise ConfigError(f"connect_args and the URL {redact(url)} both have a password", hint="Remove one of them.")
    return f"{scheme}://{who}:{quote(password, safe='')}@{rest[parts.end() if parts else 0 :]}"
