"""Copying tables from another commit without losing what other writers did to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.tables.definitions.names import tables_in_two_cases
from dolt_integrations.engine.versions.working_set import discard_changes, status, take_table
from dolt_integrations.errors import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Connection


class EntangledError(LostRaceError):
    """The table cannot be taken alone: another table would vanish, or two names would differ only by case."""


def take_tables(workspace: Connection, revision: str, tables: Sequence[str]) -> None:
    """Replace tables of a private branch by their versions at a revision, and stage them. No other table changes.

    Dolt identifies tables by the tags of their columns: if a table was renamed in between, taking it under its old name
    renames it back and loses the rows written since (1.83 and 2.3).

    Args:
        workspace: A session on the private branch, whose uncommitted work is ours and staged.
        revision: The revision to take them from.
        tables: Their names at the revision.

    Raises:
        EntangledError: That would change another table as well. The branch is unchanged.
    """
    known = {*tables, *(entry.table for entry in status(workspace))}
    for table in tables:
        take_table(workspace, revision, table)
    others = [name for entry in status(workspace) if entry.table not in known for name in entry.names[:1]]
    twice = [name for name in tables_in_two_cases(workspace) if name not in tables]
    if others or twice:
        discard_changes(workspace)
        names = ", ".join(f"`{table}`" for table in tables)
        raise EntangledError(f"table {names} is now called `{(others + twice)[0]}`, which would be lost")
