"""Taking back what earlier attempts wrote to a table, keeping what other writers wrote to it."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.core.branches.take import EntangledError, take_tables
from dolt_integrations.core.branches.undo_rows import MESSAGE, Undoing
from dolt_integrations.core.configs.mode import REPLACE
from dolt_integrations.core.provenance.find import find_writes, hash_at
from dolt_integrations.core.provenance.write_id import node_of
from dolt_integrations.engine import DEFAULT_AUTHOR, table_name
from dolt_integrations.engine.tables.contents import drop_table, empty_table
from dolt_integrations.engine.versions.commits import commit, head, message_of, parent, soft_reset
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.errors import SupersededError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dolt_integrations.core.provenance.find import EarlierWrite
    from dolt_integrations.engine import Connection, Database

logger = logging.getLogger(__name__)


def take_back(database: Database, workspace: Connection, table: str, writes: Sequence[EarlierWrite]) -> None:
    """Undo writes of a table, as staged changes. What other writers wrote to it stays.

    Args:
        database: The database.
        workspace: A session on a private branch that has the writes and no uncommitted work.
        table: The table.
        writes: The writes, newest first.

    Raises:
        SupersededError: Another writer has changed or removed rows of a write since, or undoing it would change
            another writer's rows.
    """
    start = head(workspace)
    for write in writes:
        _undo(database, workspace, table, write, start)
    soft_reset(workspace, start)
    stage(workspace, [table])


def warn_of(table: str, writes: Sequence[EarlierWrite]) -> None:
    """Log a warning for each write that is taken back from a table."""
    for write in writes:
        logger.warning(
            "an earlier attempt of %s wrote other rows: those of commit %s are undone in table %s",
            write.name.node,
            write.commit,
            table,
        )


def _undo(database: Database, workspace: Connection, table: str, write: EarlierWrite, start: str) -> None:
    with _state_before(database, write, table) as before, _explaining(write, table):
        now, undoing = head(workspace), Undoing(database, workspace, table, before, write)
        if table_hash(workspace, table) == hash_at(database, write.work, table):
            _take(database, workspace, before, table)
        else:
            undoing.check(now, start)
            undoing.apply(now)
        stage(workspace, [table])
        commit(workspace, MESSAGE, DEFAULT_AUTHOR)
        undoing.check_rows(now, start)


@contextmanager
def _explaining(write: EarlierWrite, table: str) -> Iterator[None]:
    try:
        yield
    except EntangledError as error:
        raise SupersededError(
            f"what an earlier attempt of {write.name.node} wrote to table `{table}` in commit {write.commit} cannot be "
            f"undone: {error}",
            hint="Nothing is written. Undo that commit by hand, then run the task again.",
            commits=(write.commit,),
        ) from error


@contextmanager
def _state_before(database: Database, write: EarlierWrite, table: str) -> Iterator[str]:
    """Yield a commit with the table as it was before a write, and without what that write had superseded."""
    with database.connect(write.work) as snapshot:
        before = parent(snapshot, write.work) or write.work
    shared_first = _mode(write, table, write.modes) == REPLACE != _mode(write, table, write.name.modes)
    if not write.supersedes and not shared_first:
        yield before
        return
    with ExitStack() as stack:
        workspace = stack.enter_context(private_branch(database, write.work if shared_first else before))
        if shared_first:  # it replaced the table together with other tasks: the rows before them stay deleted
            empty_table(workspace, table_name(workspace, table))
            stage(workspace, [table])
        else:
            _without_superseded(database, workspace, table, write)
        commit(workspace, MESSAGE, DEFAULT_AUTHOR)
        yield head(workspace)


def _without_superseded(database: Database, workspace: Connection, table: str, write: EarlierWrite) -> None:
    # A run that resumes another one supersedes writes of the other run's node.
    nodes = {write.name.node, *(node_of(message_of(workspace, each)) for each in write.supersedes)}
    known = {each.commit: each for node in nodes if node for each in find_writes(workspace, node)}
    again = [known[each] for each in write.supersedes if each in known and table.lower() in known[each].name.tables]
    start = head(workspace)
    for each in again:
        _undo(database, workspace, table, each, start)


def _mode(write: EarlierWrite, table: str, modes: Sequence[str]) -> str:
    return dict(zip(write.name.tables, modes, strict=False)).get(table.lower(), "")


def _take(database: Database, workspace: Connection, revision: str, table: str) -> None:
    """Set the table to its version at a revision, or drop it if the revision does not have it."""
    if hash_at(database, revision, table) is None:
        drop_table(workspace, table_name(workspace, table))
    else:
        take_tables(workspace, revision, [table_name(workspace, table)])
