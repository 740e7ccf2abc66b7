"""Load versions of tables, as in `kedro run --load-versions=users:v1.2`."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from dolt_integrations.core import find_version, history
from dolt_integrations.errors import RevisionNotFoundError

if TYPE_CHECKING:
    from dolt_integrations.core import Branch, Location, Remote

_RUN = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}\.\d{2}\.\d{2}\.\d{3}Z")
"""The format of a Kedro run's id, which is the save version of all its datasets."""


def commit_of(location: Location, branch: Branch | None, remote: Remote | None, label: str) -> str:
    """Return the commit that a load version names.

    Kedro's command line takes no slash in a version, so the name of a branch may have `%2F` in its place.

    Args:
        location: The database.
        branch: The dataset's, from which `HEAD~2` and timestamps are counted.
        remote: What the database is brought up to date with before.
        label: A commit, tag, branch, ancestor spec or timestamp, or the id of a run of Kedro.

    Raises:
        RevisionNotFoundError: There is none, with the nearest names.
    """
    if _RUN.fullmatch(label):
        return _commit_of_run(location, branch, remote, label)
    try:
        return find_version(location, branch_conf=branch, as_of=label, remote_conf=remote).commit
    except RevisionNotFoundError:
        plain = unquote(label)
        if plain == label:
            raise
        return find_version(location, branch_conf=branch, as_of=plain, remote_conf=remote).commit


def _commit_of_run(location: Location, branch: Branch | None, remote: Remote | None, run: str) -> str:
    """Return the newest commit of a run; of one that changed nothing, the commit at the time when it began."""
    past = history(location, branch_conf=branch, remote_conf=remote)
    made = past.loc[past["execution_id"] == run, "commit"]
    if len(made):
        return str(made.iloc[0])
    return find_version(location, branch_conf=branch, as_of=began(run), remote_conf=remote).commit


def began(run: str) -> datetime.datetime:
    """Return the timestamp in the id of a run, with its zone, which is UTC.

    Raises:
        RevisionNotFoundError: There is no such day or hour.

    Example:
        >>> began("2026-11-26T05.41.00.123Z").isoformat()
        '2026-11-26T05:41:00.123000+00:00'
    """
    try:
        naive = datetime.datetime.strptime(run, "%Y-%m-%dT%H.%M.%S.%fZ")
    except ValueError as error:
        raise RevisionNotFoundError(f"{run!r} is not a timestamp: {error}", hint="Pass the id of a run.") from error
    return naive.replace(tzinfo=datetime.timezone.utc)
