"""Messages of Dolt that have no number of their own: the class of the error, and what its hint says to do."""

import pymysql
import pytest

from dolt_integrations import errors
from dolt_integrations.engine.translation.translate import translate

SAID = {
    "Access denied for user 'x'": (errors.AccessDeniedError, "grants"),
    "lost connection: x": (errors.ServerLostError, "Try again"),
    "table not found: x": (errors.TableNotFoundError, None),
    "unknown column 'x'": (errors.ColumnNotFoundError, None),
    "invalid identifier: `x`": (errors.InvalidNameError, None),
    "Invalid table name x": (errors.InvalidNameError, None),
    "invalid column name: x": (errors.InvalidNameError, None),
    "syntax error at position 1": (errors.QuerySyntaxError, None),
    "duplicate primary key given: [1]": (errors.PrimaryKeyError, None),
    "column 'x' cannot be null": (errors.UnsupportedValueError, None),
    "invalid table spec": (errors.DataError, None),
    "fetch failed: invalid ref spec: x": (errors.RevisionNotFoundError, None),
    "must set DOLT_REMOTE_PASSWORD environment variable": (errors.RemoteError, "remove the remote's user"),
    "rpc error: code = Unauthenticated desc = x": (errors.RemoteError, "dolt creds"),
    "rpc error: code = PermissionDenied desc = x": (errors.RemoteError, "dolt creds"),
    "API Authorization Failure": (errors.RemoteError, "dolt creds"),
    "invalid creds": (errors.RemoteError, "dolt creds"),
    "rpc error: code = Unavailable desc = x": (errors.RemoteUnreachableError, "--remotesapi-port"),
    "rpc error: code = DeadlineExceeded desc = x": (errors.RemoteUnreachableError, "--remotesapi-port"),
    "dial tcp 127.0.0.1:1: connect: connection refused": (errors.RemoteUnreachableError, "--remotesapi-port"),
    "read: i/o timeout": (errors.RemoteUnreachableError, "--remotesapi-port"),
    "net/http: TLS handshake timeout": (errors.RemoteUnreachableError, "--remotesapi-port"),
    "no chunkSource": (errors.RemoteChangedError, "push to a new remote"),
    "google: could not find default credentials": (errors.RemoteError, "GOOGLE_APPLICATION_CREDENTIALS"),
    "failed to refresh cached credentials": (errors.RemoteError, "AWS_"),
    "target has uncommitted changes": (errors.RemoteError, "force=True"),
    "not available in a shallow clone": (errors.RemoteError, "clone it anew"),
    "ghost commit encountered": (errors.RemoteError, "clone it anew"),
    "a shallow repository lacks it": (errors.RemoteError, "clone it anew"),
    "error: failed to push some refs to 'x'": (errors.LostRaceError, "Pull and push again"),
    "the tip of your current branch is behind": (errors.LostRaceError, "Pull and push again"),
    "timed out reading database manifest": (errors.LostRaceError, "Push again"),
    "could not access dolt url 'x'": (errors.RemoteError, "remote's URL"),
    "failed to get remote db": (errors.RemoteError, "remote's URL"),
    "failed to read latest version of remote database": (errors.RemoteError, "remote's URL"),
    "unknown remote: 'x'": (errors.RemoteError, "remote's URL"),
    "remote 'x' not found": (errors.RemoteError, "remote's URL"),
    "remote name invalid": (errors.RemoteError, "remote's URL"),
    "unknown url scheme: 'x'": (errors.RemoteError, "remote's URL"),
    "remote at that url contains no Dolt data": (errors.RemoteError, "remote's URL"),
    "fetch failed: x": (errors.RemoteError, "remote's URL"),
    "file too large": (errors.StorageError, "disk of the server"),
    "command denied to user 'x'": (errors.AccessDeniedError, "grants"),
    "no authentication methods available": (errors.AccessDeniedError, "grants"),
    "`x`@`y` cannot create a branch named `z`": (errors.AccessDeniedError, "grants"),
    "`x`@`y` does not have the correct permissions on branch `z`": (errors.AccessDeniedError, "grants"),
    "packet sequence number wrong": (errors.ServerLostError, "Try again"),
    "this connection performed an online garbage collection": (errors.ServerLostError, "Try again"),
    "server does not allow insecure connections": (errors.ServerError, "tls=required"),
    "database x is read-only": (errors.WriteQueryError, "write to a branch"),
    "database server is set to read only mode": (errors.WriteQueryError, "write to a branch"),
    "this transaction conflicts with a committed transaction": (errors.LostRaceError, "Try again"),
    "not possible to fast-forward, aborting": (errors.LostRaceError, "Try again"),
    "fatal: A branch named 'x' already exists.": (errors.LostRaceError, "Try again"),
    "optimistic lock failed on database Root update": (errors.LostRaceError, "Try again"),
    "Merge conflict detected, @autocommit transaction rolled back": (errors.LostRaceError, "Try again"),
    "dataset head is not ancestor of commit": (errors.LostRaceError, "Try again"),
    "dangling ref (found in set but not in the store)": (errors.LostRaceError, "Try again"),
    "cannot merge two tables": (errors.LostRaceError, "Try again"),
    "unable to merge": (errors.LostRaceError, "Try again"),
    "merge aborted: schema conflict found for table x": (errors.LostRaceError, "Try again"),
    "table with same name 'x' added in 2 commits": (errors.LostRaceError, "Try again"),
    "table with same name 'x' deleted in 2 commits": (errors.LostRaceError, "Try again"),
    "key collision when merging": (errors.LostRaceError, "Try again"),
    "tables x are in conflict": (errors.OpenConflictsError, "resolve the conflicts"),
    "local changes to the following tables would be overwritten": (errors.UncommittedChangesError, "Commit or discard"),
    "local changes would be stomped by merge": (errors.UncommittedChangesError, "Commit or discard"),
    "there are uncommitted changes": (errors.UncommittedChangesError, "Commit or discard"),
    "cannot resolve default branch head for database": (errors.BranchNotFoundError, "default_branch"),
    "branch not found: x": (errors.BranchNotFoundError, None),
    "x is not a valid branch": (errors.BranchNotFoundError, None),
    "invalid ref spec": (errors.RevisionNotFoundError, None),
    "x is not a commit": (errors.RevisionNotFoundError, None),
    "target commit not found": (errors.RevisionNotFoundError, None),
    "invalid ancestor spec": (errors.RevisionNotFoundError, None),
    "commit not found": (errors.RevisionNotFoundError, None),
    "database not found: x": (errors.DatabaseNotFoundError, "SHOW DATABASES"),
    "the table(s) x do not exist; table x does not exist": (errors.TableNotFoundError, None),
    "the table x did not match any table": (errors.TableNotFoundError, None),
    'column "x" could not be found in any table in scope': (errors.ColumnNotFoundError, None),
    "table x does not have column y": (errors.ColumnNotFoundError, None),
    "table x doesn't have column y": (errors.ColumnNotFoundError, None),
    "'x' is an invalid branch name": (errors.InvalidNameError, None),
    "duplicate column name: x": (errors.InvalidNameError, None),
    "Check constraint 'c' violated": (errors.ConstraintError, None),
    "Foreign key violation on fk: 'c'": (errors.ConstraintError, None),
    "Field 'x' doesn't have a default value": (errors.ConstraintError, None),
    "tables x have constraint violations": (errors.ConstraintError, "dolt_constraint_violations"),
    "working set with constraint violations": (errors.ConstraintError, "dolt_constraint_violations"),
    "duplicate unique key given: [1]": (errors.PrimaryKeyError, None),
    "value 300 is out of range": (errors.UnsupportedValueError, None),
    "string 'x' is too large for column 'y'": (errors.UnsupportedValueError, None),
    "column name 'x' is non-nullable but attempted to set a value of null": (errors.UnsupportedValueError, None),
    "blob/text column 'x' used in key specification without a key length": (errors.DataError, None),
}
"""Texts of Dolt, shortened to what they are known by: the class of the error, and a part of the hint."""


@pytest.mark.parametrize(("said", "kind", "hint"), [(said, *found) for said, found in SAID.items()])
def test_what_dolt_says_without_a_number_is_understood_and_says_what_to_do(said, kind, hint):
    error = translate(pymysql.err.OperationalError(1105, said), where="")

    assert type(error).__name__ == kind.__name__
    assert hint is None or hint in str(error.hint)


def test_a_remotes_name_in_parts_is_matched_in_order():
    assert type(translate(RuntimeError("x not found: remote '"), where="")) is errors.QueryError
