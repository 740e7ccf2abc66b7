"""`dolt://` URIs: a table of a database, on a branch or at a commit, as one string."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from dolt_integrations.adapters import (
    URL_OPTIONS,
    FromLiteral,
    check_text,
    from_literal,
    nearest,
    redact,
    shown,
    without_password,
)
from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, SerialBranch, Version
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.table import DoltTable

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from dolt_integrations.core import Branch

SCHEME = "dolt"

FORMS = (
    "Use dolt://user@host:3306/database/table (a server), dolt:///path/of/database/table (a directory) or "
    "dolt://connection:name/table, each optionally with ?branch=, as_of=, key=, mode= and others."
)

_CONNECTION = "connection:"
_IO_ARGS = {name: name for name in ("mode", "columns", "where", "author", "message", "schema")} | {"key": "primary_key"}
_LISTS = ("key", "columns")
_MERGE = ("branch_from", "merge_to", "on_conflict")
_MEMBERS = (*_IO_ARGS, "branch", "base", *_MERGE, "as_of", "commit", "hash")
_SAFE = "/:@+~^"


def table_of(uri: str) -> DoltTable:
    """Return the table that a URI names. Its rows are read when they are used.

    If the branch does not exist, the first save creates it from `base` or the default branch. Lists are separated by
    commas; a comma in a name is `%2C`.

    Raises:
        ConfigError: It is not such a URI, names no table, has a password or an unknown member.

    Example:
        >>> table_of("dolt://flyte@dolt.internal/shop/users?branch=run/1&key=id").config.db_path
        'mysql://flyte@dolt.internal/shop'
        >>> table_of("dolt:///data/foo/users").config.tablename
        'users'
    """
    check_text(uri, "the URI of a table")
    parts = _split(uri)
    members = _members_of(parts.query, uri)
    options = [name for name in members if name in URL_OPTIONS]
    place, table = _place(parts, uri, "&".join(f"{name}={quote(members.pop(name))}" for name in options))
    version = _version(members)
    io_args = {_IO_ARGS[name]: _listed(members, name) for name in _IO_ARGS if name in members}
    config = DoltConfig(
        db_path=str(from_literal(place)) if isinstance(uri, FromLiteral) else place,
        tablename=table,
        io_args=io_args or None,
        branch_conf=_branch(members, uri),
        as_of=_text(members, "as_of"),
    )
    config.check()
    return DoltTable(config, version=version)


def uri_of(table: DoltTable) -> str:
    """Return the URI of a table, with its version if it is pinned to one, and without a password.

    Raises:
        ConfigError: The config has something that a URI cannot express: a query, parameters, a remote, metadata.

    Example:
        >>> uri_of(DoltTable(DoltConfig("mysql://flyte@dolt.internal/shop", "users", io_args={"primary_key": "id"})))
        'dolt://flyte@dolt.internal/shop/users?key=id'
    """
    config = table.config
    _check_sayable(config)
    base, _, options = _base(config.db_path).partition("?")
    members = [options] if options else []
    members += [f"{name}={_quoted(value)}" for name, value in _said(config, table.version) if value is not None]
    uri = f"{base}/{quote(str(config.tablename), safe='')}{'?' if members else ''}{'&'.join(members)}"
    return str(FromLiteral(uri)) if isinstance(config.db_path, FromLiteral) else uri


def _split(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        is_connection = parts.netloc.startswith(_CONNECTION)
        password = None if is_connection else parts.password
        _ = None if is_connection else parts.port
    except ValueError:
        raise ConfigError(f"{redact(uri)} is not the URI of a table", hint=FORMS) from None
    if parts.scheme != SCHEME or "://" not in uri:
        raise ConfigError(f"{redact(uri)} is not the URI of a table: it does not begin with dolt://", hint=FORMS)
    if password is not None:
        hint = "URIs are stored in literals: set DOLT_CLI_PASSWORD, and DOLT_CLI_HOST if no program names the server."
        raise ConfigError(f"{redact(uri)} contains a password", hint=hint)
    if parts.fragment or uri.endswith("#"):
        raise ConfigError(f"{redact(uri)} contains a #", hint="Write %23 for a # in a name.")
    return parts


def _place(parts: SplitResult, uri: str, options: str) -> tuple[str, str]:
    """Return database and table."""
    *where, table = parts.path.lstrip("/").split("/")
    if not table or (parts.netloc.startswith(_CONNECTION) and where):
        raise ConfigError(f"{redact(uri)} does not name a table", hint=FORMS)
    if parts.netloc.startswith(_CONNECTION):
        place = parts.netloc
    elif parts.netloc:
        if len(where) != 1 or not where[0]:
            raise ConfigError(f"{redact(uri)} does not name a database and one of its tables", hint=FORMS)
        place = f"mysql://{parts.netloc}/{where[0]}" + (f"?{options}" if options else "")
        options = ""
    else:
        place = "/" + "/".join(map(unquote, where))
    if options:
        raise ConfigError(f"{redact(uri)} has options of a server but names no server", hint=f"Remove {options}.")
    return place, unquote(table)


def _members_of(query: str, uri: str) -> dict[str, str]:
    """Return the members of the query, their values as they are written."""
    found: dict[str, str] = {}
    for member in filter(None, query.split("&")):
        name, equals, value = member.partition("=")
        name = name if name in _MEMBERS else name.lower().replace("-", "_")
        if name not in _MEMBERS and name not in URL_OPTIONS:
            hint = nearest(name, (*_MEMBERS, *URL_OPTIONS)) or f"There are: {', '.join(_MEMBERS)}."
            raise ConfigError(f"{redact(uri)} has an unknown parameter {shown(unquote(name))}", hint=hint)
        if name in found or not equals or not value:
            what = "twice" if name in found else "without a value"
            raise ConfigError(f"{redact(uri)} has {name} {what}", hint=FORMS)
        found[name] = unquote(value) if name in URL_OPTIONS else value
    return found


def _text(members: dict[str, str], name: str) -> str | None:
    return unquote(members[name]) if name in members else None


def _listed(members: dict[str, str], name: str) -> str | list[str]:
    values = [unquote(value) for value in members[name].split(",")] if name in _LISTS else [unquote(members[name])]
    return values[0] if len(values) == 1 else values


def _branch(members: dict[str, str], uri: str) -> NewBranch | MergeBranch | None:
    branch, base = _text(members, "branch"), _text(members, "base")
    merge = {name: _text(members, name) for name in _MERGE if name in members}
    if merge:
        return _merge(merge, branch or base, uri)
    if branch is None and base is not None:
        raise ConfigError(f"{redact(uri)} has a base but no branch to create from it", hint="Add branch=...")
    return NewBranch(branch, base) if branch is not None else None


def _merge(members: dict[str, Any], other: str | None, uri: str) -> MergeBranch:
    for name in ("branch_from", "merge_to"):
        if name not in members:
            raise ConfigError(f"{redact(uri)} has {next(iter(members))} but no {name}", hint=f"Add {name}=...")
    if other is not None:
        hint = "Remove branch and base."
        raise ConfigError(f"{redact(uri)} has both a branch to save to and one to merge into", hint=hint)
    return MergeBranch(**members)


def _version(members: dict[str, str]) -> Version | None:
    commit, branch = _text(members, "commit"), _text(members, "merge_to") or _text(members, "branch")
    return Version(commit, branch, _text(members, "hash")) if commit is not None else None


def _base(location: str) -> str:
    """Return the URI of a database, with the options of its server."""
    if location.startswith(_CONNECTION):
        return f"{SCHEME}://{location}"
    if "://" in location:
        return re.sub(r"^mysql(\+pymysql)?://", f"{SCHEME}://", without_password(location))
    return f"{SCHEME}://{quote(os.path.abspath(os.path.expanduser(location)))}"


def _check_sayable(config: DoltConfig) -> None:
    config.check()
    branch = config.branch_conf
    names = [name for name in ("sql", "params", "remote_conf", "meta_conf") if getattr(config, name) not in (None, [])]
    if not isinstance(branch, (type(None), NewBranch, AppendBranch, SerialBranch, MergeBranch)):
        names.append(f"branch_conf={type(branch).__name__}")
    if names:
        hint = "Pass the DoltTable itself, or remove that from its config."
        raise ConfigError(
            f"a dolt:// URI cannot express what the DoltConfig of {config.shown_path} has: {names[0]}", hint=hint
        )


def _said(config: DoltConfig, version: Version | None) -> list[tuple[str, Any]]:
    io_args = config.io_args or {}
    of_version = [("commit", version.commit), ("hash", version.table_hash)] if version else []
    return [
        *_said_of_branch(config.branch_conf),
        *((name, io_args.get(option)) for name, option in _IO_ARGS.items()),
        ("as_of", config.as_of if version is None else None),
        *of_version,
    ]


def _said_of_branch(branch: Branch | None) -> list[tuple[str, Any]]:
    if branch is None:
        return []
    if isinstance(branch, MergeBranch):
        return [(name, getattr(branch, name)) for name in _MERGE]
    return [("branch", branch.name), ("base", branch.start)]


def _quoted(value: Any) -> str:
    values = value if isinstance(value, (list, tuple)) else [value]
    return ",".join(quote(str(each), safe=_SAFE) for each in values)


def pinned_uri(table: DoltTable, columns: list[str] | None) -> str:
    """Return the URI of a saved table, optionally with some of its columns only."""
    if columns is None:
        return uri_of(table)
    io_args = {**(table.config.io_args or {}), "columns": columns}
    return uri_of(DoltTable(replace(table.config, io_args=io_args), version=table.version))
