"""Columns that one side of a merge dropped or put another in place of, so that Dolt would leave values out.

Dolt reports a conflict if the other side changed the values of a dropped column, but merges rows that it added without
them. If a side renamed a column and gave its name to a new one, Dolt takes one for the other or leaves the new one out.
It deletes the rows that one side deleted, also if the other side filled a new column of them and changed nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine import find_table
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.versions.diffs.columns import column_changes
from dolt_integrations.engine.versions.diffs.diff import adds_values, fills_removed
from dolt_integrations.engine.versions.merges import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import Connection, TableSchema
    from dolt_integrations.engine.versions.diffs.columns import ColumnChanges


def dropped_with_values(
    workspace: Connection, table: str, base: str, ours: tuple[str, TableSchema], theirs: tuple[str, TableSchema]
) -> Conflict | None:
    """Return the conflict for a column of which Dolt would leave out values, or merge them into another column.

    Args:
        workspace: A session on a private branch.
        table: A table that both sides changed.
        base: The merge base.
        ours: The commit at the branch's head, and the table there.
        theirs: The commit to merge, and the table there.
    """
    if (before := schema_at(workspace, table, base)) is None:
        return None
    with workspace.in_database():  # on the private branch, Dolt 1.83 would check other privileges
        changes = {commit: column_changes(workspace, base, commit, table) for commit, _ in (ours, theirs)}
        for commit, schema in (ours, theirs):
            if (name := _given_to_another(schema, changes[commit])) is not None:
                return Conflict(table, "schema", 1, description=_RENAMED.format(name))
        dropped = [changes[commit].dropped for commit, _ in (ours, theirs)]
        if all(dropped) and dropped[0] != dropped[1]:
            names = sorted(dropped[0] ^ dropped[1])
            return Conflict(table, "schema", 1, description=_BOTH.format("`, `".join(names)))
        if not all(_has_key(schema, before, changes[commit]) for commit, schema in (ours, theirs)):
            return None  # Dolt refuses to merge it, and `dolt_diff()` may end the server
        for (commit, schema), (other, _) in ((ours, theirs), (theirs, ours)):
            for column, name in _held(before, changes[commit]):
                if changes[other].name_of(column) is None and adds_values(workspace, base, commit, table, name):
                    return Conflict(table, "schema", 1, description=_DROPPED.format(name))
            if (name := _filled(workspace, table, before, (base, other, commit), schema, changes[commit])) is not None:
                return Conflict(table, "schema", 1, description=_REMOVED.format(name))
    return None


def _has_key(after: TableSchema, before: TableSchema, changes: ColumnChanges) -> bool:
    """Whether a side has the key of the merge base, under its new names."""
    return tuple(changes.name_of(name) for name in before.primary_key) == after.primary_key


def _filled(
    workspace: Connection,
    table: str,
    before: TableSchema,
    commits: tuple[str, str, str],
    after: TableSchema,
    changes: ColumnChanges,
) -> str | None:
    """Return a column that a side added and in which rows that the other removed have values, or None.

    In a table without a key, Dolt reports a conflict.
    """
    kept = {(changes.name_of(column.name) or "").lower() for column in before.columns}
    added = [column for column in after.columns if column.name.lower() not in kept and column.default is not None]
    if not added or not before.primary_key:
        return None
    key = dict(zip(before.primary_key, after.primary_key, strict=True))
    return fills_removed(workspace, *commits, table, key, added)


def _given_to_another(after: TableSchema, changes: ColumnChanges) -> str | None:
    """Return the name of a column that was renamed if a new column has it now."""
    new = {name.lower() for name in after.names} - {name.lower() for name in changes.renamed.values()}
    return next((name for name in changes.renamed if name.lower() in new), None)


def _held(before: TableSchema, changes: ColumnChanges) -> Iterator[tuple[str, str]]:
    """Yield the names, before and after, of the columns that a side still has and that are not generated."""
    for column in before.columns:
        name = changes.name_of(column.name)
        if name is not None and not column.is_generated:
            yield column.name, name


def schema_at(workspace: Connection, table: str, commit: str) -> TableSchema | None:
    """Return a table at a commit, or None if it is not there."""
    with visiting(workspace, commit) as snapshot:
        return find_table(snapshot, table)


_BOTH = "both sides dropped columns, but only one of them `{}`, and Dolt's server would end"
_RENAMED = "one side renamed column `{}` and gave its name to a new one"
_DROPPED = "one side dropped column `{}`, and rows that the other side added have values in it"
_REMOVED = "one side added column `{}`, and rows that the other side deleted have values in it"
