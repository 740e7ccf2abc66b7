"""Tables that a later commit brought back to what they were before a write, so that its rows are gone.

`dolt checkout <revision> <table>` and a commit do that, and nothing in the commit's message says so. The table's hash
does: it is one that the table had before the write. Saves that name an execution or a write id do not count: they wrote
these rows themselves, and the earlier write was in force until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.core.provenance.trailers import execution_of, run_id_of
from dolt_integrations.core.provenance.write_id import write_id_of
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.versions.commits import parents
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.log import LogEntry, is_ancestor, log, newest_since
from dolt_integrations.limits import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dolt_integrations.engine import Connection


@dataclass(frozen=True)
class Turn:
    """A commit in which a table is again as it was once.

    Attributes:
        entry: The commit.
        is_gone: Whether the table is as it was without the rows of the write; otherwise as it was with them.
    """

    entry: LogEntry
    is_gone: bool


class FormerVersions:
    """What tables held before and after writes on a branch."""

    def __init__(self, session: Connection, head: str) -> None:
        """Look at the history of a commit.

        Args:
            session: A session. It is at the same revision after each call.
            head: The commit.
        """
        self._session, self._head = session, head

    def turns(self, commits: Sequence[str], table: str) -> list[Turn]:
        """Return the commits that brought a table back to an earlier version, newest first.

        Args:
            commits: The commit that brought the write to the branch, and the one that it merged, if any.
            table: The table.
        """
        landed = commits[0]
        if self._head == landed:
            return []
        line, inside = self._line_since(landed)
        changes = self._changes(line, landed, table)
        if not changes:
            return []
        if self._hash(self._head, table) == self._hash(landed, table):
            return [Turn(changes[0], is_gone=False)]
        with_rows = {landed, *inside}
        others = (p for entry in line for p in entry.parents if p not in with_rows and not self._has(p, commits))
        known = dict.fromkeys(self._hashes([*self._parents(landed)[:1], *others], table), True)
        known[self._hash(landed, table)] = False
        return self._turns(changes, table, known)

    def _turns(self, line: Sequence[LogEntry], table: str, known: dict[str | None, bool]) -> list[Turn]:
        """Return the turns of a line of commits.

        Args:
            line: The commits, newest first, each of which changed the table.
            table: The table.
            known: The hashes that the table had, and whether that was without the rows.
        """
        turns: list[Turn] = []
        is_gone = False
        for entry in reversed(line):
            content = self._hash(entry.commit, table)
            if content in known and not _is_save(entry):
                is_gone = known[content]
                turns.insert(0, Turn(entry, is_gone))
            known.setdefault(content, is_gone)
        return turns

    def _line_since(self, landed: str) -> tuple[list[LogEntry], set[str]]:
        """Return the commits since another one on the line of first parents, newest first, and all that build on it."""
        most = limits().later_commits
        with self._session.in_database():
            entries = newest_since(self._session, self._head, landed, most)
        inside = {landed}
        for entry in reversed(entries):
            if len(entries) == most or not inside.isdisjoint(entry.parents):
                inside.add(entry.commit)
        known, line, at = {entry.commit: entry for entry in entries}, [], self._head
        while at in known and at in inside:
            line.append(known[at])
            at = next(iter(known[at].parents), "")
        return line, inside

    def _changes(self, line: Sequence[LogEntry], landed: str, table: str) -> list[LogEntry]:
        """Return the commits of a line that changed a table, newest first, if some of them are not marked as saves."""
        if all(_is_save(entry) for entry in line):
            return []
        with self._session.in_database():
            found = newest_since(self._session, self._head, landed, limits().later_commits, table)
        changed = {entry.commit for entry in found}
        changes = [entry for entry in line if entry.commit in changed]
        return [] if all(_is_save(entry) for entry in changes) else changes

    def _hashes(self, commits: Iterable[str], table: str) -> list[str | None]:
        """Return the hashes that a table had up to some commits."""
        most = limits().former_versions
        seen: dict[str, None] = {}
        for commit in commits:
            seen[commit] = None
            with self._session.in_database():
                seen.update(dict.fromkeys(entry.commit for entry in log(self._session, commit, table, most=most)))
        return [self._hash(commit, table) for commit in list(seen)[:most]]

    def _hash(self, commit: str, table: str) -> str | None:
        with visiting(self._session, commit) as snapshot:
            return table_hash(snapshot, table)

    def _parents(self, commit: str) -> list[str]:
        return parents(self._session, commit)

    def _has(self, version: str, commits: Sequence[str]) -> bool:
        return any(is_ancestor(self._session, commit, version) for commit in commits)


def _is_save(entry: LogEntry) -> bool:
    """Whether a commit's message says that a save made it, whose rows were meant."""
    return any(name(entry.message) for name in (execution_of, run_id_of, write_id_of))
