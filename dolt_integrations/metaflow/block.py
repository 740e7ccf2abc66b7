"""One block of work on a database. All reads see one commit, and all writes become one commit."""

from __future__ import annotations

import itertools
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.adapters import (
    REPLACE,
    AttemptWrite,
    check_mode,
    check_table_name,
    encode_frame,
    open_database,
    parse_location,
    start_of_attempt,
)
from dolt_integrations.core import Location, SerialBranch, Version, find_version, read_table
from dolt_integrations.errors import BranchNotFoundError, ConfigError, DatabaseNotFoundError, NotFoundError
from dolt_integrations.metaflow.action import READ, WRITE, DoltAction
from dolt_integrations.metaflow.attempts import attempt_of
from dolt_integrations.metaflow.landing import land
from dolt_integrations.metaflow.record import attribute_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dolt_integrations.metaflow.client import FlowSpec, RunningTask
    from dolt_integrations.metaflow.config import DoltConfig

_NUMBERS: defaultdict[str, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
"""The number of blocks that each task of this process has begun. A retry runs in a new process and starts at 0."""


_READ: defaultdict[str, dict[str, None]] = defaultdict(dict)
"""The versions that the blocks of each task of this process have read, in the form of the commit messages."""


@dataclass(frozen=True)
class Source:
    """The source of a read.

    Attributes:
        location: The database.
        version: The commit.
        config_id: The id of the config in the artifact.
    """

    location: Location
    version: Version
    config_id: str


class Block:
    """The reads and writes of a `with` block.

    Attributes:
        number: The number of the block in its task, counted from 1; 0 outside of a flow.
        actions: The reads and writes, by key.
    """

    def __init__(
        self, config: DoltConfig | None, task: RunningTask | None = None, position: Sequence[int] = ()
    ) -> None:
        """Say on what; nothing is opened yet."""
        self.config, self.task, self.position = config, task, tuple(position)
        self.number = next(_NUMBERS[task.pathspec]) if task else 0
        self.actions: dict[str, DoltAction] = {}
        self._frames: dict[str, Any] = {}
        self._writes: list[AttemptWrite] = []
        self._reads_target = False
        self._pin: Version | NotFoundError | None = None
        self._stack = ExitStack()

    def begin(self) -> None:
        """Pin the commit, and keep the database's server running.

        Raises:
            NotFoundError: No such branch or commit. A missing database is not an error: a write may create it.
        """
        if self.config is None:
            return
        with ExitStack() as stack:
            try:
                stack.enter_context(open_database(self.config.database))
            except DatabaseNotFoundError as error:
                if self.task is None:
                    raise
                self._pin = error
                return
            self._pin = self._find_pin(self.config)
            self._stack = stack.pop_all()

    def _find_pin(self, config: DoltConfig) -> Version:
        if self.task is not None and self.task.attempt > 0 and config.commit is None:
            try:
                attempt = attempt_of(self.task, self.position)
                return start_of_attempt(config.database, config.branch, attempt) or find_pin(config)
            except (BranchNotFoundError, DatabaseNotFoundError):
                pass
        return find_pin(config)

    def end(self) -> None:
        """Release the database's server."""
        self._stack.close()

    @property
    def source(self) -> Source:
        """The commit of the config that the block reads.

        Raises:
            NotFoundError: The database did not exist when the block began.
        """
        if self.config is None:
            raise ConfigError("this DoltDT has no config to read from", hint="Use DoltDT(config=DoltConfig(...)).")
        if isinstance(self._pin, NotFoundError):
            raise self._pin
        version = self._pin or find_pin(self.config)
        self._reads_target = True
        return Source(self.config.database, version, self.config.id)

    def read(self, key: str, source: Source, tablename: str | None, sql: str | None, recorded: str | None) -> Any:
        """Read a table or a query, and record the read.

        Args:
            key: The name of the read in the artifact.
            source: The source.
            tablename: The table, or None for a query.
            sql: The query, or None for a table.
            recorded: The SQL to record in the artifact.
        """
        self._check_free(key)
        loaded = read_table(source.location, tablename, sql, as_of=source.version.commit)
        action = self._action(key, READ, source.config_id, tablename, recorded)
        self.actions[key] = replace(action, commit=source.version.commit, branch=source.version.branch)
        self._frames[key] = loaded.data
        if self.task is not None:
            what = tablename or " ".join(str(sql).split())
            _READ[self.task.pathspec][f"{source.version.commit} {what} of {parse_location(source.location)}"] = None
        return loaded.data

    def write(
        self, key: str, tablename: str, data: pd.DataFrame, pks: Sequence[str] | None, mode: str | None, recorded: str
    ) -> None:
        """Check a frame, and keep it until the end of the block.

        Raises:
            DataError: The frame cannot be stored exactly.
        """
        self._check_free(key)
        check_table_name(tablename)
        check_mode(mode or REPLACE, overwrite=False)
        encode_frame(data, table=tablename).schema(pks)
        self._writes.append(AttemptWrite(tablename, _copied(data), tuple(pks) if pks else None, mode))
        config_id = self.config.id if self.config else ""
        self.actions[key] = self._action(key, WRITE, config_id, tablename, recorded)
        self._frames[key] = data

    def _check_free(self, key: str) -> None:
        if not isinstance(key, str) or not key:
            raise ConfigError(f"the key {key!r} is not a string, or is empty", hint="Pass a name as as_key.")
        if key in self.actions:
            done = self.actions[key]
            what = f"{done.kind} of {done.table_name or 'a query'}"
            raise ConfigError(
                f"the key {key!r} is already used for the {what} in this block", hint="Pass another as_key."
            )

    def _action(self, key: str, kind: str, config_id: str, tablename: str | None, query: str | None) -> DoltAction:
        path = self.task.pathspec if self.task else ""
        return DoltAction(
            key, config_id, path, tablename, kind=kind, query=query, block=self.number, position=self.position
        )

    def land(self) -> None:
        """Commit all writes in one commit on the config's branch.

        Raises:
            DoltError: As for `Transaction`; none of the block is on the branch then.
        """
        if not self._writes or self.config is None or self.task is None:
            return
        start = self._pin.commit if self._pin is not None and not isinstance(self._pin, NotFoundError) else None
        guarded = self._reads_target and self.config.commit is None
        inputs = tuple(_READ[self.task.pathspec])
        version = land(self.config, self.task, self.position, self._writes, start if guarded else None, inputs)
        for key, action in self.actions.items():
            if action.kind == WRITE:
                self.actions[key] = replace(action, commit=version.commit, branch=version.branch)

    def named_actions(self, flow: FlowSpec) -> list[DoltAction]:
        """Return the actions, with the names of the flow's attributes that hold their frames."""
        return [
            replace(action, artifact_name=attribute_of(flow, self._frames[key])) for key, action in self.actions.items()
        ]

    def forget_writes(self) -> None:
        """Discard the writes of a block that raised an exception."""
        self._writes = []
        self.actions = {key: action for key, action in self.actions.items() if action.kind == READ}


def _copied(data: Any) -> Any:
    """Return a copy of a pandas or polars frame, which the step may still change. An Arrow table never changes."""
    copy = getattr(data, "copy", None) or getattr(data, "clone", None)
    return data if copy is None else copy()


def find_pin(config: DoltConfig) -> Version:
    """Return the version that a config reads now; for a branch that does not exist yet, the version it starts at.

    Raises:
        NotFoundError: No such database, branch or commit.
    """
    branch_conf = SerialBranch(config.branch)
    try:
        return find_version(config.database, branch_conf=branch_conf, as_of=config.commit)
    except BranchNotFoundError:
        if config.start is None:
            raise
    return Version(find_version(config.database, as_of=config.start).commit, config.branch)
