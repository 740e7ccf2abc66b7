"""Looking up branches, tags and commits by their exact names, in a time that does not depend on their number.

`dolt_branches` reads the commit of every branch, whatever the WHERE says. `HASHOF` and `active_branch()` walk through
the names and ignore case. `DOLT_MERGE_BASE` looks up `refs/heads/<name>` exactly (Dolt 1.83 and 2.3 source,
`doltdb.Resolve`), and the merge base of a commit with itself is the commit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import nearest
from dolt_integrations.engine.session.head_ref import HEADS, head_value, head_variable
from dolt_integrations.engine.wire.answers import maybe, text
from dolt_integrations.errors import BranchNotFoundError, QueryError, RevisionNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dolt_integrations.engine.session.connection import Connection

_OURS = ("dolt-integrations/work/", "dolt-integrations/index")
"""The names of branches that no user has to know: those of running saves, and the index of messages."""


@dataclass(frozen=True)
class Head:
    """A branch and the commit at its head, which is None if there is no such branch."""

    branch: str
    commit: str | None

    @property
    def exists(self) -> bool:
        """Whether the branch exists."""
        return self.commit is not None


def find_head(connection: Connection, branch: str | None) -> Head:
    """Look up a branch and its head.

    Args:
        connection: A session on the database, at no revision.
        branch: The branch; None is the default branch.
    """
    if branch is not None:
        return Head(branch, branch_head(connection, branch))
    variable = head_variable(connection.address.database)
    if variable is None:
        return find_head(connection, str(connection.value("SELECT active_branch()", kind=text)))
    statement = f"SELECT {variable}, {head_value(connection.address.database)}"
    ref, commit = connection.row(statement, kinds=(text, text)) or ("", "")
    return Head(str(ref).removeprefix(HEADS), str(commit))


def settle_at_newest(connection: Connection, branch: str | None) -> Head | None:
    """Begin a transaction in which a session sees the newest commit of a branch, and nothing else.

    So it need not be switched to the commit, for which Dolt goes through the names of all branches and tags. Only
    tables may be read in it: to resolve a view, also in SHOW, Dolt (1.83 and 2.3) silently begins the transaction anew.

    Args:
        connection: A session on the database, at no revision.
        branch: The branch; None is the default branch.

    Returns:
        The branch and the commit. None if the branch has uncommitted work or does not exist under exactly this name, or
        the database has no variable of its branch; the session can be anywhere then.
    """
    variable = head_variable(connection.address.database)
    if variable is None or (branch is not None and _NO_NAME.search(branch)):
        return None
    seen = _SEEN.format(branch=variable, head=head_value(connection.address.database))
    try:
        if branch is not None:
            connection.stand_on(branch)
        connection.execute("START TRANSACTION")
        found = connection.row(seen, kinds=(text,) * 4)
    except (BranchNotFoundError, QueryError):  # there is none, or a tag or an ancestor of this name
        connection.execute("ROLLBACK")
        return None
    ref, commit, working, committed = found or ("",) * 4
    name = ref.removeprefix(HEADS)
    if working == committed and branch in (None, name):
        connection.settle_at(commit)
        return Head(name, commit)
    connection.execute("ROLLBACK")
    return None


_NO_NAME = re.compile(r"[~^]|\s\Z|\Arefs/")
"""No branch is called so: an ancestor, a space at the end, which Dolt drops, and a path that ends its server."""

_SEEN = "SELECT {branch}, {head}, DOLT_HASHOF_DB('WORKING'), DOLT_HASHOF_DB('HEAD')"


def branch_head(connection: Connection, name: str) -> str | None:
    """Return the commit at the head of a branch, or None if there is no branch with exactly this name."""
    return _commit(connection, f"{HEADS}{name}")


def tag_commit(connection: Connection, name: str) -> str | None:
    """Return the commit of a tag, or None if there is no tag with exactly this name."""
    return _commit(connection, f"refs/tags/{name}")


def remote_head(connection: Connection, name: str) -> str | None:
    """Return the commit of a remote's branch (`origin/main`) as of the last fetch or push, or None."""
    return _commit(connection, f"refs/remotes/{name}")


def _commit(connection: Connection, ref: str) -> str | None:
    if re.search(r"[~^]|\s\Z", ref):
        return None  # these denote ancestors and occur in no name, and Dolt drops a space at the end
    try:
        return commit_of(connection, ref)
    except (BranchNotFoundError, RevisionNotFoundError):
        return None


def commit_of(connection: Connection, revision: str) -> str:
    """Return the commit of a full hash, a ref (`refs/heads/main`) or `HEAD`, each optionally with a suffix like `~2`.

    Raises:
        BranchNotFoundError: No such ref.
        RevisionNotFoundError: No such commit, or no such ancestor.
    """
    return str(connection.value("SELECT DOLT_MERGE_BASE(%s, %s)", (revision, revision), text))


def branches_in_other_case(connection: Connection, name: str) -> list[str]:
    """Return the branches whose names differ from a name only in case. Dolt's sessions treat them as equal.

    The branches are listed only if some ref has the name in any case.
    """
    try:
        connection.value("SELECT HASHOF(%s)", (name,))
    except (BranchNotFoundError, RevisionNotFoundError, QueryError):
        return []
    known = [each for (each,) in connection.rows("SELECT name FROM dolt_branches", kinds=(text,))]
    return [each for each in known if each != name and each.lower() == name.lower()]


@dataclass(frozen=True)
class Branches:
    """The branches of a database.

    Attributes:
        active: The session's branch; on a new session the default branch.
        heads: The commit at the head of each branch, by branch name.
    """

    active: str
    heads: dict[str, str]

    def name_of(self, branch: str | None) -> str:
        """Return the name of a branch; None is the active one."""
        return self.active if branch is None else branch

    def others_in_case(self, branch: str) -> list[str]:
        """Return the branches whose names differ from this one only in case. Dolt's sessions treat them as equal."""
        return [name for name in self.heads if name != branch and name.lower() == branch.lower()]


def find_branches(connection: Connection) -> Branches:
    """Return all branches, and the one that the session is on."""
    kinds = (maybe(text), text, text)
    rows = connection.rows("SELECT active_branch(), name, hash FROM dolt_branches", kinds=kinds)
    with connection.understood("the list of branches"):
        return Branches(str(rows[0][0]), {name: commit for _, name, commit in rows})


def active_branch(connection: Connection) -> str:
    """Return the session's branch; on a new session, the branch that the directory has checked out."""
    return str(connection.value("SELECT active_branch()", kind=text))


def branches(connection: Connection) -> dict[str, str]:
    """Return the commit at the head of each branch, by branch name."""
    return dict(connection.rows("SELECT name, hash FROM dolt_branches", kinds=(text, text)))


def nearest_branch(name: str, known: Iterable[str]) -> str | None:
    """Suggest branches (and tags) whose names look like `name`, for the hint of an error; none of our own."""
    return nearest(name, [each for each in known if not each.startswith(_OURS)])
