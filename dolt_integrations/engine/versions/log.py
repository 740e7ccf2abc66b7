"""The log: the commits that lead to one, and those of them that changed a table."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.session.answers import text, timestamp
from dolt_integrations.errors import InvalidNameError, QueryError, RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class LogEntry:
    """A commit, as `dolt log` shows it.

    Attributes:
        date: In UTC, without a zone as Dolt keeps it; to the millisecond.
        parents: The hashes of its parents: none for the first commit, two for a merge.
        order: How many commits long the longest way from the first commit to it is.
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


def log(connection: Connection, commit: str, table: str | None = None, *, most: int | None = None) -> list[LogEntry]:
    """Return a commit and its ancestors, each before its parents.

    Args:
        connection: A session on the database, at no revision: there Dolt 1.83 checks other rights.
        commit: Where to begin: the whole hash of a commit.
        table: Return only the commits in which this table (in its own case) differs from a parent. A merge is one if
            the table differs from either parent (Dolt source, `didTableChangeBetweenRootValues`).
        most: How many to return at most; Dolt walks no further than it has to. None is all.

    Raises:
        InvalidNameError: Dolt would take the table's name for an option, or for several names.
    """
    statement, arguments = "SELECT * FROM dolt_log(%s, '--parents')", [commit]
    if table is not None:
        check_argument(table, ",")
        statement, arguments = "SELECT * FROM dolt_log(%s, '--parents', '--tables', %s)", [commit, table]
    limit = f" LIMIT {int(most)}" if most is not None else ""
    return _entries(connection, statement + limit, arguments)


def entries_since(connection: Connection, head: str, seen: str | None, part: str) -> list[LogEntry]:
    """Return the commits that lead to one, itself included, and whose message contains a text, each before its parents.

    Args:
        connection: A session on the database, at no revision.
        head: The whole hash of a commit.
        seen: A commit that is left out with all that lead to it; None is none.
        part: The text.
    """
    options, arguments = ("'--parents', '--not', %s", [head, seen]) if seen else ("'--parents'", [head])
    statement = f"SELECT * FROM dolt_log(%s, {options}) WHERE INSTR(message, %s) > 0"
    return _entries(connection, statement, [*arguments, part])


def entries_anywhere(connection: Connection, part: str) -> list[LogEntry]:
    """Return the commits that any branch, tag or remote's branch leads to and whose message contains a text.

    Each is before its parents.

    Args:
        connection: A session on the database, at no revision.
        part: The text; an empty one is in every message.
    """
    places = ("hash FROM dolt_branches", "tag_hash FROM dolt_tags", "hash FROM dolt_remote_branches")
    statement = " UNION ".join(f"SELECT {place}" for place in places)
    heads = [head for (head,) in connection.rows(statement, kinds=(text,))]
    revisions = ", ".join(["%s"] * len(heads))
    found = f"SELECT * FROM dolt_log({revisions}, '--parents') WHERE INSTR(message, %s) > 0 ORDER BY commit_order DESC"
    return _entries(connection, found, [*heads, part])


def first_commit(connection: Connection, head: str) -> str:
    """Return the first commit of those that lead to one."""
    statement = "SELECT commit_hash FROM dolt_log(%s) ORDER BY commit_order LIMIT 1"
    return str(connection.value(statement, (head,), str))


def is_ancestor(connection: Connection, ancestor: str, commit: str) -> bool:
    """Whether a commit is another one or leads to it; False if the database does not have both.

    Args:
        connection: A session on the database.
        ancestor: The whole hash of a commit.
        commit: The hash of the one that may contain it.
    """
    try:
        return str(connection.value("SELECT DOLT_MERGE_BASE(%s, %s)", (ancestor, commit))) == ancestor
    except (RevisionNotFoundError, QueryError):
        return False


def check_argument(table: str, separator: str = "") -> None:
    """Refuse a table's name that Dolt's table functions read as something else than a name.

    Raises:
        InvalidNameError: It is one.
    """
    if table.startswith("-") or (separator and separator in table):
        hint = f"Rename it, for its history: RENAME TABLE `{table.replace('`', '``')}` TO ..."
        raise InvalidNameError(f"Dolt's functions take the name of table {table!r} for options or a list", hint=hint)


def _entries(connection: Connection, statement: str, arguments: list[str]) -> list[LogEntry]:
    rows = connection.dictionaries(statement, arguments)
    with connection.understood(f"the answer to {statement}"):
        return [_entry(row) for row in rows]


def _entry(row: dict[str, Any]) -> LogEntry:
    """Read a row; versions of Dolt that tell the author from the committer have columns for both."""
    return LogEntry(
        commit=str(row["commit_hash"]),
        author=str(row.get("author", row["committer"])),
        email=str(row.get("author_email", row.get("email", ""))),
        date=timestamp(row["date"] if "date" in row else row["committer_date"]),
        message=str(row["message"]),
        parents=tuple(parent for parent in str(row["parents"]).split(", ") if parent),
        order=int(row["commit_order"]),
    )
