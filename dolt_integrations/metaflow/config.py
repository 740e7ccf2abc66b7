"""`DoltConfig`: a database, a branch and a commit."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

from dolt_integrations.adapters import (
    check_text,
    line_of,
    named_branch,
    parse_author,
    parse_location,
    redact,
    without_password,
)
from dolt_integrations.core import Location, NewBranch, SerialBranch, with_connect_args
from dolt_integrations.errors import ConfigError


@dataclass(frozen=True)
class DoltConfig:
    """A database, and the branch and commit to work on.

    Attributes:
        database: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database
            with the first write.
        branch: The branch to read and write; None is the database's default branch.
        commit: The version to read instead of the branch's newest commit: a commit, tag, branch, ancestor spec
            (`HEAD~2`) or timestamp. To write as well, name a `branch`.
        base: The version from which the first write creates `branch`, if it does not exist: a commit, tag or branch.
            None is `commit`; without either, the branch has to exist.
        author: The author of commits, `Name <email>`; None is the identity in `dolt config`, otherwise the workflow.
        connect_args: Connection options with PyMySQL's names: `{"ssl_ca": ..., "connect_timeout": ...}`. They become
            part of `database`.
        message: A line for the commit messages, below the first, which names the task.

    Example:
        >>> DoltConfig("shop", branch="backtest", commit="v1").start
        'v1'
    """

    database: Location = "."
    branch: str | None = None
    commit: str | None = None
    base: str | None = None
    author: str | None = None
    connect_args: dict[str, Any] | None = None
    message: str | None = None

    def __post_init__(self) -> None:
        """Check the fields, and convert a branch config, an `Author` and a datetime to strings.

        Raises:
            ConfigError: The database is invalid, a name is not a string, or there is a base without a branch.
        """
        object.__setattr__(self, "database", with_connect_args(self.database, self.connect_args))
        object.__setattr__(self, "connect_args", None)
        parse_location(self.database)
        if isinstance(self.branch, NewBranch) and self.base is None:
            base = self.branch.base or (None if self.commit else "HEAD")
            object.__setattr__(self, "base", base)
        branch = self.branch.branch if isinstance(self.branch, NewBranch) else self.branch
        commit = self.commit.isoformat() if isinstance(self.commit, datetime.date) else self.commit
        author = None if self.author is None else str(parse_author(self.author))
        for name, value in (("branch", branch), ("commit", commit), ("base", self.base), ("author", author)):
            if value is not None:
                text = named_branch(value, f"{name} of a DoltConfig")
                check_text(text, f"{name} of a DoltConfig")
                object.__setattr__(self, name, text)
        object.__setattr__(self, "message", line_of(self.message, "message of a DoltConfig"))
        if self.base and not self.branch:
            raise ConfigError(
                f"DoltConfig has base {self.base!r} but no branch", hint="Name the branch to create from it."
            )

    def __getstate__(self) -> dict[str, Any]:
        """Pickle, as an artifact, without the URL's password."""
        location = str(self.database) if isinstance(self.database, str) else self.database
        location = without_password(location) if type(location) is str else location
        return {**self.__dict__, "database": location}

    def __repr__(self) -> str:
        """Return the fields that are set, without the password of a URL."""
        shown = redact(self.database) if isinstance(self.database, str) else self.database
        fields = {name: value for name, value in {**self.__dict__, "database": shown}.items() if value is not None}
        return f"DoltConfig({', '.join(f'{name}={value!r}' for name, value in fields.items())})"

    @property
    def start(self) -> str | None:
        """The version from which `branch` is created if it does not exist; None if it has to exist."""
        return self.base or self.commit

    @property
    def branch_conf(self) -> SerialBranch | NewBranch:
        """The branch as a branch config of the core."""
        if self.branch and self.start:
            return NewBranch(self.branch, self.start)
        return SerialBranch(self.branch)

    @property
    def location(self) -> str:
        """The database without a password, in a form that does not depend on the working directory."""
        return str(parse_location(self.database))

    @property
    def id(self) -> str:
        """The id of the config in the `dolt` artifact. Equal configs have equal ids.

        Example:
            >>> DoltConfig("shop").id == DoltConfig("shop").id != DoltConfig("shop", branch="b").id
            True
        """
        text = json.dumps([self.location, self.branch, self.commit, self.base])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def dict(self) -> dict[str, Any]:
        """Return the config as a JSON object, as stored in the artifact.

        Example:
            >>> DoltConfig("mysql://me:secret@db.local/shop").dict()["database"]
            'mysql://me@db.local:3306/shop'
        """
        fields = {"id": self.id, "database": self.location, "branch": self.branch, "commit": self.commit}
        return {**fields, "base": self.base}


def parse_config(value: object, hint: str) -> DoltConfig | None:
    """Return a config; if only a database is given, create one from it.

    Raises:
        ConfigError: The value is neither a config nor a database.
    """
    if isinstance(value, (str, os.PathLike)):
        return DoltConfig(value)
    if value is None or isinstance(value, DoltConfig):
        return value
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    raise ConfigError(f"config is a {kind}, not a {DoltConfig.__module__}.DoltConfig", hint=hint)
