"""Creating and deleting branches reliably, although `DOLT_BRANCH` is not atomic.

Of several sessions that create one branch at the same time, more than one succeeds and the last one wins (in 7 of 60
rounds of six sessions with Dolt 1.83, in 22 of 60 with 2.3), so the commits of the others are on no branch. Our
sessions hold a lock and check the branch afterwards.
"""

from __future__ import annotations

import datetime
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dolt_integrations.engine.names.identifiers import check_branch_name
from dolt_integrations.engine.session.head_ref import head_value
from dolt_integrations.engine.versions.heads import branch_head, branches_in_other_case
from dolt_integrations.engine.wire.answers import anything, maybe, number, text, timestamp
from dolt_integrations.errors import LostRaceError, QueryError, TableNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection

_ATTEMPTS = 12
_PAUSE = 0.1


def create_branch(connection: Connection, name: str, commit: str) -> None:
    """Create a branch at a commit, under the branch's lock.

    Raises:
        LostRaceError: The branch exists already, in any case, or another client created it at another commit at the
            same time.
        InvalidNameError: Dolt does not accept the name.
        RevisionNotFoundError: No such commit.
    """
    check_branch_name(name)
    database = connection.address.database
    # Dolt treats names that differ only in case as equal, so they share one lock.
    with connection.locks((database, "case", name.lower()), (database, name)):
        for other in branches_in_other_case(connection, name):
            raise LostRaceError(f"branch {other!r} of {connection.address} exists, and Dolt treats it as {name!r}")
        create_unshared_branch(connection, name, commit)
        if not has_commit(connection, name, commit):
            what = f"another client created branch {name!r} of database {connection.address} at the same time"
            raise LostRaceError(what, hint="Try again.")


def create_unshared_branch(connection: Connection, name: str, commit: str, *, is_unique: bool = False) -> None:
    """Create a branch whose name no other session knows, without a lock. See `create_branch`.

    Dolt fails if others create or move other branches at the same time ("optimistic lock failed"); it is then repeated.
    Dolt may have created the branch by then, without its working set.

    Args:
        connection: A session on the database.
        name: The branch.
        commit: The commit to start at.
        is_unique: Whether no other client can have created a branch of this name, so that it may be deleted.
    """
    check_branch_name(name)
    for left in reversed(range(_ATTEMPTS)):
        try:
            connection.execute("CALL DOLT_BRANCH(%s, %s)", (name, commit))
        except LostRaceError:
            is_there = branch_head(connection, name) is not None
            if not left or (is_there and not is_unique):
                raise
            if is_there:
                delete_branch(connection, name)
            time.sleep(random.uniform(0, _PAUSE))  # noqa: S311 - spreads attempts, guards nothing
        else:
            return


def has_commit(connection: Connection, branch: str, commit: str) -> bool:
    """Whether a commit is the head of a branch or one of its ancestors.

    Args:
        connection: A session on the database, at any revision.
        branch: The branch, in its own case.
        commit: The full hash of the commit.

    Raises:
        BranchNotFoundError: No such branch.
        RevisionNotFoundError: No such commit.
    """
    return landed_commit(connection, branch, commit, None).is_there


class Landed(NamedTuple):
    """What is found where a commit is to have landed.

    Attributes:
        is_there: Whether the branch has the commit.
        content: Dolt's hash of a table at the session's revision; None if there is no such table, or none was named.
        tables: Dolt's hash of all tables in the session's HEAD; None where none was named.
        parent: The first parent of the commit; None if no table was named.
        is_seen: Whether the session sees the tables as they are in the commit.
    """

    is_there: bool
    content: str | None = None
    tables: str | None = None
    parent: str | None = None
    is_seen: bool = False


def landed_commit(connection: Connection, branch: str, commit: str, table: str | None) -> Landed:
    """Return whether a branch has a commit, and what the session sees of a table and all tables; see `has_commit`."""
    names = (f"refs/heads/{branch}", commit)
    try:
        if table is None:
            return Landed(bool(connection.value("SELECT HAS_ANCESTOR(%s, %s)", names)))
        is_at_it = connection.revision == commit
        statement = _AT_IT if is_at_it else _ON_BRANCH.format(head=head_value(connection.address.database))
        parent_of = [f"{commit}^"] * (1 if is_at_it else 2)
        found = connection.row(statement, (*names, table, *parent_of), (anything, *(text,) * 5))
    except TableNotFoundError:
        return Landed(has_commit(connection, branch, commit))
    except QueryError as error:
        if "nil pointer" in str(error):  # Dolt (1.83 and 2.3): the head is the first commit, and not this one
            return Landed(False)
        raise
    if not found:
        return Landed(False)
    is_there, content, tables, parent, head, working = found
    is_seen = is_at_it or (head == commit and working == tables)
    return Landed(bool(is_there), content, tables, parent, is_seen)


_LANDED = "SELECT HAS_ANCESTOR(%s, %s), DOLT_HASHOF_TABLE(%s), DOLT_HASHOF_DB('HEAD'), "
_AT_IT = _LANDED + "HASHOF(%s), '', ''"
_ON_BRANCH = _LANDED + "DOLT_MERGE_BASE(%s, %s), {head}, DOLT_HASHOF_DB('WORKING')"
"""`HASHOF` goes through the names of all branches and tags, and at a commit `DOLT_MERGE_BASE` does not work."""


def branches_below(connection: Connection, prefix: str, most: int) -> list[str]:
    """Return the names of branches with a prefix, in alphabetical order.

    Args:
        connection: A session on the database.
        prefix: The prefix, without `%` and `_`.
        most: The maximum number of names.
    """
    statement = "SELECT name FROM dolt_branches WHERE name LIKE %s ORDER BY name LIMIT %s"
    return [name for (name,) in connection.rows(statement, (f"{prefix}%", most), (text,))]


def delete_branch(connection: Connection, name: str) -> None:
    """Delete a branch, merged or not."""
    connection.execute("CALL DOLT_BRANCH('-D', %s)", (name,))


def rename_branch(connection: Connection, old: str, new: str) -> None:
    """Rename a branch.

    Raises:
        LostRaceError: There is a branch with the new name.
        QueryError: It is the default branch, or a session is on it.
    """
    check_branch_name(new)
    connection.execute("CALL DOLT_BRANCH('-m', %s, %s)", (old, new))


@dataclass(frozen=True)
class BranchHead:
    """A branch with the commit at its head.

    Attributes:
        date: The commit's timestamp, in UTC.
        is_dirty: Whether the branch has uncommitted work.
    """

    name: str
    commit: str
    author: str
    date: datetime.datetime
    message: str
    is_dirty: bool


def branch_heads(connection: Connection) -> dict[str, BranchHead]:
    """Return every branch by its name."""
    return {head.name: head for head in _heads(connection, "ORDER BY name", ())}


def newest_branches(connection: Connection, most: int, *, but: str) -> tuple[int, list[BranchHead]]:
    """Return the number of branches, and those with the newest commits.

    Args:
        connection: A session on the database.
        most: The maximum number of branches to return.
        but: A prefix, without `%` and `_`. Branches with this prefix are left out.
    """
    others = f"{but}%"
    total = connection.value("SELECT COUNT(*) FROM dolt_branches WHERE name NOT LIKE %s", (others,), number)
    order = "WHERE name NOT LIKE %s ORDER BY latest_commit_date DESC, name LIMIT %s"
    return total, _heads(connection, order, (others, most))


def _heads(connection: Connection, which: str, arguments: tuple[object, ...]) -> list[BranchHead]:
    columns = "name, hash, latest_committer, latest_commit_date, latest_commit_message, dirty"
    kinds = (text, text, maybe(text), timestamp, text, anything)
    rows = connection.rows(f"SELECT {columns} FROM dolt_branches {which}", arguments, kinds)
    return [BranchHead(row[0], row[1], row[2] or "", row[3], row[4], bool(row[5])) for row in rows]
