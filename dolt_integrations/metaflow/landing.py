"""Bringing what a block wrote onto its branch: in one commit, and never over the rows of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.adapters import APPEND, REPLACE, UPSERT, parse_author
from dolt_integrations.core import Author, Transaction, Version
from dolt_integrations.core.provenance.write_id import node_of
from dolt_integrations.core.retry import retried
from dolt_integrations.engine import find_table, open_database, table_name
from dolt_integrations.engine.versions.log import is_ancestor, log
from dolt_integrations.engine.versions.procedures import (
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
)
from dolt_integrations.metaflow.attempts import attempt_of, block_write, check_process, origins_of
from dolt_integrations.metaflow.client import RunningTask
from dolt_integrations.metaflow.config import DoltConfig
from dolt_integrations.metaflow.together import OvertakenError, mode_of_shared

if TYPE_CHECKING:
    from dolt_integrations.core.provenance.attempt import Claim, Past
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.metaflow.attempts import BlockWrite

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
        start: The commit that the block read of the branch; None if it read nothing there, so that it need not mind
            what others have written since.
        position: Where in its `foreach`es the task stands; empty outside of one.
    """

    config: DoltConfig
    task: RunningTask
    start: str | None
    position: tuple[int, ...]

    def land(self, writes: list[Write]) -> Version:
        """Commit the writes on the branch.

        Blocks take turns on a branch: two that replace one table are merged row by row else, and each side's deletes
        would win (1.83: no conflict, an empty table).

        Raises:
            MergeConflictError: The block read, and replaces, a table that others have changed since; or rows that it
                changes were changed. The error names the branch that keeps the work.
            ForkedProcessError: This is a child of the task's process.
            DoltError: See `Transaction`.
        """
        check_process(self.task)
        with attempt_of(self.task, self.position).claim() as claim:
            return retried(lambda: self._attempt(writes, claim), LostRaceError, ServerLostError)

    def _attempt(self, writes: list[Write], claim: Claim) -> Version:
        named = parse_author(self.config.author) if self.config.author else None
        with (
            open_database(self.config.database, create=named or DEFAULT_AUTHOR) as database,
            database.connect() as session,
        ):
            author = named or database.author or DEFAULT_AUTHOR
            branch = self._branch(session)
            block = block_write(writes, shared=bool(self.position))
            with (
                session.lock(database.address.database, branch, "metaflow"),
                claim.attempt.turn(session, database, block.tables),
            ):
                version = self._land(database, session, branch, author, writes, claim, block)
                claim.done(version.commit)
                return version

    def _branch(self, session: Connection) -> str:
        if self.config.branch is None and self.config.commit is not None:
            hint = "Name one: DoltConfig(branch=..., commit=...); it is made at the commit if it does not exist."
            raise ConfigError(f"DoltConfig(commit={self.config.commit!r}) names no branch to write to", hint=hint)
        return self.config.branch or active_branch(session)

    def _land(
        self,
        database: Database,
        session: Connection,
        branch: str,
        author: Author,
        writes: list[Write],
        claim: Claim,
        block: BlockWrite,
    ) -> Version:
        head, run = branches(session).get(branch), f"Run: {self.task.pathspec}"
        if head is None:
            start, modes = self.start or self._start(session, branch), [write.mode or REPLACE for write in writes]
            message = block.message(run, claim, branch, modes, ())
            return self._transact(branch, author, start, writes, modes, message)
        past, superseded = self._past(database, branch, claim, block)
        found = block.adopted(database, claim, past, branch)
        if found is not None:
            return Version(found.commit, branch, changed=False)
        try:
            modes = [self._mode(database, write, head, bool(past.of(write.table))) for write in writes]
        except OvertakenError as error:
            modes = [write.mode or self._mode_of_kept(database, write, error.newest) for write in writes]
            raise self._kept(branch, author, writes, modes, error.newest, str(error)) from error
        replaced = [write.table for write, mode in zip(writes, modes, strict=True) if mode == REPLACE]
        changed = self._changed(database, head, replaced, claim.attempt.node)
        if changed:
            tables = ", ".join(f"`{table}`" for table in changed)
            since = f"changed on branch {branch!r} since this block began at {self.start}"
            raise self._kept(branch, author, writes, modes, self.start, f"{tables} of {self.config.location} {since}")
        together = any(write.mode is None and mode != REPLACE for write, mode in zip(writes, modes, strict=True))
        message = block.message(run, claim, branch, modes, [each for every in superseded.values() for each in every])
        begin = None if together else self.start
        taken = {
            table: tuple(w for w in superseded[table] if mode != REPLACE or not _is_in(session, w, begin))
            for table, mode in zip(block.tables, modes, strict=True)
        }
        return self._transact(branch, author, begin, writes, modes, message, taken)

    def _past(
        self, database: Database, branch: str, claim: Claim, block: BlockWrite
    ) -> tuple[Past, dict[str, tuple[EarlierWrite, ...]]]:
        """Return what the task has written to the branch, and what of it the block supersedes."""
        with database.connect(branch) as at:
            past = claim.attempt.past(at, branch, *origins_of(at, self.task, self.position))
            superseded = {table: claim.attempt.superseded(at, past, table) for table in block.tables}
        for table, mode in zip(block.tables, block.modes, strict=True):
            if mode == REPLACE:  # what the run that is resumed has written is replaced as anybody's
                node = claim.attempt.node
                superseded[table] = tuple(write for write in superseded[table] if write.name.node == node)
        return past, superseded

    def _start(self, session: Connection, branch: str) -> str:
        """Return the commit at which the branch is to be made."""
        if self.config.start is None:
            hint = "Make it, or let the block do it: DoltConfig(branch=..., base='main')."
            raise BranchNotFoundError(f"no branch {branch!r} in database {self.config.location}", hint=hint)
        return resolve(session, self.config.start)

    def _mode(self, database: Database, write: Write, head: str, has_written: bool) -> str:
        if write.mode is not None or not self.position:
            return write.mode or REPLACE
        location = self.config.database
        return mode_of_shared(database, location, self.task, write.table, head, has_written=has_written)

    def _mode_of_kept(self, database: Database, write: Write, newest: str | None) -> str:
        """Return how a table that the run's tasks write together is kept, on top of what the run has of it."""
        if newest is None:
            return REPLACE
        with database.connect(newest) as snapshot:
            existing = find_table(snapshot, write.table)
        return UPSERT if existing is not None and existing.primary_key else APPEND

    def _changed(self, database: Database, head: str, tables: list[str], node: str) -> list[str]:
        """Return the tables that others have changed since the block began, if it has read anything."""
        if self.start is None or self.start == head:
            return []
        with database.connect(self.start) as before, database.connect(head) as after:
            differ = [table for table in tables if table_hash(before, table) != table_hash(after, table)]
            return [table for table in differ if self._is_by_others(after, head, table, node)]

    def _is_by_others(self, session: Connection, head: str, table: str, node: str) -> bool:
        """Whether others than earlier attempts of the task have changed a table since the block's start."""
        name = table_name(session, table)
        known = {entry.commit for entry in log(session, str(self.start), name)}
        later = [entry for entry in log(session, head, name) if entry.commit not in known]
        return any(node_of(entry.message) != node for entry in later)

    def _kept(
        self, branch: str, author: Author, writes: list[Write], modes: list[str], start: str | None, problem: str
    ) -> MergeConflictError:
        """Leave the work on a branch of its own; return the error that names it.

        Args:
            branch: Where the work was to land.
            author: Of its commit.
            writes: The work.
            modes: How each is written.
            start: The commit on top of which it is kept: what it was made for.
            problem: Why it does not land.
        """
        try:
            message = f"Run: {self.task.pathspec}"
            self._transact(branch, author, start, writes, modes, message, refuse=True)
        except AuditError as error:
            hint = f"{error.hint} Run the step again, or merge that branch."
            return MergeConflictError(problem, hint=hint, branch=error.branch)
        return MergeConflictError(problem, hint="Nothing is written. Run the step again.")

    def _transact(
        self,
        branch: str,
        author: Author,
        start: str | None,
        writes: list[Write],
        modes: list[str],
        message: str,
        superseded: dict[str, tuple[EarlierWrite, ...]] | None = None,
        *,
        refuse: bool = False,
    ) -> Version:
        with Transaction(
            self.config.database,
            branch,
            branch_from=start,
            create=self.config.start is not None,
            message=message,
            author=author,
            audit=(lambda _: False) if refuse else None,
            superseded=superseded,
        ) as block:
            for write, mode in zip(writes, modes, strict=True):
                block.write(write.table, write.data, primary_key=write.primary_key, mode=mode)
        return block.version or Version(block.start, branch)


def _is_in(session: Connection, write: EarlierWrite, start: str | None) -> bool:
    """Whether a replace at a start wins over a write anyway; None is the head of the branch."""
    return start is None or is_ancestor(session, write.work, start)
