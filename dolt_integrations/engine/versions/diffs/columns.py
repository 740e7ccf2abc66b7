"""Columns that were dropped or renamed between two commits, as Dolt identifies them (Dolt manual, "DOLT_PATCH()")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.versions.diffs.diff import function_call
from dolt_integrations.engine.wire.answers import text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class ColumnChanges:
    """What happened to the columns of a table between two commits.

    To Dolt, a column that was dropped and added again under its name is mostly the same one, unless it has another kind
    of type.

    Attributes:
        dropped: The names of the columns that are gone.
        renamed: The new names of columns by the old ones.
    """

    dropped: frozenset[str]
    renamed: Mapping[str, str]

    def name_of(self, column: str) -> str | None:
        """Return the name that a column has at the new commit, or None if it was dropped."""
        return None if column in self.dropped else self.renamed.get(column, column)


def column_changes(connection: Connection, old_commit: str, new_commit: str, table: str) -> ColumnChanges:
    """Return which columns of a table were dropped and renamed.

    Args:
        connection: A session on the database, at no revision.
        old_commit: The full hash of the old commit.
        new_commit: The full hash of the new commit.
        table: A table that both commits have.
    """
    patch = function_call("dolt_patch", old_commit, new_commit, table)
    # With this condition, Dolt does not compare the rows.
    rows = connection.rows(f"SELECT statement FROM {patch} WHERE diff_type = 'schema'", kinds=(text,))
    found = [match for (statement,) in rows if (match := _CHANGE.fullmatch(statement)) is not None]
    return ColumnChanges(
        frozenset(_unquoted(match["dropped"]) for match in found if match["dropped"]),
        {_unquoted(match["old"]): _unquoted(match["new"]) for match in found if match["old"]},
    )


_NAME = r"`(?:[^`]|``)+`"
_CHANGE = re.compile(
    rf"ALTER TABLE {_NAME} (?:DROP (?P<dropped>{_NAME})|RENAME COLUMN (?P<old>{_NAME}) TO (?P<new>{_NAME}));"
)


def _unquoted(name: str) -> str:
    return name[1:-1].replace("``", "`")
