"""`DoltTable`: a table in a workflow, with its rows and their commit."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations import adapters, core
from dolt_integrations.adapters import BATCH_ROWS as ROWS
from dolt_integrations.adapters import unrecorded_reads
from dolt_integrations.errors import ConfigError, DataError
from dolt_integrations.flyte.added import rows_added
from dolt_integrations.flyte.origin.lineage import note_input
from dolt_integrations.flyte.past import revision_for
from dolt_integrations.flyte.reference import TableReference
from dolt_integrations.flyte.runtime import current_runtime, is_pickling
from dolt_integrations.flyte.saving import save

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from dolt_integrations.core import Loaded

logger = logging.getLogger(__name__)


@dataclass(init=False, repr=False, eq=False)
class DoltTable(TableReference):
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

    def to_arrow(self) -> pa.Table:
        """Return the rows as a pyarrow Table, directly from Dolt, or from `data` if that is in memory already.

        The types are those of the saved frame; for Arrow and polars frames, their Arrow types.

        Raises:
            DoltError: The rows cannot be read; see `dolt_integrations.core.read_arrow`.
            DataError: `data` is a stream, which can be read only once. Write it first.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
            >>> DoltTable(DoltConfig(folder, tablename="users")).to_arrow().to_pylist()
            [{'id': 1}]
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
            hint = "Save it first: return it from a task, or write it."
            raise DataError(f"the data of table {self._name} is a stream, which can be read only once", hint=hint)
        return self._frame

    def iter_batches(self, rows: int = ROWS) -> Iterator[pd.DataFrame]:
        """Read the table in batches of at most `rows` rows, in bounded memory. The batches are not kept.

        Raises:
            ConfigError: The config names a query, not a table.
            DataError: `data` is a stream, which can be read only once.

        Example:
            >>> table = DoltTable(DoltConfig("foo", tablename="numbers"), data=pd.DataFrame({"n": range(5)}))
            >>> [len(frame) for frame in table.iter_batches(2)]
            [2, 2, 1]
        """
        if self._frame is not None:
            frame = adapters.frame_of(self._whole(), self._name)
            return (frame.iloc[at : at + rows] for at in range(0, max(len(frame), 1), rows))
        source = self._source()
        if source.pop("sql") is not None:
            raise ConfigError(
                "only a table can be read in batches, and this DoltTable is a query", hint="Pass a tablename."
            )
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

        Example:
            >>> DoltTable(DoltConfig("foo", tablename="users"), data=pd.DataFrame({"id": [1, 2]})).to_polars().height
            2
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
            "as_of": self._revision(),
            "columns": config.part.columns,
            "where": config.part.where,
            "meta_conf": config.meta_conf,
            "remote_conf": config.remote_conf,
        }

    def _revision(self) -> str | None:
        if self.version is not None:
            return self.version.commit
        if self.config.as_of is None and current_runtime().is_cached():
            text = "table %s of %s is read by a task that Flyte caches, and no input names its version, so Flyte may %s"
            more = (
                "return an old result. Pin it in a task without a cache: DoltTable(config, version=find_version(...))"
            )
            logger.warning(text, self._name, self.config.shown_path, more)
        return revision_for(self.config)

    def is_to_be_written(self) -> bool:
        """Whether it has rows that Dolt does not have yet.

        Rows that were read or written, and then changed in place, count as new. To find out, they are read again.

        Example:
            >>> DoltTable(DoltConfig("foo", tablename="users"), data=pd.DataFrame({"id": [1]})).is_to_be_written()
            True
        """
        if self._frame is None:
            return False
        return not self._in_dolt or not _same_rows(self._frame, self._as_written().data)

    def _as_written(self) -> Loaded:
        source = {**self._source(), "meta_conf": None, "remote_conf": None}
        with unrecorded_reads():
            return core.read_table(**source)

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
            logger.warning("DoltTable %s is returned as a pickle with its rows, which are not saved in Dolt", what)
            return
        logger.warning("DoltTable %s is returned as a pickle; its rows are saved as commit %s", what, self.commit)
        self._frame, self._in_dolt = None, False

    def _repr_html_(self) -> str:
        from dolt_integrations.flyte.card import table_html

        return table_html(self)


def _same_rows(one: Any, other: pd.DataFrame) -> bool:
    """Whether two frames would be stored as the same rows. A table without a key has no order."""
    try:
        return adapters.encode_frame(one, table="").has_rows_of(adapters.encode_frame(other, table=""))
    except DataError:
        return False  # a frame that cannot be stored differs; the save raises the error
