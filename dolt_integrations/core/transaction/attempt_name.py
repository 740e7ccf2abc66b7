"""How the block of a task's attempt is recognised: by its tables, their modes, and a digest of all rows."""

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
    from dolt_integrations.engine import Connection, Database

TOGETHER = "together"
"""The mode of a table that several tasks write together."""


@dataclass(frozen=True)
class AttemptWrite:
    """A frame to write at the end of its block.

    Attributes:
        table: The table.
        data: The frame.
        primary_key: The key's columns. None keeps the key that the table has.
        mode: See `write_table`. None is `replace`, or writing the table together with other tasks.

    Example:
        >>> AttemptWrite("users", pd.DataFrame({"id": [1]}), primary_key=("id",), mode="upsert").table
        'users'
    """

    table: str
    data: Any
    primary_key: tuple[str, ...] | None
    mode: str | None


@dataclass(frozen=True)
class BlockName:
    """How the writes of a block are recognised as one.

    Attributes:
        tables: The tables, in order.
        modes: The requested modes, or `together`.
        digest: The digest of all rows.
    """

    tables: tuple[str, ...]
    modes: tuple[str, ...]
    digest: str

    def name(self, claim: Claim, branch: str) -> WriteName:
        """Return the name of the block's commit."""
        return claim.name(self.tables, branch, self.modes, self.digest)

    def message(
        self, message: str, claim: Claim, branch: str, modes: Sequence[str], superseded: Sequence[EarlierWrite]
    ) -> str:
        """Return the message of the block's commit.

        Args:
            message: The message without trailers.
            claim: The claim on the name.
            branch: The branch.
            modes: The modes in which the tables are actually written.
            superseded: The writes that the block supersedes.
        """
        text = superseding(message, dict.fromkeys(write.commit for write in superseded))
        return with_attempt(text, self.name(claim, branch), claim.attempt.number, modes)

    def adopted(
        self, database: Database, session: Connection, claim: Claim, past: Past, branch: str
    ) -> EarlierWrite | None:
        """Return an earlier commit of the same rows, or None. A plain `replace` does not continue another run's."""
        name = self.name(claim, branch)
        found = claim.attempt.adopted(session, past, name, lambda write: self._holds(database, write))
        if found is not None and found.name.node != name.node and REPLACE in self.modes:
            return None
        return found

    def _holds(self, database: Database, write: EarlierWrite) -> bool:
        with database.connect() as session:
            return any(has_written(session, write.work, table) for table in self.tables)


def name_of(writes: Sequence[AttemptWrite], *, shared: bool) -> BlockName:
    """Return how the writes of a block are recognised.

    Args:
        writes: The writes.
        shared: Whether the task is one of several that write tables together.
    """
    digest = hashlib.sha256()
    for write in writes:
        digest.update(digest_of(encode_frame(write.data, table=write.table), write.primary_key).encode())
    modes = tuple(write.mode or (TOGETHER if shared else REPLACE) for write in writes)
    return BlockName(tuple(write.table for write in writes), modes, digest.hexdigest()[:32])
