"""The remote that a database is cloned from, pulled from before a save or load, and pushed to after a save."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from dolt_integrations.core.configs.options import check_flag, check_options, shown_kind
from dolt_integrations.engine.names.address import is_loopback
from dolt_integrations.engine.names.remote_url import parse_remote_url
from dolt_integrations.engine.names.trust import REMOTE_HOST_VARIABLE, FromLiteral, may_have_remote_password, tie_remote
from dolt_integrations.errors import ConfigError
from dolt_integrations.redaction import shown

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

_NAME = re.compile(r"[A-Za-z0-9_][\w.-]*")
_FIELDS = ("name", "url", "force", "user")
"""The fields of a remote that are serialised. The password is not among them."""


@dataclass(frozen=True)
class Remote:
    """A remote of a database: pulled from before a save or load, pushed to after a save.

    Where Dolt needs credentials it takes them from the environment of the database's server: AWS_*,
    GOOGLE_APPLICATION_CREDENTIALS, the user's `dolt creds`, DOLT_REMOTE_PASSWORD for a `user`. For a directory that
    is the environment of this process.

    Attributes:
        name: Its name in the database.
        url: `file:///path`, `http(s)://host[:port]/database`, `owner/repo` (DoltHub), `gs://bucket/path` or
            `aws://[table:bucket]/database`. None is the URL that the database has for the name.
        force: Whether a push may discard commits that only the remote has. Nothing is merged from it then.
        user: The user to log in as, if the remote is a `dolt sql-server --remotesapi-port`.
        password: The user's password, for a database in a directory. None means DOLT_REMOTE_PASSWORD. It never appears
            in messages, in `to_dict` or in a pickle.

    Example:
        >>> Remote(url="dolthub/us-housing")
        Remote(name='origin', url='dolthub/us-housing', force=False, user=None)
    """

    name: str = "origin"
    url: str | None = None
    force: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ConfigError: The name or the URL is invalid, or there is a password without a user.
        """
        if not isinstance(self.name, str) or not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"{shown(self.name)} is not the name of a remote", hint="Use letters, digits, `-`, `_`, `.`."
            )
        if self.url is not None:
            if not isinstance(self.url, str):
                raise ConfigError(f"the url of remote {self.name} is {shown_kind(self.url)}", hint="Pass a string.")
            url = parse_remote_url(self.url)
            if not isinstance(self.url, FromLiteral):
                tie_remote(url)
        check_flag(self.force, f"force of remote {self.name}")
        if self.user is not None and (not isinstance(self.user, str) or not self.user or self.user.startswith("-")):
            raise ConfigError(f"remote {self.name}: {shown(self.user)} is not a user")
        if self.password is not None and self.user is None:
            raise ConfigError(f"remote {self.name} has a password and no user", hint="Pass Remote(user=...).")

    @classmethod
    def parse(cls, value: RemoteConf, what: str = "remote_conf") -> Remote | None:
        """Make a remote config from what users write: a URL, the name of a remote, or a mapping.

        Raises:
            ConfigError: It is none of these, or a field of the mapping is wrong.

        Example:
            >>> Remote.parse("file:///backups/shop").url, Remote.parse("backup").name
            ('file:///backups/shop', 'backup')
        """
        if value is None or isinstance(value, Remote):
            return value
        if isinstance(value, str):
            return Remote(name=value) if _NAME.fullmatch(value) else Remote(url=value)
        if isinstance(value, Mapping):
            check_options(value, _FIELDS, f"{what} ({', '.join(_FIELDS)})")
            return Remote(**value)
        hint = 'Pass Remote(url="file:///path"), or only the URL.'
        raise ConfigError(f"{what} is {shown_kind(value)}, not a remote", hint=hint)

    def credentials(self) -> AbstractContextManager[None]:
        """Return a context in which servers started for directories get the password."""
        from dolt_integrations.engine.server.dolt import remote_password

        return remote_password(self.password)

    def check_credentials(self, url: str) -> None:
        """Refuse to send the password in clear, or to a remote that only a literal or the database names.

        Args:
            url: The remote's URL, as the database has it.

        Raises:
            ConfigError: There is a user, and the password would be sent to such a remote.

        Example:
            >>> Remote(url="https://hub.example/shop", user="me").check_credentials("https://hub.example/shop")
        """
        if self.user is None:
            return
        if not url.startswith(("http://", "https://")):
            return
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "http" and not is_loopback(host):
            hint = "Use an https:// URL, or no user."
            raise ConfigError(f"the password for remote {self.name} would be sent to {host} unencrypted", hint=hint)
        if not may_have_remote_password(url):
            hint = f"Name it in the program, Remote(url={url!r}), or set {REMOTE_HOST_VARIABLE}={host}."
            what = f"the password for remotes is not sent to {host}, which only a literal or the database names"
            raise ConfigError(what, hint=hint)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle without the password."""
        return {**self.__dict__, "password": None}

    def __deepcopy__(self, memo: Any) -> Remote:
        """Return the same immutable object: a copy by pickling would lack the password."""
        return self

    def __copy__(self) -> Remote:
        """Return itself."""
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the config, without the password, as a JSON object for `remote_from_dict`.

        Example:
            >>> Remote(url="file:///backups/shop", user="me", password="secret").to_dict()
            {'name': 'origin', 'url': 'file:///backups/shop', 'force': False, 'user': 'me'}
        """
        return {"name": self.name, "url": self.url, "force": self.force, "user": self.user}


RemoteConf: TypeAlias = Remote | Mapping[str, Any] | str | None
"""What users may give for a remote config: a config, its `to_dict`, a URL, or the name of a remote of the database."""


def remote_from_dict(value: Remote | Mapping[str, Any] | None) -> Remote | None:
    """Make a remote config from the result of `Remote.to_dict`.

    Raises:
        ConfigError: A field is wrong.

    Example:
        >>> remote_from_dict({"name": "backup"})
        Remote(name='backup', url=None, force=False, user=None)
    """
    return Remote.parse(value)
