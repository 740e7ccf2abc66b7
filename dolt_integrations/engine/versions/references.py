"""Rows that violate a foreign key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class BrokenReference:
    """A row that refers to a row that does not exist.

    Attributes:
        constraint: The name of the foreign key.
        columns: Its columns.
        row: The values of the row, by column name.
    """

    constraint: str
    columns: tuple[str, ...]
    row: dict[str, Any]


def breaks_a_reference(connection: Connection, table: str) -> bool:
    """Whether a row of a table violates a foreign key. Dolt records such rows in the session's transaction."""
    return bool(connection.value("CALL DOLT_VERIFY_CONSTRAINTS('--all', %s)", (table,)) != 0)


def first_broken_reference(connection: Connection, table: str) -> BrokenReference:
    """Return the first row that `breaks_a_reference` found.

    Raises:
        ValueError: Dolt describes the row in an unknown form. LookupError and TypeError mean the same.
    """
    row = connection.dictionaries(f"SELECT * FROM {quote(f'dolt_constraint_violations_{table}')} LIMIT 1")[0]
    info = json.loads(row.pop("violation_info"))
    shown = {name: value for name, value in row.items() if name not in _NOT_OF_THE_ROW}
    return BrokenReference(info["ForeignKey"], tuple(map(str, info["Columns"])), shown)


_NOT_OF_THE_ROW = ("from_root_ish", "violation_type", "dolt_row_hash")
