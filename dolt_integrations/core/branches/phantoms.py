"""Conflicts that Dolt notes where there are none, and that keep later branches from being written to.

Where others commit while a transaction runs, its DOLT_COMMIT merges what they committed with itself. Of a table without
a key Dolt (1.83 and 2.3) takes equal changes for conflicts, and writes these into the commit, unasked and unseen: the
rows are right, and the branch's own working set has no conflicts. But in each branch that begins at such a commit,
every transaction fails: "Merge conflict detected".
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from dolt_integrations.engine import DEFAULT_AUTHOR
from dolt_integrations.engine.versions.commits import commit
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.merges import changed_tables, conflicted_tables, resolve_rows
from dolt_integrations.engine.versions.working_set import stage, status

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection

logger = logging.getLogger(__name__)

_MESSAGE = "Clear conflicts that concurrent commits left in tables without a key"


def clear_overtaken(connection: Connection, branch: str, start: str, overtook: str) -> None:
    """Clear the conflicts that one of our commits recorded in tables that clients without our locks were changing.

    Args:
        connection: A session, which is on the branch afterwards, and holds its lock.
        branch: The branch.
        start: The commit that the transaction began at.
        overtook: The parent of the commit that it made.
    """
    if start == overtook:
        return
    connection.switch(branch)
    pending = status(connection)
    if any(entry.staged for entry in pending):
        logger.warning(
            "the head of %s may record conflicts, which are not cleared while another client has staged work there",
            branch,
        )
        return
    with connection.in_database():
        changed = changed_tables(connection, start, overtook)
    theirs = {name for entry in pending for name in entry.names}
    stage(connection, [each for each in changed if each not in theirs and table_hash(connection, each) is not None])
    if commit(connection, _MESSAGE, DEFAULT_AUTHOR):
        logger.info("cleared conflicts that a commit on %s recorded", branch)


def clear_noted(workspace: Connection) -> None:
    """Clear what the commit that a private branch has just begun at has noted, so that it can be written to."""
    tables = conflicted_tables(workspace)
    if not tables:
        return
    for table in tables:
        resolve_rows(workspace, table, "ours")
    stage(workspace, tables)
    commit(workspace, _MESSAGE, DEFAULT_AUTHOR)
