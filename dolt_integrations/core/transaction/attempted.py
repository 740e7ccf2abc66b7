"""Writing several tables in a task's attempt: one commit, recognised by its content, that overwrites no one else's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dolt_integrations.core.provenance.attempt import Attempt, Claim
from dolt_integrations.core.provenance.version import Version
from dolt_integrations.core.retry import retried
from dolt_integrations.core.transaction.attempt_landing import AttemptLanding
from dolt_integrations.core.transaction.attempt_name import AttemptWrite, name_of
from dolt_integrations.engine import Author, Location, open_database
from dolt_integrations.engine.versions.commits import parent
from dolt_integrations.engine.versions.heads import find_head
from dolt_integrations.errors import (
    LostRaceError,
    ServerLostError,
)


@dataclass(frozen=True)
class Sharing:
    """How several tasks write a table together.

    Attributes:
        mode: A function of the table, the branch's head commit, and whether this task has rows in the table. It returns
            `replace`, `append`, or `upsert` for tables with a key. It raises `OvertakenError` if other writers have
            written the table since.
        origins: Prefixes and suffixes of the names of nodes that this task continues, as in a resumed run.

    Example:
        >>> Sharing(mode=lambda table, head, has_written: "append").mode("users", "abc", False)
        'append'
    """

    mode: Callable[[str, str, bool], str] | None = None
    origins: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class AttemptBlock:
    """Where and how the writes of a task's attempt land together.

    Attributes:
        db: The database.
        branch: The branch. None is the default branch.
        attempt: The task's attempt.
        message: The commit message without trailers.
        start: The revision at which to create the branch if it does not exist. None if it must exist.
        read_at: The branch's commit that the task read. A table that it replaces must not have changed since. None if
            it has read nothing there.
        author: The author of the commit. None is the database's, or else `default_author`.
        default_author: The author that stands for the workflow.
        sharing: How it writes tables together with other tasks.

    Example:
        >>> from dolt_integrations.core.transaction.attempt_name import AttemptWrite
        >>> def attempt(number, rows):
        ...     task = Attempt("Flow/7/load", number)
        ...     block = AttemptBlock(folder, None, task, "Run: Flow/7/load/1", None, None, None, DEFAULT_AUTHOR)
        ...     return block.land([AttemptWrite("users", pd.DataFrame({"id": rows}), ("id",), None)])
        >>> attempt(0, [1]).commit == attempt(1, [1]).commit  # a retry adopts the commit of equal rows
        True
        >>> attempt(2, [2]).changed  # and replaces other rows
        True
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

        Blocks on a branch exclude each other. Otherwise Dolt would merge two blocks that replace the same table row by
        row, and the deletes of both would win (Dolt 1.83: no conflict, an empty table).

        Returns:
            The version that the branch has now, or that of an earlier attempt that wrote the same rows.

        Raises:
            MergeConflictError: The block replaces a table that it read and that other writers have changed since, or
                changes rows that were changed since. The error names the branch that keeps the work.
            BranchNotFoundError: The branch does not exist, and `start` is None.
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
            author = database.author_for(self.author, self.default_author)
            name = name_of(writes, shared=self.sharing.mode is not None)
            with (
                session.lock(database.address.database, branch, "block"),
                claim.attempt.locked(session, database, name.tables),
            ):
                landing = AttemptLanding(self, database, session, branch, author, claim, name)
                version = landing.land(list(writes))
                claim.done(version.commit)
                return version


def start_of_attempt(db: Location, branch: str | None, attempt: Attempt) -> Version | None:
    """Return the version before the writes of the task's earlier attempts. None if there are none left.

    Writes that this attempt has adopted or read do not count. Blocks of a retry start where the earlier attempt's did.

    Raises:
        NotFoundError: The database or the branch does not exist.

    Example:
        >>> made = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> start_of_attempt(folder, "main", Attempt("Flow/7/load", 1)) is None  # it has written nothing yet
        True
    """
    with open_database(db) as database, database.connect(branch) as session:
        past = attempt.past(session, branch or find_head(session, None).branch)
        left = attempt.unread(session, past.alive)
        before = parent(session, left[-1].commit) if left else None
    return Version(before, branch) if before else None
