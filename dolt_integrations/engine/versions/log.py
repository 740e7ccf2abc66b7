"""The log: a commit's ancestors, and those of them that changed a table."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.versions.commits import parents
from dolt_integrations.engine.wire.answers import number, text, timestamp
from dolt_integrations.errors import InvalidNameError, QueryError, RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class LogEntry:
    """A commit, as `dolt log` shows it.

    Attributes:
        date: The timestamp in UTC, naive and with milliseconds, as Dolt stores it.
        parents: The hashes of its parents: none for the first commit, two for a merge.
        order: The length of the longest path from the first commit, in commits.
    """

    commit: str
    author: str
    email: str
    date: datetime.datetime
    message: str
    parents: tuple[str, ...]
    order: int = 0

    @property
    def is_merge(self) -> bool:
        """Whether it has more than one parent."""
        return len(self.parents) > 1


def newest(connection: Connection, commit: str, most: int) -> list[LogEntry]:
    """Return a commit and its ancestors as `log` does, but without their parents, which are empty.

    The table `dolt_log` takes as long as there are rows to return. The function `dolt_log()` first goes through the
    names of all branches and tags (Dolt 1.83: 6 ms with 10,000).
    """
    found = _entries(connection, f"SELECT * FROM dolt_log AS OF %s LIMIT {int(most)}", [commit])
    return [replace(entry, parents=()) for entry in found]  # Dolt 2.3's table has them, 1.83's has not


def log(connection: Connection, commit: str, table: str | None = None, *, most: int | None = None) -> list[LogEntry]:
    """Return a commit and its ancestors, each before its parents.

    Args:
        connection: A session on the database, at no revision: at one, Dolt 1.83 checks other rights.
        commit: The full hash of the commit to start from.
        table: Return only the commits in which this table (in its own case) differs from a parent; for a merge, from
            either parent (Dolt source, `didTableChangeBetweenRootValues`). The first commit is one if it has the table.
        most: The maximum number of commits, after which Dolt stops; None for all.

    Raises:
        InvalidNameError: Dolt would take the table's name for an option, or for several names.
    """
    statement, arguments = "SELECT * FROM dolt_log(%s, '--parents')", [commit]
    if table is not None:
        check_argument(table, ",")
        statement, arguments = "SELECT * FROM dolt_log(%s, '--parents', '--tables', %s)", [commit, table]
    limit = f" LIMIT {int(most)}" if most is not None else ""
    found = _entries(connection, statement + limit, arguments)
    if table is None or (most is not None and len(found) >= most):
        return found
    return [*found, *_first_with(connection, commit, table, found)]


def _first_with(connection: Connection, commit: str, table: str, changes: list[LogEntry]) -> list[LogEntry]:
    """Return the first commit if it has a table, given all others that changed it. Dolt leaves it out.

    It has tables where somebody amended it, or made one commit of a long history. Before the oldest change the table
    is as the first commit has it, so only a table that was there then needs a second look.
    """
    before = changes[-1].parents[:1] if changes else (commit,)
    if not before or table not in tables(connection, before[0]):
        return []
    return _entries(connection, "SELECT * FROM dolt_log(%s, '--parents') ORDER BY commit_order LIMIT 1", [commit])


def entries_since(connection: Connection, head: str, seen: str | None, *parts: str) -> list[LogEntry]:
    """Return a commit and its ancestors whose messages contain one of several strings, each before its parents.

    Args:
        connection: A session on the database, at no revision.
        head: The full hash of the commit.
        seen: A commit that is left out together with its ancestors; None leaves out nothing.
        parts: The strings.
    """
    options, arguments = ("'--parents', '--not', %s", [head, seen]) if seen else ("'--parents'", [head])
    found = " OR ".join(["INSTR(message, %s) > 0"] * len(parts))
    return _entries(connection, f"SELECT * FROM dolt_log(%s, {options}) WHERE {found}", [*arguments, *parts])


def newest_since(connection: Connection, head: str, seen: str, most: int, table: str | None = None) -> list[LogEntry]:
    """Return a commit and its ancestors without another one and its ancestors, each before its parents.

    Args:
        connection: A session on the database, at no revision.
        head: The full hash of the commit.
        seen: The full hash of the other commit.
        most: The maximum number of commits, after which Dolt stops.
        table: Return only the commits that changed this table (see `log`).
    """
    options, arguments = "'--parents', '--not', %s", [head, seen]
    if table is not None:
        check_argument(table, ",")
        options, arguments = f"{options}, '--tables', %s", [*arguments, table]
    return _entries(connection, f"SELECT * FROM dolt_log(%s, {options}) LIMIT {int(most)}", arguments)


def line_since(connection: Connection, head: str, seen: str | None, length: int, *parts: str) -> list[LogEntry] | None:
    """Return what `entries_since` does, where the commits since another one are a line; None where they are not.

    The table `dolt_log` knows the number of a commit's ancestors. If that grows by as much as the order, there is one
    new commit of each order, so they are the newest ones. The function `dolt_log()` goes through the names of all
    branches and tags.

    Args:
        connection: A session on the database, at no commit.
        head: The full hash of the commit.
        seen: An ancestor of it; None leaves out nothing.
        length: The difference of their orders.
        parts: The strings of which the messages contain one.
    """
    if seen is not None and _new_ancestors(connection, head, seen) != length:
        return None
    line = f"SELECT * FROM dolt_log AS OF %s LIMIT {int(length)}" if seen else "SELECT * FROM dolt_log AS OF %s"
    named = " OR ".join(["INSTR(message, %s) > 0"] * len(parts))
    found = _entries(connection, f"SELECT * FROM ({line}) AS line WHERE {named}", [head, *parts]) if length else []
    return [replace(entry, parents=tuple(parents(connection, entry.commit))) for entry in found]


def _new_ancestors(connection: Connection, head: str, seen: str) -> int:
    counts = "SELECT COUNT(*), (SELECT COUNT(*) FROM dolt_log AS OF %s) FROM dolt_log AS OF %s"
    of_head, of_seen = connection.row(counts, (seen, head), (number, number)) or (0, 0)
    return int(of_head) - int(of_seen)


def entries_anywhere(connection: Connection, part: str) -> list[LogEntry]:
    """Return the commits of all branches, tags and remote branches whose messages contain a string.

    Each commit is before its parents.

    Args:
        connection: A session on the database, at no revision.
        part: The string. The empty string is in every message.
    """
    places = ("hash FROM dolt_branches", "tag_hash FROM dolt_tags", "hash FROM dolt_remote_branches")
    statement = " UNION ".join(f"SELECT {place}" for place in places)
    heads = [head for (head,) in connection.rows(statement, kinds=(text,))]
    revisions = ", ".join(["%s"] * len(heads))
    found = f"SELECT * FROM dolt_log({revisions}, '--parents') WHERE INSTR(message, %s) > 0 ORDER BY commit_order DESC"
    return _entries(connection, found, [*heads, part])


def first_commit(connection: Connection, head: str) -> str:
    """Return the oldest ancestor of a commit."""
    statement = "SELECT commit_hash FROM dolt_log(%s) ORDER BY commit_order LIMIT 1"
    return str(connection.value(statement, (head,), str))


def is_ancestor(connection: Connection, ancestor: str, commit: str) -> bool:
    """Whether a commit is another commit or an ancestor of it; False if the database does not have both.

    Args:
        connection: A session on the database.
        ancestor: The full hash of the possible ancestor.
        commit: The full hash of the other commit.
    """
    try:
        return str(connection.value("SELECT DOLT_MERGE_BASE(%s, %s)", (ancestor, commit))) == ancestor
    except (RevisionNotFoundError, QueryError):
        return False


def check_argument(table: str, separator: str = "") -> None:
    """Refuse a table name that Dolt's table functions do not read as one name.

    Raises:
        InvalidNameError: The name begins with a dash or contains the separator.
    """
    if table.startswith("-") or (separator and separator in table):
        hint = f"Rename it to read its history: RENAME TABLE `{table.replace('`', '``')}` TO ..."
        raise InvalidNameError(f"Dolt's functions read the name of table {table!r} as options or as a list", hint=hint)


def _entries(connection: Connection, statement: str, arguments: list[str]) -> list[LogEntry]:
    rows = connection.dictionaries(statement, arguments)
    with connection.understood(f"the answer to {statement}"):
        return [_entry(row) for row in rows]


def _entry(row: dict[str, Any]) -> LogEntry:
    """Read a row. Versions of Dolt that distinguish author and committer have columns for both."""
    return LogEntry(
        commit=str(row["commit_hash"]),
        author=str(row.get("author", row["committer"])),
        email=str(row.get("author_email", row.get("email", ""))),
        date=timestamp(row["date"] if "date" in row else row["committer_date"]),
        message=str(row["message"]),
        parents=tuple(parent for parent in str(row.get("parents", "")).split(", ") if parent),
        order=int(row["commit_order"]),
    )
