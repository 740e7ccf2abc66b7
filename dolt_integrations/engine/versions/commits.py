"""Commits: making one, moving a branch to one, and what is known about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import maybe, number, text

if TYPE_CHECKING:
    from dolt_integrations.engine.names.author import Author
    from dolt_integrations.engine.session.connection import Connection


def head(connection: Connection) -> str:
    """Return the commit at the head of the session's branch."""
    return str(connection.value("SELECT HASHOF('HEAD')", kind=text))


def commit(connection: Connection, message: str, author: Author) -> str | None:
    """Commit what is staged and end the session's transaction. Return the hash, or None if nothing was staged."""
    statement = "CALL DOLT_COMMIT('--skip-empty', '-m', %s, '--author', %s)"
    row = connection.row(statement, (message, str(author)), (text,))
    connection.in_transaction = connection.in_transaction and row is None
    return str(row[0]) if row else None


def commit_all(connection: Connection, message: str, author: Author) -> str | None:
    """Commit the changes of the session's transaction in tracked tables; see `commit`.

    Use it only if the transaction's working set was equal to the head; otherwise it commits the user's work as well.
    """
    statement = "CALL DOLT_COMMIT('-a', '--skip-empty', '-m', %s, '--author', %s)"
    row = connection.row(statement, (message, str(author)), (text,))
    connection.in_transaction = connection.in_transaction and row is None
    return str(row[0]) if row else None


def fast_forward(connection: Connection, revision: str) -> None:
    """Move the session's branch forward to a revision.

    Raises:
        LostRaceError: The branch has moved on, so a fast-forward is not possible.
        UncommittedChangesError: A table that the revision changes has uncommitted work.
    """
    connection.execute("CALL DOLT_MERGE('--ff-only', %s)", (revision,))


def message_of(connection: Connection, commit: str) -> str:
    """Return the message of a commit."""
    return str(connection.value("SELECT message FROM dolt_commits WHERE commit_hash = %s", (commit,), text))


def parents(connection: Connection, commit: str) -> list[str]:
    """Return the parents of a commit: none for the first; for a merge, the previous head and the merged commit."""
    found = (_parent(connection, commit, index) for index in (0, 1))
    return [each for each in found if each]


def parent(connection: Connection, commit: str) -> str | None:
    """Return the first parent of a commit (for a merge, the previous head), or None for the first commit."""
    return _parent(connection, commit, 0)


def _parent(connection: Connection, commit: str, index: int) -> str | None:
    # By index: without one, Dolt (1.83) fails for a merge with "more than one row".
    row = connection.row(
        "SELECT parent_hash FROM dolt_commit_ancestors WHERE commit_hash = %s AND parent_index = %s",
        (commit, index),
        (maybe(text),),
    )
    return str(row[0]) if row and row[0] else None


def soft_reset(connection: Connection, commit: str) -> None:
    """Make a commit the head of the session's branch. The tables stay as they are, as uncommitted work."""
    connection.execute("CALL DOLT_RESET('--soft', %s)", (commit,))


def count_changes(connection: Connection, from_commit: str, to_commit: str, table: str) -> tuple[int, int, int]:
    """Return the numbers of rows of a table that were added, modified and deleted between two commits."""
    row = connection.row(
        "SELECT rows_added, rows_modified, rows_deleted FROM DOLT_DIFF_STAT(%s, %s, %s)",
        (from_commit, to_commit, table),
        (maybe(number),) * 3,
    )
    return (row[0] or 0, row[1] or 0, row[2] or 0) if row else (0, 0, 0)
