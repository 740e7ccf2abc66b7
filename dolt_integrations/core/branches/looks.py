"""What tables are at a commit, to notice that another writer has changed them in the meantime."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.tables.definitions.schema import find_definition
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.state import referring_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine import Connection


@dataclass(frozen=True)
class Look:
    """A table at a commit. Its hash says nothing of foreign keys, and its definition nothing of those to it.

    Attributes:
        content: Dolt's hash of its schema and rows; None if it does not exist.
        create: Its CREATE statement; empty if it does not exist.
        referring: The tables with a foreign key from or to it, itself included.
    """

    content: str | None
    create: str
    referring: tuple[str, ...]


def looks(session: Connection, commit: str, tables: Iterable[str]) -> dict[str, Look]:
    """Return what tables are at a commit. The session is at the same revision afterwards."""
    with visiting(session, commit) as snapshot:
        return {table: _look(snapshot, table) for table in tables}


def _look(snapshot: Connection, table: str) -> Look:
    found = find_definition(snapshot, table)
    create = found.create if found is not None else ""
    return Look(table_hash(snapshot, table), create, tuple(referring_tables(snapshot, table)))
