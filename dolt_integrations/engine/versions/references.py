"""Foreign keys: the tables that have them, and rows that violate one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dolt_integrations.engine.names.identifiers import quote
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.tables.definitions.schema import definition

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


_REFERENCES = re.compile(r" REFERENCES (?:`[^`]+`\.)?`([^`]+)`")


def referring_by_definition(connection: Connection, table: str) -> list[str]:
    """Return the tables with a foreign key from or to a table, itself included, according to all CREATE statements.

    It takes a statement for each table of the database. `information_schema` takes one, but reads all databases.
    """
    found = []
    for name in tables(connection):
        to = _referenced(definition(connection, name))
        if table.lower() in to or (to and name.lower() == table.lower()):
            found.append(name)
    return found


def _referenced(create: str) -> set[str]:
    """Return the tables, in lower case, to which a CREATE statement declares foreign keys, each on its own line."""
    lines = (line.lstrip() for line in create.split("\n"))
    keys = [line for line in lines if line.startswith("CONSTRAINT `") and "` FOREIGN KEY (" in line]
    return {name.lower() for key in keys for name in _REFERENCES.findall(key)[-1:]}


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
