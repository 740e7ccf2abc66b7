"""Which commit a load reads: a pinned one, one named by `as_of`, or the newest of a branch."""

from __future__ import annotations

import contextlib
import datetime
import re
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.target import head_of
from dolt_integrations.core.provenance.reads import note_read
from dolt_integrations.engine import Database, is_commit_hash
from dolt_integrations.engine.versions.procedures import commit_at, find_branches, resolve
from dolt_integrations.errors import ConfigError, RevisionNotFoundError
from dolt_integrations.redaction import shown

if TYPE_CHECKING:
    from dolt_integrations.core.configs.branch import Branch
    from dolt_integrations.engine import Connection

AsOf = str | datetime.date
"""A commit, branch, tag or ancestor spec, or a moment (datetime, date, or ISO text): UTC unless it has a zone."""

_SLACK = datetime.timedelta(minutes=5)
"""How far the clocks of two machines may be apart."""

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")


def find_commit(
    database: Database, branch_conf: Branch | None, as_of: AsOf | None, connection: Connection | None = None
) -> tuple[str | None, str]:
    """Return the branch and the commit that a load reads, and note it; looked up in the session, if there is one.

    A full commit hash stands for itself, whatever has become of the branch since; the branch is then the config's.

    Raises:
        BranchNotFoundError: No such branch, with the nearest names.
        RevisionNotFoundError: No such tag or moment. A commit hash is not looked up here.
    """
    branch, commit = _find(database, branch_conf, as_of, connection)
    note_read(commit)
    return branch, commit


def _find(
    database: Database, branch_conf: Branch | None, as_of: AsOf | None, connection: Connection | None
) -> tuple[str | None, str]:
    pinned = pinned_commit(as_of)
    if pinned is not None:
        return branch_conf.name if branch_conf else None, pinned
    with contextlib.nullcontext(connection) if connection is not None else database.connect() as session:
        known = find_branches(session)
        branch = known.name_of(branch_conf.name if branch_conf else None)
        newest = head_of(known, branch, database)
    return branch, newest if as_of is None else _find_past(database, newest, as_of)


def pinned_commit(as_of: AsOf | None) -> str | None:
    """Return the commit that `as_of` names by its whole hash; None where it names another thing."""
    return as_of if isinstance(as_of, str) and is_commit_hash(as_of) else None


def check_as_of(as_of: AsOf | None) -> None:
    """Refuse what names no version, before anything is opened.

    Raises:
        ConfigError: It is neither a text nor a date.
        RevisionNotFoundError: It looks like a moment, and there is no such day or hour.
    """
    if as_of is not None:
        _moment(as_of)


def _find_past(database: Database, newest: str, as_of: AsOf) -> str:
    """Return the commit that `as_of` names, seen from a branch whose newest commit is given.

    The branch is not asked: of two whose names differ in case only, Dolt's sessions are on the first.
    """
    moment = _moment(as_of)
    if moment is not None and moment > datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + _SLACK:
        hint = "A moment without a zone is UTC; say one, as in 2026-11-01T12:00:00+01:00."
        raise RevisionNotFoundError(f"as_of {as_of} is in the future", hint=hint)
    with database.connect() as connection:
        return commit_at(connection, moment, newest) if moment else resolve(connection, str(as_of), newest)


def _moment(as_of: AsOf) -> datetime.datetime | None:
    """Return a moment in UTC, without a zone as Dolt keeps it; None for the name of a revision."""
    if isinstance(as_of, str):
        return _parse_moment(as_of.strip())
    if isinstance(as_of, datetime.datetime) and as_of == as_of:  # pandas's NaT is a datetime that is not itself
        return _in_utc(as_of)
    if isinstance(as_of, datetime.date) and as_of == as_of:
        return datetime.datetime.combine(as_of, datetime.time())
    hint = "Give a commit, branch, tag, HEAD~2, a datetime or its ISO text."
    raise ConfigError(f"as_of {shown(as_of)} is no version: it is a {type(as_of).__name__}", hint=hint)


def _parse_moment(text: str) -> datetime.datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return _in_utc(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))
    except ValueError as error:
        raise RevisionNotFoundError(
            f"as_of {text!r} is no moment: {error}", hint="Give an ISO date and time."
        ) from error


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(datetime.timezone.utc).replace(tzinfo=None)
