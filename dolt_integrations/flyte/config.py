"""`DoltConfig`: which table or query, of which database, on which branch."""

from __future__ import annotations

import dataclasses
import datetime
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from dataclasses_json import DataClassJsonMixin
from mashumaro.types import SerializableType

from dolt_integrations import core
from dolt_integrations.adapters import (
    check_as_of,
    from_literal,
    is_on_cluster,
    metas_of,
    options_of,
    parse_location,
    plain_params,
    redact,
    shown_kind,
    tie_secrets,
    without_password,
)
from dolt_integrations.core import Author, Branch, Meta, Remote, with_connect_args
from dolt_integrations.errors import ConfigError
from dolt_integrations.flyte.io_args import IoArgs
from dolt_integrations.flyte.json_members import PARSED, READ_BY_FROM_DICT
from dolt_integrations.flyte.members import check_member, json_object, marked
from dolt_integrations.flyte.pydantic_schema import PydanticField
from dolt_integrations.flyte.secrets import secret_credentials

logger = logging.getLogger(__name__)

_WARNED: set[str] = set()
"""Locations whose password the user has been warned of."""


@dataclass(repr=False)
class DoltConfig(IoArgs, PydanticField, DataClassJsonMixin, SerializableType):
    """Which table or query of which Dolt database a `DoltTable` is.

    Attributes:
        db_path: A directory; a server: `mysql://user@host:port/database`; or a named connection: `connection:shop`,
            which DOLT_CONNECTION_SHOP says where the task runs. A password in the URL is refused on a cluster;
            elsewhere it is for the program that has it: it is in no literal and no pickle. DOLT_CLI_PASSWORD is for
            the servers that the program names itself; for one that only a literal names, set DOLT_CLI_HOST as well.
        tablename: The table to write or to read; or
        sql: a query to read, never written to. `AS OF` is understood.
        io_args: `primary_key`: a column name or a list of them. `author`: `Name <email>` for the commit.
            `message`: a line for the commit's message. `schema`: `"overwrite"` lets a frame with other types make its
            table anew. `mode`: `"replace"` (also the default), `"append"` or `"upsert"`. `columns` and `where`: what to
            read of the table, names and a condition in SQL.
        branch_conf: The branch: `NewBranch`, `AppendBranch`, `SerialBranch` or `MergeBranch` of
            `dolt_integrations.core`; None is the default branch of the database.
        meta_conf: What is told of each save and load: `CallbackMeta`, `DoltMeta`, or a list of them. A callback
            travels to other tasks if it is registered (`dolt_integrations.core.callback`); any other works in the task
            that makes the config and is left out of the literal.
        remote_conf: A `Remote`: the branch is pulled from it before a save or load, and pushed to it after a save.
        as_of: Read an old version: a commit, tag, branch, ancestor (`HEAD~2`) or timestamp (ISO, UTC unless it
            says); or `execution:<id>`, what an execution had read of it.
        params: The values for `%s` (a list) or `%(name)s` (a dict) in `sql` or in the `where` of `io_args`.
        connect_args: Options for a server by PyMySQL's names: `{"ssl_ca": ..., "connect_timeout": ...}`. They become a
            part of `db_path`, with which they travel; a password is taken of the program and not of a literal.
        secret_connect_args: `{"password": Secret(group="dolt", key="password")}`, and `user` if that is one: looked up
            where a task connects, which has to request the secret. It is for the server that the program names here,
            and in no literal: tasks that receive a table find it by the config in their own module.

    Example:
        >>> DoltConfig(db_path="foo", tablename="rabbits").tablename
        'rabbits'
    """

    db_path: str
    tablename: str | None = None
    sql: str | None = None
    io_args: dict[str, Any] | None = field(default=None, metadata=PARSED)
    branch_conf: Branch | None = field(default=None, metadata=PARSED)
    meta_conf: Meta | list[Meta] | None = field(default=None, metadata=PARSED)
    remote_conf: Remote | None = field(default=None, metadata=PARSED)
    as_of: str | None = None
    params: list[Any] | dict[str, Any] | None = field(default=None, metadata=PARSED)

    connect_args: dict[str, Any] | None = field(default=None, metadata=PARSED)
    secret_connect_args: dict[str, Any] | None = field(default=None, metadata=PARSED)

    dataclass_json_config: ClassVar[Any] = READ_BY_FROM_DICT  # type: ignore[misc]

    def __post_init__(self) -> None:
        """Accept what users have at hand: a path object, a branch by its name or as a dict, a datetime.

        Raises:
            ConfigError: A field is of the wrong kind.
        """
        parse_location(self.db_path)
        self.db_path = _text_of(with_connect_args(self.db_path, self.connect_args))
        self.connect_args = None
        self._check_password()
        credentials = secret_credentials(self.secret_connect_args)
        if credentials is not None:
            tie_secrets(self.db_path, credentials)
        for name in ("tablename", "sql"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise ConfigError(f"{name} of a DoltConfig is {shown_kind(getattr(self, name))}", hint="Give a text.")
        if self.io_args is not None:
            self.io_args = _travelling(options_of(self.io_args, "io_args of a DoltConfig"))
        self.branch_conf = Branch.parse(self.branch_conf)
        metas = metas_of(self.meta_conf)
        self.meta_conf = list(metas) if isinstance(self.meta_conf, (list, tuple)) else next(iter(metas), None)
        self.remote_conf = Remote.parse(self.remote_conf)
        check_as_of(self.as_of)
        self.params = plain_params(self.params)
        if isinstance(self.as_of, datetime.date):
            self.as_of = self.as_of.isoformat()

    def _check_password(self) -> None:
        """Refuse a password in the URL on a cluster, where the code and its image are everybody's to read."""
        if without_password(self.db_path) == self.db_path:
            return
        hint = (
            'Give DoltConfig(secret_connect_args={"password": Secret(group=..., key=...)}), set DOLT_CLI_PASSWORD '
            "from a secret, or name a connection: db_path='connection:name'."
        )
        what = f"the db_path {self.shown_path} has a password in it"
        if is_on_cluster():
            raise ConfigError(f"{what}, which is no place for one on a cluster", hint=hint)
        if self.shown_path not in _WARNED:
            _WARNED.add(self.shown_path)
            logger.warning("%s; on a cluster it would be refused. %s", what, hint)

    @classmethod
    def from_dict(cls, kvs: Any, *, infer_missing: bool = False) -> DoltConfig:
        """Make a config of a JSON object.

        Raises:
            ConfigError: An unknown or a missing field.
        """
        content = json_object(kvs, "DoltConfig", [f.name for f in dataclasses.fields(cls)], needs="db_path")
        for name in ("db_path", "tablename", "sql", "as_of"):
            check_member(content, name, str, "a text")
        check_member(content, "io_args", Mapping, "an object")
        check_member(content, "connect_args", Mapping, "an object")
        if content.get("secret_connect_args") is not None:
            hint = "Give it in the program, or name a connection: connection:name."
            raise ConfigError("a literal has secret_connect_args; it says of no secret whom it is for", hint=hint)
        return cls(**marked(content))

    def to_dict(self, encode_json: bool = False) -> dict[str, Any]:
        """Return the config as a JSON object."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        remote = self.remote_conf.to_dict() if self.remote_conf else None
        metas = [content for meta in metas_of(self.meta_conf) if (content := meta.to_dict()) is not None]
        branch = self.branch_conf.to_dict() if self.branch_conf else None
        values["db_path"] = without_password(self.db_path)
        del values["connect_args"]  # they are in the db_path
        del values["secret_connect_args"]
        return {**values, "branch_conf": branch, "meta_conf": metas or None, "remote_conf": remote}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the password of the URL; what is unpickled comes from elsewhere, as a literal does."""
        location = from_literal(without_password(self.db_path))
        return {**self.__dict__, "db_path": location, "secret_connect_args": None}

    def _serialize(self) -> dict[str, Any]:
        """Return what travels as a field of a dataclass (mashumaro calls this)."""
        return self.to_dict()

    @classmethod
    def _deserialize(cls, value: dict[str, Any]) -> DoltConfig:
        return cls.from_dict(value)

    @property
    def repository(self) -> core.Repository:
        """The database as a whole, with the config's author, remote and hooks: to promote, revert, restore, compare.

        Example:
            >>> DoltConfig("mysql://me@dolt.internal/shop", tablename="users").repository
            Repository('mysql://me@dolt.internal:3306/shop')
        """
        return core.Repository(self.db_path, author=self.author, remote=self.remote_conf, hooks=self.meta_conf)

    @property
    def shown_path(self) -> str:
        """The `db_path` for texts, without a password."""
        return redact(self.db_path)

    def __repr__(self) -> str:
        """Show the fields, but no password."""
        values = {**{f.name: getattr(self, f.name) for f in dataclasses.fields(self)}, "db_path": self.shown_path}
        return f"DoltConfig({', '.join(f'{name}={value!r}' for name, value in values.items())})"

    def _repr_html_(self) -> str:
        from dolt_integrations.flyte.card import config_html

        return config_html(self)

    def check(self) -> None:
        """Refuse a config that cannot be read, before it costs anything.

        Raises:
            ConfigError: Both or neither of `tablename` and `sql`, or an unknown `io_args`.
        """
        if (self.tablename is None) == (self.sql is None):
            which = "both `tablename` and `sql`" if self.sql is not None else "neither `tablename` nor `sql`"
            raise ConfigError(f"the DoltConfig of {self.shown_path} names {which}", hint="Give one of them.")
        self._check_io_args()


def _travelling(io_args: dict[str, Any]) -> dict[str, Any]:
    """Return options with an author as a text, which travels in a literal."""
    return {name: str(value) if isinstance(value, Author) else value for name, value in io_args.items()}


def _text_of(location: Any) -> str:
    """Return a path or URL as text; of a `doltcli.Dolt`, its directory."""
    return str(getattr(location, "repo_dir", location))
