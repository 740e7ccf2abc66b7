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

from dolt_integrations.errors.base import LONGEST_TEXT as LONGEST_TEXT
from dolt_integrations.errors.base import DoltError
from dolt_integrations.errors.base import shortened as shortened
from dolt_integrations.errors.branches import (
    AuditError,
    LostRaceError,
    MergeConflictError,
    MergedRowsError,
    MetadataError,
    NameTakenError,
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

for _name in __all__:
    globals()[_name].__module__ = __name__  # what tracebacks and pickles name
