"""`DoltDT`: Dolt in a Metaflow step, or in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import parse_key
from dolt_integrations.errors import ConfigError
from dolt_integrations.metaflow.action import table_query
from dolt_integrations.metaflow.block import Block, Source
from dolt_integrations.metaflow.client import FlowSpec, Run, calling_flow, position_of, running_task
from dolt_integrations.metaflow.config import DoltConfig, parse_config
from dolt_integrations.metaflow.inspection import Inspection
from dolt_integrations.metaflow.landing import check_branch
from dolt_integrations.metaflow.past_run import past_run_of
from dolt_integrations.metaflow.places import NO_CONFIG, Places, one_source
from dolt_integrations.metaflow.record import add_to_record, check_record

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    import pandas as pd

    from dolt_integrations.adapters import Key


class DoltDT(Inspection):
    """Reads and writes tables of a Dolt database, and records this in the flow's `dolt` artifact.

    In a step, `with DoltDT(run=self, config=...) as dolt:` is a block. All its reads see the commit at which it began,
    and all its writes become one commit when it ends, `Run: Flow/run_id/step/task_id`. A block that raises writes
    nothing. Outside of a `with` block, each read sees the newest commit.

    With a past run, reads return what that run read under the same keys; the config then says where to write.

    Example:
        >>> made = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Run: Flow/7/start/1")
        >>> dolt = DoltDT(config=DoltConfig(folder))
        >>> dolt.read("users")
          name
        0  Ann
        >>> dolt.get_run("users")
        'Flow/7/start/1'
    """

    def __init__(
        self,
        run: FlowSpec | Run | str | None = None,
        config: DoltConfig | str | None = None,
        audit: Run | Mapping[str, Any] | str | None = None,
    ) -> None:
        """Set the run and the database. Nothing is opened yet.

        Args:
            run: The running flow (`self`), or a past run: a `metaflow.Run` or its path.
            config: The database to read and write, as a config or a location. With a past run, the one to write.
            audit: The past run to read from: a `Run`, its path, or its `dolt` artifact.

        Raises:
            ConfigError: Neither a config nor a past run, or two past runs; or a flow keeps something else in `dolt`.
            RunNotFoundError: No such run, or one without a `dolt` artifact.
        """
        past = None if isinstance(run, FlowSpec) else run
        source = one_source(past, audit, config)
        config = self.config = parse_config(config, NO_CONFIG)
        self._past_run = None if source is None else past_run_of(source)
        self._task = running_task()
        self._flow = run if isinstance(run, FlowSpec) else calling_flow() if self._task else None
        self._places = Places(config, self._past_run, self._task, self._flow)
        self._block = None
        if self._flow is not None:
            check_record(getattr(self._flow, "dolt", None) or {"actions": {}, "configs": {}})

    def __enter__(self) -> DoltDT:
        """Begin a block: all its reads see the current commit.

        Raises:
            ConfigError: The block has begun already.
            NotFoundError: No such database, branch or commit.
        """
        if self._block is not None:
            raise ConfigError("this DoltDT is already in a `with` block", hint="Create another DoltDT.")
        block = Block(self.config, self._task, position_of(self._flow))
        if self._past_run is None:
            block.begin()
        self._block = block
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the block: commit its writes, unless it raised, and record its actions."""
        block, self._block = self._block, None
        if block is None:
            return
        try:
            if error is None:
                block.land()
            else:
                block.forget_writes()
        except BaseException:
            block.forget_writes()
            raise
        finally:
            block.end()
            self._record(block)

    def read(self, table: str, as_key: str | None = None) -> pd.DataFrame:
        """Return a table, or what a past run read or wrote under a key.

        Args:
            table: The table. For a past run the key, which is the table's name unless the run gave another one.
            as_key: The name of the read in this flow's artifact; default: `table`.

        Returns:
            The frame with the dtypes that were written, and with the index if it had a name.

        Raises:
            ConfigError: The key is taken in this block, or the past run read different things under it.
            KeyNotFoundError: The past run has no read or write with the key.
            NotFoundError: No such database, branch, commit or table.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}))
            >>> DoltDT(config=DoltConfig(folder)).read("users")["name"].tolist()
            ['Ann']
        """
        if self._past_run is None:
            return self._read(as_key or table, None, table, None, table_query(table))
        past = self._places.find(table)
        sql = past.query if past.table_name is None else None
        return self._read(as_key or table, self._places.source(table), past.table_name, sql, past.query)

    def sql(self, query: str, as_key: str) -> pd.DataFrame:
        """Return the result of a query; for a past run, at the commit that it read under the key.

        Args:
            query: A SELECT.
            as_key: The name of the read in the artifact.

        Raises:
            QueryError: The query does not parse, or would write.
            DoltError: See `read`.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann", "Bob"]}))
            >>> DoltDT(config=DoltConfig(folder)).sql("select count(*) as n from users", as_key="count")["n"].tolist()
            [2]
        """
        source = self._places.source(as_key) if self._past_run is not None else None
        return self._read(as_key, source, None, query, query)

    def _read(
        self, key: str, source: Source | None, table: str | None, query: str | None, recorded: str | None
    ) -> pd.DataFrame:
        block = self._block or Block(self.config, self._task, position_of(self._flow))
        frame: pd.DataFrame = block.read(key, source or block.source, table, query, recorded)
        if self._block is None:
            self._record(block)
        return frame

    def _record(self, block: Block) -> None:
        if self._flow is None or self._task is None or not block.actions:
            return
        used = {action.config_id for action in block.actions.values()}
        add_to_record(self._flow, block.named_actions(self._flow), self._places.configs(used))

    def write(
        self,
        df: pd.DataFrame,
        table_name: str,
        pks: Key = None,
        as_key: str | None = None,
        *,
        mode: str | None = None,
    ) -> None:
        """Write a frame to a table at the end of the block.

        Args:
            df: The rows: the columns, and the levels of the index that have names.
            table_name: The table. It is created if it does not exist.
            pks: The primary key: names of columns or index levels. None is the named index, otherwise the table's key.
            as_key: The name of the write in the artifact; default: the table's name.
            mode: `replace`, `append` or `upsert`: see `write_table`. None is `replace`; but the tasks of a `foreach`
                write a table together: the first of a run replaces it, the others add their rows, and two that write
                one key are an error.

        Raises:
            ConfigError: There is no running flow, no block or no config to write by, or the key is taken.
            DataError: The frame cannot be stored exactly, or has NULLs or duplicates in its key. Nothing of the block
                is written, unless the error is caught.
        """
        block = self._writing()
        keys = parse_key(pks, "pks")
        block.write(as_key or table_name, table_name, df, keys or None, mode, table_query(table_name))

    def _writing(self) -> Block:
        if self.config is None:
            hint = "Pass a config that says where to write: DoltDT(run=..., config=DoltConfig(...))."
            raise ConfigError(f"{self._places.past().source} is read-only", hint=hint)
        if self._task is None or self._flow is None:
            hint = "Write in a step, with DoltDT(run=self, ...). Elsewhere use dolt_integrations.core.write_table."
            raise ConfigError("DoltDT writes only while a flow is running", hint=hint)
        if self._block is None:
            raise ConfigError("DoltDT writes only inside its `with` block", hint="Use: with DoltDT(...) as dolt: ...")
        check_branch(self.config)
        return self._block
