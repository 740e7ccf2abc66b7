"""`DoltConfig`: the database, branch, and table or query of a `DoltTable`."""

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
from dolt_integrations.flyte.literals.contents import with_digits, without_digits
from dolt_integrations.flyte.literals.json_members import PARSED, READ_BY_FROM_DICT
from dolt_integrations.flyte.literals.members import check_member, json_object, marked
from dolt_integrations.flyte.literals.pydantic_schema import PydanticField
from dolt_integrations.flyte.secrets import secret_credentials

logger = logging.getLogger(__name__)

_WARNED: set[str] = set()
"""Locations for which the warning about a password has been logged."""


@dataclass(repr=False)
class DoltConfig(IoArgs, PydanticField, DataClassJsonMixin, SerializableType):
    """The database, branch, and table or query of a `DoltTable`.

    Attributes:
        db_path: A directory, a server's URL (`mysql://user@host:port/database`), or a named connection
            (`connection:shop`), which DOLT_CONNECTION_SHOP defines in the task's environment. A password in the URL is
            refused on a cluster; elsewhere only this program uses it, and no literal or pickle contains it.
            DOLT_CLI_PASSWORD is for servers that the program itself names; for a server that only a literal names, set
            DOLT_CLI_HOST as well.
        tablename: The table to write or read. Give either `tablename` or `sql`.
        sql: A query to read. It may use `AS OF`.
        io_args: `primary_key`: a column name or a list of them. `author`: `Name <email>` for the commit.
            `message`: a line for the commit's message. `schema`: `"overwrite"` recreates the table if the frame's types
            do not fit. `mode`: `"replace"` (the default), `"append"` or `"upsert"`. `columns` and `where`: the columns
            to read, and a SQL condition on the rows to read.
        branch_conf: The branch: its name, or `NewBranch`, `AppendBranch`, `SerialBranch` or `MergeBranch` from
            `dolt_integrations.core`; None is the default branch of the database.
        meta_conf: Hooks that record every save and load: `CallbackMeta`, `DoltMeta`, or a list of them. A callback
            works in other tasks if it is registered (`dolt_integrations.core.callback`); any other works in the task
            that creates the config and is left out of the literal.
        remote_conf: A `Remote` that is pulled from before a save or load, and pushed to after a save.
        as_of: The version to read: a commit, tag, branch, ancestor (`HEAD~2`) or timestamp (ISO; UTC if it has no
            offset); or `execution:<id>`, the version that an execution read.
        params: The values for `%s` (a list) or `%(name)s` (a dict) in `sql` or in the `where` of `io_args`.
        connect_args: Connection options with PyMySQL's names: `{"ssl_ca": ..., "connect_timeout": ...}`. They become
            part of `db_path`. A password is accepted from the program, not from a literal.
        secret_connect_args: Flyte secrets for `password` and `user`: `{"password": Secret(group="dolt",
            key="password")}`. They are looked up in the task that connects, which has to request them. They are used
            for the server of this config only, and no literal contains them: a task that receives a table finds them
            in the config in its own module.

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
        """Convert the types that users may pass: path objects, branch names and dicts, datetimes.

        Raises:
            ConfigError: A field has the wrong type.
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
                raise ConfigError(f"{name} of a DoltConfig is {shown_kind(getattr(self, name))}", hint="Pass a string.")
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
        """Refuse a password in the URL on a cluster, where many can read the code and its image."""
        if without_password(self.db_path) == self.db_path:
            return
        hint = (
            'Pass DoltConfig(secret_connect_args={"password": Secret(group=..., key=...)}), set DOLT_CLI_PASSWORD '
            "from a secret, or name a connection: db_path='connection:name'."
        )
        what = f"the db_path {self.shown_path} contains a password"
        if is_on_cluster():
            raise ConfigError(f"{what}, which is not allowed on a cluster", hint=hint)
        if self.shown_path not in _WARNED:
            _WARNED.add(self.shown_path)
            logger.warning("%s, which is an error on a cluster. %s", what, hint)

    @classmethod
    def from_dict(cls, kvs: Any, *, infer_missing: bool = False) -> DoltConfig:
        """Create a config from a JSON object.

        Raises:
            ConfigError: A field is unknown, missing or has the wrong type.

        Example:
            >>> DoltConfig.from_dict({"db_path": "foo", "tablename": "rabbits", "branch_conf": None}).tablename
            'rabbits'
        """
        content = json_object(kvs, "DoltConfig", [f.name for f in dataclasses.fields(cls)], needs="db_path")
        for name in ("db_path", "tablename", "sql", "as_of"):
            check_member(content, name, str, "a string")
        check_member(content, "io_args", Mapping, "an object")
        check_member(content, "connect_args", Mapping, "an object")
        if content.get("secret_connect_args") is not None:
            hint = "Set it in the program, or name a connection: connection:name."
            raise ConfigError(
                "a literal has secret_connect_args, and only programs may say where a secret is sent", hint=hint
            )
        return cls(**marked({**content, "params": without_digits(content.get("params"))}))

    def to_dict(self, encode_json: bool = False) -> dict[str, Any]:
        """Return the config as a JSON object.

        Example:
            >>> DoltConfig("foo", tablename="rabbits", branch_conf="run/1").to_dict()["branch_conf"]
            {'_type': 'SerialBranch', 'branch': 'run/1'}
        """
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        remote = self.remote_conf.to_dict() if self.remote_conf else None
        metas = [content for meta in metas_of(self.meta_conf) if (content := meta.to_dict()) is not None]
        branch = self.branch_conf.to_dict() if self.branch_conf else None
        values |= {"db_path": without_password(self.db_path), "params": with_digits(self.params)}
        del values["connect_args"]  # the db_path contains them
        del values["secret_connect_args"]
        return {**values, "branch_conf": branch, "meta_conf": metas or None, "remote_conf": remote}

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the URL's password. An unpickled config is untrusted, like a literal."""
        location = from_literal(without_password(self.db_path))
        return {**self.__dict__, "db_path": location, "secret_connect_args": None}

    def _serialize(self) -> dict[str, Any]:
        """Return the JSON form as a field of a dataclass (called by mashumaro)."""
        return self.to_dict()

    @classmethod
    def _deserialize(cls, value: dict[str, Any]) -> DoltConfig:
        return cls.from_dict(value)

    @property
    def repository(self) -> core.Repository:
        """The `Repository` of the config, with its author, remote and hooks: for promote, revert, restore, compare.

        Example:
            >>> DoltConfig("mysql://me@dolt.internal/shop", tablename="users").repository
            Repository('mysql://me@dolt.internal:3306/shop')
        """
        return core.Repository(self.db_path, author=self.author, remote=self.remote_conf, hooks=self.meta_conf)

    @property
    def shown_path(self) -> str:
        """The `db_path` for messages, without its password."""
        return redact(self.db_path)

    def __repr__(self) -> str:
        """Return the fields without the password."""
        values = {**{f.name: getattr(self, f.name) for f in dataclasses.fields(self)}, "db_path": self.shown_path}
        return f"DoltConfig({', '.join(f'{name}={value!r}' for name, value in values.items())})"

    def _repr_html_(self) -> str:
        from dolt_integrations.flyte.card import config_html

        return config_html(self)

    def check(self) -> None:
        """Check the config before anything is opened.

        Raises:
            ConfigError: It has both or neither of `tablename` and `sql`, or an unknown option in `io_args`.

        Example:
            >>> DoltConfig("foo", tablename="rabbits").check()
        """
        if (self.tablename is None) == (self.sql is None):
            which = "both `tablename` and `sql`" if self.sql is not None else "neither `tablename` nor `sql`"
            raise ConfigError(f"the DoltConfig of {self.shown_path} names {which}", hint="Pass exactly one of them.")
        self._check_io_args()


def _travelling(io_args: dict[str, Any]) -> dict[str, Any]:
    """Return options with the author as a string, which a literal can contain."""
    return {name: str(value) if isinstance(value, Author) else value for name, value in io_args.items()}


def _text_of(location: Any) -> str:
    """Return a path or URL as a string; for a `doltcli.Dolt`, its directory."""
    return str(getattr(location, "repo_dir", location))
