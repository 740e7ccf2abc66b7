"""`DoltConfig`: which database, on which branch, at which commit."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from dataclasses import dataclass
from typing import Any

from dolt_integrations.adapters import check_text, line_of, named_branch, parse_author, parse_location
from dolt_integrations.core import Location, NewBranch, SerialBranch, with_connect_args
from dolt_integrations.errors import ConfigError


@dataclass(frozen=True)
class DoltConfig:
    """A database, and where in its history to work.

    Attributes:
        database: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database
            with the first write.
        branch: The branch that is read and written; None is the database's default branch.
        commit: What is read in place of the branch's newest commit: a commit, tag, branch, ancestor spec (`HEAD~2`)
            or moment. Writes go to `branch`, which has to be named then.
        base: Where the first write makes `branch` if it does not exist: a commit, tag or branch. None is `commit`;
            without either the branch has to exist.
        author: Of the commits, as `Name <email>`; None is whom `dolt config` names, else the workflow itself.
        connect_args: Options for a server by PyMySQL's names: `{"ssl_ca": ..., "connect_timeout": ...}`. They become a
            part of `database`.
        message: A line for the messages of the commits, below the first, which names the task.

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
        """Refuse what contradicts itself; take a branch config, an `Author` and a datetime for what they name.

        Raises:
            ConfigError: The database is none, a name is no text, or there is a base without a branch.
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
            raise ConfigError(f"DoltConfig has base {self.base!r} and no branch", hint="Name the branch to make.")

    @property
    def start(self) -> str | None:
        """Where `branch` is made if it does not exist; None if it has to."""
        return self.base or self.commit

    @property
    def branch_conf(self) -> SerialBranch | NewBranch:
        """The branch, as the core knows it."""
        if self.branch and self.start:
            return NewBranch(self.branch, self.start)
        return SerialBranch(self.branch)

    @property
    def location(self) -> str:
        """The database in a form that means the same from every directory, without a password."""
        return str(parse_location(self.database))

    @property
    def id(self) -> str:
        """What the `dolt` artifact calls the config: equal configs have one id.

        Example:
            >>> DoltConfig("shop").id == DoltConfig("shop").id != DoltConfig("shop", branch="b").id
            True
        """
        text = json.dumps([self.location, self.branch, self.commit, self.base])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def dict(self) -> dict[str, Any]:
        """Return the config as a JSON object, as it stands in the artifact.

        Example:
            >>> DoltConfig("mysql://me:secret@db.local/shop").dict()["database"]
            'mysql://me@db.local:3306/shop'
        """
        fields = {"id": self.id, "database": self.location, "branch": self.branch, "commit": self.commit}
        return {**fields, "base": self.base}


def parse_config(value: object, hint: str) -> DoltConfig | None:
    """Return a config, made of the database alone where that is given.

    Raises:
        ConfigError: It is neither.
    """
    if isinstance(value, (str, os.PathLike)):
        return DoltConfig(value)
    if value is None or isinstance(value, DoltConfig):
        return value
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    raise ConfigError(f"config is a {kind}, not a {DoltConfig.__module__}.DoltConfig", hint=hint)
