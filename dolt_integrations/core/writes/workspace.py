"""`Workspace`: a private branch on which a save or a `Transaction` builds its tables, commits them and lands them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.undo import take_back
from dolt_integrations.core.writes.build import build_batches, build_table
from dolt_integrations.engine import find_table, table_name
from dolt_integrations.engine.versions.merges import changed_tables
from dolt_integrations.engine.versions.procedures import commit, head, soft_reset, stage, status, table_hash

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.core.branches.private import Reserved
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.frames.digest import RowsDigest
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.writes.build import Built
    from dolt_integrations.core.writes.landing import CommitInfo, Landing
    from dolt_integrations.engine import Connection, Database, TableSchema


class Workspace:
    """A private branch, unseen by others: what is built there is committed, and lands on a branch all at once.

    Attributes:
        database: Where.
        session: On the private branch.
        start: The commit that it began at.
        head: The commit that it is at: `start` until something is committed.
        changed: The tables that were built or taken back, and those that their triggers wrote to.
    """

    def __init__(self, database: Database, session: Connection, start: str) -> None:
        """Take over a private branch that was just made; see `open_workspace`."""
        self.database, self.session, self.start, self.head = database, session, start, start
        self.changed: set[str] = set()
        self._is_staged, self._is_pending = True, False

    def take_back(self, table: str, writes: Sequence[EarlierWrite]) -> None:
        """Undo what earlier attempts wrote to a table; what others wrote to it stays.

        Raises:
            SupersededError: Others have built on it.
        """
        take_back(self.database, self.session, table, writes)
        self.changed.add(table_name(self.session, table))
        self._is_staged, self._is_pending = False, True

    def build(self, save: Save, digest: RowsDigest | None = None, schema: TableSchema | None = None) -> list[str]:
        """Give a table its columns and rows, from a frame or a stream.

        Args:
            save: What to save.
            digest: Gets the rows.
            schema: The columns and the key that the table is to have; None where they are to be looked at.

        Returns:
            The tables that this changed: none where the table is as it was.

        Raises:
            DataError: The rows are not to be stored as they are. What came in batches may be there in part.
            SupersededError: Others have built on what the save takes back.
        """
        if save.superseded:
            return self._rebuild(save, digest)
        built = build_batches(self.session, save, digest, schema)
        self._note(built)
        return built

    def build_and_commit(
        self, save: Save, info: CommitInfo, schema: TableSchema | None = None, *, is_new: bool = False
    ) -> Built:
        """Give a table its columns and rows from a frame, and commit them at once: all that is built here.

        Args:
            save: What to save; it takes nothing back.
            info: Of the commit.
            schema: The columns and the key that the table is to have; None where they are to be looked at.
            is_new: Whether the table is known not to be there.

        Raises:
            DataError: The rows are not to be stored as they are.
        """
        if schema is None:
            existing = find_table(self.session, save.table)
            schema, is_new = save.schema(existing), existing is None
        built = build_table(self.session, save, schema, is_new=is_new, info=info)
        self.changed.update(built.tables)
        self.head = built.commit or self.head
        return built

    def _rebuild(self, save: Save, digest: RowsDigest | None) -> list[str]:
        before = table_hash(self.session, save.table)
        self.take_back(save.table, save.superseded)
        built = build_batches(self.session, save, digest)
        if before == table_hash(self.session, save.table):
            return []
        self._note([*built, save.table])
        return sorted({*built, save.table})

    def _note(self, tables: Sequence[str]) -> None:
        self.changed.update(tables)
        self._is_pending = self._is_pending or bool(tables)

    def snapshot(self, info: CommitInfo) -> str:
        """Return a commit that has all that was built so far, to be read.

        It is one of the private branch alone: in the end everything becomes one commit.
        """
        if self._is_pending:
            self._stage()
            self.head = commit(self.session, info.message, info.author) or self.head
            self._is_pending = False
        return self.head

    def commit(self, info: CommitInfo) -> str | None:
        """Commit all that was built, as one commit on `start`. Returns it; None where everything is as it was."""
        if self.head != self.start:
            soft_reset(self.session, self.start)
            self._is_staged = False
        self._stage()
        made = commit(self.session, info.message, info.author) if self.changed else None
        self.head, self._is_pending = made or self.start, False
        return made

    def adopt(self) -> bool:
        """Take what others have committed on the private branch for work of this one. Returns whether there is some."""
        self.head = head(self.session)
        if self.head == self.start:
            return False
        with self.database.connect() as connection:  # of a session on the branch Dolt 1.83 checks other rights here
            self.changed = set(changed_tables(connection, self.start, self.head))
        return True

    def _stage(self) -> None:
        """Stage everything, where something was unstaged: a soft reset of Dolt's does that."""
        if self._is_staged:
            return
        pending = {name for entry in status(self.session) for name in entry.names}
        # Dolt's status says nothing of a comment that has changed.
        known = {name.lower() for name in pending}
        others = [each for each in self.changed if each.lower() not in known and table_hash(self.session, each)]
        stage(self.session, sorted({*pending, *others}))
        self._is_staged = True

    def land(self, landing: Landing, branch: str, info: CommitInfo) -> str:
        """Bring a branch onto what was committed. Returns the commit at its head then.

        Raises:
            DoltError: As the landing says; the branch then has nothing of the work.
        """
        return landing.land(self, branch, info)


@contextmanager
def open_workspace(database: Database, start: str, place: Reserved | None = None) -> Iterator[Workspace]:
    """Yield a workspace that begins at a commit; its private branch is deleted afterwards; see `private_branch`."""
    with private_branch(database, start, place) as session:
        yield Workspace(database, session, start)
