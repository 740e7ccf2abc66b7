"""Attempts: a workflow's node is retried when it fails, and only the rows of its last attempt are kept.

Each write is named by its content, so a later attempt adopts the commit of equal rows. Rows of an earlier attempt that
this one neither adopts nor has read are superseded by its first write of other rows to the table.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.provenance.find import EarlierWrite, find_undos, find_writes
from dolt_integrations.core.provenance.reads import commits_read
from dolt_integrations.core.provenance.write_id import WriteName, renamed
from dolt_integrations.engine.versions.heads import branch_head
from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.errors import ForkedProcessError, SupersededError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from dolt_integrations.engine import Connection, Database


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Past:
    """What the attempts of a node have written to a branch and was not superseded.

    Attributes:
        alive: The writes that are not superseded in all their tables, newest first.
        gone: The writes that were superseded, reverted or restored away, as pairs of commit and table.
    """

    alive: tuple[EarlierWrite, ...] = ()
    gone: frozenset[tuple[str, str]] = frozenset()

    def counts(self, write: EarlierWrite, table: str) -> bool:
        """Whether a write's rows in a table have not been superseded."""
        return table in write.name.tables and (write.commit, table) not in self.gone

    def of(self, table: str) -> list[EarlierWrite]:
        """Return the writes to a table that were not superseded, newest first."""
        return [write for write in self.alive if self.counts(write, table.lower())]

    def overwriting(self, write: EarlierWrite) -> list[EarlierWrite]:
        """Return the later writes to the same tables that may have changed a write's rows. Appends change none."""
        later = [
            each for each in self.alive[: self.alive.index(write)] if not each.only_appends or not write.only_appends
        ]
        return [each for each in later if any(self.counts(each, table) for table in write.name.tables)]


class Attempt:
    """One attempt of a node of an execution, with the commits that it has made or adopted so far.

    Example:
        >>> Attempt("ex:p:d:n/n0", 1).node
        'ex:p:d:n/n0'
    """

    def __init__(self, node: str, number: int) -> None:
        """Start an attempt.

        Args:
            node: The name of the execution and the node, in one line. It is the same in each attempt.
            number: The attempt's number: 0 for the first, higher for later ones.
        """
        self.node, self.number = node, number
        self._process = os.getpid()
        self._own: set[str] = set()
        self._taken: defaultdict[WriteName, set[int]] = defaultdict(set)
        self._lock = threading.Lock()

    def claim(self) -> Claim:
        """Return a claim on the name of one write, as a context manager.

        Raises:
            ForkedProcessError: The process is a fork of the attempt's process. Equal rows of two forks would have the
                same name, and neither would know what the other has adopted.
        """
        if os.getpid() != self._process:
            raise child_process_error(self.node)
        return Claim(self)

    def locked(self, connection: Connection, database: Database, tables: Sequence[str]) -> AbstractContextManager[None]:
        """Hold the locks under which a write of this node finds earlier writes and is made."""
        name = database.address.database
        return connection.locks(*((name, "write", self.node, table.lower()) for table in sorted(set(tables))))

    def past(self, session: Connection, branch: str, *others: str) -> Past:
        """Return what this node has written to a branch.

        Args:
            session: A session on the branch.
            branch: Its name.
            others: Nodes that this one continues, such as those of a run that is resumed.
        """
        head = branch_head(session, branch)
        nodes = (self.node, *others) if head is not None else ()
        every = [write for node in nodes for write in find_writes(session, node, head)]
        known = [write for write in every if write.name.branch == branch]
        gone = {(commit, table) for write in known for commit in write.overrides for table in write.name.tables}
        gone |= self._taken_back(session, head, [write for write in known if not self._is_ours(write)])
        past = Past(tuple(known), frozenset(gone))
        return Past(tuple(w for w in known if any(past.counts(w, table) for table in w.name.tables)), past.gone)

    def _taken_back(self, session: Connection, head: str | None, writes: list[EarlierWrite]) -> set[tuple[str, str]]:
        """Return the writes that a revert or a restore took back, as pairs of commit and table."""
        if head is None or not writes:
            return set()
        undos, gone = find_undos(session, head), set()
        for write, table in [(each, table) for each in writes for table in each.name.tables]:
            undo = undos.of((write.commit, write.work), write.message, table)
            if undo is not None:
                logger.info("commit %s has taken back what commit %s wrote to %s", undo, write.commit, table)
                gone.add((write.commit, table))
        return gone

    def adopted(
        self, session: Connection, past: Past, name: WriteName, holds: Callable[[EarlierWrite], bool]
    ) -> EarlierWrite | None:
        """Return the write with this name that this write need not repeat, or None.

        No part of it was superseded, `holds` confirms it, and this attempt has neither made, adopted nor read a later
        write that may have changed its rows: this write comes after that one.
        """
        for write in past.alive:
            named = write.name == name or self._continues(write, name)
            if named and all(past.counts(write, table) for table in name.tables) and holds(write):
                later = past.overwriting(write)
                if len(self.unread(session, later)) == len(later):
                    return write
        return None

    def _continues(self, write: EarlierWrite, name: WriteName) -> bool:
        other = WriteName(name.node, *(getattr(write.name, each) for each in _CONTENT))
        return write.name.node != self.node and other == name

    def superseded(
        self, session: Connection, past: Past, table: str, *, merged: bool = True
    ) -> tuple[EarlierWrite, ...]:
        """Return the writes to a table that a new one supersedes, newest first.

        Args:
            session: A session on the branch.
            past: What the node has written to the branch.
            table: The table.
            merged: Whether the node's writes are merged into the branch, so that a `replace` does not replace all rows.

        Raises:
            SupersededError: A later attempt has written to the table.
        """
        earlier = []
        for write in past.of(table):
            if write.name.node == self.node and write.attempt > self.number:
                raise SupersededError(
                    f"attempt {write.attempt} of {self.node} has written table `{table}` in commit {write.commit}, and "
                    f"this is attempt {self.number}",
                    hint="A later attempt has taken over. If this is a different execution, give it another name.",
                )
            if not merged and self._is_ours(write) and write.mode_of(table) == REPLACE:
                break  # the rows of earlier writes are gone
            earlier.append(write)
        return self.unread(session, earlier)

    def unread(self, session: Connection, writes: Sequence[EarlierWrite]) -> tuple[EarlierWrite, ...]:
        """Return the writes that are neither this attempt's own nor contained in a version that it has read."""
        earlier = [write for write in writes if not self._is_ours(write)]
        read = commits_read() if earlier else ()
        return tuple(w for w in earlier if not any(is_ancestor(session, w.commit, commit) for commit in read))

    def _is_ours(self, write: EarlierWrite) -> bool:
        made = write.name.node == self.node and write.attempt == self.number
        return made or write.commit in self._own

    def keep(self, commit: str) -> None:
        """Record that this attempt has made or adopted a commit."""
        with self._lock:
            self._own.add(commit)


def child_process_error(node: str) -> ForkedProcessError:
    """Return the error for a write in a child process of the process that runs a node's attempt.

    Example:
        >>> type(child_process_error("ex:p:d:n/n0")).__name__
        'ForkedProcessError'
    """
    return ForkedProcessError(
        f"process {os.getpid()} is a child of the process that runs {node}, and a retry of the task could not "
        "recognise what children wrote",
        hint="Nothing is written. Return the rows to the task's own process and write them there; threads may write.",
    )


_CONTENT = ("tables", "branch", "modes", "digest", "count")


@dataclass
class Claim:
    """A name for one write of an attempt, reserved until the write has landed or failed."""

    attempt: Attempt
    _name: WriteName | None = None
    _done: bool = field(default=False)

    def name(self, tables: Sequence[str], branch: str, modes: Sequence[str], digest: str) -> WriteName:
        """Return the name of the write, numbered among equal writes. Repeated calls with equal content agree."""
        lower = tuple(table.lower() for table in tables)
        wanted = WriteName(self.attempt.node, lower, branch, tuple(modes), digest)
        if self._name is None or renamed(self._name, 1) != wanted:
            self._release()
            with self.attempt._lock:
                taken = self.attempt._taken[wanted]
                count = next(number for number in range(1, len(taken) + 2) if number not in taken)
                taken.add(count)
            self._name = renamed(wanted, count)
        return self._name

    def done(self, commit: str) -> None:
        """Record that the write has landed in a commit."""
        self._done = True
        self.attempt.keep(commit)

    def _release(self) -> None:
        if self._name is not None:
            with self.attempt._lock:
                self.attempt._taken[renamed(self._name, 1)].discard(self._name.count)
            self._name = None

    def __enter__(self) -> Claim:
        """Return the claim."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Release the name, unless the write has landed."""
        if not self._done:
            self._release()
