"""Tables that Dolt must not be asked to merge, because its server would end or it would leave values out.

In a table without a key, Dolt (1.83) takes the values of a VARCHAR for addresses if the other side made the column a
LONGTEXT, as a save of longer strings does. Usually it panics: "invalid hash length". A value as long as an address ends
up as a dangling reference.

In a table with a stored generated column, it takes the columns of one side for those at the same places of the other:
values end up in other columns, or it panics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.branches.merges.dropped_columns import dropped_with_values, schema_at
from dolt_integrations.engine import parse_type
from dolt_integrations.engine.sql.types import GEOMETRIES
from dolt_integrations.engine.versions.diffs.columns import column_changes
from dolt_integrations.engine.versions.merges import Conflict, changed_tables
from dolt_integrations.engine.versions.remotes import merge_base

if TYPE_CHECKING:
    from dolt_integrations.engine import Column, Connection, TableSchema

_APART = {f"{size}{kind}" for size in ("tiny", "", "medium", "long") for kind in ("text", "blob")}
"""Types whose values Dolt stores apart from their rows, by address; with JSON and geometries."""


def unmergeable(workspace: Connection, ours: str, theirs: str) -> list[Conflict]:
    """Return a conflict for each table without a key of which one side stores a column apart from its rows.

    And for each of which one side dropped a column in which rows that the other added have values, or whose generated
    columns Dolt would compute from others.

    Args:
        workspace: A session on a private branch.
        ours: The commit at its head.
        theirs: The commit to merge.
    """
    with workspace.in_database():  # on the private branch, Dolt 1.83 would check other privileges
        base = merge_base(workspace, ours, theirs)
        if base is None or base in (ours, theirs):
            return []
        both = {*changed_tables(workspace, base, ours)} & {*changed_tables(workspace, base, theirs)}
    found = (_conflict(workspace, table, base, ours, theirs) for table in sorted(both))
    return [conflict for conflict in found if conflict is not None]


def _conflict(workspace: Connection, table: str, base: str, ours: str, theirs: str) -> Conflict | None:
    one, other = schema_at(workspace, table, ours), schema_at(workspace, table, theirs)
    if one is None or other is None:
        return None
    sides = (ours, one), (theirs, other)
    found = _made_longer(table, one, other) or _in_other_places(workspace, table, base, *sides)
    return found or dropped_with_values(workspace, table, base, *sides)


def _made_longer(table: str, one: TableSchema, other: TableSchema) -> Conflict | None:
    if one.primary_key and other.primary_key:
        return None
    apart, there = _stored_apart(one), _stored_apart(other)
    column = next((name for name, is_apart in apart.items() if there.get(name, is_apart) != is_apart), None)
    if column is None:
        return None
    text = (
        f"one side made column `{column}` of a table without a key longer, and Dolt's server would end. Save the other "
        "side's rows again on top of it, or give the table a key"
    )
    return Conflict(table, "schema", 1, description=text)


def _in_other_places(
    workspace: Connection, table: str, base: str, ours: tuple[str, TableSchema], theirs: tuple[str, TableSchema]
) -> Conflict | None:
    """Return a conflict if a generated column is stored, and the sides have other columns, but for new last ones."""
    stored = [column.name for _, schema in (ours, theirs) for column in schema.columns if _is_stored(column)]
    if not stored:
        return None
    pairs = zip(ours[1].columns, theirs[1].columns, strict=False)
    if all(_place(column) == _place(there) for column, there in pairs):
        with workspace.in_database():  # on the private branch, Dolt 1.83 would check other privileges
            changes = [column_changes(workspace, base, commit, table) for commit, _ in (ours, theirs)]
        if not any(change.dropped or change.renamed for change in changes):
            return None
    text = f"column `{stored[0]}` is generated and stored, and the columns of the two sides are in other places"
    return Conflict(table, "schema", 1, description=text)


def _place(column: Column) -> tuple[str, str]:
    """Return what has to be the same at a place of both sides: the name, and how the column is generated."""
    return column.name.lower(), column.details if column.is_generated else ""


def _is_stored(column: Column) -> bool:
    """Whether a column is generated and stored; also if its expression only has the word."""
    return column.is_generated and "STORED" in column.details.upper()


def _stored_apart(schema: TableSchema) -> dict[str, bool]:
    """Return for each column, in lower case, whether its values are stored apart from the rows."""
    kinds = {column.name.lower(): parse_type(column.sql_type).base for column in schema.columns}
    return {name: kind in _APART or kind == "json" or kind in GEOMETRIES for name, kind in kinds.items()}
