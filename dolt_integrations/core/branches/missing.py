"""Hints for tables that a version does not have: the branches that have them, committed or not."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import PREFIX
from dolt_integrations.engine import nearest
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.heads import branches
from dolt_integrations.errors import TableNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine import Database

_MOST = 20
"""The most branches to search for a hint."""


@contextmanager
def hinting_branches(
    database: Database, tablename: str | None, branch: str | None, commit: str | None = None
) -> Iterator[None]:
    """Add to a `TableNotFoundError` of the block which branches have the table, or similar names.

    Args:
        database: The database.
        tablename: The table. None takes the name from the error, for tables that a query names.
        branch: The branch that was read, or None for a commit.
        commit: The commit that a query read, to look for similar names.

    Raises:
        TableNotFoundError: The block raised it.
    """
    try:
        yield
    except TableNotFoundError as error:
        name = tablename or _named_by(error)
        hint = where_it_is(database, name) if name else None
        if hint is None and name and commit:
            with database.connect(commit) as snapshot:
                hint = nearest(name, tables(snapshot))
        if hint is None:
            raise
        where = f"branch {branch!r}" if branch else "that commit"
        raise TableNotFoundError(f"no table {name!r} on {where} of {database.location}", hint=hint) from error


def _named_by(error: TableNotFoundError) -> str | None:
    found = re.search(r"table not found: (.{1,200}?)(?:, maybe you mean| \(database|$)", str(error))
    return found[1] if found else None


def missing_table(database: Database, table: str, *commits: str) -> TableNotFoundError:
    """Return the error for a table that none of the commits has, with the branches that have it or similar names."""
    known: set[str] = set()
    for commit in commits:
        with database.connect(commit) as snapshot:
            known |= set(tables(snapshot))
    where = " or ".join(dict.fromkeys(commits))
    hint = where_it_is(database, table) or nearest(table, known)
    return TableNotFoundError(f"no table {table!r} in {database.location} at {where}", hint=hint)


def where_it_is(database: Database, table: str) -> str | None:
    """Return a hint naming the branches that have a table, committed or not. None if no branch has it."""
    with database.connect() as connection:
        heads = [(name, commit) for name, commit in branches(connection).items() if not name.startswith(PREFIX)]
    committed, made = [], []
    for name, commit in heads[:_MOST]:
        if _is_at(database, commit, table):
            committed.append(f"`{name}`")
        elif _is_at(database, name, table):
            made.append(f"`{name}`")
    parts = [f"It exists on {', '.join(committed)}; name that branch in branch_conf."] if committed else []
    if made:
        how = f"commit it there: dolt add -f {table}; dolt commit -m ..."
        parts.append(f"It exists on {', '.join(made)} but is not committed, and only commits are read; {how}.")
    return " ".join(parts) or None


def _is_at(database: Database, revision: str, table: str) -> bool:
    with database.connect(revision) as connection:
        return table_hash(connection, table) is not None
