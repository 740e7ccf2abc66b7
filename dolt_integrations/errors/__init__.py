"""Every error that this project raises, in one tree.

    DoltError
    ├── ConfigError                  a config contradicts itself (also a ValueError)
    ├── LiteralError                 a Flyte literal that is not a DoltTable (also a ValueError)
    ├── NotADoltTableError           a Python value that is not a DoltTable (also an AssertionError)
    ├── DoltNotInstalledError        no `dolt` program, or one that is too old
    ├── ForkedProcessError           in a forked child of a process that has saved or loaded
    ├── FrameworkNotInstalledError   a face is imported without its workflow manager (also an ImportError)
    ├── ServerError
    │   ├── ServerUnreachableError   nothing answers, or not in time
    │   ├── ServerLostError          the connection broke in the middle
    │   ├── AccessDeniedError        the server refuses the user or the password
    │   ├── DatabaseLockedError      another process holds the directory (or table), and kept it
    │   └── RemoteError              a remote cannot be reached, refuses, or is no Dolt database
    │       ├── RemoteUnreachableError   it does not answer
    │       └── PushError            what was saved is in the database, and does not get to the remote
    │           └── PushLaterError   the remote does not answer, or others kept pushing
    ├── NotFoundError
    │   ├── DatabaseNotFoundError
    │   ├── BranchNotFoundError
    │   ├── RevisionNotFoundError    no such commit, tag or moment
    │   ├── TableNotFoundError
    │   ├── ColumnNotFoundError
    │   ├── RunNotFoundError         no such run of a workflow manager, or none that left a record
    │   └── KeyNotFoundError         a run's record has no such key (also a ValueError)
    ├── QueryError                   the SQL of a config cannot run
    │   ├── QuerySyntaxError
    │   └── WriteQueryError          it would write
    ├── DataError                    a frame that cannot be stored as it is (also a ValueError)
    │   ├── InvalidNameError         a table, column or branch name that Dolt does not take
    │   ├── UnsupportedTypeError     a column whose type has no SQL type
    │   ├── UnsupportedValueError    a value that its column's SQL type cannot hold
    │   ├── ConstraintError          rows that break a constraint: a key, UNIQUE, CHECK, foreign key, NOT NULL, ENUM
    │   │   ├── PrimaryKeyError      a key with NULLs or duplicates, or that names no column; duplicates in a UNIQUE
    │   │   └── MemberError          a value that an ENUM or SET does not list (also an UnsupportedTypeError)
    │   └── FileError                a file that is missing, empty, ragged, not UTF-8, or no Parquet
    ├── UncommittedChangesError      somebody's uncommitted work is in the way
    ├── NameTakenError               a branch or tag of that name is there already
    ├── UnmergedBranchError          a branch has commits that would be lost with it
    ├── LostRaceError                other writers kept winning
    ├── MergeConflictError           two branches changed the same rows or the same schema
    │   ├── MergedRowsError          rows that two branches wrote break a constraint (also a ConstraintError)
    │   └── SupersededError          others have built on rows of an attempt that another attempt supersedes
    ├── AuditError                   work was refused before it was merged
    ├── MetadataError                a save or load was made, and could not be recorded
    └── StorageError                 no room, or no right, to write a file
        └── UnsafeDirectoryError     a database's directory belongs to another user, or others may write to it

An error says what happened, where, and what to do next; `hint` holds the last part alone. All are picklable,
because workflow managers carry them between processes. Those whose `is_transient` holds (nobody answers, a lost server,
a lock that was not let go, a lost race) may be gone in another attempt; the others come again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from dolt_integrations.recognised import plain, recognised

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "AccessDeniedError",
    "AuditError",
    "BranchNotFoundError",
    "ColumnNotFoundError",
    "ConfigError",
    "ConstraintError",
    "DataError",
    "DatabaseLockedError",
    "DatabaseNotFoundError",
    "DoltError",
    "DoltNotInstalledError",
    "FileError",
    "ForkedProcessError",
    "FrameworkNotInstalledError",
    "InvalidNameError",
    "KeyNotFoundError",
    "LiteralError",
    "LostRaceError",
    "MemberError",
    "MergeConflictError",
    "MergedRowsError",
    "MetadataError",
    "NameTakenError",
    "NotADoltTableError",
    "NotFoundError",
    "PrimaryKeyError",
    "PushError",
    "PushLaterError",
    "QueryError",
    "QuerySyntaxError",
    "RemoteError",
    "RemoteUnreachableError",
    "RevisionNotFoundError",
    "RunNotFoundError",
    "ServerError",
    "ServerLostError",
    "ServerUnreachableError",
    "StorageError",
    "SupersededError",
    "TableNotFoundError",
    "UncommittedChangesError",
    "UnmergedBranchError",
    "UnsafeDirectoryError",
    "UnsupportedTypeError",
    "UnsupportedValueError",
    "WriteQueryError",
]


LONGEST_TEXT = 4_000
"""Characters of an error's message. Names, queries and what a server says come from others, in any length."""


def shortened(text: str) -> str:
    """Return a text that is fit for an error or a log: its beginning and its end, where it is long.

    Example:
        >>> len(shortened("x" * 10_000_000)) <= LONGEST_TEXT
        True
    """
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[: LONGEST_TEXT - 1_000]} ... ({len(text)} characters) ... {text[-900:]}"


class DoltError(Exception):
    """The root of the tree.

    Attributes:
        hint: What to do next.
        is_transient: Whether another attempt, somewhat later and without any change, may succeed.

    Args:
        message: What happened, and where.
        hint: What to do next.

    Example:
        >>> str(DoltError("no table `a` on branch `main`", hint="Save it first."))
        'no table `a` on branch `main`. Save it first.'
    """

    is_transient: ClassVar[bool] = False

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        """Make it of a class that workflow managers recognise as well, if it is transient."""
        return super().__new__(recognised(cls), *arguments)

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Join the message and the hint into the text of the error, both cut where they are long."""
        message, hint = shortened(message), shortened(hint) if hint else hint
        super().__init__(f"{message}. {hint}" if hint else message)
        self.hint = hint

    def __str__(self) -> str:
        """Return the text alone, whatever a workflow manager's class would make of it."""
        return Exception.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the finished text, so that nothing is joined twice, and by a class that each process has."""
        return (_rebuild, (plain(type(self)), self.args, self.__dict__))


def _rebuild(cls: type[DoltError], args: tuple[Any, ...], state: dict[str, Any]) -> DoltError:
    error: DoltError = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(DoltError, ValueError):
    """A config contradicts itself, or asks for what does not exist."""


class LiteralError(DoltError, ValueError):
    """A Flyte literal that does not hold a `DoltTable`."""


class NotADoltTableError(DoltError, AssertionError):
    """A Python value that should be a `DoltTable` and is not."""


class DoltNotInstalledError(DoltError):
    """A database is a directory, and there is no `dolt` program to serve it."""


class ForkedProcessError(DoltError):
    """A save or load in a child of a process that has saved or loaded, or a write in a child of a task's process."""


class FrameworkNotInstalledError(DoltError, ImportError):
    """A face is imported, and the workflow manager that it is for is not installed."""


class ServerError(DoltError):
    """A Dolt server does not do what it is asked."""


class ServerUnreachableError(ServerError):
    """Nothing answers at the server's address, or not in time, or it takes no more connections."""

    is_transient = True


class ServerLostError(ServerError):
    """The connection to the server broke in the middle of an operation."""

    is_transient = True


class AccessDeniedError(ServerError):
    """The server refuses the user, the password, or what the user wants to do."""


class DatabaseLockedError(ServerError):
    """Another process holds the database's directory, or writes the same table, and did not let go in time."""

    is_transient = True


class RemoteError(ServerError):
    """A remote cannot be reached, refuses the user or the data, or is no Dolt database."""


class RemoteUnreachableError(RemoteError):
    """A remote does not answer."""

    is_transient = True


class PushError(RemoteError):
    """A branch does not get to its remote. Its commits are safe in the database."""


class PushLaterError(PushError):
    """... because the remote does not answer, or others kept pushing. Saving again pushes again."""

    is_transient = True


class NotFoundError(DoltError):
    """Something that was named does not exist."""


class DatabaseNotFoundError(NotFoundError):
    """No Dolt database in the directory, or none of that name on the server."""


class BranchNotFoundError(NotFoundError):
    """No branch of that name."""


class RevisionNotFoundError(NotFoundError):
    """No commit, tag or branch of that name, or no commit as old as that."""


class TableNotFoundError(NotFoundError):
    """No table of that name in the version that was asked for."""


class ColumnNotFoundError(NotFoundError):
    """No column of that name in the tables of a query."""


class RunNotFoundError(NotFoundError):
    """No run of that path, or one that has left no record of what it read and wrote."""


class KeyNotFoundError(NotFoundError, ValueError):
    """The record of a run has nothing under that key."""


class QueryError(DoltError):
    """The `sql` of a config cannot run."""


class QuerySyntaxError(QueryError):
    """The `sql` of a config does not parse."""


class WriteQueryError(QueryError):
    """The `sql` of a config is not a plain query, or a statement writes where there is only reading."""


class DataError(DoltError, ValueError):
    """A frame cannot be stored as it is."""


class InvalidNameError(DataError):
    """A table, column or branch name that Dolt does not take."""


class UnsupportedTypeError(DataError):
    """A column whose type has no SQL type."""


class UnsupportedValueError(DataError):
    """A value that its column's SQL type cannot hold."""


class ConstraintError(DataError):
    """Rows that break a constraint of their table.

    Attributes:
        constraint: Its name; for those without one `PRIMARY KEY`, `NOT NULL`, `ENUM` or `SET`. None where unknown, as
            are the others.
        column: The column; several are joined by `, `.
        value: The value there; of several columns a tuple.
        row: The first such row of the frame, counted from 0 (of a stream, in its batch).
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        constraint: str | None = None,
        column: str | None = None,
        value: Any = None,
        row: int | None = None,
    ) -> None:
        """Keep what is known of the constraint and the row beside the text."""
        super().__init__(message, hint=hint)
        self.constraint, self.column, self.value, self.row = constraint, column, value, row

    def in_file(self, where: str) -> ConstraintError:
        """Return the same error about a place in a file.

        Example:
            >>> str(ConstraintError("it breaks a CHECK", row=0).in_file("users.csv, line 2"))
            'users.csv, line 2: it breaks a CHECK'
        """
        return cast("ConstraintError", _rebuild(type(self), (f"{where}: {self}",), self.__dict__))


class PrimaryKeyError(ConstraintError):
    """A primary key with NULLs or duplicates, or one that names no column; duplicates in a UNIQUE key."""


class MemberError(ConstraintError, UnsupportedTypeError):
    """A value that the ENUM or SET of its column does not list."""


class FileError(DataError):
    """A file that is missing, empty, ragged, not UTF-8, or not what its suffix says."""


class UncommittedChangesError(DoltError):
    """Uncommitted work on the target branch is in the way of a save."""


class NameTakenError(DoltError):
    """There is a branch or a tag of that name already, or one that Dolt does not tell apart from it."""


class UnmergedBranchError(DoltError):
    """A branch has commits, or uncommitted work, that nothing else leads to, and `force` was not given."""


class LostRaceError(DoltError):
    """Other writers changed the same table again and again while this one tried."""

    is_transient = True


class MergeConflictError(DoltError):
    """Two branches changed the same rows, or the same schema. Neither has changed.

    Attributes:
        conflicts: For each table and kind of conflict how many, and the first rows (`engine.merges.Conflict`).
        branch: The branch on which the work is kept that could not be merged; None where it is on a branch anyway.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, conflicts: Iterable[Any] = (), branch: str | None = None
    ) -> None:
        """Keep what is in conflict beside the text."""
        super().__init__(message, hint=hint)
        self.conflicts = tuple(conflicts)
        self.branch = branch


class MergedRowsError(MergeConflictError, ConstraintError):
    """Rows of two branches that each keep the constraints of their table, and together break one.

    Attributes:
        conflicts: As of a `MergeConflictError`.
        branch: As of a `MergeConflictError`.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        conflicts: Iterable[Any] = (),
        branch: str | None = None,
        **violated: Any,
    ) -> None:
        """Keep the conflicts beside what `ConstraintError` keeps."""
        ConstraintError.__init__(self, message, hint=hint, **violated)
        self.conflicts = tuple(conflicts)
        self.branch = branch


class SupersededError(MergeConflictError):
    """Another attempt of the same node has written to the table, and its rows cannot be taken back any more.

    Attributes:
        commits: The commits in question: the attempt's, and the one that has built on it.
    """

    def __init__(self, message: str, *, hint: str | None = None, commits: Iterable[str] = ()) -> None:
        """Keep the commits beside the text."""
        super().__init__(message, hint=hint)
        self.commits = tuple(commits)


class AuditError(DoltError):
    """A `Transaction` was refused by its audit or by Dolt's tests; the target has nothing of it.

    Attributes:
        branch: The branch on which the work is kept.
    """

    def __init__(self, message: str, *, hint: str | None = None, branch: str | None = None) -> None:
        """Keep the branch's name beside the text."""
        super().__init__(message, hint=hint)
        self.branch = branch


class MetadataError(DoltError):
    """A save or load was made, and whoever was to be told of it could not be."""


class StorageError(DoltError):
    """A file cannot be written: the disk is full, or the place is not ours to write to."""


class UnsafeDirectoryError(StorageError):
    """A database's directory belongs to another user, or others may write to it, so that it may do anything."""
