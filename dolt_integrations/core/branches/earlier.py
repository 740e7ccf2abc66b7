"""Earlier commits of the same write, which are adopted, and earlier writes that this one supersedes."""

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
from dolt_integrations.engine import Connection, describe_table, fetch, select_table
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.versions.diffs.hashes import table_hash

if TYPE_CHECKING:
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.provenance.write_id import WriteName

logger = logging.getLogger(__name__)


def find_earlier(session: Connection, save: Save, branch: str, write_id: str, digest: str | None) -> Version | None:
    """Return the version that a write with this write id made, or None if no commit has the id and these rows.

    Args:
        session: A session at no revision.
        save: What to write.
        branch: The branch to write to.
        write_id: The user's name for the write.
        digest: The digest of the rows. None for a stream, which is recognised by the id and the table alone.
    """
    found = find_commits(session, branch, write_id, save.table)
    commit = next((each for each in found if has_written(session, each, save.table, rows=digest)), None)
    if commit is not None:
        return _version(session, commit, branch, save.table)
    if found:
        logger.warning(
            "commit %s has write id %r but other rows, so table %s is written", found[0], write_id, save.table
        )
    return None


def _version(session: Connection, commit: str, branch: str, table: str) -> Version:
    with visiting(session, commit) as snapshot:
        return Version(commit, branch, table_hash(snapshot, table), changed=False)


@dataclass(frozen=True)
class LockedWrite:
    """A write of an attempt, while it holds the lock of its node and table.

    Attributes:
        session: The session that holds the lock. It is at the same revision after each call.
        claim: The claim on the write's name.
        past: What the node has written to the branch.
        merged: Whether the write is merged into the branch, so that the table has other writers' rows as well.
    """

    session: Connection
    claim: Claim
    branch: str
    past: Past
    merged: bool

    def adopted(self, save: Save, digest: str) -> Version | None:
        """Return the version of an earlier commit of the same rows, or None."""
        name = self.name(save, digest)
        found = self.claim.attempt.adopted(self.session, self.past, name, lambda write: self._holds(write, save))
        if found is None:
            return None
        logger.info("commit %s already has these rows of table %s", found.commit, save.table)
        self.claim.done(found.commit)
        return _version(self.session, found.commit, self.branch, save.table)

    def name(self, save: Save, digest: str) -> WriteName:
        """Return the name that identifies the write in its commit's message."""
        return self.claim.name([save.table], self.branch, [save.mode], digest)

    def superseded(self, table: str) -> tuple[EarlierWrite, ...]:
        """Return the earlier writes of a table that this write supersedes, newest first."""
        if not self.past.of(table):
            return ()
        with visiting(self.session, self.branch) as session:
            return self.claim.attempt.superseded(session, self.past, table, merged=self.merged)

    def named(self, save: Save, digest: str) -> Save:
        """Return the save with the write's name in its message."""
        attempt = self.claim.attempt.number
        return replace(save, message=with_attempt(save.message, self.name(save, digest), attempt))

    def _holds(self, write: EarlierWrite, save: Save) -> bool:
        """Whether a commit that names these rows has them. A rebase or cherry-pick may have moved its message."""
        if save.mode == REPLACE and not self.merged and save.rest is None:
            same = _same_content(self.session, write.commit, save)
            if same is not None:
                return same
        return has_written(self.session, write.work, save.table)


def locked_write(session: Connection, claim: Claim, branch: str, *, exists: bool, merged: bool) -> LockedWrite:
    """Read what a node has written to a branch.

    Args:
        session: The session that holds the lock of the node and table.
        claim: The claim on the write's name.
        branch: The branch to write to.
        exists: Whether the branch exists.
        merged: Whether the write is merged into it.
    """
    if not exists:
        return LockedWrite(session, claim, branch, Past(), merged)
    with visiting(session, branch):
        return LockedWrite(session, claim, branch, claim.attempt.past(session, branch), merged)


def superseding_save(save: Save, superseded: tuple[EarlierWrite, ...], *, inside: bool) -> Save:
    """Return the save with a message that names the writes that it supersedes.

    Args:
        save: What to write.
        superseded: The superseded writes.
        inside: Whether the save's own commit takes their rows back.
    """
    if not superseded:
        return save
    message = superseding(save.message, [write.commit for write in superseded])
    return replace(save, message=message, superseded=superseded if inside else ())


def _same_content(session: Connection, commit: str, save: Save) -> bool | None:
    """Whether the table holds exactly the save's rows in a commit. None if they cannot be compared."""
    with visiting(session, commit) as snapshot:
        if table_hash(snapshot, save.table) is None:
            return False
        table = save.named(snapshot).table
        columns = describe_table(snapshot, table).columns
        stored = fetch(snapshot, select_table(table, columns), columns)
    alike = cast_alike(save.rows.data, stored.schema)
    return None if alike is None else has_same_rows(stored, alike)
