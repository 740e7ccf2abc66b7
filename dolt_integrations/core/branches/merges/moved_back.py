"""A branch that another client has moved back, or rewritten, while work for it was being done.

A merge would bring back the commits that were dropped, whose rows somebody did not want.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.engine.versions.log import is_ancestor
from dolt_integrations.engine.versions.remotes import merge_base
from dolt_integrations.errors import MergeConflictError

if TYPE_CHECKING:
    from dolt_integrations.engine import Connection


HINT = "Nothing was merged. Do the work again on the branch as it is now."


class MovedBackError(MergeConflictError):
    """The branch no longer has a commit that the work is built on."""


def check_moved_back(connection: Connection, began: str | None, now: str, theirs: str) -> None:
    """Check that a branch still has what work for it has of its commits.

    Args:
        connection: A session on the database.
        began: The branch's head when the work began. None checks nothing.
        now: The branch's head.
        theirs: The commit of the work.

    Raises:
        MovedBackError: It does not.
    """
    if began is None or began == now:
        return
    shared = merge_base(connection, began, theirs)
    if shared is None or is_ancestor(connection, shared, now):
        return
    raise MovedBackError(
        f"the branch no longer has commit {shared}, on which the work is built, because another client has moved it "
        "back (dolt reset --hard) or rewritten it; a merge would bring that commit back"
    )
