"""Typed functions for Dolt's stored procedures and functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import is_commit_hash, nearest
from dolt_integrations.engine.session.answers import maybe, number, text
from dolt_integrations.engine.versions.heads import branch_head, commit_of, remote_head, tag_commit
from dolt_integrations.errors import BranchNotFoundError, RevisionNotFoundError, TableNotFoundError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from dolt_integrations.engine.names.author import Author
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class TableStatus:
    """A row of `dolt_status`: a table with uncommitted work, staged or not."""

    table: str
    staged: bool
    status: str

    @property
    def names(self) -> tuple[str, ...]:
        """The table's name, or both names of a renamed table, which Dolt shows as `old -> new`."""
        return tuple(self.table.split(" -> ")) if self.status == "renamed" else (self.table,)


@dataclass(frozen=True)
class Branches:
    """The branches of a database.

    Attributes:
        active: The session's branch; on a new session the default branch.
        heads: The commit at the head of each branch, by branch name.
    """

    active: str
    heads: dict[str, str]

    def name_of(self, branch: str | None) -> str:
        """Return the name of a branch; None is the active one."""
        return self.active if branch is None else branch

    def others_in_case(self, branch: str) -> list[str]:
        """Return the branches whose names differ from this one only in case. Dolt's sessions treat them as equal."""
        return [name for name in self.heads if name != branch and name.lower() == branch.lower()]


def find_branches(connection: Connection) -> Branches:
    """Return all branches, and the one that the session is on."""
    kinds = (maybe(text), text, text)
    rows = connection.rows("SELECT active_branch(), name, hash FROM dolt_branches", kinds=kinds)
    with connection.understood("the list of branches"):
        return Branches(str(rows[0][0]), {name: commit for _, name, commit in rows})


def active_branch(connection: Connection) -> str:
    """Return the session's branch; on a new session, the branch that the directory has checked out."""
    return str(connection.value("SELECT active_branch()", kind=text))


def branches(connection: Connection) -> dict[str, str]:
    """Return the commit at the head of each branch, by branch name."""
    return dict(connection.rows("SELECT name, hash FROM dolt_branches", kinds=(text, text)))


def head(connection: Connection) -> str:
    """Return the commit at the head of the session's branch."""
    return str(connection.value("SELECT HASHOF('HEAD')", kind=text))


def resolve(connection: Connection, revision: str, newest: str | None = None) -> str:
    """Return the commit hash of a branch, tag, commit or ancestor spec (`HEAD~2`, `main^`).

    Branches have precedence over tags, and tags over remote branches. Names are case-sensitive, unlike in most of
    Dolt's own functions.

    Args:
        connection: A session on the database.
        revision: The branch, tag, commit or ancestor spec.
        newest: The commit that `HEAD` denotes; None for the head of the session's branch.

    Raises:
        RevisionNotFoundError: There is no such revision; the hint suggests similar names of branches and tags.
    """
    name, steps = _without_steps(revision)
    try:
        base = _base(connection, name, newest)
        return base if is_commit_hash(base) and base != name and not steps else commit_of(connection, base + steps)
    except (RevisionNotFoundError, BranchNotFoundError) as error:
        raise _no_revision(connection, revision) from error


def _base(connection: Connection, name: str, newest: str | None) -> str:
    """Resolve a name without an ancestor suffix: a branch, tag, remote branch, full hash, or HEAD."""
    if name.upper() == "HEAD":
        return newest or "HEAD"
    if is_commit_hash(name):
        return name
    found = branch_head(connection, name) or tag_commit(connection, name) or remote_head(connection, name)
    if found is None:
        raise BranchNotFoundError(f"branch not found: {name}")
    return found


def _without_steps(revision: str) -> tuple[str, str]:
    """Split a revision into a name and its ancestor suffix such as `~2^`. Works from the end, in linear time."""
    steps = re.match(r"(?:\d*[~^])*", revision[::-1])
    at = len(revision) - (steps.end() if steps else 0)
    return revision[:at], revision[at:]


def tags(connection: Connection) -> dict[str, str]:
    """Return every tag with its commit."""
    return dict(connection.rows("SELECT tag_name, tag_hash FROM dolt_tags", kinds=(text, text)))


def _no_revision(connection: Connection, revision: str) -> RevisionNotFoundError:
    hint = nearest(revision, [*branches(connection), *tags(connection)])
    return RevisionNotFoundError(f"no commit, branch or tag {revision!r} in database {connection.address}", hint=hint)


def commit_at(connection: Connection, moment: datetime.datetime, newest: str) -> str:
    """Return the newest ancestor of a commit (or the commit itself) that is not later than a timestamp.

    Args:
        connection: A session on the database, at no revision: at one, Dolt 1.83 checks other rights for `dolt_log()`.
        moment: The timestamp, naive and in UTC.
        newest: The full hash of the commit.

    Raises:
        RevisionNotFoundError: All of these commits are later.
    """
    row = connection.row(
        "SELECT commit_hash FROM dolt_log(%s) WHERE date <= %s ORDER BY date DESC, commit_order DESC LIMIT 1",
        (newest, moment.strftime("%Y-%m-%d %H:%M:%S.%f")),
        (text,),
    )
    if row is None:
        first = connection.value("SELECT MIN(date) FROM dolt_log(%s)", (newest,))
        raise RevisionNotFoundError(
            f"database {connection.address} has no commit as old as {moment:%Y-%m-%d %H:%M:%S} UTC",
            hint=f"The first commit is from {first} UTC.",
        )
    return str(row[0])


def status(connection: Connection) -> list[TableStatus]:
    """Return the uncommitted work on the session's branch, including tables that `dolt_ignore` names."""
    columns, kinds = "SELECT table_name, CAST(staged AS CHAR), status", (text, text, text)
    try:
        rows = connection.rows(f"{columns} FROM dolt_status_ignored", kinds=kinds)
    except TableNotFoundError:  # Dolt before 1.82 has no such view of its status
        rows = connection.rows(f"{columns} FROM dolt_status", kinds=kinds)
    return [TableStatus(table, staged == "1", word) for table, staged, word in rows]


def uncommitted_tables(connection: Connection) -> list[str]:
    """Return the tables of the session's branch with uncommitted work, except those that `dolt_ignore` names."""
    return [name for (name,) in connection.rows("SELECT DISTINCT table_name FROM dolt_status", kinds=(text,))]


def is_merging(connection: Connection) -> bool:
    """Whether a merge or cherry-pick is in progress on the session's branch; the next commit would conclude it."""
    return bool(connection.value("SELECT is_merging FROM dolt_merge_status"))


def stage(connection: Connection, tables: Iterable[str]) -> None:
    """Stage exactly these tables, even if `dolt_ignore` names them."""
    for table in tables:
        # Without -f Dolt leaves out what dolt_ignore names, and reports success.
        try:
            connection.execute("CALL DOLT_ADD('-f', '--', %s)", (table,))
        except TableNotFoundError:  # Dolt 2 raises this if the drop of a table is staged already
            if not any(entry.staged and table in entry.names for entry in status(connection)):
                raise


def discard_changes(connection: Connection) -> None:
    """Reset the session's branch to its head. Uncommitted work is lost."""
    connection.execute("CALL DOLT_RESET('--hard')")


def take_table(connection: Connection, revision: str, table: str) -> None:
    """Set a table of the session's branch to its version at a revision. Stages it and all other uncommitted work."""
    connection.execute("CALL DOLT_CHECKOUT(%s, '--', %s)", (revision, table))


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


def head_and_table(connection: Connection, table: str) -> tuple[str, str]:
    """Return the commit at the head of the session's branch, and the hash of a table in its working set.

    Raises:
        TableNotFoundError: There is no such table.
    """
    found = connection.row("SELECT DOLT_MERGE_BASE('HEAD', 'HEAD'), DOLT_HASHOF_TABLE(%s)", (table,), (text, text))
    return (str(found[0]), str(found[1])) if found else ("", "")


def table_hash(connection: Connection, table: str) -> str | None:
    """Return the hash of a table's schema and rows in the session's working set, or None if there is no such table."""
    try:
        return str(connection.value("SELECT DOLT_HASHOF_TABLE(%s)", (table,), text))
    except TableNotFoundError:
        return _hash_in_any_case(connection, table)


def _hash_in_any_case(connection: Connection, table: str) -> str | None:
    row = connection.row(
        "SELECT DOLT_HASHOF_TABLE(table_name) FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND LOWER(table_name) = LOWER(%s)",
        (table,),
        (text,),
    )
    return str(row[0]) if row else None


def find_message(connection: Connection, line: str) -> str | None:
    """Return the newest commit of the session's branch whose message contains a given line, or None."""
    statement = "SELECT commit_hash, message FROM dolt_log WHERE INSTR(message, %s) > 0"
    rows = connection.rows(statement, (line,), (text, text))
    return next((commit for commit, message in rows if line in message.splitlines()), None)


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
