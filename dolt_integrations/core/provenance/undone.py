"""Writes that were taken back later: their commits are in the log, but their rows are no longer on the branch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dolt_integrations.core.provenance.trailers import REVERT, trailer_values
from dolt_integrations.engine.versions.log import is_ancestor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

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
    """Return the reverted commits, each with its revert, except those whose revert was reverted in turn.

    Args:
        entries: The log, or the reverts in it, newest first.
    """
    gone: dict[str, str] = {}
    for entry in entries:
        if entry.commit not in gone:
            gone.update(dict.fromkeys(trailer_values(entry.message, REVERTS), entry.commit))
    return gone


class Undos:
    """The commits of a branch that take back earlier ones."""

    def __init__(self, session: Connection, entries: Sequence[LogEntry], changed: Callable[[str, str], bool]) -> None:
        """Look at these commits.

        Args:
            session: A session.
            entries: The commits that take back others, newest first.
            changed: Returns whether a commit changed a table.
        """
        self._session, self._entries, self._changed = session, entries, changed
        self._gone = reverted(entries)

    def of(self, commits: Collection[str], message: str, table: str | None = None) -> str | None:
        """Return the commit that took a write back, or None if its rows were not taken back.

        Args:
            commits: The commit that wrote the rows, and the one that merged it into the branch.
            message: Their message.
            table: The table that was written. None ignores that tables were restored.
        """
        named = next((self._gone[each] for each in commits if each in self._gone), None)
        if named is not None or not self._entries:
            return named
        later = self._later(commits)
        quoting = next((each.commit for each in later if self._is_quoted(each, message)), None)
        return quoting or (self._restored(commits, later, table) if table is not None else None)

    def _later(self, commits: Collection[str]) -> list[LogEntry]:
        """Return the commits that come after a write, without those that were reverted."""
        alive = [entry for entry in self._entries if entry.commit not in self._gone]
        return [each for each in alive if any(is_ancestor(self._session, commit, each.commit) for commit in commits)]

    @staticmethod
    def _is_quoted(entry: LogEntry, message: str) -> bool:
        """Whether the commit is of `dolt revert`, which quotes the message of the commit that it undoes."""
        text = message.rstrip()
        plain, escaped = f'{REVERT}{text}"', f"{REVERT[:-1]}{json.dumps(text, ensure_ascii=False)}"  # Dolt 1.83, 2.3
        return entry.message.rstrip() in (plain, escaped)

    def _restored(self, commits: Collection[str], later: Sequence[LogEntry], table: str) -> str | None:
        """Return the commit that restored the table to a version without the write, if it is the newest restore."""
        for entry in later:
            versions = trailer_values(entry.message, RESTORES)
            if versions and self._changed(entry.commit, table):
                has = any(is_ancestor(self._session, commit, versions[0]) for commit in commits)
                return None if has else entry.commit
        return None
