"""Saving a frame as a table: all of it, in one commit, or nothing."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from dolt_integrations.core.branch import Branch, SerialBranch
from dolt_integrations.core.frames import encode_frame
from dolt_integrations.core.landing import save_by_private_branch, save_on_new_branch
from dolt_integrations.core.retry import retried
from dolt_integrations.core.target import Save, Target, branch_name, check_clean, check_others, find_target
from dolt_integrations.core.transaction import save_in_transaction
from dolt_integrations.core.workspace import remove_abandoned
from dolt_integrations.engine import DEFAULT_AUTHOR, check_table_name, find_table, open_database, table_name
from dolt_integrations.engine.procedures import branches, status
from dolt_integrations.errors import LostRaceError, ServerLostError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from dolt_integrations.core.version import Version
    from dolt_integrations.engine import Author, Database, Location


SMALL = 10_000
"""Rows up to which a table is written in a transaction on its branch, others waiting; more are written beside it."""


def write_table(
    db: Location,
    tablename: str,
    data: pd.DataFrame,
    *,
    branch_conf: Branch | None = None,
    primary_key: str | Sequence[str] | None = None,
    overwrite: bool = False,
    message: str = "Automated commit",
    author: Author | None = None,
) -> Version:
    """Make a table equal to a frame, and commit it.

    Readers see the branch before the save or after it, never in between. A table that is like the frame already is
    left alone: no commit. Uncommitted work in other tables stays as it is, and so does the branch that the directory
    has checked out. Of several writers of one table the last one wins, each with a commit of its own.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`. A missing or empty directory becomes a database.
        tablename: The table; made when it is not there.
        data: The rows. Columns are named by texts or integers; the named levels of the index are saved as well.
        branch_conf: The branch; None is the default branch.
        primary_key: The key's column, or its columns. None is the named index, else the key that the table has, if any.
        overwrite: Make a table with other columns anew. Otherwise columns are added, dropped and widened, and a type
            that would lose data is an error.
        message: The commit's message.
        author: Of the commit. None is whom `dolt config` names for the directory, else the workflow itself.

    Returns:
        The version that the branch has now.

    Raises:
        DataError: The frame, or the table's name, is not to be stored as it is; nothing is written.
        NotFoundError: No such database, branch or base; nothing is written.
        UncommittedChangesError: The table has uncommitted changes on the branch; nothing is written.
        LostRaceError: Others kept changing the same table; nothing is written.
        ServerError: The server cannot be reached or went away.

    Example:
        >>> version = write_table(folder, "users", pd.DataFrame({"name": ["Alice"], "count": [4]}))
        >>> version.changed, version.branch
        (True, 'main')
    """
    check_table_name(tablename)
    named = [primary_key] if isinstance(primary_key, str) else primary_key
    key = tuple(named) if named is not None else None
    rows = encode_frame(data, table=tablename)
    rows.schema(key)

    def attempt() -> Version:
        with open_database(db, create=author or DEFAULT_AUTHOR) as database:
            save = Save(tablename, rows, key, message, author or database.author or DEFAULT_AUTHOR, overwrite)
            return _write(database, save, branch_conf or SerialBranch())

    return retried(attempt, LostRaceError, ServerLostError)


def _write(database: Database, save: Save, branch_conf: Branch) -> Version:
    with database.connect() as connection:
        remove_abandoned(connection, branches(connection))
        branch = branch_name(connection, branch_conf)
        with connection.lock(database.address.database, branch, save.table.lower()):
            return _save_to(database, save, find_target(connection, database, branch_conf))


def _save_to(database: Database, save: Save, target: Target) -> Version:
    if not target.exists:
        return save_on_new_branch(database, save, target)
    with database.connect(target.branch, local_infile=True) as connection:
        save = dataclasses.replace(save, table=table_name(connection, save.table))
        with connection.lock(database.address.database, target.branch):
            # While a save lands, others see its table, or all but its table, as uncommitted.
            pending = status(connection)
        check_clean(pending, save.table, target.branch)
        existing = find_table(connection, save.table)
        schema = save.rows.schema(save.primary_key, existing)
        staged = any(entry.staged for entry in pending)
        if existing == schema and not staged and save.rows.data.num_rows <= SMALL:
            with connection.lock(database.address.database, target.branch):
                return save_in_transaction(connection, save, schema, target)
        check_others(pending, target.branch)
        return save_by_private_branch(database, connection, save, schema, target)
