"""What was written before this write: the very same one, which is adopted, and what this one supersedes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.provenance.attempt import Claim, Past
from dolt_integrations.core.provenance.find import find_commits, has_written
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import superseding, with_attempt
from dolt_integrations.core.rows.differences import has_same_rows
from dolt_integrations.core.rows.version_rows import cast_alike
from dolt_integrations.engine import Database, describe_table, fetch, select_table
from dolt_integrations.engine.versions.procedures import table_hash

if TYPE_CHECKING:
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.provenance.write_id import WriteName

logger = logging.getLogger(__name__)


def find_earlier(database: Database, save: Save, branch: str, write_id: str, digest: str | None) -> Version | None:
    """Return the version that a write made which somebody has named; None where no commit is of these rows.

    Args:
        database: Where.
        save: What is to be written.
        branch: Where to.
        write_id: Its name.
        digest: Of the rows; None where they come in batches and only the name and the table tell.
    """
    found = find_commits(database, branch, write_id)
    commit = next((each for each in found if has_written(database, each, save.table, rows=digest)), None)
    if commit is not None:
        return _version(database, commit, branch, save.table)
    if found:
        logger.warning("write id %r is of other rows in commit %s: table %s is written", write_id, found[0], save.table)
    return None


def _version(database: Database, commit: str, branch: str, table: str) -> Version:
    with database.connect(commit) as snapshot:
        return Version(commit, branch, table_hash(snapshot, table), changed=False)


@dataclass(frozen=True)
class Turn:
    """A write of an attempt, while it holds the lock of its node and table.

    Attributes:
        claim: On the name of the write.
        past: What the node has written to the branch.
        merged: Whether the write is merged into the branch, so that others' rows are among its.
    """

    database: Database
    claim: Claim
    branch: str
    past: Past
    merged: bool

    def adopted(self, save: Save, digest: str) -> Version | None:
        """Return the version of an earlier commit of the same rows; None if there is none."""
        found = self.claim.attempt.adopted(self.past, self.name(save, digest), lambda write: self._holds(write, save))
        if found is None:
            return None
        logger.info("commit %s has these rows of table %s already", found.commit, save.table)
        self.claim.done(found.commit)
        return _version(self.database, found.commit, self.branch, save.table)

    def name(self, save: Save, digest: str) -> WriteName:
        """Return what names the write."""
        return self.claim.name([save.table], self.branch, [save.mode], digest)

    def superseded(self, table: str) -> tuple[EarlierWrite, ...]:
        """Return what the write supersedes, newest first."""
        if not self.past.of(table):
            return ()
        with self.database.connect(self.branch) as session:
            return self.claim.attempt.superseded(session, self.past, table)

    def named(self, save: Save, digest: str) -> Save:
        """Return the save with a message that names it."""
        attempt = self.claim.attempt.number
        return replace(save, message=with_attempt(save.message, self.name(save, digest), attempt))

    def done(self, version: Version) -> Version:
        """Note that the write is there."""
        self.claim.done(version.commit)
        return version

    def _holds(self, write: EarlierWrite, save: Save) -> bool:
        """Whether a commit that names these rows has them: a message may have been carried to another commit."""
        if save.mode == REPLACE and not self.merged and save.rest is None:
            same = _same_content(self.database, write.commit, save)
            if same is not None:
                return same
        return has_written(self.database, write.work, save.table)


def turn_of(database: Database, claim: Claim, branch: str, *, exists: bool, merged: bool) -> Turn:
    """Look at what a node has written to a branch. The caller holds the lock.

    Args:
        database: Where.
        claim: On the name of the write.
        branch: Where to.
        exists: Whether the branch is there.
        merged: Whether the write is merged into it.
    """
    if not exists:
        return Turn(database, claim, branch, Past(), merged)
    with database.connect(branch) as session:
        return Turn(database, claim, branch, claim.attempt.past(session, branch), merged)


def superseding_save(save: Save, superseded: tuple[EarlierWrite, ...], *, inside: bool) -> Save:
    """Return the save that supersedes writes.

    Args:
        save: What is to be written.
        superseded: The writes.
        inside: Whether their rows are taken back in the save's own commit.
    """
    if not superseded:
        return save
    message = superseding(save.message, [write.commit for write in superseded])
    return replace(save, message=message, superseded=superseded if inside else ())


def _same_content(database: Database, commit: str, save: Save) -> bool | None:
    """Whether a table has the save's rows in a commit, and no others; None where that cannot be compared."""
    with database.connect(commit) as snapshot:
        if table_hash(snapshot, save.table) is None:
            return False
        table = save.named(snapshot).table
        columns = describe_table(snapshot, table).columns
        stored = fetch(snapshot, select_table(table, columns), columns)
    alike = cast_alike(save.rows.data, stored.schema)
    return None if alike is None else has_same_rows(stored, alike)
