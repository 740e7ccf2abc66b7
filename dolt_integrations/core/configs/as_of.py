"""`as_of`, which names an old version."""

from __future__ import annotations

import datetime
import re

from dolt_integrations.engine import is_commit_hash
from dolt_integrations.errors import ConfigError, RevisionNotFoundError, with_article
from dolt_integrations.redaction import shown

AsOf = str | datetime.date
"""A commit, branch, tag or ancestor spec, or a timestamp (datetime, date or ISO string; UTC unless it has a zone)."""

_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")


def pinned_commit(as_of: AsOf | None) -> str | None:
    """Return the commit if `as_of` is a full hash, else None."""
    return as_of if isinstance(as_of, str) and is_commit_hash(as_of) else None


def check_as_of(as_of: AsOf | None) -> None:
    """Check `as_of` before anything is opened.

    Raises:
        ConfigError: It is neither a string nor a date.
        RevisionNotFoundError: It looks like a timestamp, but there is no such day or hour.

    Example:
        >>> check_as_of("HEAD~1")
    """
    if as_of is not None:
        timestamp_of(as_of)


def check_version(as_of: AsOf | None, what: str) -> None:
    """Check a version that has to be given. Raises as `check_as_of` does.

    Raises:
        ConfigError: It is None.
    """
    if as_of is None:
        raise ConfigError(f"{what} is not given", hint="Pass a commit, a branch, a tag, HEAD~2 or a timestamp.")
    check_as_of(as_of)


def timestamp_of(as_of: AsOf) -> datetime.datetime | None:
    """Return a timestamp in UTC without a zone, as Dolt keeps it, or None for the name of a revision."""
    if isinstance(as_of, str):
        return _parsed(as_of.strip())
    if isinstance(as_of, datetime.datetime) and as_of == as_of:  # pandas's NaT is a datetime that is not itself
        return _in_utc(as_of)
    if isinstance(as_of, datetime.date) and as_of == as_of:
        return datetime.datetime.combine(as_of, datetime.time())
    hint = "Pass a commit, a branch, a tag, HEAD~2, a datetime or an ISO timestamp."
    raise ConfigError(f"as_of {shown(as_of)} is not a version: it is {with_article(type(as_of).__name__)}", hint=hint)


def _parsed(text: str) -> datetime.datetime | None:
    if not _TIMESTAMP.fullmatch(text):
        return None
    try:
        return _in_utc(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")))
    except ValueError as error:
        raise RevisionNotFoundError(
            f"as_of {text!r} is not a timestamp: {error}", hint="Use an ISO date and time."
        ) from error


def _in_utc(timestamp: datetime.datetime) -> datetime.datetime:
    if timestamp.tzinfo is None:
        return timestamp
    return timestamp.astimezone(datetime.timezone.utc).replace(tzinfo=None)
