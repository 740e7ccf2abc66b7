"""Every error that this project raises, in one tree.

    DoltError
    ├── ConfigError                  an argument or a config is wrong or contradicts itself (also a ValueError)
    ├── LiteralError                 a Flyte literal is not a DoltTable (also a ValueError)
    ├── NotADoltTableError           a Python value is not a DoltTable (also an AssertionError)
    ├── DoltNotInstalledError        there is no `dolt` program, or it is too old
    ├── ForkedProcessError           the process is a fork of one that has already saved or loaded
    ├── FrameworkNotInstalledError   an adapter is imported without its workflow manager (also an ImportError)
    ├── ServerError
    │   ├── ServerUnreachableError   the server does not answer, or not in time
    │   ├── ServerLostError          the connection broke in the middle of an operation
    │   ├── AccessDeniedError        the server refuses the user, the password or the operation
    │   ├── DatabaseLockedError      another process holds the lock of the directory or table
    │   └── RemoteError              a remote cannot be reached, refuses, or is not a Dolt database
    │       ├── RemoteUnreachableError   it does not answer
    │       ├── RemoteChangedError   others pushed while it was read
    │       └── PushError            the save is in the database, but could not be pushed
    │           └── PushLaterError   the remote does not answer, or other writers kept pushing
    ├── NotFoundError
    │   ├── DatabaseNotFoundError
    │   ├── BranchNotFoundError
    │   ├── RevisionNotFoundError    no such commit or tag, or no commit at that time
    │   ├── TableNotFoundError
    │   ├── ColumnNotFoundError
    │   ├── RunNotFoundError         no such run of a workflow manager, or it left no record
    │   └── KeyNotFoundError         a run's record has no such key (also a ValueError)
    ├── QueryError                   the SQL of a config cannot run
    │   ├── QuerySyntaxError
    │   └── WriteQueryError          it would write
    ├── DataError                    a frame cannot be stored as it is (also a ValueError)
    │   ├── InvalidNameError         Dolt does not accept the name of a table, column or branch
    │   ├── UnsupportedTypeError     a column's type has no SQL type
    │   ├── UnsupportedValueError    a column's SQL type cannot hold a value
    │   ├── ConstraintError          rows break a constraint: a key, UNIQUE, CHECK, foreign key, NOT NULL, ENUM
    │   │   ├── PrimaryKeyError      a key has NULLs or duplicates, or names no column; duplicates in a UNIQUE
    │   │   └── MemberError          an ENUM or SET does not list a value (also an UnsupportedTypeError)
    │   └── FileError                a file is missing, empty, ragged, not UTF-8, or not what its suffix says
    ├── UncommittedChangesError      a user's uncommitted work would be overwritten or committed
    │   └── OpenConflictsError       tables of the branch have conflicts that are not resolved
    ├── NameTakenError               a branch or tag of that name already exists
    ├── UnmergedBranchError          deleting a branch would lose commits
    ├── LostRaceError                other writers kept changing the same table
    ├── MergeConflictError           two branches changed the same rows or the same schema
    │   ├── MergedRowsError          rows that two branches wrote break a constraint (also a ConstraintError)
    │   └── SupersededError          another writer has built on rows of an attempt that is superseded
    ├── AuditError                   an audit refused the work before it was merged
    ├── MetadataError                a save or load succeeded, but could not be recorded
    └── StorageError                 a file cannot be written: the disk is full, or permission is denied
        └── UnsafeDirectoryError     a database's directory belongs to another user, or others may write to it

An error says what happened, where, and what to do next; `hint` holds the last part alone. All errors are picklable,
because workflow managers pass them between processes. Those with `is_transient` (an unreachable server, a lost
connection, a lock that was not released, a lost race) may not recur in another attempt; the others will.
"""

from __future__ import annotations

from dolt_integrations.errors.base import LONGEST_TEXT as LONGEST_TEXT
from dolt_integrations.errors.base import DoltError
from dolt_integrations.errors.base import shortened as shortened
from dolt_integrations.errors.base import with_article as with_article
from dolt_integrations.errors.branches import (
    AuditError,
    LostRaceError,
    MergeConflictError,
    MergedRowsError,
    MetadataError,
    NameTakenError,
    OpenConflictsError,
    SupersededError,
    UncommittedChangesError,
    UnmergedBranchError,
)
from dolt_integrations.errors.data import (
    ConstraintError,
    DataError,
    FileError,
    InvalidNameError,
    MemberError,
    PrimaryKeyError,
    UnsupportedTypeError,
    UnsupportedValueError,
)
from dolt_integrations.errors.missing import (
    BranchNotFoundError,
    ColumnNotFoundError,
    DatabaseNotFoundError,
    KeyNotFoundError,
    NotFoundError,
    RevisionNotFoundError,
    RunNotFoundError,
    TableNotFoundError,
)
from dolt_integrations.errors.query import QueryError, QuerySyntaxError, WriteQueryError
from dolt_integrations.errors.server import (
    AccessDeniedError,
    DatabaseLockedError,
    PushError,
    PushLaterError,
    RemoteChangedError,
    RemoteError,
    RemoteUnreachableError,
    ServerError,
    ServerLostError,
    ServerUnreachableError,
)
from dolt_integrations.errors.setup import (
    ConfigError,
    DoltNotInstalledError,
    ForkedProcessError,
    FrameworkNotInstalledError,
    LiteralError,
    NotADoltTableError,
    StorageError,
    UnsafeDirectoryError,
)

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
    "OpenConflictsError",
    "PrimaryKeyError",
    "PushError",
    "PushLaterError",
    "QueryError",
    "QuerySyntaxError",
    "RemoteChangedError",
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

for _name in __all__:
    globals()[_name].__module__ = __name__  # what tracebacks and pickles name
