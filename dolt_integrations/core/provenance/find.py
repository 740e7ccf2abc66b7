"""Finding the commits of earlier writes by their write ids."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.configs.mode import APPEND
from dolt_integrations.core.provenance.trailers import trailer_values, trailers_of
from dolt_integrations.core.provenance.undone import UNDOING, Undos, takes_back
from dolt_integrations.core.provenance.write_id import (
    _ATTEMPT,
    _MODES,
    _ROWS,
    _SUPERSEDES,
    _TRAILER,
    WriteName,
    _named,
    node_of,
    write_id_of,
)
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.versions.commits import message_of, parents
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.heads import commit_of, find_head
from dolt_integrations.engine.versions.log import entries_since
from dolt_integrations.engine.versions.merges import changed_tables
from dolt_integrations.engine.versions.message_index import Naming, entries_naming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Connection, Database
    from dolt_integrations.engine.versions.log import LogEntry


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class EarlierWrite:
    """A write of a node on a branch.

    Attributes:
        name: Its name.
        attempt: The number of the attempt that made it.
        commit: The commit that brought it to the branch.
        work: The commit that wrote the rows: the same commit, or the one that `commit` merged.
        supersedes: The commits of earlier attempts that `work` took back.
        overrides: All commits that the write took back, in `work` or in `commit`.
        modes: The mode in which each table was actually written.
        message: The message of `work`.
    """

    name: WriteName
    attempt: int
    commit: str
    work: str
    supersedes: tuple[str, ...]
    overrides: tuple[str, ...]
    modes: tuple[str, ...]
    message: str = ""

    @property
    def only_appends(self) -> bool:
        """Whether it was an append in each of its tables."""
        return set(self.modes) == {APPEND}

    def mode_of(self, table: str) -> str:
        """Return the mode in which a table was actually written; empty if it was not."""
        return dict(zip(self.name.tables, self.modes, strict=False)).get(table.lower(), "")


def find_commits(session: Connection, branch: str | None, write_id: str, table: str | None = None) -> list[str]:
    """Return the commits of a write on a branch whose rows in a table were not taken back, newest first.

    Args:
        session: A session at no revision.
        branch: The branch. None is the default branch. If it does not exist, it has no commits.
        write_id: The write id.
        table: The table that was written. None ignores that tables were restored.
    """
    found, undos = _found(session, branch, write_id)
    undone = {entry.commit: undos.of(_made_by(_landing(entry, found)), entry.message, table) for entry in found}
    undo = next((each for each in undone.values() if each is not None), None)
    if undo is not None and None not in undone.values():
        logger.warning("write %r is made again: commit %s has taken back commit %s", write_id, undo, found[0].commit)
    return [commit for commit, undo in undone.items() if undo is None]


def _found(session: Connection, branch: str | None, write_id: str) -> tuple[list[LogEntry], Undos]:
    """Return the commits of a write on a branch, newest first, and what took back commits of that branch."""
    head = find_head(session, branch).commit
    if head is None:
        return [], Undos(session, "", [], lambda *_: False)
    entries = entries_naming(session, head, {f"id {write_id}": [f"{_TRAILER}: {write_id}"]}, _WRITES)
    found = [entry for entry in entries if write_id_of(entry.message) == write_id]
    return found, find_undos(session, head) if found else Undos(session, head, [], lambda *_: False)


def _landing(entry: LogEntry, entries: Sequence[LogEntry]) -> LogEntry:
    """Return the commit that merged another one under the same write id, or that one."""
    return next((each for each in entries if entry.commit in each.parents[1:]), entry)


def _made_by(entry: LogEntry) -> tuple[str, ...]:
    """Return a commit, and the work that it merged."""
    return (entry.commit, *(entry.parents[1:] if entry.is_merge else ()))


@dataclass(frozen=True)
class BlockWrite:
    """The write of a block, of which at least one table was not taken back.

    Attributes:
        commit: Its newest commit.
        first: Its oldest commit that still counts.
        gone: The tables whose rows were taken back, in lower case.
    """

    commit: str
    first: str
    gone: frozenset[str] = frozenset()


def find_write(database: Database, branch: str | None, write_id: str) -> BlockWrite | None:
    """Return the write of a block with a write id; None if the branch has none, or all of it was taken back."""
    with database.connect() as session:
        found, undos = _found(session, branch, write_id)
        landed = [entry for entry in found if _landing(entry, found) is entry]
        undone = {entry.commit: _undone(session, undos, entry) for entry in landed}
    left = [commit for commit, by_table in undone.items() if None in by_table.values()]
    kept = {table for by_table in undone.values() for table, undo in by_table.items() if undo is None}
    gone = {table: undo for each in undone.values() for table, undo in each.items() if undo and table not in kept}
    for table, undo in gone.items():
        logger.warning("write %r of table %s is made again: commit %s has taken it back", write_id, table, undo)
    return BlockWrite(left[0], left[-1], frozenset(gone)) if left else None


def _undone(session: Connection, undos: Undos, entry: LogEntry) -> dict[str, str | None]:
    """Return the tables that a commit changed, in lower case, and for each the commit that took it back, if any."""
    tables = changed_tables(session, entry.parents[0], entry.commit) if entry.parents else [""]
    return {table.lower(): undos.of(_made_by(entry), entry.message, table or None) for table in tables}


def _names_in(message: str) -> list[str]:
    """Return the index keys of a commit: its write id, its node, and whether it takes back earlier commits."""
    write_id, node = write_id_of(message), node_of(message)
    names = [f"id {write_id}"] * (write_id is not None) + [f"node {node}"] * (node is not None)
    return [*names, *([_UNDOING] if takes_back(message) else [])]


_UNDOING = "undoing"
_WRITES = Naming((f"{_TRAILER}: ", *UNDOING), _names_in)


def find_undos(session: Connection, head: str) -> Undos:
    """Return the commits among a commit and its ancestors that take back earlier ones.

    Args:
        session: A session.
        head: The commit.
    """
    entries = entries_naming(session, head, {_UNDOING: UNDOING}, _WRITES)
    undos = [entry for entry in entries if takes_back(entry.message)]
    return Undos(session, head, undos, lambda commit, table: has_written(session, commit, table))


def find_writes(session: Connection, node: str, head: str | None = None) -> list[EarlierWrite]:
    """Return the writes of a node among a commit and its ancestors, newest first, according to the log.

    Args:
        session: A session on a branch.
        node: The node.
        head: The commit. None is the head of the session's branch.
    """
    head = head or commit_of(session, "HEAD")
    entries = [
        (entry, name)
        for entry in entries_naming(session, head, {f"node {node}": [f"{_TRAILER}: {node}/"]}, _WRITES)
        if (name := _named(write_id_of(entry.message))) is not None and name.node == node
    ]
    found = []
    while entries:
        entry, name = entries.pop(0)
        # A merge has the same message as the commit that it merges.
        work = next((at for at, (_, known) in enumerate(entries) if known == name), None) if entry.is_merge else None
        made = entries.pop(work)[0] if work is not None else entry
        found.append(_earlier(name, entry, made))
    return found


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
        work.message,
    )


def find_nodes(session: Connection, prefix: str, suffix: str) -> list[str]:
    """Return the nodes with writes on the session's branch whose names have a prefix and a suffix."""
    head = commit_of(session, "HEAD")
    with session.in_database():
        entries = entries_since(session, head, None, f"{_TRAILER}: {prefix}")
    nodes = [node_of(entry.message) for entry in entries]
    return sorted({node for node in nodes if node and node.startswith(prefix) and node.endswith(suffix)})


def has_written(session: Connection, commit: str, table: str, *, rows: str | None = None) -> bool:
    """Whether a commit changed a table, and does not name a digest of other rows.

    A merge changed the table if it differs from either parent. If the branch won every conflict, it differs only from
    the merged work.

    Args:
        session: A session. It is at the same revision afterwards.
        commit: The commit.
        table: The table.
        rows: The digest of the expected rows. None accepts any.
    """
    with visiting(session, commit) as snapshot:
        content, before = table_hash(snapshot, table), parents(snapshot, commit)
        known = trailers_of(message_of(snapshot, commit)).get(_ROWS)
    if content is None or (rows is not None and known is not None and known != rows):
        return False
    return not before or any(_hash_at(session, each, table) != content for each in before)


def _hash_at(session: Connection, commit: str, table: str) -> str | None:
    with visiting(session, commit) as snapshot:
        return table_hash(snapshot, table)


def hash_at(database: Database, commit: str, table: str) -> str | None:
    """Return the hash of a table at a commit, or None if the table does not exist there."""
    with database.connect(commit) as snapshot:
        return table_hash(snapshot, table)
