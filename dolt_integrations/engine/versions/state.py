"""What a save has to know of the branch that it writes to, in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.versions.procedures import TableStatus, status_rows

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


@dataclass(frozen=True)
class BranchState:
    """A session's branch as others may have left it.

    Attributes:
        branch: Its name, in its own case.
        is_merging: Whether a merge or a cherry-pick was begun, which the next commit would conclude.
        status: The uncommitted work, tables that `dolt_ignore` names included.
    """

    branch: str
    is_merging: bool
    status: tuple[TableStatus, ...]


def branch_state(connection: Connection) -> BranchState:
    """Return the state of the session's branch."""
    rows = status_rows(
        connection,
        "SELECT active_branch(), CAST(is_merging AS CHAR), '' FROM dolt_merge_status UNION ALL "
        "SELECT table_name, CAST(staged AS CHAR), status",
    )
    with connection.understood("the state of the branch"):
        (branch, merging, _), *entries = rows
        work = tuple(TableStatus(table, staged == "1", word) for table, staged, word in entries)
        return BranchState(branch, merging == "1", work)
