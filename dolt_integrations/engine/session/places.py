"""Where a session is: on a branch, which it has checked out, or in the database of a commit or tag."""

from __future__ import annotations

import contextlib
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import is_commit_hash, quote
from dolt_integrations.engine.session.head_ref import HEADS, checked_out
from dolt_integrations.engine.session.pool import POOL
from dolt_integrations.engine.session.statements import Statements
from dolt_integrations.errors import BranchNotFoundError, DoltError, RevisionNotFoundError, ServerLostError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dolt_integrations.engine.names.address import ServerAddress


class Places(Statements):
    """Moves a session between the branches, tags and commits of its database.

    On a branch it is in the database itself, with the branch checked out, and not in the database `db/<branch>`: there
    Dolt (1.83) requires rights on a database of that name for table functions such as `dolt_log()`, which no one is
    granted, and returns the branch's own name only after going through the names of all branches.
    """

    address: ServerAddress
    revision: str | None
    _began_on: str | None
    _is_apart: bool
    _is_settled: bool

    def switch(self, revision: str) -> None:
        """Switch this session to another branch, tag or commit of the database. It keeps its locks."""
        if is_commit_hash(revision):
            self._use(revision)
        else:
            self.stand_on(revision)

    def settle_at(self, commit: str) -> None:
        """Take the session for one at a commit, because the transaction that it has begun sees the commit's tables.

        The transaction ends when the session is switched or given back.
        """
        self.revision, self._where, self._is_settled = commit, f"database {self.address} at {commit}", True

    def _unsettle(self) -> None:
        if self._is_settled:
            self._is_settled = False
            self.execute("ROLLBACK")

    def _use(self, revision: str) -> None:
        self._unsettle()
        self.revision, self._where = revision, f"database {self.address} at {revision}"
        self.execute(f"USE {quote(f'{self.address.database}/{revision}')}")
        self._is_apart = True

    def leave_revision(self) -> None:
        """Switch to the default branch, because Dolt cannot delete a branch that a session is on. Keeps the locks."""
        self._unsettle()
        if self._began_on is not None:
            self._set_branch(self._began_on)
        elif self._is_apart:
            self.execute(f"USE {quote(self.address.database)}")
            self._is_apart = False
        self.revision, self._where, self._began_on = None, f"database {self.address}", None

    def stand_on(self, branch: str) -> None:
        """Check out a branch in the session. A tag is switched to as a commit is."""
        self._unsettle()
        self.revision, self._where = branch, f"database {self.address} at {branch}"
        self._began_on = self._began_on or self._standing_on()
        try:
            self._set_branch(branch)
        except BranchNotFoundError:
            self._set_branch(self._began_on)
            if self._is_branch(branch):
                self._stand_again(branch)
            else:
                self._use(branch)

    def _is_branch(self, name: str) -> bool:
        """Whether the database has a branch of exactly this name now, whatever the session remembers."""
        if re.search(r"[~^]", name):
            return False  # an ancestor of a branch
        try:
            self.value("SELECT DOLT_MERGE_BASE(%s, %s)", (f"{HEADS}{name}",) * 2)
        except (BranchNotFoundError, RevisionNotFoundError):
            return False
        return True

    def _stand_again(self, branch: str) -> None:
        """Check out a branch that was not found and exists: it was made in the meantime, or after one in another case.

        Raises:
            ServerLostError: The session takes it for one that is gone, whose name differed only in case. Every session
                that this process keeps may do so, so these end as well.
        """
        if self._session.is_in_transaction:
            self.execute("ROLLBACK")  # a transaction does not see branches that are made after its beginning
        try:
            self._set_branch(branch)
        except BranchNotFoundError as error:
            POOL.empty(self.address)
            what = f"branch {branch!r} of {self.address} was made again in another case"
            raise ServerLostError(what, hint="Nothing was written. Try again.") from error

    def _standing_on(self) -> str:
        """Return the branch that is checked out in the session."""
        if self._session.home is not None:
            return self._session.home[1].removeprefix(HEADS)
        if self._is_apart:
            self.execute(f"USE {quote(self.address.database)}")
        return checked_out(self, self.address.database)

    @contextmanager
    def in_database(self) -> Iterator[None]:
        """Run the block in the database itself, where a table function requires rights on that database alone."""
        if self.revision is None or not self._is_apart:
            yield
            return
        revision = self.revision
        self.execute(f"USE {quote(self.address.database)}")
        try:
            yield
        except BaseException:
            with contextlib.suppress(DoltError):  # the block's own error says more
                self._use(revision)
            raise
        self._use(revision)

    def _set_branch(self, branch: str) -> None:
        """Check out a branch in the database itself, wherever the session is."""
        # With @@ Dolt does not take every database's name.
        is_plain = self._session.is_plain
        self.execute(f"SET SESSION {quote(f'{self.address.database}_head_ref')} = %s", (f"{HEADS}{branch}",))
        self._session.is_plain, self._session.sees_triggers, self._is_apart = is_plain, None, False
