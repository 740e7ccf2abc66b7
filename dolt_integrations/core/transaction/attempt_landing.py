"""Landing the writes of a task's attempt: adopting and superseding earlier ones, and refusing conflicting ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND, REPLACE, UPSERT
from dolt_integrations.core.provenance.find import EarlierWrite, find_nodes
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.provenance.write_id import node_of
from dolt_integrations.core.transaction.transaction import Transaction
from dolt_integrations.engine import Author, Connection, Database, find_table, table_name
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.heads import branch_head
from dolt_integrations.engine.versions.log import is_ancestor, log
from dolt_integrations.engine.versions.revisions import resolve
from dolt_integrations.errors import AuditError, BranchNotFoundError, MergeConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.provenance.attempt import Claim, Past
    from dolt_integrations.core.transaction.attempt_name import AttemptWrite, BlockName
    from dolt_integrations.core.transaction.attempted import AttemptBlock

Superseded = dict[str, tuple[EarlierWrite, ...]]


class OvertakenError(MergeConflictError):
    """A table that several tasks write together was also written by other writers.

    Attributes:
        newest: The tasks' newest commit of the table. None if the branch has none.

    Example:
        >>> OvertakenError("table `users` was written by others", newest="abc").newest
        'abc'
    """

    def __init__(self, message: str, *, newest: str | None) -> None:
        """Keep the commit as an attribute."""
        super().__init__(message)
        self.newest = newest


class AttemptLanding:
    """The landing of a block, under the locks of its branch and of its task."""

    def __init__(
        self,
        block: AttemptBlock,
        database: Database,
        session: Connection,
        branch: str,
        author: Author,
        claim: Claim,
        name: BlockName,
    ) -> None:
        """Prepare the landing.

        Args:
            block: How the writes of the attempt land.
            database: The database.
            session: The session that holds the locks.
            branch: The branch.
            author: The author of the commit.
            claim: The claim on the write's name.
            name: How the writes are recognised.
        """
        self.block, self.database, self.session, self.branch = block, database, session, branch
        self.author, self.claim, self.name = author, claim, name

    def land(self, writes: list[AttemptWrite]) -> Version:
        """Commit the writes on the branch (see `AttemptBlock.land`).

        Raises:
            DoltError: As `AttemptBlock.land` does.
        """
        head = branch_head(self.session, self.branch)
        if head is None:
            return self._create(writes)
        past, superseded = self._past()
        found = self.name.adopted(self.database, self.session, self.claim, past, self.branch)
        if found is not None:
            return Version(found.commit, self.branch, changed=False)
        planned = self._planned(writes, head, past)
        self._check_unchanged(planned, head)
        return self._put(writes, planned, superseded)

    def _create(self, writes: list[AttemptWrite]) -> Version:
        planned = [replace(write, mode=write.mode or REPLACE) for write in writes]
        return self._transact(self.block.read_at or self._start(), planned, self._message(planned, ()))

    def _start(self) -> str:
        """Return the commit at which to create the branch."""
        if self.block.start is None:
            hint = "Create it, or name a base to create it from."
            raise BranchNotFoundError(f"no branch {self.branch!r} in database {self.database.location}", hint=hint)
        return resolve(self.session, self.block.start)

    def _message(self, planned: list[AttemptWrite], superseded: Sequence[EarlierWrite]) -> str:
        modes = [str(write.mode) for write in planned]
        return self.name.message(self.block.message, self.claim, self.branch, modes, superseded)

    def _past(self) -> tuple[Past, Superseded]:
        """Return what the task has written to the branch, and which of these writes the block supersedes."""
        attempt = self.claim.attempt
        with self.database.connect(self.branch) as at:
            past = attempt.past(at, self.branch, *self._origins(at))
            superseded = {table: attempt.superseded(at, past, table) for table in self.name.tables}
        for table, mode in zip(self.name.tables, self.name.modes, strict=True):
            if mode == REPLACE:  # a resumed run's rows are replaced like any other rows
                superseded[table] = tuple(write for write in superseded[table] if write.name.node == attempt.node)
        return past, superseded

    def _origins(self, session: Connection) -> list[str]:
        found = [find_nodes(session, *origin) for origin in self.block.sharing.origins]
        return [nodes[0] for nodes in found if len(nodes) == 1]  # with several candidates, none is certain

    def _planned(self, writes: list[AttemptWrite], head: str, past: Past) -> list[AttemptWrite]:
        """Return the writes with their modes.

        Raises:
            MergeConflictError: Other writers have written to a table that tasks write together.
        """
        try:
            return [replace(write, mode=self._mode(write, head, bool(past.of(write.table)))) for write in writes]
        except OvertakenError as error:
            kept = [
                replace(write, mode=write.mode or self._keyed(write.table, error.newest, UPSERT)) for write in writes
            ]
            raise self._kept(kept, error.newest, str(error)) from error

    def _mode(self, write: AttemptWrite, head: str, has_written: bool) -> str:
        sharing = self.block.sharing
        if write.mode is not None or sharing.mode is None:
            return write.mode or REPLACE
        return self._keyed(write.table, head, sharing.mode(write.table, head, has_written))

    def _keyed(self, table: str, commit: str | None, mode: str) -> str:
        """Return the mode that is possible for the table at a commit. Without a key, an upsert becomes an append."""
        if mode != UPSERT:
            return mode
        if commit is None:
            return REPLACE
        with self.database.connect(commit) as snapshot:
            existing = find_table(snapshot, table)
        return UPSERT if existing is not None and existing.primary_key else APPEND

    def _check_unchanged(self, planned: list[AttemptWrite], head: str) -> None:
        """Refuse to replace tables that other writers have changed since the block read them.

        Raises:
            MergeConflictError: There are such tables. The error names the branch that keeps the work.
        """
        changed = self._changed(head, [write.table for write in planned if write.mode == REPLACE])
        if changed:
            tables = ", ".join(f"`{table}`" for table in changed)
            since = f"changed on branch {self.branch!r} since this block began at {self.block.read_at}"
            raise self._kept(planned, self.block.read_at, f"{tables} of {self.database.location} {since}")

    def _changed(self, head: str, tables: list[str]) -> list[str]:
        """Return the tables that other writers have changed since the block's start, if it has read anything."""
        start = self.block.read_at
        if start is None or start == head:
            return []
        with self.database.connect(start) as before, self.database.connect(head) as after:
            differ = [table for table in tables if table_hash(before, table) != table_hash(after, table)]
            return [table for table in differ if self._is_by_others(after, start, head, table)]

    def _is_by_others(self, session: Connection, start: str, head: str, table: str) -> bool:
        """Whether writers other than earlier attempts of the task have changed a table since the block's start."""
        name = table_name(session, table)
        known = {entry.commit for entry in log(session, start, name)}
        later = [entry for entry in log(session, head, name) if entry.commit not in known]
        return any(node_of(entry.message) != self.claim.attempt.node for entry in later)

    def _put(self, writes: list[AttemptWrite], planned: list[AttemptWrite], superseded: Superseded) -> Version:
        together = any(w.mode is None and plan.mode != REPLACE for w, plan in zip(writes, planned, strict=True))
        begin = None if together else self.block.read_at
        taken = {
            write.table: tuple(w for w in superseded[write.table] if write.mode != REPLACE or not self._is_in(w, begin))
            for write in planned
        }
        message = self._message(planned, [each for every in superseded.values() for each in every])
        return self._transact(begin, planned, message, taken)

    def _is_in(self, write: EarlierWrite, start: str | None) -> bool:
        """Whether a replace that starts at a commit (None: the branch's head) overwrites a write anyway."""
        return start is None or is_ancestor(self.session, write.work, start)

    def _kept(self, planned: list[AttemptWrite], start: str | None, problem: str) -> MergeConflictError:
        """Keep the work on a branch of its own, on top of `start`, and return the error that names the branch."""
        try:
            self._transact(start, planned, self.block.message, refuse=True)
        except AuditError as error:
            hint = f"{error.hint} Run the step again, or merge that branch."
            return MergeConflictError(problem, hint=hint, branch=error.branch)
        return MergeConflictError(problem, hint="Nothing is written. Run the step again.")

    def _transact(
        self,
        start: str | None,
        planned: list[AttemptWrite],
        message: str,
        superseded: Superseded | None = None,
        *,
        refuse: bool = False,
    ) -> Version:
        with Transaction(
            self.block.db,
            self.branch,
            branch_from=start,
            create=self.block.start is not None,
            message=message,
            author=self.author,
            audit=(lambda _: False) if refuse else None,
            superseded=superseded,
        ) as block:
            for write in planned:
                block.write(write.table, write.data, primary_key=write.primary_key, mode=str(write.mode))
        return block.version or Version(block.start, self.branch)
