"""`Workspace`: a private branch on which a save or a `Transaction` builds tables and commits them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.undo import take_back
from dolt_integrations.core.writes.build import build_batches, build_table
from dolt_integrations.core.writes.odd_dates import keeping_odd_dates
from dolt_integrations.engine import find_table, table_name
from dolt_integrations.engine.versions.commits import commit, head, soft_reset
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.merges import changed_tables
from dolt_integrations.engine.versions.working_set import stage, status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.core.branches.private import Reserved
    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.core.frames.digest import RowsDigest
    from dolt_integrations.core.provenance.commit_info import CommitInfo
    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.core.writes.build import Built
    from dolt_integrations.engine import Connection, Database, TableSchema
    from dolt_integrations.engine.versions.state import TableState


class Workspace:
    """A private branch. What is built there is committed, and then lands on a branch all at once.

    Attributes:
        database: The database.
        session: A session on the private branch.
        start: The commit that it started from.
        head: Its current commit: `start` until something is committed.
        changed: The tables that were built or taken back, and those that their triggers wrote to.
    """

    def __init__(self, database: Database, session: Connection, start: str) -> None:
        """Use a new private branch. Callers use `open_workspace`."""
        self.database, self.session, self.start, self.head = database, session, start, start
        self.changed: set[str] = set()
        self._is_staged, self._is_pending = True, False

    def take_back(self, table: str, writes: Sequence[EarlierWrite]) -> None:
        """Undo what earlier attempts wrote to a table. What other writers wrote to it stays.

        Raises:
            SupersededError: Another writer has built on it.
        """
        take_back(self.database, self.session, table, writes)
        self.changed.add(table_name(self.session, table))
        self._is_staged, self._is_pending = False, True

    def build(self, save: Save, digest: RowsDigest | None = None, schema: TableSchema | None = None) -> list[str]:
        """Write a table's schema and rows, from a frame or a stream.

        Args:
            save: What to save.
            digest: A digest to add the rows to, or None.
            schema: The schema that the table is to have. None reads the table to find out.

        Returns:
            The tables that changed. Empty if the table is unchanged.

        Raises:
            DataError: The rows cannot be stored as they are. Earlier batches of a stream may have been written.
            SupersededError: Another writer has built on what the save takes back.
        """
        if save.superseded:
            return self._rebuild(save, digest)
        built = build_batches(self.session, save, digest, schema)
        self._note(built)
        return built

    def build_and_commit(
        self,
        save: Save,
        info: CommitInfo,
        schema: TableSchema | None = None,
        *,
        is_new: bool = False,
        there: TableState | None = None,
    ) -> Built:
        """Write a table's schema and rows from a frame and commit them, as the only work of this workspace.

        Args:
            save: What to save. It must take nothing back.
            info: The commit's message and author.
            schema: The schema that the table is to have. None reads the table to find out.
            is_new: Whether the table is known not to exist.
            there: The table's state at `start`. None asks for it.

        Raises:
            DataError: The rows cannot be stored as they are.
        """
        if schema is None:
            existing = find_table(self.session, save.table)
            save = keeping_odd_dates(self.session, save, existing)
            schema, is_new = save.schema(existing), existing is None
        built = build_table(self.session, save, schema, is_new=is_new, info=info, there=there)
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
        """Return a commit with everything built so far, for reading.

        It exists only on the private branch: `commit` replaces all snapshots by one commit.
        """
        if self._is_pending:
            self._stage()
            self.head = commit(self.session, info.message, info.author) or self.head
            self._is_pending = False
        return self.head

    def commit(self, info: CommitInfo) -> str | None:
        """Commit everything that was built as one commit on `start`. Returns it, or None if nothing changed."""
        if self.head != self.start:
            soft_reset(self.session, self.start)
            self._is_staged = False
        self._stage()
        made = commit(self.session, info.message, info.author) if self.changed else None
        self.head, self._is_pending = made or self.start, False
        return made

    def adopt(self) -> bool:
        """Adopt what the user has committed on the private branch. Returns whether there was anything."""
        self.head = head(self.session)
        if self.head == self.start:
            return False
        with self.database.connect() as connection:  # on the private branch, Dolt 1.83 would check other privileges
            self.changed = set(changed_tables(connection, self.start, self.head))
        return True

    def _stage(self) -> None:
        """Stage everything again if something was unstaged, as Dolt's soft reset does."""
        if self._is_staged:
            return
        pending = {name for entry in status(self.session) for name in entry.names}
        # dolt_status does not list a table of which only a comment has changed.
        known = {name.lower() for name in pending}
        others = [each for each in self.changed if each.lower() not in known and table_hash(self.session, each)]
        stage(self.session, sorted({*pending, *others}))
        self._is_staged = True


@contextmanager
def open_workspace(database: Database, start: str, place: Reserved | None = None) -> Iterator[Workspace]:
    """Yield a workspace that starts from a commit. Its branch is deleted afterwards (see `private_branch`)."""
    with private_branch(database, start, place) as session:
        yield Workspace(database, session, start)
