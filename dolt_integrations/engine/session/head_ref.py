"""The branch that a session has checked out, and its head, in a time that does not depend on the number of branches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dolt_integrations.engine.wire.answers import text

if TYPE_CHECKING:
    from dolt_integrations.engine.session.statements import Statements

HEADS = "refs/heads/"

IN_A_VARIABLE = re.compile(r"[0-9A-Za-z_]+")
"""Database names that Dolt accepts as a part of a variable's name."""


def head_variable(database: str) -> str | None:
    """Return the expression for the ref of the branch that a session has checked out, or None if there is none.

    It has the branch's own name, in its own case, also if the session asked for it in another one.
    """
    return f"@@`{database}_head_ref`" if IN_A_VARIABLE.fullmatch(database) else None


def head_value(database: str) -> str:
    """Return the expression for the commit at the head of a session's branch, as its transaction sees the branch.

    `DOLT_MERGE_BASE('HEAD', 'HEAD')` is not that: in a transaction it also sees what others have committed since the
    transaction began, while the rows, `DOLT_HASHOF_DB` and `HASHOF('HEAD')` do not (Dolt 1.83 and 2.3).
    """
    return f"@@`{database}_head`" if IN_A_VARIABLE.fullmatch(database) else "HASHOF('HEAD')"


def checked_out(session: Statements, database: str) -> str:
    """Return the branch that a session in a database, at no commit or tag, has checked out.

    `active_branch()`, which goes through all names (Dolt 1.83), is asked only where the database has no variable.
    """
    ref = session.value(f"SELECT {head_variable(database) or 'active_branch()'}", kind=text)
    return str(ref).removeprefix(HEADS)
