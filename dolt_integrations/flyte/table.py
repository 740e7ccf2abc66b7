"""`DoltTable`: a table in a workflow, with its rows and their commit."""

from __future__ import annotations

import dataclasses
import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, get_type_hints

from dataclasses_json import DataClassJsonMixin
from mashumaro.types import SerializableType

from dolt_integrations import adapters, core
from dolt_integrations.adapters import BATCH_ROWS as ROWS
from dolt_integrations.adapters import shown, unnoted
from dolt_integrations.core import Version
from dolt_integrations.errors import ConfigError, DataError, DoltError, LiteralError
from dolt_integrations.flyte.added import rows_added
from dolt_integrations.flyte.config import DoltConfig
from dolt_integrations.flyte.json_members import PARSED, READ_BY_FROM_DICT
from dolt_integrations.flyte.lineage import note_input
from dolt_integrations.flyte.members import json_object
from dolt_integrations.flyte.past import revision_for
from dolt_integrations.flyte.pydantic_schema import PydanticField
from dolt_integrations.flyte.runtime import is_pickling
from dolt_integrations.flyte.saving import save

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from dolt_integrations.adapters import Column
    from dolt_integrations.core import Loaded

logger = logging.getLogger(__name__)

_NOTHING = "nothing_added"
"""The member of a literal's version that says that the save had nothing to add."""


@dataclass(init=False, repr=False, eq=False)
class DoltTable(PydanticField, DataClassJsonMixin, SerializableType):
    """A table (or the result of a query) that Flyte passes between tasks as a reference to a commit.

    If a task returns it with `data`, the rows are written to Dolt and committed. A task that receives it gets exactly
    the version that the previous task wrote, whatever has happened to the branch since; `data` is read on first use.
    `data` is the whole table, also if the previous task only appended to it; `added` has the rows that were added. A
    `DoltTable` that only names a table or query refers to whatever is there when it is read.

    Attributes:
        config: The database, branch, and table or query.
        version: The commit that it is pinned to, after it was written or read; None before.

    Example:
        >>> table = DoltTable(DoltConfig(folder, tablename="t"), data=pd.DataFrame({"a": [1]}))
        >>> table.data
           a
        0  1
    """

    config: DoltConfig = field(metadata=PARSED)
    version: Version | None = field(default=None, metadata=PARSED)

    dataclass_json_config: ClassVar[Any] = READ_BY_FROM_DICT  # type: ignore[misc]

    def __init__(self, config: DoltConfig, data: pd.DataFrame | None = None, *, version: Version | None = None) -> None:
        """Create a table to write (with `data`) or to read (without; at `version`, if it is given)."""
        self.config = config
        self.version = version
        self._frame = data
        self._columns: dict[str, Column] = {}
        self._in_dolt = False
        self._problem: str | None = None
        self._has_added_nothing = False

    @property
    def data(self) -> pd.DataFrame:
        """The rows, read from Dolt on first use and kept in memory.

        Raises:
            DoltError: The rows cannot be read; see `dolt_integrations.core.read_table`.
        """
        if self._frame is None:
            loaded = core.read_table(**self._source())
            note_input(self.config, loaded.version)
            self._frame, self._in_dolt, self.version = loaded.data, True, loaded.version
            self._columns = {column.name: column for column in loaded.columns}
        return self._frame

    @data.setter
    def data(self, frame: pd.DataFrame | None) -> None:
        if frame is not self._frame:
            self._frame, self._in_dolt, self._columns = frame, False, {}

    @property
    def added(self) -> pd.DataFrame:
        """The rows that the save of this version added: after an append, only the appended rows.

        With a key these are the rows whose key is new; rows that an upsert updated are not among them. For a table that
        no task passed on, these are the rows that its newest commit added. They are read again on each use.

        Raises:
            ConfigError: It is a query, or not pinned to a commit yet.
            DoltError: The rows cannot be read; see `dolt_integrations.core.added_rows`.
        """
        return rows_added(self, nothing=self._has_added_nothing)

    @property
    def commit(self) -> str | None:
        """The hash of the commit that the table is pinned to."""
        return self.version.commit if self.version else None

    @property
    def table_hash(self) -> str | None:
        """Dolt's hash of schema and rows, after a write or read. Use it in a `HashMethod` for Flyte's cache."""
        return self.version.table_hash if self.version else None

    def to_arrow(self) -> pa.Table:
        """Return the rows as a pyarrow Table, directly from Dolt, or from `data` if that is in memory already.

        The types are those of the saved frame; for Arrow and polars frames, their Arrow types.

        Raises:
            DoltError: The rows cannot be read; see `dolt_integrations.core.read_arrow`.
            DataError: `data` is a stream, which can be read only once. Write it first.
        """
        if self._frame is not None:
            return adapters.to_arrow(adapters.encode_frame(self._whole(), table=self._name).result(self._columns))
        table, self.version = core.read_arrow(**self._source())
        note_input(self.config, self.version)
        return table

    @property
    def _name(self) -> str:
        return self.config.tablename or "without a name"

    def _whole(self) -> Any:
        if adapters.is_stream(self._frame):
            hint = "Return it from a task, or write it, first."
            raise DataError(f"the data of table {self._name} is a stream, which can be read once only", hint=hint)
        return self._frame

    def iter_batches(self, rows: int = ROWS) -> Iterator[pd.DataFrame]:
        """Read the table in batches of at most `rows` rows, in bounded memory. The batches are not kept.

        Raises:
            ConfigError: The config names a query, not a table.
            DataError: `data` is a stream, which can be read only once.
        """
        if self._frame is not None:
            frame = adapters.frame_of(self._whole(), self._name)
            return (frame.iloc[at : at + rows] for at in range(0, max(len(frame), 1), rows))
        source = self._source()
        if source.pop("sql") is not None:
            raise ConfigError("batches are read of a table, and this DoltTable is a query", hint="Give its tablename.")
        if self.version is None:
            places = {name: source[name] for name in ("db", "branch_conf", "as_of", "remote_conf")}
            self.version = core.find_version(**places)
            source["remote_conf"] = None  # the commit is here now
        note_input(self.config, self.version)
        return core.read_batches(**{**source, "as_of": self.version.commit, "rows": rows})

    def to_polars(self) -> pl.DataFrame:
        """Return the rows as a polars DataFrame. See `to_arrow`.

        Raises:
            DataError: `data` is a stream, or polars does not have the type of a column.
            DoltError: The rows cannot be read.
        """
        return adapters.to_polars(self.to_arrow())

    def _source(self) -> dict[str, Any]:
        config = self.config
        config.check()
        return {
            "db": config.db_path,
            "tablename": config.tablename,
            "sql": config.bound_sql,
            "branch_conf": config.branch_conf,
            "as_of": self.version.commit if self.version else revision_for(config),
            "columns": config.part.columns,
            "where": config.part.where,
            "meta_conf": config.meta_conf,
            "remote_conf": config.remote_conf,
        }

    def is_to_be_written(self) -> bool:
        """Whether it has rows that Dolt does not have yet.

        Rows that were read or written, and then changed in place, count as new. To find out, they are read again.
        """
        if self._frame is None:
            return False
        return not self._in_dolt or not _same_rows(self._frame, self._as_written().data)

    def _as_written(self) -> Loaded:
        source = {**self._source(), "meta_conf": None, "remote_conf": None}
        with unnoted():
            return core.read_table(**source)

    @property
    def has_rows(self) -> bool:
        """Whether it has rows in memory."""
        return self._frame is not None and not self.is_blank

    @property
    def frame(self) -> Any:
        """The rows in memory, or None. Unlike `data`, it never reads from Dolt."""
        return self._frame

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
    def from_dict(cls, kvs: Any, *, infer_missing: bool = False) -> DoltTable:
        """Create a table from the result of `to_dict`.

        Raises:
            LiteralError: It has no `config`, or its version is invalid.
            ConfigError: It, or the config, has an unknown field.
        """
        if not isinstance(kvs, Mapping) or not isinstance(kvs.get("config"), Mapping):
            hint = 'Wrap it: {"config": {...}}.' if isinstance(kvs, Mapping) and "db_path" in kvs else None
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

    def _serialize(self) -> dict[str, Any]:
        """Return the JSON form as a field of a dataclass that a task returns, after a save (called by mashumaro)."""
        return save(self)

    @classmethod
    def _deserialize(cls, value: dict[str, Any]) -> DoltTable:
        return cls.from_dict(value)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle with a unique number, and without the rows if flytekit passes the pickle to another task.

        flytekit caches the literals of the last 128 values by the hash of their pickle (`TypeEngine.to_literal`), so a
        table equal to an earlier one would never be written. A table that leaves a task in a pickle (annotated `Any`, a
        `NewType` or an unknown class) is saved like any other.
        """
        if self.has_rows and is_pickling():
            self._leave_in_pickle()
        return {**self.__dict__, "_nonce": uuid.uuid4().hex}

    def _leave_in_pickle(self) -> None:
        what = f"{self.config.tablename or self.config.sql!r} of {self.config.shown_path}"
        save(self)
        if self.version is None:
            logger.warning("the rows of DoltTable %s leave the task inside a pickle, not saved in Dolt", what)
            return
        logger.warning("DoltTable %s leaves the task inside a pickle; its rows are saved as %s", what, self.commit)
        self._frame, self._in_dolt = None, False

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the state without the unique number."""
        known = {name: value for name, value in state.items() if name != "_nonce"}
        self.__dict__.update({"_has_added_nothing": False, **known})

    def _repr_html_(self) -> str:
        from dolt_integrations.flyte.card import table_html

        return table_html(self)

    def __repr__(self) -> str:
        """Return its location and commit, without reading it."""
        what = self.config.tablename or self.config.sql
        at = f", commit={self.commit}" if self.commit else ""
        problem = f", not saved: {self._problem}" if self._problem else ""
        return f"DoltTable({what!r} of {self.config.shown_path!r}{at}{problem})"


def _same_rows(one: Any, other: pd.DataFrame) -> bool:
    """Whether two frames would be stored as the same rows. A table without a key has no order."""
    try:
        return adapters.encode_frame(one, table="").has_rows_of(adapters.encode_frame(other, table=""))
    except DataError:
        return False  # a frame that cannot be stored differs; the save raises the error


def _version(value: Any) -> tuple[Version | None, bool]:
    """Return the version of a literal, and whether its save had nothing to add."""
    if value is None:
        return None, False
    try:
        known = {name: each for name, each in value.items() if name != _NOTHING}
        return Version(**known), value.get(_NOTHING) is True
    except (AttributeError, TypeError) as error:
        raise LiteralError(f"the version of a DoltTable has a commit, and this is {shown(value)}") from error
