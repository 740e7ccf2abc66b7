"""The `io_args` of a `DoltConfig`: the options of a save and a load, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import (
    REPLACE,
    Part,
    bind,
    check_mode,
    line_of,
    nearest,
    parse_author,
    parse_key,
    part_of,
)
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from dolt_integrations.core import Author

_IO_ARGS = ("primary_key", "author", "message", "schema", "mode", "columns", "where")
_IGNORED_IO_ARGS = {"if_exists": "replace", "index": False}
"""Arguments of `DataFrame.to_sql` that older programs pass, with the values that are accepted and ignored."""


class IoArgs:
    """Typed access to the `io_args` of a config."""

    if TYPE_CHECKING:  # fields of the dataclass
        io_args: dict[str, Any] | None
        sql: str | None
        params: list[Any] | dict[str, Any] | None

    def _check_io_args(self) -> None:
        for name, value in (self.io_args or {}).items():
            if name not in _IO_ARGS and _IGNORED_IO_ARGS.get(name, value is None) != value:
                hint = nearest(name, _IO_ARGS)
                raise ConfigError(f"DoltConfig.io_args has {name}={value!r}, which is not supported", hint=hint)
        parse_key((self.io_args or {}).get("primary_key"), "primary_key of DoltConfig.io_args")
        _ = self.author, self.message
        schema = (self.io_args or {}).get("schema")
        if schema not in (None, "overwrite"):
            raise ConfigError(f"DoltConfig.io_args has schema={schema!r}", hint="The only value is 'overwrite'.")
        check_mode(self.mode, overwrite=schema is not None)
        _ = self.part, self.bound_sql
        if self.sql is not None and not self.part.is_all:
            raise ConfigError("io_args has columns or where together with `sql`", hint="Put them into the SQL.")

    @property
    def primary_key(self) -> list[str] | None:
        """The key's columns of `io_args`, as a list."""
        key = parse_key((self.io_args or {}).get("primary_key"))
        return None if key is None else list(key)

    @property
    def part(self) -> Part:
        """The columns and the condition of a read."""
        columns, where = ((self.io_args or {}).get(name) for name in ("columns", "where"))
        return part_of(columns, where, self.params if self.sql is None else None)

    @property
    def bound_sql(self) -> str | None:
        """The query with the params filled in.

        Raises:
            ConfigError: The params do not match the placeholders.
        """
        return bind(self.sql, self.params) if self.sql is not None else None

    @property
    def mode(self) -> str:
        """The write mode of `io_args`."""
        return (self.io_args or {}).get("mode") or REPLACE

    @property
    def message(self) -> str | None:
        """The line of `io_args` that is added to the commit's message.

        Raises:
            ConfigError: It is not a string of one line.
        """
        return line_of((self.io_args or {}).get("message"), "message of DoltConfig.io_args")

    @property
    def author(self) -> Author | None:
        """The author of `io_args`.

        Raises:
            ConfigError: It is not of the form `Name <email>`.
        """
        text = (self.io_args or {}).get("author")
        return parse_author(text) if text is not None else None
