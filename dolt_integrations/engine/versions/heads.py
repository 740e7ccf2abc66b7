"""Branches, tags and commits by their exact names, in a time that does not depend on how many there are.

`dolt_branches` reads the commit of every branch, whatever the WHERE says; `HASHOF` and `active_branch()` walk through
the names, and ignore their case. `DOLT_MERGE_BASE` looks `refs/heads/<name>` up as it is (Dolt 1.83 and 2.3 source,
`doltdb.Resolve`), and a commit's merge base with itself is the commit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.session.answers import text
from dolt_integrations.errors import BranchNotFoundError, QueryError, RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection

_HEADS = "refs/heads/"

_IN_A_VARIABLE = re.compile(r"[0-9A-Za-z_]+")
"""Names of databases that Dolt takes in the name of a variable."""


@dataclass(frozen=True)
class Head:
    """A branch, and the commit at its head; None where there is no such branch."""

    branch: str
    commit: str | None

    @property
    def exists(self) -> bool:
        """Whether there is such a branch."""
        return self.commit is not None


def find_head(connection: Connection, branch: str | None) -> Head:
    """Look a branch up.

    Args:
        connection: A session on the database, at no revision.
        branch: The branch; None is the default branch.
    """
    if branch is not None:
        return Head(branch, branch_head(connection, branch))
    if not _IN_A_VARIABLE.fullmatch(connection.address.database):
        return find_head(connection, str(connection.value("SELECT active_branch()", kind=text)))
    statement = f"SELECT @@`{connection.address.database}_head_ref`, DOLT_MERGE_BASE('HEAD', 'HEAD')"
    ref, commit = connection.row(statement, kinds=(text, text)) or ("", "")
    return Head(str(ref).removeprefix(_HEADS), str(commit))


def branch_head(connection: Connection, name: str) -> str | None:
    """Return the commit at the head of a branch; None if there is none of this name, in this case."""
    return _commit(connection, f"{_HEADS}{name}")


def tag_commit(connection: Connection, name: str) -> str | None:
    """Return the commit of a tag; None if there is none of this name, in this case."""
    return _commit(connection, f"refs/tags/{name}")


def remote_head(connection: Connection, name: str) -> str | None:
    """Return the commit of a remote's branch, `origin/main`, as of the last fetch or push; None if there is none."""
    return _commit(connection, f"refs/remotes/{name}")


def _commit(connection: Connection, ref: str) -> str | None:
    if re.search(r"[~^]", ref):
        return None  # steps back from a commit, and in no name of one
    try:
        return commit_of(connection, ref)
    except (BranchNotFoundError, RevisionNotFoundError):
        return None


def commit_of(connection: Connection, revision: str) -> str:
    """Return the commit hash of a whole hash, a ref (`refs/heads/main`) or `HEAD`, with steps back (`~2`) or without.

    Raises:
        BranchNotFoundError: No such ref.
        RevisionNotFoundError: No such commit, or no ancestor so far back.
    """
    return str(connection.value("SELECT DOLT_MERGE_BASE(%s, %s)", (revision, revision), text))


def branches_in_other_case(connection: Connection, name: str) -> list[str]:
    """Return the branches whose names differ from one only in case: Dolt's sessions take them for one.

    All are listed only if something has the name in whatever case.
    """
    try:
        connection.value("SELECT HASHOF(%s)", (name,))
    except (BranchNotFoundError, RevisionNotFoundError, QueryError):
        return []
    known = [each for (each,) in connection.rows("SELECT name FROM dolt_branches", kinds=(text,))]
    return [each for each in known if each != name and each.lower() == name.lower()]
