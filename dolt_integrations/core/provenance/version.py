"""A version of a table: where a save put it, or where a load found it."""

from __future__ import annotations

from dataclasses import dataclass

from dolt_integrations.render import Card, Facts


@dataclass(frozen=True)
class Version:
    """A commit, and what a table is in it.

    Attributes:
        commit: The commit's hash.
        branch: The branch that it was written to or read from; None for a timestamp or commit of no branch.
        table_hash: Dolt's hash of the table's schema and content; None for a query.
        changed: Whether the save made the commit. False when the table was like that already.
    """

    commit: str
    branch: str | None = None
    table_hash: str | None = None
    changed: bool = False

    def _repr_html_(self) -> str:
        """Show it in a notebook; where the table is looked at is for its card to say (`Table.card`)."""
        made = "the commit is this save's" if self.changed else None
        facts = (("commit", self.commit), ("branch", self.branch), ("table hash", self.table_hash), ("saved", made))
        return Card(f"Version {self.commit[:8]}", (Facts(facts),)).html()
