"""`TableReference`: the config of a table and the commit that it is pinned to, with the rows that are in memory."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints

from dataclasses_json import DataClassJsonMixin
from mashumaro.types import SerializableType

from dolt_integrations import adapters
from dolt_integrations.adapters import shown
from dolt_integrations.core import Version
from dolt_integrations.errors import ConfigError, DoltError, LiteralError
from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.literals.json_members import PARSED, READ_BY_FROM_DICT
from dolt_integrations.flyte.literals.members import json_object
from dolt_integrations.flyte.literals.pydantic_schema import PydanticField

if TYPE_CHECKING:
    import pandas as pd
    from typing_extensions import Self

    from dolt_integrations.adapters import Column

_MISSING: Any = object()
"""The default of `config`, so that a missing one is a `DoltError` instead of a TypeError."""

_NOTHING = "nothing_added"
"""The member of a literal's version that says that the save had nothing to add."""


@dataclass(init=False, repr=False, eq=False)
class TableReference(PydanticField, DataClassJsonMixin, SerializableType):
    """The state of a `DoltTable`, and its form in JSON. It neither reads nor writes.

    Attributes:
        config: See `DoltTable`.
        version: See `DoltTable`.
    """

    config: DoltConfig = field(metadata=PARSED)
    version: Version | None = field(default=None, metadata=PARSED)

    dataclass_json_config: ClassVar[Any] = READ_BY_FROM_DICT  # type: ignore[misc]

    def __init__(
        self, config: DoltConfig = _MISSING, data: pd.DataFrame | None = None, *, version: Version | None = None
    ) -> None:
        """Create a table to write (with `data`) or to read (without; at `version`, if it is given).

        Raises:
            ConfigError: There is no `config`, or it is not a DoltConfig.
        """
        if not isinstance(config, DoltConfig):
            what = "missing" if config is _MISSING else f"of class {type(config).__name__}, not a DoltConfig"
            raise ConfigError(f"the config of a DoltTable is {what}", hint="Use DoltTable(config=..., data=...).")
        self.config = config
        self.version = version
        self._frame = data
        self._columns: dict[str, Column] = {}
        self._in_dolt = False
        self._problem: str | None = None
        self._has_added_nothing = False

    @property
    def commit(self) -> str | None:
        """The hash of the commit that the table is pinned to."""
        return self.version.commit if self.version else None

    @property
    def table_hash(self) -> str | None:
        """Dolt's hash of schema and rows, after a write or read. Use it in a `HashMethod` for Flyte's cache.

        If the config selects a part of the table, it is a hash of that and of `columns` and `where`.
        """
        known = self.version.table_hash if self.version else None
        part = self.config.part
        if known is None or part.is_all:
            return known
        return hashlib.sha256(repr((known, part.columns, part.where)).encode()).hexdigest()[:32]

    @property
    def frame(self) -> Any:
        """The rows in memory, or None. Unlike `data`, it never reads from Dolt."""
        return self._frame

    @property
    def has_rows(self) -> bool:
        """Whether it has rows in memory."""
        return self._frame is not None and not self.is_blank

    @property
    def is_saved(self) -> bool:
        """Whether Dolt has the rows, as far as this is known without reading them."""
        return self._frame is None or self._in_dolt

    @property
    def problem(self) -> str | None:
        """The error that kept it from being saved, or None."""
        return self._problem

    @property
    def is_blank(self) -> bool:
        """Whether it is an empty frame without columns and without a tablename. Upstream accepts such a table."""
        if self._frame is None or self.config.tablename is not None or self.config.sql is not None:
            return False
        import pandas as pd

        return isinstance(self._frame, pd.DataFrame) and self._frame.size == 0

    def pin(self, version: Version, *, nothing: bool = False) -> None:
        """Pin the table to the version of its rows. A stream is exhausted, so its rows are read from Dolt when needed.

        Args:
            version: The version.
            nothing: Whether the save had nothing to add, so that the commit belongs to another save.
        """
        self.version, self._has_added_nothing = version, nothing
        self._in_dolt = True
        if self._frame is not None and adapters.is_stream(self._frame):
            self._frame = None

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Keep an error of the block for `repr`: for an `Optional`, flytekit shows only the value's `repr`."""
        try:
            yield
        except DoltError as error:
            self._problem = str(error)
            raise
        self._problem = None

    def to_dict(self, encode_json: bool = False) -> dict[str, Any]:
        """Return config and version as a JSON object; the rows stay in Dolt."""
        known: dict[str, Any] | None = None
        if self.version is not None:
            known = {name: getattr(self.version, name) for name in ("commit", "branch", "table_hash")}
            known |= {_NOTHING: True} if self._has_added_nothing else {}
        names = [each.name for each in dataclasses.fields(self._config_class())]
        config = {name: value for name, value in self.config.to_dict().items() if name in names}
        return {"config": config, "version": known}

    @classmethod
    def from_dict(cls, kvs: Any, *, infer_missing: bool = False) -> Self:
        """Create a table from the result of `to_dict`.

        Raises:
            LiteralError: It has no `config`, or its version is invalid.
            ConfigError: It, or the config, has an unknown field.
        """
        if not isinstance(kvs, Mapping) or not isinstance(kvs.get("config"), Mapping):
            hint = (
                'Put it under `config`: {"config": {...}}.' if isinstance(kvs, Mapping) and "db_path" in kvs else None
            )
            raise LiteralError(f"a DoltTable needs a DoltConfig under `config`, and this is {shown(kvs)}", hint=hint)
        content = json_object(kvs, "DoltTable", ["config", "version"], needs="config")
        version, nothing = _version(content.get("version"))
        table = cls(cls._config_class().from_dict(content["config"]), version=version)
        table._has_added_nothing = nothing
        return table

    @classmethod
    def _config_class(cls) -> type[DoltConfig]:
        """Return the class of the config, which a subclass may annotate."""
        found: type[DoltConfig] = get_type_hints(cls)["config"]
        return found

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state without the unique number."""
        known = {name: value for name, value in state.items() if name != "_nonce"}
        self.__dict__.update({"_has_added_nothing": False, **known})

    def __repr__(self) -> str:
        """Return its location and commit, without reading it."""
        what = self.config.tablename or self.config.sql
        at = f", commit={self.commit}" if self.commit else ""
        problem = f", not saved: {self._problem}" if self._problem else ""
        return f"DoltTable({what!r} of {self.config.shown_path!r}{at}{problem})"


def _version(value: Any) -> tuple[Version | None, bool]:
    """Return the version of a literal, and whether its save had nothing to add."""
    if value is None:
        return None, False
    try:
        known = {name: each for name, each in value.items() if name != _NOTHING}
        return Version(**known), value.get(_NOTHING) is True
    except (AttributeError, TypeError) as error:
        raise LiteralError(f"the version of a DoltTable needs a commit, and this is {shown(value)}") from error
