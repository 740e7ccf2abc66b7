"""Taking tables from another commit, without taking away what others made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.tables.schema import tables_in_two_cases
from dolt_integrations.engine.versions.procedures import discard_changes, status, take_table
from dolt_integrations.errors import LostRaceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Connection


class EntangledError(LostRaceError):
    """The table cannot be taken alone: another one would go, or two would differ only in the case of their names."""


def take_tables(workspace: Connection, revision: str, tables: Sequence[str]) -> None:
    """Make tables of a private branch what they are at a revision, and stage them; no other table changes.

    Dolt follows the tags of columns: where a table was renamed meanwhile, taking it under its old name renames it
    back, and the rows that it has got since are gone (1.83 and 2.3).

    Args:
        workspace: On the private branch; what is uncommitted there is ours, and is staged.
        revision: Where from.
        tables: Their names, as they are there.

    Raises:
        EntangledError: That would change another table as well; the branch is as it was.
    """
    known = {*tables, *(entry.table for entry in status(workspace))}
    for table in tables:
        take_table(workspace, revision, table)
    others = [name for entry in status(workspace) if entry.table not in known for name in entry.names[:1]]
    twice = [name for name in tables_in_two_cases(workspace) if name not in tables]
    if others or twice:
        discard_changes(workspace)
        names = ", ".join(f"`{table}`" for table in tables)
        raise EntangledError(f"others have table {names} as `{(others + twice)[0]}` now, which would be taken away")
