"""The location of a dataset: its database, with the catalog's credentials, and its branch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dolt_integrations.adapters import shown_kind
from dolt_integrations.core import Branch, Location, with_connect_args
from dolt_integrations.errors import ConfigError
from dolt_integrations.kedro.framework import find_kedro_project

BranchEntry = Branch | Mapping[str, Any] | str | None
"""A branch in a catalog: its name, or a mapping with a `type` such as `NewBranch` and its fields."""

_CREDENTIALS = "Name an entry of credentials.yml, such as `dolt: {user: flyte, password: ...}`."


def find_location(database: Location | None, credentials: Mapping[str, Any] | None) -> Location:
    """Return the database's location, with the user, the password and the options of the credentials.

    A relative directory is relative to the Kedro project, in whichever folder of it the program was started.

    Args:
        database: A directory or a `mysql://` URL; None or empty takes the credentials' `url`.
        credentials: `user`, `password`, `url`, and options of a connection by PyMySQL's names.

    Raises:
        ConfigError: The credentials are not a mapping, or contradict the database.
    """
    options = _options(credentials)
    url = options.pop("url", None)
    if database and url is not None:
        raise ConfigError("the dataset has a `database`, and its credentials have a `url`", hint="Remove one of them.")
    location = _in_project(database or url)
    user = options.pop("user", None)
    if user is not None:
        location = _with_user(location, user)
    try:
        return with_connect_args(location, options)
    except ConfigError as error:  # which calls them by their name elsewhere
        raise ConfigError(str(error).replace("connect_args", "credentials")) from error


def _options(credentials: object) -> dict[str, Any]:
    if credentials is None:
        return {}
    if isinstance(credentials, str):
        what = f"the dataset got the name {credentials!r} instead of the credentials themselves"
        raise ConfigError(what, hint=_CREDENTIALS)
    if not isinstance(credentials, Mapping):
        raise ConfigError(
            f"the credentials of a dataset are of type {type(credentials).__name__}, not a dict", hint=_CREDENTIALS
        )
    return dict(credentials)


def _in_project(database: Any) -> Location:
    if not database:
        hint = "Set `database: data/shop`, or `database: mysql://user@host:3306/shop`."
        raise ConfigError("the dataset names no database", hint=hint)
    location: Location = database
    if not isinstance(database, (str, os.PathLike)) or "://" in str(database) or Path(database).is_absolute():
        return location
    project = find_kedro_project(Path.cwd())
    return str(project / database) if project else location


def _with_user(location: Location, user: object) -> Location:
    """Add a user to a URL, which may contain the same user already."""
    scheme, mark, rest = str(location).partition("://")
    if not isinstance(user, str) or not user:
        raise ConfigError("the `user` of the credentials is not a string, or is empty", hint=_CREDENTIALS)
    if not mark:
        hint = "Remove the credentials, or set `database` to a `mysql://` URL."
        raise ConfigError(f"the credentials are for a server, and {location} is a directory", hint=hint)
    who, at, _ = rest.partition("@")
    if at and who.partition(":")[0] != user:
        raise ConfigError("the database's URL and the credentials name different users", hint="Remove one of them.")
    return str(location) if at else f"{scheme}://{user}@{rest}"


def parse_branch(branch: BranchEntry) -> Branch | None:
    """Return the branch config for a branch in a catalog.

    Raises:
        ConfigError: The `type` is unknown, or a field is wrong.

    Example:
        >>> parse_branch({"type": "MergeBranch", "branch_from": "c2", "merge_to": "master"})
        MergeBranch(branch_from='c2', merge_to='master', on_conflict=None)
    """
    if isinstance(branch, Mapping) and "type" in branch:
        branch = {"_type" if name == "type" else name: value for name, value in branch.items()}
    if branch is not None and not isinstance(branch, (str, Branch, Mapping)):
        hint = "Write its name, or `{type: NewBranch, branch: run/1}`."
        raise ConfigError(f"branch of a dataset is {shown_kind(branch)}", hint=hint)
    return Branch.parse(branch, "branch")
