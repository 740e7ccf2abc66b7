"""The names that the winning side has for the columns of the merge base and of the losing side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.versions.diffs.columns import column_changes
from dolt_integrations.engine.versions.diffs.diff import TableVersion

if TYPE_CHECKING:
    import pyarrow as pa

    from dolt_integrations.engine import Connection


@dataclass(frozen=True)
class Side:
    """A commit, and a table there."""

    commit: str
    table: TableVersion


class WinnerNames:
    """The winner's names of columns. A column that the winner has not is left out."""

    def __init__(self, workspace: Connection, base: Side | None, loser: Side, winner: Side) -> None:
        """Find them.

        Args:
            workspace: A session on a private branch.
            base: The merge base, or None if it does not have the table.
            loser: The losing side.
            winner: The winning side.
        """
        theirs, ours = _names(winner), _names(loser)
        self.of_base: dict[str, str] = {}
        self.of_loser = {name: name for name in ours if name in theirs}
        if base is None:
            return
        with workspace.in_database():  # on the private branch, Dolt 1.83 would check other privileges
            lost, won = (
                column_changes(workspace, base.commit, side.commit, side.table.name) for side in (loser, winner)
            )
        pairs = [(name, lost.name_of(name), won.name_of(name)) for name in _names(base)]
        self.of_base = {name: new for name, _, new in pairs if new in theirs}
        taken = {new for _, _, new in pairs}
        known = {name for _, name, _ in pairs}
        added = {name: name for name in self.of_loser if name not in known and name not in taken}
        self.of_loser = {name: new for _, name, new in pairs if name in ours and new in theirs} | added


def renamed(rows: pa.Table, names: dict[str, str]) -> pa.Table:
    """Return the columns that have a new name, under it."""
    return rows.select(list(names)).rename_columns(list(names.values()))


def _names(side: Side) -> list[str]:
    return [column.name for column in side.table.schema.columns if not column.is_generated]
