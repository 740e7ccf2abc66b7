"""Checks of a database and this machine, for when something does not work.

A check that needs a session is a function that yields `Check`s, with an entry in `_LOOKS`. `doctor` itself calls those
that need none.
"""

from __future__ import annotations

import datetime
import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from dolt_integrations.conventions import PACKAGES
from dolt_integrations.core.branches.private import KEPT, PREFIX, abandoned, private_branch
from dolt_integrations.core.manage.prune import PINNED
from dolt_integrations.core.rows import cache
from dolt_integrations.engine.names.address import DirectoryAddress
from dolt_integrations.engine.names.connections import locate
from dolt_integrations.engine.session.server import server_time, server_version, takes_files
from dolt_integrations.engine.versions.branches import branch_heads
from dolt_integrations.engine.versions.commits import head
from dolt_integrations.engine.versions.heads import active_branch
from dolt_integrations.engine.versions.tags import find_tags
from dolt_integrations.engine.versions.working_set import is_merging, uncommitted_tables
from dolt_integrations.errors import AccessDeniedError, DoltError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Connection, Database

OK, WARNING, FAILED = "ok", "warning", "failed"

_SLACK = 60.0
"""Seconds by which the server's clock may differ from ours without a warning."""

_PACKAGES = ("flytekitplugins-dolt", *PACKAGES, "pandas", "polars", "pyarrow")


@dataclass(frozen=True)
class Check:
    """The result of a check.

    Attributes:
        name: What was checked.
        status: `ok`, `warning` or `failed`.
        text: What was found, and what to do about it.
    """

    name: str
    status: str
    text: str


def doctor(place: Place) -> list[Check]:
    """Check packages, cache, server, privileges, clock and leftovers (see `Repository.doctor`)."""
    found = [Check("packages", OK, _packages()), _cache()]
    try:
        with place.reading() as database, database.connect() as connection:
            found.append(_connection(place, connection))
            for name, look in _LOOKS.items():
                found += _looked(name, look, database, connection)
    except DoltError as error:
        found.append(Check("database", FAILED, str(error)))
    return found


def _packages() -> str:
    known = []
    for name in _PACKAGES:
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"Python {platform.python_version()}, {', '.join(known)}"


def _cache() -> Check:
    size = cache.usage()
    if size is None:
        return Check("cache", OK, f"off, or not used yet ({cache.LOCATION})")
    folder, taken = size
    if not os.access(folder, os.W_OK):
        return Check("cache", WARNING, f"{folder} is not writable: every load fetches its rows from the server")
    return Check("cache", OK, f"{folder}, {taken / 2**20:.1f} MiB")


def _connection(place: Place, connection: Connection) -> Check:
    served = server_version(connection)
    if isinstance(locate(place.location), DirectoryAddress):
        return Check("database", OK, f"dolt {served}, through a private server on the directory")
    how = "encrypted" if connection.is_encrypted else "NOT encrypted (?tls=required in the URL)"
    local = connection.address.host in ("localhost", "127.0.0.1", "::1")
    status = OK if connection.is_encrypted or local else WARNING
    return Check("database", status, f"dolt {served} on {connection.address.host}:{connection.address.port}, {how}")


def _looked(
    name: str, look: Callable[[Database, Connection], Iterator[Check]], database: Database, connection: Connection
) -> list[Check]:
    try:
        return list(look(database, connection))
    except DoltError as error:
        return [Check(name, FAILED, str(error))]


def _rights(database: Database, connection: Connection) -> Iterator[Check]:
    """Check whether the user may create and delete a branch, as saves do."""
    start = head(connection)
    try:
        with private_branch(database, start):
            yield Check("rights", OK, "the user may create and delete branches, as saves do")
    except AccessDeniedError:
        yield Check("rights", WARNING, "the user may only read: saves need branches (docs/servers-and-rights.md)")


def _bulk(database: Database, connection: Connection) -> Iterator[Check]:
    takes = takes_files(connection)
    hint = "local_infile is off: large saves use INSERTs, which are slower (SET GLOBAL local_infile = 1)"
    yield Check("bulk loads", OK if takes else WARNING, "LOAD DATA LOCAL" if takes else hint)


def _clock(database: Database, connection: Connection) -> Iterator[Check]:
    theirs = server_time(connection)
    ours = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    apart = abs((theirs - ours).total_seconds())
    what = f"{apart:.0f} s different from the server's"
    advice = "; timestamps in as_of refer to the server's clock: synchronize both with NTP"
    yield Check("clock", OK if apart <= _SLACK else WARNING, what if apart <= _SLACK else what + advice)


def _branches(database: Database, connection: Connection) -> Iterator[Check]:
    heads = branch_heads(connection)
    left = abandoned(connection, [name for name in heads if name.startswith(PREFIX)])
    kept = [name for name in heads if name.startswith(KEPT)]
    pinned = [name for name in find_tags(connection) if name.startswith(PINNED)]
    yield Check("branches", OK, f"{len(heads)} branches; {len(pinned)} tags keep commits of pruned branches")
    if left:
        yield Check(
            "leftovers", WARNING, f"{len(left)} private branches of processes that died; a later save removes them"
        )
    if kept:
        what = "keep work that conflicted or failed an audit: promote, merge or delete them"
        yield Check("kept work", WARNING, f"{len(kept)} branches {what}: {', '.join(kept[:5])}")


def _work(database: Database, connection: Connection) -> Iterator[Check]:
    branch = active_branch(connection)
    with database.connect(branch) as session:
        if is_merging(session):
            yield Check(
                "open merge", WARNING, f"a merge is in progress on {branch!r}: saves to it are refused until it ends"
            )
        tables = uncommitted_tables(session)
    if tables:
        names = ", ".join(tables[:5])
        yield Check("uncommitted work", WARNING, f"on {branch!r} in {names}: saves of these tables are refused")


_LOOKS: dict[str, Callable[[Database, Connection], Iterator[Check]]] = {
    "rights": _rights,
    "bulk loads": _bulk,
    "clock": _clock,
    "branches": _branches,
    "uncommitted work": _work,
}
