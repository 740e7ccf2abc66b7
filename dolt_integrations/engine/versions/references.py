"""Foreign keys: which tables they tie together, and rows that refer to nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.session.answers import text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class BrokenReference:
    """A row that refers to one that is not there.

    Attributes:
        constraint: The foreign key.
        columns: Its columns.
        row: The row, by the names of its columns.
    """

    constraint: str
    columns: tuple[str, ...]
    row: dict[str, Any]


def tables_around(connection: Connection, table: str) -> list[str]:
    """Return the tables with a foreign key from or to a table, itself included; none where there is no such key."""
    rows = connection.rows(
        "SELECT DISTINCT table_name FROM information_schema.referential_constraints "
        "WHERE constraint_schema = DATABASE() AND (table_name = %s OR referenced_table_name = %s)",
        (table, table),
        (text,),
    )
    return [name for (name,) in rows]


def breaks_a_reference(connection: Connection, table: str) -> bool:
    """Whether a row of a table refers to nothing, in the session's transaction, which is told which rows do."""
    return bool(connection.value("CALL DOLT_VERIFY_CONSTRAINTS('--all', %s)", (table,)) != 0)


def first_broken_reference(connection: Connection, table: str) -> BrokenReference:
    """Return the first row that `breaks_a_reference` has found.

    Raises:
        ValueError: Dolt describes it in another way than is known; LookupError and TypeError the same.
    """
    row = connection.dictionaries(f"SELECT * FROM {quote(f'dolt_constraint_violations_{table}')} LIMIT 1")[0]
    info = json.loads(row.pop("violation_info"))
    shown = {name: value for name, value in row.items() if name not in _NOT_OF_THE_ROW}
    return BrokenReference(info["ForeignKey"], tuple(map(str, info["Columns"])), shown)


_NOT_OF_THE_ROW = ("from_root_ish", "violation_type", "dolt_row_hash")
