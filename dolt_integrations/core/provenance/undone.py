"""Writes that were taken back later: their commits are in the log, but their rows are no longer on the branch."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from dolt_integrations.core.provenance.former import FormerVersions
from dolt_integrations.core.provenance.trailers import REVERT, trailer_values
from dolt_integrations.engine.versions.log import is_ancestor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from dolt_integrations.core.provenance.former import Turn
    from dolt_integrations.engine import Connection
    from dolt_integrations.engine.versions.log import LogEntry

REVERTS = "Reverts"
"""The trailer that names a reverted commit."""

RESTORES = "Restores"
"""The trailer that names the version to which tables were restored."""

UNDOING = (f"{REVERTS}: ", f"{RESTORES}: ", REVERT)
"""Every message of a commit that takes others back contains one of these."""


def takes_back(message: str) -> bool:
    r"""Whether a commit takes back earlier ones according to its message.

    Example:
        >>> takes_back("Revert Flow/7\n\nReverts: abc"), takes_back("Add users")
        (True, False)
    """
    return message.startswith(REVERT) or any(trailer_values(message, key) for key in (REVERTS, RESTORES))


def reverted(entries: Sequence[LogEntry]) -> dict[str, str]:
    """Return the reverted commits, each with its revert, except those whose revert was itself reverted.

    Args:
        entries: The log, or the reverts in it, newest first.
    """
    gone: dict[str, str] = {}
    for entry in _standing(entries):
        for commit in trailer_values(entry.message, REVERTS):
            gone.setdefault(commit, entry.commit)
    return gone


def quoted(entries: Sequence[LogEntry], undoes: Callable[[LogEntry, LogEntry], bool]) -> set[str]:
    """Return the commits that `dolt revert` has made, and those that they undo.

    Args:
        entries: The log, newest first.
        undoes: Returns whether a commit undoes another one. Several may have the message that it quotes.
    """
    found: set[str] = set()
    for at, entry in enumerate(entries):
        if entry.commit in found or not entry.message.startswith(REVERT):
            continue
        older = (each for each in entries[at + 1 :] if entry.message.rstrip() in _quotations(each.message))
        original = next((each for each in older if each.commit not in found and undoes(entry, each)), None)
        if original is not None:
            found |= {entry.commit, original.commit}
    return found


def _standing(entries: Sequence[LogEntry]) -> list[LogEntry]:
    """Return the commits that take back others and that no later commit reverts.

    A commit of `dolt revert` undoes the newest one with the message that it quotes.

    Args:
        entries: The commits, newest first.
    """
    standing: list[LogEntry] = []
    gone: set[str] = set()
    quoted: Counter[str] = Counter()
    for entry in entries:
        if entry.commit in gone or not any(part in entry.message for part in UNDOING):
            continue
        quoting = next((each for each in _quotations(entry.message) if quoted[each]), None)
        if quoting is not None:
            quoted[quoting] -= 1
            continue
        standing.append(entry)
        gone.update(trailer_values(entry.message, REVERTS))
        if entry.message.startswith(REVERT):
            quoted[entry.message.rstrip()] += 1
    return standing


def _quotations(message: str) -> tuple[str, str]:
    """Return the messages with which `dolt revert` undoes a commit, of Dolt 1.83 and of 2.3."""
    text = message.rstrip()
    return f'{REVERT}{text}"', f"{REVERT[:-1]}{json.dumps(text, ensure_ascii=False)}"


class Undos:
    """What took back earlier commits of a branch: commits that say so, and those that brought their tables back."""

    def __init__(
        self, session: Connection, head: str, entries: Sequence[LogEntry], changed: Callable[[str, str], bool]
    ) -> None:
        """Look at these commits.

        Args:
            session: A session.
            head: The head of the branch.
            entries: The commits that say in their messages that they take back others, newest first.
            changed: Returns whether a commit changed a table.
        """
        self._session, self._entries, self._changed = session, entries, changed
        self._former = FormerVersions(session, head)

    def of(self, commits: Sequence[str], message: str, table: str | None = None) -> str | None:
        """Return the commit that took a write back, or None if its rows were not taken back.

        Args:
            commits: The commit that brought the write to the branch, and the one that it merged, if any.
            message: Their message.
            table: The table that was written. None ignores that tables were restored, or brought back without a word.
        """
        undo = self._among(self._entries, commits, message, table)
        turn = self._turn(commits, table) if table is not None else None
        if turn is None or (undo is not None and self._has(undo, [turn.entry.commit])):
            return undo
        return turn.entry.commit if turn.is_gone else None

    def _turn(self, commits: Sequence[str], table: str) -> Turn | None:
        """Return the newest commit that brought a table back to an earlier version, and was not reverted in turn."""
        undos = _standing(self._entries)
        turns = self._former.turns(commits, table)
        reverted = (any(self._reverts(undo, [t.entry.commit], t.entry.message) for undo in undos) for t in turns)
        return next((turn for turn, is_back in zip(turns, reverted, strict=True) if not is_back), None)

    def _among(
        self, entries: Sequence[LogEntry], commits: Collection[str], message: str, table: str | None
    ) -> str | None:
        """Return the newest of the commits that took a write back. A restore to a version repeats what it had."""
        for entry in _standing(entries):
            if self._reverts(entry, commits, message):
                return entry.commit
            version = next(iter(trailer_values(entry.message, RESTORES)), None)
            if version is None or table is None or not self._restores(entry, commits, table):
                continue
            if not self._has(version, commits):
                return entry.commit
            return self._among([e for e in entries if self._has(version, [e.commit])], commits, message, table)
        return None

    def _reverts(self, entry: LogEntry, commits: Collection[str], message: str) -> bool:
        if not set(commits).isdisjoint(trailer_values(entry.message, REVERTS)):
            return True
        return entry.message.rstrip() in _quotations(message) and self._has(entry.commit, commits)

    def _restores(self, entry: LogEntry, commits: Collection[str], table: str) -> bool:
        return self._has(entry.commit, commits) and self._changed(entry.commit, table)

    def _has(self, version: str, commits: Collection[str]) -> bool:
        """Whether a commit is one of others, or comes after one."""
        return any(is_ancestor(self._session, commit, version) for commit in commits)
