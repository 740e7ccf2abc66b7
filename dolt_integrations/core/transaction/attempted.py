"""What an attempt of a task writes to several tables: one commit, known by its content, never over others' rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dolt_integrations.core.provenance.attempt import Attempt, Claim
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.retry import retried
from dolt_integrations.core.transaction.attempt_landing import AttemptLanding
from dolt_integrations.core.transaction.attempt_name import AttemptWrite, name_of
from dolt_integrations.engine import Author, Location, open_database
from dolt_integrations.engine.versions.heads import find_head
from dolt_integrations.engine.versions.procedures import parent
from dolt_integrations.errors import (
    LostRaceError,
    ServerLostError,
)


@dataclass(frozen=True)
class Sharing:
    """How several tasks write a table together.

    Attributes:
        mode: Called with the table, the commit at the head of the branch, and whether this task has rows there. It
            returns what becomes of the table's rows: `replace`, `append` or, where it has a key, `upsert`. It raises
            `OvertakenError` where others have written it in between.
        origins: What the names of the nodes begin and end with whose work this task continues, as in a resumed run.
    """

    mode: Callable[[str, str, bool], str] | None = None
    origins: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class AttemptBlock:
    """Where and how the writes of a task's attempt land together.

    Attributes:
        db: The database.
        branch: The branch; None is the default branch.
        attempt: Which attempt of which task writes.
        message: Of the commit, before its trailers.
        start: Where the branch begins if it does not exist; None if it has to exist.
        read_at: The commit that the task read of the branch: a table that it replaces must not have changed since. None
            if it has read nothing there.
        author: Of the commit; None is whom the database names, else `default_author`.
        default_author: The workflow itself.
        sharing: How it writes tables together with other tasks.
    """

    db: Location
    branch: str | None
    attempt: Attempt
    message: str
    start: str | None
    read_at: str | None
    author: Author | None
    default_author: Author
    sharing: Sharing = Sharing()

    def land(self, writes: Sequence[AttemptWrite]) -> Version:
        """Commit the writes on the branch.

        Blocks take turns on a branch: two that replace one table are merged row by row else, and each side's deletes
        would win (Dolt 1.83: no conflict, an empty table).

        Returns:
            The version that the branch has; that of an earlier attempt which wrote the same.

        Raises:
            MergeConflictError: The block read, and replaces, a table that others have changed since; or rows that it
                changes were changed. The error names the branch that keeps the work.
            BranchNotFoundError: The branch does not exist, and nothing says where it is to begin.
            DoltError: See `Transaction`.
        """
        with self.attempt.claim() as claim:
            return retried(lambda: self._land(writes, claim), LostRaceError, ServerLostError)

    def _land(self, writes: Sequence[AttemptWrite], claim: Claim) -> Version:
        with (
            open_database(self.db, create=self.author or self.default_author) as database,
            database.connect() as session,
        ):
            branch = self.branch or find_head(session, None).branch
            author = self.author or database.author or self.default_author
            name = name_of(writes, shared=self.sharing.mode is not None)
            with (
                session.lock(database.address.database, branch, "block"),
                claim.attempt.turn(session, database, name.tables),
            ):
                landing = AttemptLanding(self, database, session, branch, author, claim, name)
                version = landing.land(list(writes))
                claim.done(version.commit)
                return version


def start_of_attempt(db: Location, branch: str | None, attempt: Attempt) -> Version | None:
    """Return the version before what an earlier attempt of the task has landed; None if nothing of that is left.

    What this attempt has adopted, or has read, is not left: its blocks begin where those of the attempt before did.

    Raises:
        NotFoundError: No such database or branch.
    """
    with open_database(db) as database, database.connect(branch) as session:
        past = attempt.past(session, branch or find_head(session, None).branch)
        left = attempt.unread(session, past.alive)
        before = parent(session, left[-1].commit) if left else None
    return Version(before, branch) if before else None
