"""Blocks whose write id is already on their branch: they write only what was taken back, and need the same rows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from dolt_integrations.core.provenance.write_id import rows_digest_of
from dolt_integrations.engine.versions.commits import message_of, parent
from dolt_integrations.errors import ConfigError

if TYPE_CHECKING:
    from dolt_integrations.core.frames.digest import RowsDigest
    from dolt_integrations.core.provenance.find import BlockWrite
    from dolt_integrations.engine import Database


class BlockDigest:
    """A digest of all rows that a block writes, in the order of its writes."""

    def __init__(self) -> None:
        """Start without rows."""
        self._digest = hashlib.sha256()

    def add(self, table: str, mode: str, rows: RowsDigest) -> None:
        """Add a write: its table, mode and digest of rows."""
        self._digest.update(f"{table.lower()} {mode} {rows.hex()}".encode())

    def hex(self) -> str:
        """Return the digest as 32 hexadecimal digits."""
        return self._digest.hexdigest()[:32]


def commit_seen(database: Database, written: BlockWrite, *, has_written: bool) -> str:
    """Return the commit that a repeated block reads, which is what the first run saw at that point.

    Args:
        database: The database.
        written: What the first run wrote.
        has_written: Whether the repeated block has already written something.
    """
    if has_written:
        return written.first
    with database.connect() as session:
        return parent(session, written.first) or written.first


def check_same_rows(database: Database, write_id: str, written: BlockWrite, digest: BlockDigest) -> None:
    """Check that the first run wrote the same rows.

    Raises:
        ConfigError: It wrote other rows.
    """
    with database.connect() as connection:
        known = rows_digest_of(message_of(connection, written.commit))
    if known is not None and known != digest.hex():
        raise ConfigError(
            f"write id {write_id!r} was used for other rows, in commit {written.commit} of {database.location}",
            hint="Nothing is written. Use another write_id for each block.",
        )
