"""One session with a Dolt server."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import ER

from dolt_integrations.engine.names.credentials import PASSWORD_VARIABLE
from dolt_integrations.engine.names.identifiers import is_commit_hash
from dolt_integrations.engine.session.forks import forked_error
from dolt_integrations.engine.session.held import NoSessionError, is_enough, note
from dolt_integrations.engine.session.locks import LOCK_TIMEOUT, held
from dolt_integrations.engine.session.opening import ENDED, end, limit
from dolt_integrations.engine.session.patience import open_patiently
from dolt_integrations.engine.session.places import Places
from dolt_integrations.engine.session.pool import POOL
from dolt_integrations.engine.translation.rules import FULL
from dolt_integrations.errors import (
    AccessDeniedError,
    BranchNotFoundError,
    DoltError,
    RevisionNotFoundError,
    ServerLostError,
    ServerUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from dolt_integrations.engine.names.address import ServerAddress
    from dolt_integrations.engine.wire.session import Session

_GONE = (
    "It was deleted with its branch (and `dolt gc`), or belongs to another database or to a remote that was not "
    "pulled. Recreate whatever refers to it, such as a cached output of a task."
)


class Connection(Places):
    """A session on one database at one revision: a branch, or a commit or tag (then it is read-only).

    Every statement's failure is an error of `dolt_integrations.errors`.

    Attributes:
        loads_files: Whether rows may be sent as a file. False once the server has refused the user one.
        takes_files: Whether the server takes files; None where it was not asked.
    """

    def __init__(self, address: ServerAddress, revision: str | None = None, *, local_infile: bool = False) -> None:
        """Connect.

        Args:
            address: The server and its database.
            revision: A branch, tag or commit hash. None is the branch that the server starts sessions on.
            local_infile: Whether the session is for `sending` files.

        Raises:
            ServerUnreachableError: Nothing answers within the address's `connect_timeout`, or the server refuses
                sessions for all of its `wait`.
            AccessDeniedError: The server refuses the user or the password.
            DatabaseNotFoundError: The server has no such database.
            BranchNotFoundError: The database has no such branch.
            ServerError: The server is no Dolt, breaks the protocol, or has a certificate that is not trusted.
            ConfigError: The files of the address's `tls` cannot be used.
        """
        self.address = address
        self.revision = revision if is_commit_hash(revision or "") else None
        self._where = f"database {address}" + (f" at {revision}" if revision else "")
        self._local_infile = local_infile
        self._process = os.getpid()
        self._interruption: BaseException | None = None
        self._began_on: str | None = None
        self._session = self._open()
        note(self)
        self.in_transaction = False
        self.loads_files = local_infile
        self.takes_files: bool | None = None
        self._is_apart, self._is_settled = self.revision is not None, False
        if revision and not self.revision:
            self._go_to(revision)

    def _go_to(self, revision: str) -> None:
        try:
            self.switch(revision)
        except BaseException:
            self.close()
            raise

    def _open(self) -> Session:
        database = f"{self.address.database}/{self.revision}" if self.revision else self.address.database
        session, hurried = POOL.take(self.address, local_infile=self._local_infile), is_enough(self.address)
        try:
            if session is None:
                return open_patiently(self.address, database, local_infile=self._local_infile, hurried=hurried)
            if self.revision:
                session.select_db(database)
        except (pymysql.MySQLError, OSError) as error:
            if session is not None:
                end(session)
            raise self._no_session(error, hurried=hurried) from error
        return session

    def _no_session(self, error: BaseException, *, hurried: bool) -> DoltError:
        translated, at = self._translated(error), f"{self.address.host}:{self.address.port}"
        if hurried and isinstance(translated, (ServerLostError, ServerUnreachableError)):
            return NoSessionError(f"the server has no second session free for this work ({self._where})", hint=FULL)
        if isinstance(translated, ServerLostError):
            hint = f"Is it a Dolt server? It had {self.address.connect_timeout:g} s (`?connect_timeout=` in the URL)."
            return ServerUnreachableError(f"no answer from {at} ({self._where})", hint=hint)
        if isinstance(translated, AccessDeniedError) and self.address.withheld:
            return self._without_password(error, at) or translated
        return translated

    def _without_password(self, error: BaseException, at: str) -> DoltError | None:
        is_set = bool(os.environ.get(PASSWORD_VARIABLE))
        if not is_set and error.args[:1] != (ER.ACCESS_DENIED_ERROR,):  # such as a database that the user may not use
            return None
        missing = f"{PASSWORD_VARIABLE} is not sent to" if is_set else "there is no password for"
        needed = f"DOLT_CLI_HOST={at}" if is_set else f"{PASSWORD_VARIABLE} and DOLT_CLI_HOST={at}"
        hint = f"To send it, set {needed}, or name the server in the program itself."
        what = f"{missing} {at}, which only a literal or a pickle names, and without it"
        return AccessDeniedError(f"{what} {error.args[-1] if error.args else error} ({self._where})", hint=hint)

    @property
    def is_open(self) -> bool:
        """Whether the session has neither ended nor been given back."""
        return bool(self._session.open)

    @property
    def is_encrypted(self) -> bool:
        """Whether the session is encrypted."""
        return self._session.is_encrypted

    def _translated(self, error: BaseException) -> DoltError:
        if self._process != os.getpid():
            return forked_error()
        translated = super()._translated(error)
        if isinstance(translated, BranchNotFoundError) or "database not found" in str(translated):
            return self._missing_revision(translated)
        return translated

    def _missing_revision(self, error: DoltError) -> DoltError:
        """Distinguish a missing branch from a missing database: Dolt says `database not found` for both."""
        named = rf"not found[: ']+{re.escape(self.address.database)}"
        lost = self._began_on is not None and re.search(named, str(error), re.IGNORECASE)
        if self.revision and (lost or f"/{self.revision}".lower() in str(error).lower()):
            missing = f"no branch or commit {self.revision!r} in database {self.address}"
            if is_commit_hash(self.revision):
                return RevisionNotFoundError(missing, hint=_GONE)
            return BranchNotFoundError(missing)
        return error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block in a transaction: committed at its end, rolled back if it raises."""
        self.execute("START TRANSACTION")
        self.in_transaction = True
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        if self.in_transaction:
            self.execute("COMMIT")
            self.in_transaction = False

    def _roll_back(self) -> None:
        self.in_transaction = False
        try:
            self._session.rollback()
        except (pymysql.MySQLError, OSError):
            self.close()

    @contextmanager
    def lock(self, *names: str, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold a lock that all sessions of the server know by these names. It ends with the session at the latest.

        Raises:
            DatabaseLockedError: Another session held it for all of `timeout` seconds.
        """
        with self.locks(names, timeout=timeout):
            yield

    @contextmanager
    def locks(self, *locks: tuple[str, ...], timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold several locks, taken one after the other in the given order. See `lock`."""
        with held(self, locks, timeout):
            yield

    def limit(self, seconds: float) -> None:
        """Limit the seconds that each statement may take from now on. One that takes longer means a lost server."""
        limit(self._session, seconds)

    def close(self) -> None:
        """End the session. Uncommitted work is lost."""
        if self._session.open:
            self._session.close()

    def _give_back(self) -> None:
        """Return the session to the pool."""
        try:
            if self._session.is_in_transaction:  # also after DOLT_COMMIT, with which Dolt goes on without autocommit
                self._is_settled = False
                self.execute("ROLLBACK")
            if self._began_on is not None:
                self.leave_revision()  # or the idle session would keep the branch from being deleted
        except DoltError:
            self.close()
        session, self._session = self._session, ENDED
        if session.open:
            POOL.give(session, self.address, local_infile=self._local_infile, moved=self._is_apart)

    def __enter__(self) -> Connection:
        """Return the connection itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the connection. If the block raised, its session is ended instead of pooled."""
        if kind is None:
            self._give_back()
        else:
            self.close()
