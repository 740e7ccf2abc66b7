"""An index of commits by the names in their messages, so that the whole log need not be searched.

The branch `dolt-integrations/index` has two tables: `named_commits`, from the hash of each name to the commits that
contain it, and `seen_commits`, the commits whose ancestors are all indexed. So only the commits after the newest seen
ancestor of a head have to be searched (`dolt_log(head, '--not', seen)`). Both tables change in one commit. An index
that is behind, incomplete for other branches, or missing costs time, but the result is always complete.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.author import DEFAULT_AUTHOR
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.engine.versions.commits import commit
from dolt_integrations.engine.versions.heads import branch_head
from dolt_integrations.engine.versions.log import (
    LogEntry,
    entries_since,
    first_commit,
    is_ancestor,
    line_since,
    log,
    newest,
)
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.engine.wire.answers import number, text
from dolt_integrations.errors import DoltError
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dolt_integrations.engine.session.connection import Connection

logger = logging.getLogger(__name__)

BRANCH = "dolt-integrations/index"

_MOST_SEEN = 8
"""The number of rows to keep in `seen_commits`; several branches may need one each."""

_AT_ONCE = 1_000

_TABLES = {
    "named_commits": "(name_hash CHAR(64), commit_hash CHAR(32), PRIMARY KEY (name_hash, commit_hash))",
    "seen_commits": "(commit_hash CHAR(32) PRIMARY KEY, commit_order BIGINT NOT NULL)",
}


@dataclass(frozen=True)
class Naming:
    """How to find names in commit messages.

    Attributes:
        texts: Strings of which every message with a name contains one.
        names: Returns all names in a message.
    """

    texts: tuple[str, ...]
    names: Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class _Seen:
    commit: str
    order: int


def entries_naming(
    connection: Connection, head: str, names: Mapping[str, Sequence[str]], naming: Naming
) -> list[LogEntry]:
    """Return a head and its ancestors whose messages contain one of several names, newest first.

    Args:
        connection: A session on the database, at no commit.
        head: The full hash of the head.
        names: The names, each with strings of which all messages with this name contain one. Other commits that do may
            be returned too.
        naming: How to find names in messages.
    """
    texts = [text for every in names.values() for text in every]
    with connection.in_database():
        at, seen = _newest_seen(connection, head)
        order = newest(connection, head, 1)[0].order
        entries = _since(connection, head, order, seen, texts)
        if at is not None and seen is not None:
            known = {entry.commit for entry in entries}
            named = [each for name in names for each in _named(connection, at, head, name) if each not in known]
            entries += [_entry(connection, each) for each in dict.fromkeys(named)]
    if order - (seen.order if seen else 0) > limits().index_commits:
        _extend(connection, _Seen(head, order), seen, naming)
    return sorted(entries, key=lambda entry: -entry.order)


def _since(connection: Connection, head: str, order: int, seen: _Seen | None, texts: Sequence[str]) -> list[LogEntry]:
    start = seen.commit if seen else None
    line = line_since(connection, head, start, order - (seen.order if seen else 0), *texts)
    return entries_since(connection, head, start, *texts) if line is None else line


def _newest_seen(connection: Connection, head: str) -> tuple[str | None, _Seen | None]:
    """Return the commit of the index, and the newest ancestor of a head in `seen_commits`; None for what is missing."""
    try:
        at = branch_head(connection, BRANCH)
        if at is None:
            return None, None
        statement = "SELECT commit_hash, commit_order FROM seen_commits AS OF %s ORDER BY commit_order DESC"
        known = [_Seen(*row) for row in connection.rows(statement, (at,), (text, number))]
        return at, next((each for each in known if is_ancestor(connection, each.commit, head)), None)
    except DoltError as error:
        logger.info("cannot use the index of commit messages: %s", error)
        return None, None


def _named(connection: Connection, at: str, head: str, name: str) -> list[str]:
    statement = "SELECT commit_hash FROM named_commits AS OF %s WHERE name_hash = %s"
    found = connection.rows(statement, (at, _hash(name)), (text,))
    return [each for (each,) in found if is_ancestor(connection, each, head)]


def _entry(connection: Connection, commit: str) -> LogEntry:
    return log(connection, commit, most=1)[0]


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _extend(connection: Connection, newest: _Seen, seen: _Seen | None, naming: Naming) -> None:
    """Update the index. Failures are only logged: others may be updating it, or the user may not write."""
    from dolt_integrations.engine.session.connection import Connection  # pymysql with it

    try:
        with (
            Connection(connection.address) as session,
            session.lock(connection.address.database, BRANCH, "extend", timeout=0),
        ):
            entries = entries_since(session, newest.commit, seen.commit if seen else None, *naming.texts)
            rows = [
                (_hash(name), entry.commit) for entry in entries for name in sorted(set(naming.names(entry.message)))
            ]
            if branch_head(session, BRANCH) is None:
                create_branch(session, BRANCH, first_commit(session, newest.commit))
            session.switch(BRANCH)
            _write(session, newest, rows)
    except DoltError as error:
        logger.info("cannot update the index of commit messages: %s", error)


def _write(session: Connection, newest: _Seen, rows: Sequence[tuple[str, str]]) -> None:
    for table, columns in _TABLES.items():
        session.execute(f"CREATE TABLE IF NOT EXISTS {table} {columns}")
    with session.transaction():
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            values = [value for row in part for value in row]
            session.execute(f"INSERT IGNORE INTO named_commits VALUES {', '.join(['(%s, %s)'] * len(part))}", values)
        session.execute("REPLACE INTO seen_commits VALUES (%s, %s)", (newest.commit, newest.order))
        known = session.rows("SELECT commit_hash FROM seen_commits ORDER BY commit_order DESC", kinds=(text,))
        for (old,) in known[_MOST_SEEN:]:
            session.execute("DELETE FROM seen_commits WHERE commit_hash = %s", (old,))
        stage(session, _TABLES)
        commit(session, f"Index the commits up to {newest.commit}", DEFAULT_AUTHOR)
