"""One session with a Dolt server."""

from __future__ import annotations

import contextlib
import hashlib
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import Cursor, DictCursor, SSCursor

from dolt_integrations.engine.identifiers import is_commit_hash, quote
from dolt_integrations.engine.translate import translate
from dolt_integrations.errors import (
    BranchNotFoundError,
    DatabaseLockedError,
    DataError,
    DoltError,
    QueryError,
    RevisionNotFoundError,
    ServerLostError,
    ServerUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from dolt_integrations.engine.address import ServerAddress

Row = tuple[Any, ...]

LOCK_TIMEOUT = 600
"""Seconds that one writer waits for another one of the same table."""


def _keep_bits(cursor: Any) -> None:
    """Keep pymysql from decoding a BIT, which Dolt says to be a text, as UTF-8: no public way to say so."""
    result = cursor._result
    for at, field in enumerate(result.fields):
        if field.type_code == FIELD_TYPE.BIT:
            result.converters[at] = (None, None)


_SETTINGS = (
    # A server may be told to make a commit of every transaction; ours make their own.
    "SET @@SESSION.dolt_transaction_commit = 0, "
    # ... or to clip what does not fit. And in a column that counts by itself 0 is a number like others.
    "@@SESSION.sql_mode = CONCAT(@@SESSION.sql_mode, ',STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO')"
)


class Connection:
    """A session on one database at one revision: a branch, or a commit or tag (then it is read-only).

    Every statement's failure is an error of `dolt_integrations.errors`.
    """

    def __init__(self, address: ServerAddress, revision: str | None = None, *, local_infile: bool = False) -> None:
        """Connect.

        Args:
            address: The server and its database.
            revision: A branch, tag or commit hash. None is the branch that the server starts sessions on.
            local_infile: Whether the server may ask for a file's content (`LOAD DATA LOCAL`). Only for sessions that
                load, because a hostile server could ask for any file.

        Raises:
            ServerUnreachableError: Nothing answers within the address's `connect_timeout`.
            AccessDeniedError: The server refuses the user or the password.
            DatabaseNotFoundError: The server has no such database.
            BranchNotFoundError: The database has no such branch.
        """
        self.address = address
        self.revision = revision
        self._where = f"database {address}" + (f" at {revision}" if revision else "")
        self._session = self._open(local_infile)

    def _open(self, local_infile: bool) -> pymysql.Connection[Any]:
        address = self.address
        try:
            session = pymysql.connect(
                host=address.host,
                port=address.port,
                user=address.user,
                password=address.password,
                database=f"{address.database}/{self.revision}" if self.revision else address.database,
                charset="utf8mb4",
                autocommit=True,
                init_command=_SETTINGS,
                local_infile=local_infile,
                connect_timeout=address.connect_timeout,
                read_timeout=address.connect_timeout,
                ssl_disabled=not address.tls,
                ssl=ssl.create_default_context() if address.tls else None,
            )
        except (pymysql.MySQLError, OSError) as error:
            raise self._no_session(error) from error
        # A server that never greets must not hang us, a statement that takes long may: no public way to say so.
        session._read_timeout = None  # type: ignore[attr-defined]
        return session

    def _no_session(self, error: BaseException) -> DoltError:
        translated = self._translated(error)
        if isinstance(translated, ServerLostError):
            hint = f"Is it a Dolt server? It had {self.address.connect_timeout:g} s (`?connect_timeout=` in the URL)."
            where = f"{self.address.host}:{self.address.port}"
            return ServerUnreachableError(f"no answer from {where} ({self._where})", hint=hint)
        return translated

    def switch(self, revision: str) -> None:
        """Go on with this session at another branch, tag or commit of the database. Its locks stay."""
        self.revision = revision
        self._where = f"database {self.address} at {revision}"
        self.execute(f"USE {quote(f'{self.address.database}/{revision}')}")

    def execute(self, statement: str, arguments: Sequence[object] = ()) -> int:
        """Run a statement and return how many rows it affected. `%s` stands for an argument, if there are any."""
        with self._cursor(statement, arguments) as cursor:
            return int(cursor.rowcount)

    def rows(self, statement: str, arguments: Sequence[object] = ()) -> list[Row]:
        """Run a statement and return its rows."""
        with self._cursor(statement, arguments) as cursor:
            return list(cursor.fetchall())

    def dictionaries(self, statement: str, arguments: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Run a statement and return its rows, each by the names of its columns."""
        with self._cursor(statement, arguments, DictCursor) as cursor:
            return list(cursor.fetchall())

    def row(self, statement: str, arguments: Sequence[object] = ()) -> Row | None:
        """Run a statement and return its first row, if there is one."""
        rows = self.rows(statement, arguments)
        return rows[0] if rows else None

    def value(self, statement: str, arguments: Sequence[object] = ()) -> Any:
        """Run a statement and return the first value of its first row.

        Raises:
            QueryError: There is no row.
        """
        row = self.row(statement, arguments)
        if row is None:
            raise QueryError(f"the statement returned no row: {statement} ({self._where})")
        return row[0]

    def literal(self, value: object) -> str:
        """Return a value as an SQL literal."""
        with contextlib.closing(self._session.cursor()) as cursor:
            return str(cursor.mogrify("%s", (value,)))

    def raise_warnings(self) -> None:
        """Raise what the last statement only warned of.

        `LOAD DATA LOCAL` clips numbers and texts and skips duplicate keys with a warning (MySQL manual: like IGNORE).

        Raises:
            DataError: A value did not fit, or a key was there already.
        """
        for _, code, message in self.rows("SHOW WARNINGS"):
            warning = pymysql.err.DataError(int(code), str(message))
            raise translate(warning, where=self._where, fallback=DataError) from warning

    @contextmanager
    def _cursor(self, statement: str, arguments: Sequence[object] = (), kind: type[Cursor] = Cursor) -> Iterator[Any]:
        try:
            with contextlib.closing(self._session.cursor(kind)) as cursor:
                cursor.execute(statement, tuple(arguments) or None)
                yield cursor
        except (pymysql.MySQLError, OSError) as error:
            raise self._translated(error) from error
        except UnicodeDecodeError as error:
            hint = "Convert it in the query: CAST(column AS UNSIGNED) for a BIT, HEX(column) for others."
            raise QueryError(f"a text of the result is not UTF-8 ({self._where}): {error}", hint=hint) from error

    @contextmanager
    def stream(self, statement: str) -> Iterator[Any]:
        """Run a statement and yield pymysql's unbuffered cursor on it, failures translated."""
        with self._cursor(statement, kind=SSCursor) as cursor:
            _keep_bits(cursor)
            yield cursor

    def _translated(self, error: BaseException) -> DoltError:
        translated = translate(error, where=self._where)
        if isinstance(translated, BranchNotFoundError) or "database not found" in str(translated):
            return self._missing_revision(translated)
        return translated

    def _missing_revision(self, error: DoltError) -> DoltError:
        """Dolt says `database not found` for a branch that is not there; tell the two apart."""
        if self.revision and f"/{self.revision}" in str(error):
            kind = RevisionNotFoundError if is_commit_hash(self.revision) else BranchNotFoundError
            return kind(f"no branch or commit {self.revision!r} in database {self.address}")
        return error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block in a transaction: committed at its end, rolled back if it raises."""
        self.execute("START TRANSACTION")
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        self.execute("COMMIT")

    def _roll_back(self) -> None:
        try:
            self._session.rollback()
        except (pymysql.MySQLError, OSError):
            self.close()

    @contextmanager
    def lock(self, *names: str, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold a lock that all sessions of the server know by these names. It ends with the session at the latest.

        Raises:
            DatabaseLockedError: Somebody else held it for all of `timeout` seconds.
        """
        name = "dolt_integrations:" + hashlib.sha256("\0".join(names).encode()).hexdigest()[:40]
        if self.value("SELECT GET_LOCK(%s, %s)", (name, timeout)) != 1:
            raise DatabaseLockedError(f"another writer kept {' '.join(names)} locked for {timeout:g} s ({self._where})")
        try:
            yield
        finally:
            self._unlock(name)

    def _unlock(self, name: str) -> None:
        try:
            self.rows("SELECT RELEASE_LOCK(%s)", (name,))
        except DoltError:
            self.close()

    def close(self) -> None:
        """End the session. What it had not committed is gone."""
        if self._session.open:
            self._session.close()

    def __enter__(self) -> Connection:
        """Return the connection itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
