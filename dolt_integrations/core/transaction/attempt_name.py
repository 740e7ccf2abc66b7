"""How the block of a task's attempt is known: by its tables, how they are written, and a digest of all rows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.frames.digest import digest_of
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.core.provenance.find import has_written
from dolt_integrations.core.provenance.write_id import superseding, with_attempt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.provenance.attempt import Claim, Past
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.provenance.write_id import WriteName
    from dolt_integrations.engine import Database

TOGETHER = "together"
"""The mode of a table that several tasks write together."""


@dataclass(frozen=True)
class AttemptWrite:
    """A frame that waits for the end of its block.

    Attributes:
        table: The table.
        data: The frame.
        primary_key: The key's columns; None keeps the key that the table has.
        mode: See `write_table`; None is `replace`, or the table together with other tasks.
    """

    table: str
    data: Any
    primary_key: tuple[str, ...] | None
    mode: str | None


@dataclass(frozen=True)
class BlockName:
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


def name_of(writes: Sequence[AttemptWrite], *, shared: bool) -> BlockName:
    """Return how the writes of a block are known.

    Args:
        writes: The writes.
        shared: Whether the task is one of several that write tables together.
    """
    digest = hashlib.sha256()
    for write in writes:
        digest.update(digest_of(encode_frame(write.data, table=write.table), write.primary_key).encode())
    modes = tuple(write.mode or (TOGETHER if shared else REPLACE) for write in writes)
    return BlockName(tuple(write.table for write in writes), modes, digest.hexdigest()[:32])
