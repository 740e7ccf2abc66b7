"""The table that translates errors of Dolt and MySQL into ours. The first rule that matches applies.

Dolt reports most failures as error 1105 with a message (go-mysql-server has no numbers for them), so rules match by
message where the number is not enough. The messages are those of Dolt 1.83.
"""

from __future__ import annotations

from dolt_integrations.engine.translation.remote_rules import REMOTE_RULES, Rule
from dolt_integrations.errors import (
    AccessDeniedError,
    BranchNotFoundError,
    ColumnNotFoundError,
    ConstraintError,
    DatabaseNotFoundError,
    DataError,
    InvalidNameError,
    LostRaceError,
    OpenConflictsError,
    PrimaryKeyError,
    QuerySyntaxError,
    RevisionNotFoundError,
    ServerError,
    ServerLostError,
    ServerUnreachableError,
    StorageError,
    TableNotFoundError,
    UncommittedChangesError,
    UnsupportedValueError,
    WriteQueryError,
)

FULL = "Run fewer tasks at a time, or raise `max_connections` in the server's configuration."
"""What to do where a server has as many sessions as it takes."""

_ENCRYPT = "Encrypt: `?tls=required` in the URL, or `?tls=skip-verify` if its certificate is not from a known CA."

RULES = (
    *REMOTE_RULES,
    Rule(
        StorageError,
        texts=("no space left on device", "disk quota exceeded", "file too large", "read-only file system"),
        hint="That is the disk of the server, or of the remote. Free space there; `dolt gc` needs some itself.",
    ),
    Rule(
        AccessDeniedError,
        codes=(1044, 1045, 1142, 1227, 1370),
        texts=(
            "access denied",
            "command denied",
            "no authentication",
            "cannot (create|delete|force) a branch",
            "does not have the correct permissions",
        ),
        hint="Check the user and the password of the URL (or DOLT_CLI_PASSWORD), and the user's grants.",
    ),
    Rule(
        ServerUnreachableError,
        codes=(2002, 2003, 2005),
        hint="Check that the server is up, and that host and port are right.",
    ),
    Rule(
        ServerUnreachableError,
        codes=(1040, 1203),
        hint=FULL,
    ),
    Rule(
        ServerLostError,
        codes=(1053, 2006, 2013, 2014, 2055, 4031),
        # A server that has run garbage collection ends all sessions with the last of these.
        texts=("lost connection", "packet sequence number wrong", "performed an online garbage collection"),
        hint="The connection to the server was lost; no partial work is visible. Try again.",
    ),
    Rule(
        ServerError,
        codes=(3159,),
        texts=("does not allow insecure connections",),
        hint=_ENCRYPT,
    ),
    Rule(
        ServerError,
        codes=(2026,),
        hint="Remove `?tls=` from the URL, or have the administrator give the server a certificate.",
    ),
    Rule(ServerError, codes=(2027, 2068), hint="Nothing was sent. Check that this is the right server."),
    Rule(
        AccessDeniedError,
        codes=(2061,),
        hint=_ENCRYPT,
    ),
    Rule(
        WriteQueryError,
        codes=(1792,),
        texts=("is read-only", "read only mode"),
        hint="Commits, tags and read-only servers cannot be written to; write to a branch.",
    ),
    Rule(
        LostRaceError,
        codes=(1205, 1213),
        texts=(
            "conflicts with a committed transaction",
            "not possible to fast-forward",
            "a branch named .* already exists",
            "optimistic lock failed",
            "merge conflict detected",
            "dataset head is not ancestor",
            "dangling ref",  # left by another session's rollback; a retry succeeds
            # Raised by a transaction's commit if another session has changed the table's schema.
            "(cannot|unable to) merge",
            "merge aborted: schema conflict",
            "table with same name .* (added|deleted)",
            "key collision when merging",
        ),
        hint="Another client wrote at the same time. Try again.",
    ),
    Rule(
        OpenConflictsError,
        texts=("are in conflict",),
        hint="On that branch, resolve the conflicts (dolt conflicts resolve --ours TABLE) and commit.",
    ),
    Rule(
        UncommittedChangesError,
        texts=("local changes.*would be (stomped|overwritten)", "uncommitted changes"),
        hint="Commit or discard the changes.",
    ),
    Rule(
        BranchNotFoundError,
        texts=("cannot resolve default branch head",),
        hint="Create that branch, or SET PERSIST <database>_default_branch to one that exists, and connect again.",
    ),
    Rule(BranchNotFoundError, texts=("branch not found", "is not a valid branch")),
    Rule(
        RevisionNotFoundError,
        texts=(
            "invalid ref (spec|format)",
            "is not a commit",
            "invalid (commit|ancestor|head) (spec|hash)",
            "commit not found",
        ),
    ),
    Rule(
        DatabaseNotFoundError,
        codes=(1049,),
        texts=("database not found",),
        hint="Check SHOW DATABASES, or create it: CREATE DATABASE name. A save creates only directories.",
    ),
    Rule(
        TableNotFoundError,
        codes=(1146,),
        texts=("table not found", "did not match any table", "table.* (does|do) not exist"),
    ),
    Rule(
        ColumnNotFoundError,
        codes=(1054,),
        texts=("column .*could not be found", "(does not|doesn't) have column", "unknown column"),
    ),
    Rule(
        InvalidNameError,
        codes=(1059, 1060, 1103),
        texts=(
            "invalid (identifier|table name|column name|branch name)",
            "duplicate column name",
        ),
    ),
    Rule(QuerySyntaxError, codes=(1064, 1149), texts=("syntax error",)),
    Rule(
        ConstraintError,
        codes=(1364, 1451, 1452, 3819),
        texts=("check constraint .* violated", "foreign key violation", "doesn't have a default value"),
    ),
    Rule(
        ConstraintError,  # by rows of the branch, or of two clients that wrote at the same time
        texts=("have constraint violations", "working set with constraint violations"),
        hint="Correct the rows of the tables in dolt_constraint_violations, and commit. If there are none, save again.",
    ),
    Rule(PrimaryKeyError, codes=(1062,), texts=("duplicate primary key", "duplicate unique key")),
    Rule(
        UnsupportedValueError,
        codes=(1048, 1264, 1265, 1292, 1366, 1406, 3140),
        texts=("out of range", "too (large|long) for column", "cannot be null", "non-nullable"),
    ),
    Rule(
        DataError,
        codes=(1067, 1068, 1118, 1121, 1170, 1171),
        texts=("invalid table spec", "without a key length"),
    ),
)
"""The first rule that matches applies."""
