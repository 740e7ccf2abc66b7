"""Columns that one side of a merge dropped, and for which the other side added rows with values.

Dolt reports a conflict if the other side changed the column's values, but merges rows that it added without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine import find_table
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.versions.diffs.diff import adds_values
from dolt_integrations.engine.versions.merges import Conflict

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection, TableSchema


def dropped_with_values(
    workspace: Connection, table: str, base: str, ours: tuple[str, TableSchema], theirs: tuple[str, TableSchema]
) -> Conflict | None:
    """Return the conflict for a column that one side dropped and in which rows that the other side added have values.

    Args:
        workspace: A session on a private branch.
        table: A table that both sides changed.
        base: The merge base.
        ours: The commit at the branch's head, and the table there.
        theirs: The commit to merge, and the table there.
    """
    if _names(ours[1]) == _names(theirs[1]) or (before := schema_at(workspace, table, base)) is None:
        return None
    for (commit, holder), (_, dropper) in ((ours, theirs), (theirs, ours)):
        for column in _dropped(before, holder, dropper):
            with workspace.in_database():  # on the private branch, Dolt 1.83 would check other privileges
                if adds_values(workspace, base, commit, table, column):
                    return Conflict(table, "schema", 1, description=_TEXT.format(column))
    return None


def schema_at(workspace: Connection, table: str, commit: str) -> TableSchema | None:
    """Return a table at a commit, or None if it is not there."""
    with visiting(workspace, commit) as snapshot:
        return find_table(snapshot, table)


_TEXT = "one side dropped column `{}`, and rows that the other side added have values in it"


def _dropped(before: TableSchema, holder: TableSchema, dropper: TableSchema) -> list[str]:
    """Return the columns that one side dropped and the other has. A new one of the same type may be a renamed one."""
    new = {column.sql_type for column in dropper.columns if column.name.lower() not in _names(before)}
    return [
        column.name
        for column in before.columns
        if column.name.lower() in _names(holder)
        and column.name.lower() not in _names(dropper)
        and not column.is_generated
        and column.sql_type not in new
    ]


def _names(schema: TableSchema) -> set[str]:
    return {name.lower() for name in schema.names}
