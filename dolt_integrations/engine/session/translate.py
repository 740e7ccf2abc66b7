"""What a MySQL client or Dolt says went wrong, as an error of ours.

Dolt answers most failures with error 1105 and a text (go-mysql-server has no numbers for them), so the table below
goes by text where the number does not tell. The texts are those of Dolt 1.83.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pymysql

from dolt_integrations.errors import (
    AccessDeniedError,
    BranchNotFoundError,
    ColumnNotFoundError,
    ConstraintError,
    DatabaseNotFoundError,
    DataError,
    DoltError,
    InvalidNameError,
    LostRaceError,
    PrimaryKeyError,
    QueryError,
    QuerySyntaxError,
    RemoteError,
    RemoteUnreachableError,
    RevisionNotFoundError,
    ServerError,
    ServerLostError,
    ServerUnreachableError,
    TableNotFoundError,
    UncommittedChangesError,
    UnsupportedValueError,
    WriteQueryError,
    shortened,
)


@dataclass(frozen=True)
class _Rule:
    """One row of the table: fits an error by its number, or by any of the texts (regular expressions)."""

    error: type[DoltError]
    codes: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    hint: str | None = None

    def fits(self, code: int, message: str) -> bool:
        return code in self.codes or any(_is_in(text, message) for text in self.texts)


def _is_in(text: str, message: str) -> bool:
    """Whether the parts of a text between `.*` are in a message one after the other; in linear time."""
    at = 0
    for part in text.split(".*"):
        found = re.compile(part, re.IGNORECASE).search(message, at)
        if found is None:
            return False
        at = found.end()
    return True


_REMOTE_RULES = (
    _Rule(RevisionNotFoundError, texts=("fetch failed: invalid ref spec",)),
    _Rule(
        RemoteError,
        texts=("must set DOLT_REMOTE_PASSWORD",),
        hint="The server that does it has to be started with DOLT_REMOTE_PASSWORD in its environment: set it for every "
        "process that uses the directory, or leave the remote's user out.",
    ),
    _Rule(
        RemoteError,
        texts=("code = Unauthenticated", "code = PermissionDenied", "API Authorization Failure", "invalid creds"),
        hint="Check the remote's user, DOLT_REMOTE_PASSWORD or `dolt creds`, and what that user may do there.",
    ),
    _Rule(
        RemoteUnreachableError,
        texts=("code = (Unavailable|DeadlineExceeded)", "dial tcp", "i/o timeout", "TLS handshake timeout"),
        hint="Is the remote up, and is the URL right? (The port is that of --remotesapi-port.)",
    ),
    _Rule(
        RemoteError,
        texts=("default credentials", "refresh cached credentials"),
        hint="Set AWS_* or GOOGLE_APPLICATION_CREDENTIALS in the environment of the database's server.",
    ),
    _Rule(
        RemoteError,
        texts=("target has uncommitted changes",),
        hint="Somebody has uncommitted work on that branch of the remote: commit it there, or push with force=True.",
    ),
    _Rule(
        RemoteError,
        texts=("shallow clone", "ghost commit", "shallow repository"),
        hint="The directory was cloned without its history, for a load. Clone it anew: remove it, or use another one.",
    ),
    _Rule(
        LostRaceError,
        texts=("failed to push some refs", "tip of your current branch is behind"),
        hint="Somebody else pushed first. Pull and push again.",
    ),
    _Rule(
        RemoteError,
        texts=(
            "could not access dolt url",
            "failed to (get|read latest version of) remote d",
            "unknown remote",
            "remote '.*' not found",
            "remote name invalid",
            "unknown url scheme",
            "contains no dolt data",
            "fetch failed",
        ),
        hint="Check the remote's URL.",
    ),
)
"""What goes wrong between two databases. They come first: the texts quote what the other server said."""

_ENCRYPT = "Ask for encryption: `?tls=required` in the URL, or `?tls=skip-verify` if its certificate is of no known CA."

_RULES = (
    *_REMOTE_RULES,
    _Rule(
        AccessDeniedError,
        codes=(1044, 1045, 1142, 1227, 1370),
        texts=(
            "access denied",
            "command denied",
            "no authentication",
            "cannot (create|delete|force) a branch",
            "does not have the correct permissions",
        ),
        hint="Check the user and the password of the URL (or DOLT_CLI_PASSWORD), and what the user may do.",
    ),
    _Rule(ServerUnreachableError, codes=(2002, 2003, 2005), hint="Is the server up, and are host and port right?"),
    _Rule(
        ServerUnreachableError,
        codes=(1040, 1203),
        hint="Let fewer tasks run at a time, or let the server take more: `max_connections` in its configuration.",
    ),
    _Rule(
        ServerLostError,
        codes=(1053, 2006, 2013, 2014, 2055, 4031),
        # A server that has collected its garbage ends all sessions with the last of these.
        texts=("lost connection", "packet sequence number wrong", "performed an online garbage collection"),
        hint="The server went away in the middle; nothing half-done is visible. Try again.",
    ),
    _Rule(
        ServerError,
        codes=(3159,),
        texts=("does not allow insecure connections",),
        hint=_ENCRYPT,
    ),
    _Rule(
        ServerError,
        codes=(2026,),
        hint="Leave `?tls=` out of the URL, or let the administrator give the server a certificate.",
    ),
    _Rule(ServerError, codes=(2027, 2068), hint="Nothing was sent. Is it the server that you mean?"),
    _Rule(
        AccessDeniedError,
        codes=(2061,),
        hint=_ENCRYPT,
    ),
    _Rule(
        WriteQueryError,
        codes=(1792,),
        texts=("is read-only", "read only mode"),
        hint="A commit, a tag and a read-only server take no writes.",
    ),
    _Rule(
        LostRaceError,
        codes=(1205, 1213),
        texts=(
            "conflicts with a committed transaction",
            "not possible to fast-forward",
            "a branch named .* already exists",
            "optimistic lock failed",
            "merge conflict detected",
            "dataset head is not ancestor",
            "dangling ref",  # what another session's rollback left; once only
            # What the commit of a transaction says when somebody changed the table's schema meanwhile.
            "(cannot|unable to) merge",
            "table with same name .* (added|deleted)",
            "key collision when merging",
        ),
        hint="Somebody else wrote at the same time. Try again.",
    ),
    _Rule(
        UncommittedChangesError,
        texts=("local changes.*would be (stomped|overwritten)", "uncommitted changes"),
        hint="Commit or discard the changes.",
    ),
    _Rule(BranchNotFoundError, texts=("branch not found", "is not a valid branch")),
    _Rule(
        RevisionNotFoundError,
        texts=(
            "invalid ref spec",
            "is not a commit",
            "target commit not found",
            "invalid (commit|ancestor|head) (spec|hash)",
            "commit not found",
        ),
    ),
    _Rule(
        DatabaseNotFoundError,
        codes=(1049,),
        texts=("database not found",),
        hint="Look at SHOW DATABASES, or make it: CREATE DATABASE name. A save makes directories only.",
    ),
    _Rule(
        TableNotFoundError,
        codes=(1146,),
        texts=("table not found", "did not match any table", "table.* (does|do) not exist"),
    ),
    _Rule(
        ColumnNotFoundError,
        codes=(1054,),
        texts=("column .*could not be found", "(does not|doesn't) have column", "unknown column"),
    ),
    _Rule(
        InvalidNameError,
        codes=(1059, 1060, 1103),
        texts=(
            "invalid (identifier|table name|column name|branch name)",
            "is an invalid branch name",
            "duplicate column name",
        ),
    ),
    _Rule(QuerySyntaxError, codes=(1064, 1149), texts=("syntax error",)),
    _Rule(
        ConstraintError,
        codes=(1364, 1451, 1452, 3819),
        texts=("check constraint .* violated", "foreign key violation", "doesn't have a default value"),
    ),
    _Rule(PrimaryKeyError, codes=(1062,), texts=("duplicate primary key", "duplicate unique key")),
    _Rule(
        UnsupportedValueError,
        codes=(1048, 1264, 1265, 1292, 1366, 1406, 3140),
        texts=("out of range", "too (large|long) for column", "cannot be null", "non-nullable"),
    ),
    _Rule(
        DataError,
        codes=(1067, 1068, 1118, 1121, 1170, 1171),
        texts=("invalid table spec", "without a key length"),
    ),
)


def translate(error: BaseException, *, where: str, fallback: type[DoltError] = QueryError) -> DoltError:
    """Make an error of ours of one of pymysql's (or of the socket below it).

    Args:
        error: What was raised.
        where: The database, and its branch or commit, for the text.
        fallback: The class where no rule fits.
    """
    code, message = _code_and_message(error)
    for rule in _RULES:
        if rule.fits(code, message):
            return rule.error(f"{message} ({where})", hint=rule.hint)
    return fallback(f"{message} ({where})")


def _code_and_message(error: BaseException) -> tuple[int, str]:
    # What a server says is of any length; the error itself is shown too, as the cause of ours.
    error.args = tuple(shortened(arg) if isinstance(arg, str) else arg for arg in error.args)
    if isinstance(error, pymysql.err.InterfaceError) or isinstance(error, OSError):
        return 2013, f"lost connection: {error}"
    if len(error.args) >= 2 and isinstance(error.args[0], int):
        return error.args[0], shortened(str(error.args[1])).strip()
    return 0, shortened(str(error)).strip()
