"""How users name a database: a server's URL, a directory, or a named connection."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Protocol, TypeAlias

from dolt_integrations.engine.names.address import (
    CONNECTION,
    HOW_TO_NAME_ONE,
    Address,
    DirectoryAddress,
    NamedAddress,
)
from dolt_integrations.engine.names.server_url import parse_server
from dolt_integrations.engine.names.trust import FromLiteral
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import redact, shown

_CONNECTION_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


class HasRepoDir(Protocol):
    """What this project needs of a `doltcli.Dolt`: its directory. doltcli itself need not be installed."""

    repo_dir: str


Location: TypeAlias = "str | os.PathLike[str] | HasRepoDir"
"""How users name a database: a `mysql://` URL, a directory, or a `doltcli.Dolt`."""


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
        raise ConfigError(f"{shown(location)} does not name a database", hint=HOW_TO_NAME_ONE)
    return _parse_path(directory)


def _parse_name(name: str) -> NamedAddress:
    if not _CONNECTION_NAME.fullmatch(name) or name.lower().endswith("password"):
        hint = "Use letters, digits, `-` and `_`, a letter first, at most 63; it may not end in `password`."
        raise ConfigError(f"{name[:100]!r} is not the name of a connection", hint=hint)
    return NamedAddress(name)


def _parse_path(path: str | os.PathLike[str]) -> DirectoryAddress:
    text = os.fspath(path)
    if not text:
        raise ConfigError("the path of the database is empty", hint=HOW_TO_NAME_ONE)
    if "\0" in os.fsdecode(text):
        raise ConfigError(f"the path {text!r} of the database contains NUL", hint=HOW_TO_NAME_ONE)
    if re.match("mysql[:/+]", text):
        raise ConfigError(f"{redact(text)} looks like a URL but is not one", hint=HOW_TO_NAME_ONE)
    path = Path(text).expanduser()
    return DirectoryAddress(path.absolute(), is_absolute=path.is_absolute())
