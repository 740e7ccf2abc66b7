"""Which attempt of which task writes, and what it and the run that it resumes have written before."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.adapters import REPLACE, Attempt, encode_frame
from dolt_integrations.core.frames.digest import digest_of
from dolt_integrations.core.provenance.attempt import Past, child_error
from dolt_integrations.core.provenance.find import find_nodes, has_written
from dolt_integrations.core.provenance.write_id import superseding, with_attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.provenance.attempt import Claim
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.provenance.write_id import WriteName
    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.metaflow.client import RunningTask
    from dolt_integrations.metaflow.landing import Write

TOGETHER = "together"
"""The mode of a table that the tasks of a `foreach` write together."""

_ATTEMPTS: dict[tuple[str, int], Attempt] = {}
_LOCK = threading.Lock()

_PROCESS = os.getpid()
"""The process that has imported this: Metaflow gives each task one of its own."""


def attempt_of(task: RunningTask, position: Sequence[int]) -> Attempt:
    """Return the attempt of a task that runs in this process."""
    node = f"{task.pathspec}@{_place(position)}"
    with _LOCK:
        return _ATTEMPTS.setdefault((node, task.attempt), Attempt(node, task.attempt))


def check_process(task: RunningTask) -> None:
    """Refuse to write in a child of the process that runs a task, by whatever way it was started.

    Raises:
        ForkedProcessError: This is one.
    """
    if os.getpid() != _PROCESS or multiprocessing.parent_process() is not None:
        raise child_error(task.pathspec)


def origins_of(session: Connection, task: RunningTask, position: Sequence[int]) -> list[str]:
    """Return the nodes that did this task's work in the runs that this one resumes, as far as they have written.

    Their tasks have other ids, so they are known by their step and their place in the `foreach`es.
    """
    flow, _, step = task.step.split("/")
    found = [find_nodes(session, f"{flow}/{origin}/{step}/", f"@{_place(position)}") for origin in task.origins]
    return [nodes[0] for nodes in found if len(nodes) == 1]  # of several of a run none is this one


def _place(position: Sequence[int]) -> str:
    return ".".join(map(str, position))


@dataclass(frozen=True)
class BlockWrite:
    """The writes of a block as one: how they are known.

    Attributes:
        tables: Their names, in order.
        modes: What was asked for, or `together`.
        digest: Of all rows.
    """

    tables: tuple[str, ...]
    modes: tuple[str, ...]
    digest: str

    def name(self, claim: Claim, branch: str) -> WriteName:
        """Return what names the block's commit."""
        return claim.name(self.tables, branch, self.modes, self.digest)

    def message(
        self, message: str, claim: Claim, branch: str, modes: Sequence[str], superseded: Sequence[EarlierWrite]
    ) -> str:
        """Return the message of the block's commit.

        Args:
            message: What it says so far.
            claim: On the name.
            branch: Where to.
            modes: How the tables are written in fact.
            superseded: What the block supersedes.
        """
        text = superseding(message, dict.fromkeys(write.commit for write in superseded))
        return with_attempt(text, self.name(claim, branch), claim.attempt.number, modes)

    def adopted(self, database: Database, claim: Claim, past: Past, branch: str) -> EarlierWrite | None:
        """Return an earlier commit of the same rows. A plain `replace` is no continuation of another run's."""
        name = self.name(claim, branch)
        found = claim.attempt.adopted(past, name, lambda write: self._holds(database, write))
        if found is not None and found.name.node != name.node and REPLACE in self.modes:
            return None
        return found

    def _holds(self, database: Database, write: EarlierWrite) -> bool:
        return any(has_written(database, write.work, table) for table in self.tables)


def block_write(writes: Sequence[Write], *, shared: bool) -> BlockWrite:
    """Return how the writes of a block are known.

    Args:
        writes: The writes.
        shared: Whether the task is one of several of a `foreach`.
    """
    digest = hashlib.sha256()
    for write in writes:
        digest.update(digest_of(encode_frame(write.data, table=write.table), write.primary_key).encode())
    modes = tuple(write.mode or (TOGETHER if shared else REPLACE) for write in writes)
    return BlockWrite(tuple(write.table for write in writes), modes, digest.hexdigest()[:32])
