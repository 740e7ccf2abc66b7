"""Write ids: what names a write for good, in the trailer `Write-Id` of its commit, so that a retry finds it.

A write of a workflow's node is named by its content: `WriteName`. Others are named by whoever calls, or at random.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from dolt_integrations.core.provenance.trailers import trailer_values, trailers_of, with_trailers
from dolt_integrations.engine.versions.log import entries_with
from dolt_integrations.engine.versions.procedures import message_of, parent, table_hash
from dolt_integrations.errors import BranchNotFoundError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.log import LogEntry

logger = logging.getLogger(__name__)

_TRAILER = "Write-Id"
_ROWS = "Write-Rows"
_ATTEMPT = "Write-Attempt"
_MODES = "Write-Mode"
_SUPERSEDES = "Supersedes"


@dataclass(frozen=True)
class WriteName:
    """What names a write of a node: the same in each attempt that writes the same rows.

    Attributes:
        node: The execution and the node of it.
        tables: Those that are written, in lower case.
        branch: Where to.
        modes: How, for each table.
        digest: Of the rows.
        count: Which of several equal writes it is, counted from 1.

    Example:
        >>> str(WriteName("ex:p:d:n/n0", ("users",), "main", ("append",), "0a1b", 1))
        'ex:p:d:n/n0/users/main/append/0a1b/1'
    """

    node: str
    tables: tuple[str, ...]
    branch: str
    modes: tuple[str, ...]
    digest: str
    count: int = 1

    def __str__(self) -> str:
        """Return the write id."""
        parts = (_joined(self.tables), quote(self.branch, safe=""), _joined(self.modes), self.digest)
        return "/".join([self.node, *parts, str(self.count)])


@dataclass(frozen=True)
class EarlierWrite:
    """A write of a node that a branch has.

    Attributes:
        name: What names it.
        attempt: The number of the attempt that made it.
        commit: The commit that brought it to the branch.
        work: The commit that made the rows: the same one, or what was merged.
        supersedes: The commits of earlier attempts that `work` took back.
        overrides: The commits that it took back with `commit`, those of `work` included.
        modes: How each table was written in fact.
    """

    name: WriteName
    attempt: int
    commit: str
    work: str
    supersedes: tuple[str, ...]
    overrides: tuple[str, ...]
    modes: tuple[str, ...]


def check_write_id(write_id: str | None) -> None:
    """Refuse a write id that would not be found again in a trailer.

    Raises:
        ConfigError: It is blank, or has line breaks, tabs or several blanks in a row.
    """
    if write_id is None or (isinstance(write_id, str) and write_id and " ".join(write_id.split()) == write_id):
        return
    hint = "Give a text of one line, without blanks around it."
    raise ConfigError(f"write_id {write_id!r} cannot stand in a commit's message", hint=hint)


def with_write_id(message: str, write_id: str | None, *, rows: str | None = None) -> str:
    """Return the message of the commit of a write.

    Args:
        message: What it says so far.
        write_id: Names the write; None is nothing.
        rows: The digest of the rows, where the id does not hold it.

    Example:
        >>> print(with_write_id("Add users", "run-1"))
        Add users
        <BLANKLINE>
        Write-Id: run-1
    """
    if write_id is None:
        return message
    return with_trailers(message, {**({_ROWS: rows} if rows else {}), _TRAILER: write_id})


def with_attempt(message: str, name: WriteName, attempt: int, modes: Sequence[str] = ()) -> str:
    """Return the message of the commit of a write of an attempt.

    Args:
        message: What it says so far.
        name: Names the write.
        attempt: The attempt's number.
        modes: How the tables are written in fact, where the name says something else.
    """
    trailers = {_MODES: ",".join(modes)} if modes and tuple(modes) != name.modes else {}
    return with_trailers(message, {**trailers, _ATTEMPT: str(attempt), _TRAILER: str(name)})


def superseding(message: str, commits: Iterable[str]) -> str:
    """Return the message of a commit that takes back those of earlier attempts.

    Example:
        >>> print(superseding("Add users", ["abc"]))
        Add users
        <BLANKLINE>
        Supersedes: abc
    """
    for commit in commits:
        message = with_trailers(message, {_SUPERSEDES: commit})
    return message


def superseded_by(message: str) -> tuple[str, ...]:
    """Return the commits that a message names as superseded."""
    return trailer_values(message, _SUPERSEDES)


def without_superseding(message: str) -> str:
    r"""Return a message without what it supersedes.

    Example:
        >>> without_superseding("Add users\n\nWrite-Id: a\nSupersedes: abc")
        'Add users\n\nWrite-Id: a'
    """
    lines = [f"{_SUPERSEDES}: {commit}" for commit in trailer_values(message, _SUPERSEDES)]
    return "\n".join(line for line in message.splitlines() if line not in lines).rstrip()


def write_id_of(message: str) -> str | None:
    r"""Return the write id that a commit's message names.

    Example:
        >>> write_id_of("Add users\n\nWrite-Id: run-1")
        'run-1'
    """
    return trailers_of(message).get(_TRAILER)


def rows_digest_of(message: str) -> str | None:
    """Return the digest of the rows that a commit's message names beside a write id."""
    return trailers_of(message).get(_ROWS)


def find_commits(database: Database, branch: str | None, write_id: str) -> list[str]:
    """Return the commits of a write, newest first; none where the branch is not there.

    Args:
        database: Where.
        branch: None is the default branch.
        write_id: As it was given.
    """
    try:
        with database.connect(branch) as session:
            entries = entries_with(session, f"{_TRAILER}: {write_id}")
    except BranchNotFoundError:
        return []
    return [entry.commit for entry in entries if write_id_of(entry.message) == write_id]


def find_write(database: Database, branch: str | None, write_id: str) -> str | None:
    """Return the newest commit of a write; None where the branch has none, or is not there."""
    return next(iter(find_commits(database, branch, write_id)), None)


def find_writes(session: Connection, node: str) -> list[EarlierWrite]:
    """Return the writes of a node that the session's branch has, newest first.

    This is the one place that looks for them, and the log is what it looks at.
    """
    entries = [
        (entry, name)
        for entry in entries_with(session, f"{_TRAILER}: {node}/")
        if (name := _named(write_id_of(entry.message))) is not None and name.node == node
    ]
    found = []
    while entries:
        entry, name = entries.pop(0)
        # A merge has the message of the commit that it brings.
        work = next((at for at, (_, known) in enumerate(entries) if known == name), None) if entry.is_merge else None
        made = entries.pop(work)[0] if work is not None else entry
        found.append(_earlier(name, entry, made))
    return found


def node_of(message: str) -> str | None:
    """Return the node whose attempt made a commit; None where it is of none."""
    name = _named(write_id_of(message))
    return name.node if name is not None else None


def _earlier(name: WriteName, landed: LogEntry, work: LogEntry) -> EarlierWrite:
    trailers = trailers_of(work.message)
    number, modes = trailers.get(_ATTEMPT, "0"), trailers.get(_MODES)
    ours = trailer_values(work.message, _SUPERSEDES)
    return EarlierWrite(
        name,
        int(number) if number.isdecimal() else 0,
        landed.commit,
        work.commit,
        ours,
        tuple(dict.fromkeys([*ours, *trailer_values(landed.message, _SUPERSEDES)])),
        tuple(modes.split(",")) if modes else name.modes,
    )


def find_nodes(session: Connection, prefix: str, suffix: str) -> list[str]:
    """Return the nodes with writes on the session's branch whose names begin and end with some texts."""
    nodes = [node_of(entry.message) for entry in entries_with(session, f"{_TRAILER}: {prefix}")]
    return sorted({node for node in nodes if node and node.startswith(prefix) and node.endswith(suffix)})


def _named(write_id: str | None) -> WriteName | None:
    parts = (write_id or "").rsplit("/", 5)
    if len(parts) < 6 or not parts[5].isdecimal():
        return None
    node, tables, branch, modes, digest, count = parts
    return WriteName(node, _split(tables), unquote(branch), _split(modes), digest, int(count))


def _joined(names: Sequence[str]) -> str:
    return ",".join(quote(name, safe="") for name in names)


def _split(text: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in text.split(","))


def has_written(database: Database, commit: str, table: str, *, rows: str | None = None) -> bool:
    """Whether a commit changed a table, and is not known to be of other rows.

    Args:
        database: Where.
        commit: The commit.
        table: The table.
        rows: The digest of the rows that it is to have written.
    """
    with database.connect(commit) as snapshot:
        content, before = table_hash(snapshot, table), parent(snapshot, commit)
        known = trailers_of(message_of(snapshot, commit)).get(_ROWS)
    if content is None or (rows is not None and known is not None and known != rows):
        return False
    if before is None:
        return True
    with database.connect(before) as snapshot:
        return table_hash(snapshot, table) != content


def renamed(name: WriteName, count: int) -> WriteName:
    """Return the name of another one of several equal writes."""
    return replace(name, count=count)
