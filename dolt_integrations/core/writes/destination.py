"""Where a save goes: a branch of a database, and how the work lands on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.earlier import superseding_save
from dolt_integrations.core.branches.pending import check_branch
from dolt_integrations.core.branches.target import Target, name_for_merge
from dolt_integrations.core.configs.branch import Branch
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.writes.landing import CreateBranch, Landing, Merge, PutOnTop
from dolt_integrations.engine import Connection, Database
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.diffs.hashes import table_hash

if TYPE_CHECKING:
    from dolt_integrations.core.branches.merges.merge import Superseded
    from dolt_integrations.core.branches.target import Save


@dataclass(frozen=True)
class Destination:
    """The branch that a save goes to.

    Attributes:
        database: The database.
        session: A session. It is on the branch if that exists and the save is of a frame.
        conf: The branch config, which says how work lands.
        target: The branch, with the commit to start from.
    """

    database: Database
    session: Connection
    conf: Branch
    target: Target

    def check(self, save: Save) -> None:
        """Check that a save may change the branch, if that is not known yet.

        Raises:
            UncommittedChangesError: A merge is in progress, or a stream's table has uncommitted changes.
        """
        if self.target.exists and (self.conf.merges or save.rest is not None):
            check_branch(self.database, self.target.branch, save.table if save.rest is not None else None)

    def named(self, workspace: Connection, save: Save) -> Save:
        """Return the save with the table's name in the case that the existing table has.

        Args:
            workspace: A session at the commit that the save starts from.
            save: What to save.
        """
        if self.conf.merges or save.rest is not None:
            return replace(save, table=name_for_merge(workspace, self.database, self.target.branch, save.table))
        return save if self.target.exists else save.named(workspace)

    def superseding(self, save: Save) -> Save:
        """Let a stream supersede its earlier attempts. Whether it repeats one of them is known only at its end."""
        if save.locked is None:
            return save
        inside = self.conf.merges or save.mode != REPLACE
        return superseding_save(save, save.locked.superseded(save.table), inside=inside)

    def landing(self, save: Save, superseded: Superseded) -> Landing:
        """Return how the work lands. A stream cannot be read again, so it is merged with what others committed."""
        if self.conf.merges:
            return Merge(self.conf.resolution, superseded, began=self.target.head)
        if save.rest is None:
            return PutOnTop(save.table, self.session) if self.target.exists else CreateBranch()
        again = PutOnTop(save.table) if save.mode == REPLACE else Merge(began=self.target.head)
        return again if self.target.exists else CreateBranch(again)

    def unchanged(self, table: str, content: str | None) -> Version:
        """Return the version of the branch, which exists and which the save leaves as it is.

        Args:
            table: The table.
            content: Dolt's hash of the table at the commit that the save started from.
        """
        if not self.conf.merges:
            return Version(self.target.start, self.target.branch, content, changed=False)
        with self.database.connect(self.target.branch) as connection:
            return Version(head(connection), self.target.branch, table_hash(connection, table), changed=False)

    def content_at(self, commit: str, table: str) -> str | None:
        """Return Dolt's hash of a table at a commit, or None if there is no such table."""
        with visiting(self.session, commit) as snapshot:
            return table_hash(snapshot, table)
