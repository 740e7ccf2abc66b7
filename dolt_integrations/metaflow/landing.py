"""Bringing what a block wrote onto its branch: in one commit, and never over the rows of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core import Transaction, Version, history
from dolt_integrations.core.modes import APPEND, REPLACE, UPSERT
from dolt_integrations.core.retry import retried
from dolt_integrations.core.writeid import find_write
from dolt_integrations.engine import Author, find_table, open_database, parse_author
from dolt_integrations.engine.procedures import (
    active_branch,
    branches,
    resolve,
    table_hash,
)
from dolt_integrations.errors import (
    AuditError,
    BranchNotFoundError,
    ConfigError,
    LostRaceError,
    MergeConflictError,
    ServerLostError,
    TableNotFoundError,
)
from dolt_integrations.metaflow.client import RunningTask, cloned_records
from dolt_integrations.metaflow.config import DoltConfig

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection, Database

DEFAULT_AUTHOR = Author("metaflow", "metaflow@localhost")
"""The workflow itself, where nobody is named."""


@dataclass(frozen=True)
class Write:
    """A frame that waits for the end of its block.

    Attributes:
        mode: See `write_table`; None is `replace`, or in a `foreach` the table together with the step's other tasks.
    """

    table: str
    data: pd.DataFrame
    primary_key: tuple[str, ...] | None
    mode: str | None


@dataclass(frozen=True)
class Landing:
    """How the writes of a block get onto their branch.

    Attributes:
        write_id: Names the block for good; a commit that has it is the block's.
        start: The commit that the block read of the branch; None if it read nothing there, so that it need not mind
            what others have written since.
        shared: Whether the task is one of several of a `foreach`.
    """

    config: DoltConfig
    task: RunningTask
    write_id: str
    start: str | None
    shared: bool

    def land(self, writes: list[Write]) -> Version:
        """Commit the writes on the branch.

        Blocks take turns on a branch: two that replace one table are merged row by row else, and each side's deletes
        would win (1.83: no conflict, an empty table).

        Raises:
            MergeConflictError: The block read, and replaces, a table that others have changed since; or rows that it
                changes were changed. The error names the branch that keeps the work.
            DoltError: See `Transaction`.
        """
        return retried(lambda: self._attempt(writes), LostRaceError, ServerLostError)

    def _attempt(self, writes: list[Write]) -> Version:
        named = parse_author(self.config.author) if self.config.author else None
        with (
            open_database(self.config.database, create=named or DEFAULT_AUTHOR) as database,
            database.connect() as session,
        ):
            author = named or database.author or DEFAULT_AUTHOR
            branch = self._branch(session)
            with session.lock(database.address.database, branch, "metaflow"):
                return self._land(database, session, branch, author, writes)

    def _branch(self, session: Connection) -> str:
        if self.config.branch is None and self.config.commit is not None:
            hint = "Name one: DoltConfig(branch=..., commit=...); it is made at the commit if it does not exist."
            raise ConfigError(f"DoltConfig(commit={self.config.commit!r}) names no branch to write to", hint=hint)
        return self.config.branch or active_branch(session)

    def _land(
        self, database: Database, session: Connection, branch: str, author: Author, writes: list[Write]
    ) -> Version:
        head = branches(session).get(branch)
        if head is None:
            start = self.start or self._start(session, branch)
            return self._transact(branch, author, start, writes, [write.mode or REPLACE for write in writes])
        earlier = find_write(database, branch, self.write_id)
        if earlier:
            return Version(earlier, branch)
        modes = [self._mode(database, write, head) for write in writes]
        replaced = [write.table for write, mode in zip(writes, modes, strict=True) if mode == REPLACE]
        changed = self._changed(database, head, replaced)
        if changed:
            return self._keep(branch, author, writes, changed)
        together = any(write.mode is None and mode != REPLACE for write, mode in zip(writes, modes, strict=True))
        return self._transact(branch, author, None if together else self.start, writes, modes)

    def _start(self, session: Connection, branch: str) -> str:
        """Return the commit at which the branch is to be made."""
        if self.config.start is None:
            hint = "Make it, or let the block do it: DoltConfig(branch=..., base='main')."
            raise BranchNotFoundError(f"no branch {branch!r} in database {self.config.location}", hint=hint)
        return resolve(session, self.config.start)

    def _mode(self, database: Database, write: Write, head: str) -> str:
        """Return what becomes of the rows that a table has.

        The tasks of a `foreach` write one table together: the first replaces what was there before, the others add.
        """
        if write.mode is not None or not self.shared:
            return write.mode or REPLACE
        try:
            past = history(self.config.database, write.table, as_of=head)
        except TableNotFoundError:
            return REPLACE
        ours = past["execution_id"] == self.task.pathspec
        others = past["execution_id"].str.startswith(f"{self.task.step}/", na=False) & ~ours
        if not others.any() and not past["commit"].isin(self._taken_over()).any():
            return REPLACE
        with database.connect(head) as snapshot:
            existing = find_table(snapshot, write.table)
        # What an earlier block, or the run that is resumed, has written already is written again, not twice.
        again = ours.any() or self.task.origin is not None
        return UPSERT if again and existing is not None and existing.primary_key else APPEND

    def _taken_over(self) -> list[str]:
        """Return the commits of the tasks of this step that a resumed run has taken over from another."""
        if self.task.origin is None:
            return []
        entries: list[dict[str, Any]] = []
        for record in cloned_records(self.task):
            entries.extend(record.get("actions", {}).values())
        return [str(entry.get("commit")) for entry in entries if entry.get("kind") == "write"]

    def _changed(self, database: Database, head: str, tables: list[str]) -> list[str]:
        """Return the tables that others have changed since the block began, if it has read anything."""
        if self.start is None or self.start == head:
            return []
        with database.connect(self.start) as before, database.connect(head) as after:
            return [table for table in tables if table_hash(before, table) != table_hash(after, table)]

    def _keep(self, branch: str, author: Author, writes: list[Write], changed: list[str]) -> Version:
        """Leave the work on a branch of its own, and say so."""
        modes = [write.mode or REPLACE for write in writes]
        try:
            return self._transact(branch, author, self.start, writes, modes, refuse=True)
        except AuditError as error:
            tables = ", ".join(f"`{table}`" for table in changed)
            raise MergeConflictError(
                f"{tables} of {self.config.location} changed on branch {branch!r} since this block began at "
                f"{self.start}",
                hint=f"{error.hint} Run the step again, or merge that branch.",
                branch=error.branch,
            ) from error

    def _transact(
        self,
        branch: str,
        author: Author,
        start: str | None,
        writes: list[Write],
        modes: list[str],
        *,
        refuse: bool = False,
    ) -> Version:
        with Transaction(
            self.config.database,
            branch,
            branch_from=start,
            create=self.config.start is not None,
            message=f"Run: {self.task.pathspec}",
            author=author,
            audit=(lambda _: False) if refuse else None,
            write_id=self.write_id,
        ) as block:
            for write, mode in zip(writes, modes, strict=True):
                block.write(write.table, write.data, primary_key=write.primary_key, mode=mode)
        return block.version or Version(block.start, branch)
