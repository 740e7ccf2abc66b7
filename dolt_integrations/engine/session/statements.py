"""Running statements in a session, with every failure translated into one of our errors."""

from __future__ import annotations

import contextlib
import os
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import Cursor, DictCursor, SSCursor

from dolt_integrations.engine.session.forks import forked_error
from dolt_integrations.engine.session.opening import cut
from dolt_integrations.engine.session.reuse import fires_triggers, leaves_nothing
from dolt_integrations.engine.translation.translate import translate
from dolt_integrations.engine.wire.answers import anything, number, read_rows, text, understood
from dolt_integrations.engine.wire.handlers import raised_by_handler
from dolt_integrations.errors import ConfigError, DataError, DoltError, QueryError, ServerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from dolt_integrations.engine.wire.moved import Readable
    from dolt_integrations.engine.wire.session import Session

Row = tuple[Any, ...]

_COUNTED = 2**16


def _keep_bits(cursor: Any) -> None:
    """Keep pymysql from decoding a BIT, which Dolt declares as a string, as UTF-8. It has no public switch for that."""
    result = cursor._result
    for at, field in enumerate(result.fields):
        if field.type_code == FIELD_TYPE.BIT:
            result.converters[at] = (None, None)


class Statements:
    """Runs statements in a session; every failure is an error of `dolt_integrations.errors`."""

    _session: Session
    _where: str
    _process: int
    _interruption: BaseException | None

    def _translated(self, error: BaseException) -> DoltError:
        """Translate an error of pymysql into a `DoltError`."""
        return translate(error, where=self._where)

    def execute(self, statement: str, arguments: Sequence[object] = ()) -> int:
        """Run a statement and return the number of affected rows. `%s` marks the place of each argument."""
        with self._cursor(statement, arguments) as cursor:
            return int(cursor.rowcount)

    def rows(
        self, statement: str, arguments: Sequence[object] = (), kinds: Sequence[Callable[[Any], Any]] | None = None
    ) -> list[Row]:
        """Run a statement and return its rows, checked and converted by `kinds` (see `answers`).

        Raises:
            ServerError: The rows are not of the `kinds`.
        """
        with self._cursor(statement, arguments) as cursor:
            found = list(cursor.fetchall())
        return found if kinds is None else read_rows(found, kinds, statement, self._where)

    def understood(self, what: str) -> AbstractContextManager[None]:
        """Turn unexpected exceptions of the block, which reads the server's answer, into a ServerError."""
        return understood(what, self._where)

    def dictionaries(self, statement: str, arguments: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Run a statement and return its rows as dicts of column names."""
        with self._cursor(statement, arguments, DictCursor) as cursor:
            return list(cursor.fetchall())

    def row(
        self, statement: str, arguments: Sequence[object] = (), kinds: Sequence[Callable[[Any], Any]] | None = None
    ) -> Row | None:
        """Run a statement and return its first row, if there is one; see `rows`."""
        rows = self.rows(statement, arguments, kinds)
        return rows[0] if rows else None

    def value(self, statement: str, arguments: Sequence[object] = (), kind: Callable[[Any], Any] = anything) -> Any:
        """Run a statement and return the first value of its first row, read as its kind.

        Raises:
            QueryError: There is no row.
            ServerError: The value is not of the kind.
        """
        row = self.row(statement, arguments, (kind,))
        if row is None:
            raise QueryError(f"the statement returned no row: {statement} ({self._where})")
        return row[0]

    def literal(self, value: object) -> str:
        """Return a value as an SQL literal."""
        with contextlib.closing(self._session.cursor()) as cursor:
            return str(cursor.mogrify("%s", (value,)))

    def raise_warnings(self, most: int) -> None:
        """Raise an error for what the last statement only warned of.

        `LOAD DATA LOCAL` clips numbers and texts and skips duplicate keys with a warning (MySQL manual: like IGNORE).

        Args:
            most: How many warnings there may be. The protocol's count of them starts again at 65,536.

        Raises:
            DataError: A value did not fit, or a key existed already.
        """
        if most < _COUNTED and self._session.warnings == 0:
            return
        for _, code, message in self.rows("SHOW WARNINGS", kinds=(text, number, text)):
            warning = pymysql.err.DataError(code, message)
            raise translate(warning, where=self._where, fallback=DataError) from warning

    @contextmanager
    def _cursor(self, statement: str, arguments: Sequence[object] = (), kind: type[Cursor] = Cursor) -> Iterator[Any]:
        self._check_usable()
        self._note_traces(statement)
        try:
            cursor = self._session.cursor(kind)
            self._execute(cursor, statement, arguments)
            yield cursor
            cursor.close()
        except (pymysql.MySQLError, OSError) as error:
            interruption = raised_by_handler(error)
            if interruption is not None:
                self._interrupted(interruption)
                raise interruption from None
            raise self._translated(error) from error
        except UnicodeEncodeError as error:  # before anything is sent
            hint = "Replace the half of a surrogate pair in the query or in its arguments: UTF-8 does not have it."
            raise ConfigError(f"the text for {self._where} is not valid Unicode: {error}", hint=hint) from error
        except UnicodeDecodeError as error:
            if kind is SSCursor:
                cut(self._session)  # there may be many rows left
            hint = "Convert it in the query: CAST(column AS UNSIGNED) for a BIT, HEX(column) for others."
            raise QueryError(f"a string of the result is not UTF-8 ({self._where}): {error}", hint=hint) from error
        except GeneratorExit:
            cut(self._session)  # the caller wants no more rows, and there may be many left
            raise
        except BaseException as error:
            self._interrupted(error)
            raise

    def _check_usable(self) -> None:
        if self._interruption is not None:
            raise self._interruption
        if self._process != os.getpid():
            raise forked_error()

    def _execute(self, cursor: Cursor, statement: str, arguments: Sequence[object]) -> None:
        if arguments:
            cursor.execute(_names_escaped(statement), tuple(arguments))
        else:
            cursor.execute(statement)
        if cursor.description is None and statement.startswith(("SELECT", "SHOW")):
            what = f"the server returned no result for a query ({self._where})"
            raise ServerError(what, hint="Check that it is a Dolt server.")

    def _note_traces(self, statement: str) -> None:
        """Note whether a statement may leave something in the session."""
        session = self._session
        if session.is_plain:
            is_fired = fires_triggers(statement) and self.sees_triggers()
            session.is_plain = leaves_nothing(statement) and not is_fired
        if statement.startswith("CALL "):
            session.sees_triggers = None  # a merge or a reset brings and takes them

    def sees_triggers(self) -> bool:
        """Whether there are triggers on the session's branch. Dolt is asked only once on each branch."""
        if self._session.sees_triggers is None:
            try:
                self.note_triggers(bool(self.rows("SHOW TRIGGERS")))
            except DoltError:
                return True
        return bool(self._session.sees_triggers)

    def note_triggers(self, exist: bool) -> None:
        """Note whether there are triggers on the session's branch, which need not be asked then."""
        self._session.sees_triggers = exist

    def _interrupted(self, error: BaseException) -> None:
        """End a session that Ctrl-C or another signal has stopped in the middle of a statement: its state is unknown.

        Clean-up code that uses it gets the interruption again. Otherwise it would wait for an answer, or take the
        interruption for a lost server, after which a save would be retried.
        """
        cut(self._session)
        if not isinstance(error, Exception) or raised_by_handler(error):
            self._interruption = error

    @contextmanager
    def sending(self, name: str, file: Readable) -> Iterator[None]:
        """Let statements in the block `LOAD DATA LOCAL` an open file. The server cannot get any other file."""
        with self._session.sending(name, file):
            yield

    @contextmanager
    def stream(self, statement: str) -> Iterator[Any]:
        """Run a statement and yield pymysql's unbuffered cursor. Failures are translated."""
        with self._cursor(statement, kind=SSCursor) as cursor:
            _keep_bits(cursor)
            yield cursor


def _names_escaped(statement: str) -> str:
    """Double the percent signs in quoted names, which would otherwise be placeholders for arguments.

    Example:
        >>> _names_escaped("SELECT `a%` FROM t WHERE `b` = %s AND c = '`%s`'")
        "SELECT `a%%` FROM t WHERE `b` = %s AND c = '`%s`'"
    """
    return _QUOTED.sub(lambda found: found[0].replace("%", "%%") if _NAME.match(found[0]) else found[0], statement)


_QUOTED = re.compile(r"""`(?:[^`]|``)*(?:`|\Z)|'(?:[^'\\]|\\.?|'')*(?:'|\Z)|"(?:[^"\\]|\\.?|"")*(?:"|\Z)""", re.DOTALL)
"""Quoted names and strings. One without an end goes to the end of the statement, or the search would be quadratic."""

_NAME = re.compile("`.*`$", re.DOTALL)
