"""Work of another client that Dolt has put into a save's commit, or merged with it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeVar

from dolt_integrations.core.configs.mode import APPEND, REPLACE
from dolt_integrations.engine.tables.definitions.schema import find_definition
from dolt_integrations.engine.versions.commits import count_changes, parent
from dolt_integrations.engine.versions.diffs.diff import gets_values
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.merges import changed_tables
from dolt_integrations.engine.versions.state import branch_and_table
from dolt_integrations.errors import DoltError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.branches.target import Save
    from dolt_integrations.engine import Connection, Database, TableSchema

logger = logging.getLogger(__name__)

T = TypeVar("T")


def warn_of_mingled(database: Database, save: Save, branch: str, made: str) -> None:
    """Warn if a commit has more than the save has written. Never fails: the commit has landed.

    Dolt's commit takes all that is staged on the branch when it ends, and concludes an open merge: also what another
    client has staged or begun to merge since the transaction began, which the transaction does not see.

    Args:
        database: The database.
        save: What was written, in one transaction.
        branch: The branch.
        made: The commit.
    """
    found = _known(lambda: _mingled(database, save, branch, made), made)
    if found:
        logger.warning(
            "commit %s of table `%s` on branch %r of %s also contains what another client staged or began to merge "
            "there during the save: %s. Inspect it with: dolt show %s",
            *(made, save.table, branch, database.location, ", ".join(found), made),
        )


def warn_of_changed_columns(database: Database, save: Save, schema: TableSchema, branch: str, made: str) -> None:
    """Warn if another client changed columns during the save, so that saved values are not where they were saved.

    Dolt merges such commits without a word: rows lose their values in a column that was dropped. If a column was
    renamed, and another one created under its old name, both get the values. Never fails: the commit has landed.

    Args:
        database: The database.
        save: What was added to the table, in one transaction.
        schema: The table's schema that the transaction saw.
        branch: The branch.
        made: The commit.
    """
    found = _known(lambda: _changed_columns(database, save, schema, made), made)
    if found:
        logger.warning(
            "another client changed columns of table `%s` on branch %r of %s during the save, and Dolt merged that "
            "into commit %s: %s. Inspect it with: dolt show %s",
            *(save.table, branch, database.location, made, "; ".join(found), made),
        )


def _changed_columns(database: Database, save: Save, schema: TableSchema, made: str) -> list[str]:
    with database.connect(made) as snapshot:
        found = find_definition(snapshot, save.table)
    now = {column.name.lower(): column for column in found.schema.columns} if found is not None else {}
    known = {name.lower() for name in schema.names}
    data = save.rows.data
    saved = [name for name in data.column_names if data.column(name).null_count < data.num_rows]
    gone = [name for name in saved if name.lower() not in now or now[name.lower()].is_generated]
    new = [column.name for name, column in now.items() if name not in known and not column.details]
    with database.connect() as connection:
        before = parent(connection, made)
        filled = [name for name in new if before and gets_values(connection, before, made, save.table, name)]
    lost = [f"column `{name}` was dropped or renamed, with the values that were saved in it" for name in gone]
    return [*lost, *(f"column `{name}`, which the save did not know, got values of it" for name in filled)]


def _known(look: Callable[[], T], made: str) -> T | None:
    """Return what a look at a commit finds, or None if it fails: that is no reason for the save to fail."""
    try:
        return look()
    except DoltError as error:
        logger.info("cannot find out what else is in commit %s: %s", made, error)
        return None


def _mingled(database: Database, save: Save, branch: str, made: str) -> list[str]:
    with database.connect() as connection:  # of a session on the branch Dolt 1.83 checks other rights here
        before = parent(connection, made)
        if before is None:
            return []
        others = [name for name in changed_tables(connection, before, made) if name != save.table]
        counts = count_changes(connection, before, made, save.table) if save.mode != REPLACE else None
    if others:
        with database.connect(branch) as connection:
            _, table = branch_and_table(connection, save.table)
        others = _different(database, before, made, others) if table.stands_alone else []  # else it wrote to them
    names = [f"table `{name}`" for name in others]
    return [*names, *(["rows of the table itself"] if counts is not None and _is_more(save, *counts) else [])]


def _different(database: Database, before: str, made: str, tables: list[str]) -> list[str]:
    """Return the tables that really differ: after a race Dolt may hash equal rows without a key otherwise."""
    with database.connect(before) as old, database.connect(made) as new:
        same = [name for name in tables if _definition(old, name) == _definition(new, name)]
    with database.connect() as connection:
        return [name for name in tables if name not in same or any(count_changes(connection, before, made, name))]


def _definition(snapshot: Connection, table: str) -> str | None:
    found = find_definition(snapshot, table)
    return found.create if found is not None else None


def _is_more(save: Save, added: int, modified: int, removed: int) -> bool:
    rows = save.rows.num_rows
    return removed > 0 or (added, modified) != (rows, 0) if save.mode == APPEND else removed + added + modified > rows


def warn_of_mingled_rows(database: Database, save: Save, branch: str, made: str, before: str | None) -> None:
    """Warn if a `replace` finds rows of others in its commit that they had only staged, before it writes again.

    Args:
        database: The database.
        save: What was written.
        branch: The branch.
        made: The commit; its table has other rows than were written.
        before: Dolt's hash of the table as the transaction found it.
    """
    if _known(lambda: _is_as_found(database, save, made, before), made):
        logger.warning(
            "commit %s of table `%s` on branch %r of %s contains rows that another client had staged there; the "
            "table is written once more without them. Inspect them with: dolt show %s",
            *(made, save.table, branch, database.location, made),
        )


def _is_as_found(database: Database, save: Save, made: str, before: str | None) -> bool:
    with database.connect() as connection:
        start = parent(connection, made)
    if start is None:
        return False
    with database.connect(start) as snapshot:
        return table_hash(snapshot, save.table) == before
