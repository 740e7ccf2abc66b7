"""`Version`: the version of a table that a save made or a load read."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.render import Card, Facts


@dataclass(frozen=True)
class Version:
    """A commit, and the hash of a table in it.

    Attributes:
        commit: The commit's hash.
        branch: The branch that was written to or read from. None if a commit was read without naming a branch.
        table_hash: Dolt's hash of the table's schema and content. None for a query.
        changed: Whether this save made the commit. False if the table was already equal, and for loads.

    Example:
        >>> saved = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> len(saved.commit), saved.branch, saved.changed
        (32, 'main', True)
    """

    commit: str
    branch: str | None = None
    table_hash: str | None = None
    changed: bool = False

    def _repr_html_(self) -> str:
        """Return HTML for notebooks. `Table.card` shows the table itself."""
        made = "the commit is this save's" if self.changed else None
        facts = (("commit", self.commit), ("branch", self.branch), ("table hash", self.table_hash), ("saved", made))
        return Card(f"Version {self.commit[:8]}", (Facts(facts),)).html()
