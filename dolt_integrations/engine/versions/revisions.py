"""Resolving a branch, tag, commit, ancestor spec or timestamp to a commit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dolt_integrations.engine.names.identifiers import is_commit_hash
from dolt_integrations.engine.versions.heads import (
    branch_head,
    branches,
    commit_of,
    nearest_branch,
    remote_head,
    tag_commit,
)
from dolt_integrations.engine.versions.tags import tags
from dolt_integrations.engine.wire.answers import text
from dolt_integrations.errors import BranchNotFoundError, RevisionNotFoundError

if TYPE_CHECKING:
    import datetime

    from dolt_integrations.engine.session.connection import Connection


_FORMS = "a commit, a branch, a tag, or one with steps back such as HEAD~2"


def resolve(connection: Connection, revision: str, newest: str | None = None, *, or_else: str = "") -> str:
    """Return the commit hash of a branch, tag, commit or ancestor spec (`HEAD~2`, `main^`).

    Branches have precedence over tags, and tags over remote branches. Names are case-sensitive, unlike in most of
    Dolt's own functions.

    Args:
        connection: A session on the database.
        revision: The branch, tag, commit or ancestor spec.
        newest: The commit that `HEAD` denotes; None for the head of the session's branch.
        or_else: What the caller accepts besides, for the hint of the error, such as "a timestamp".

    Raises:
        RevisionNotFoundError: There is no such revision; the hint suggests similar names of branches and tags.
    """
    name, steps = _without_steps(revision)
    try:
        base = _base(connection, name, newest)
        if is_commit_hash(base) and base != name and not steps:
            return base
    except (RevisionNotFoundError, BranchNotFoundError) as error:
        raise _no_revision(connection, revision, or_else) from error
    try:
        return commit_of(connection, base + steps)
    except (RevisionNotFoundError, BranchNotFoundError) as error:
        is_there = steps and (base != name or _exists(connection, base))
        raise (
            _no_ancestor(connection, revision) if is_there else _no_revision(connection, revision, or_else)
        ) from error


def _exists(connection: Connection, base: str) -> bool:
    try:
        return bool(commit_of(connection, base))
    except (RevisionNotFoundError, BranchNotFoundError):
        return False


def _base(connection: Connection, name: str, newest: str | None) -> str:
    """Resolve a name without an ancestor suffix: a branch, tag, remote branch, full hash, or HEAD."""
    name = name.rstrip()  # as Dolt does
    if name.upper() == "HEAD":
        return newest or "HEAD"
    if is_commit_hash(name):
        return name
    found = branch_head(connection, name) or tag_commit(connection, name) or remote_head(connection, name)
    if found is None:
        raise BranchNotFoundError(f"branch not found: {name}")
    return found


def _without_steps(revision: str) -> tuple[str, str]:
    """Split a revision into a name and its ancestor suffix such as `~2^`. Works from the end, in linear time."""
    steps = re.match(r"(?:\d*[~^])*", revision[::-1])
    at = len(revision) - (steps.end() if steps else 0)
    return revision[:at], revision[at:]


def _no_revision(connection: Connection, revision: str, or_else: str) -> RevisionNotFoundError:
    near = nearest_branch(revision, [*branches(connection), *tags(connection)])
    forms = f"Pass {_FORMS}{f', or {or_else}' if or_else else ''}."
    hint = f"{near} {forms}" if near else forms
    return RevisionNotFoundError(f"no commit, branch or tag {revision!r} in database {connection.address}", hint=hint)


def _no_ancestor(connection: Connection, revision: str) -> RevisionNotFoundError:
    name, steps = _without_steps(revision)
    why = f"{name} has no such parent" if re.search(r"\^\d", steps) else f"the history of {name} is shorter"
    return RevisionNotFoundError(f"no commit {revision!r} in database {connection.address}: {why}")


def commit_at(connection: Connection, timestamp: datetime.datetime, newest: str) -> str:
    """Return the newest ancestor of a commit (or the commit itself) that is not later than a timestamp.

    Args:
        connection: A session on the database, at no revision: at one, Dolt 1.83 checks other rights for `dolt_log()`.
        timestamp: The timestamp, naive and in UTC.
        newest: The full hash of the commit.

    Raises:
        RevisionNotFoundError: All of these commits are later.
    """
    row = connection.row(
        "SELECT commit_hash FROM dolt_log(%s) WHERE date <= %s ORDER BY date DESC, commit_order DESC LIMIT 1",
        (newest, timestamp.strftime("%Y-%m-%d %H:%M:%S.%f")),
        (text,),
    )
    if row is None:
        first = connection.value("SELECT MIN(date) FROM dolt_log(%s)", (newest,))
        raise RevisionNotFoundError(
            f"database {connection.address} has no commit as old as {timestamp:%Y-%m-%d %H:%M:%S} UTC",
            hint=f"The first commit is from {first} UTC.",
        )
    return str(row[0])
