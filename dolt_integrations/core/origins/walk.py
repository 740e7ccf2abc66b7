"""`lineage`: the walk from a table to the executions that led to it."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dolt_integrations.core.branches.missing import missing_table
from dolt_integrations.core.configs.as_of import AsOf, check_as_of
from dolt_integrations.core.configs.branch import Branch, BranchConf
from dolt_integrations.core.configs.options import check_count, check_tablename
from dolt_integrations.core.configs.remote import Remote, RemoteConf
from dolt_integrations.core.origins.graph import Lineage
from dolt_integrations.core.origins.writes import Read, Write
from dolt_integrations.core.provenance.inputs import Input, inputs_of, tables_in, task_of
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.core.provenance.trailers import execution_of
from dolt_integrations.core.reads.revision import find_commit
from dolt_integrations.core.remotes.follow import loading_from
from dolt_integrations.engine import open_database, parse_location, table_name
from dolt_integrations.engine.names.trust import from_literal
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.versions.log import log
from dolt_integrations.errors import DoltError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dolt_integrations.engine import Database, Location
    from dolt_integrations.engine.versions.log import LogEntry

DEPTH = 10
MOST = 500
"""The most commits per table to follow."""


def lineage(
    db: Location,
    tablename: str,
    *,
    branch_conf: BranchConf = None,
    as_of: AsOf | None = None,
    depth: int = DEPTH,
    commits: int = 1,
    databases: Mapping[str, Location] | None = None,
    remote_conf: RemoteConf = None,
) -> Lineage:
    """Return the execution that wrote a table, the versions that it had read, the executions that wrote those, etc.

    Everything comes from commits: tasks name the versions that they had read in their messages. Databases named there
    are opened too, if possible. What cannot be followed is part of the result, with the reason.

    Args:
        db: A directory, a `mysql://` URL, or a `doltcli.Dolt`.
        tablename: The table.
        branch_conf: The branch. None is the default branch.
        as_of: The version of the table: a commit, tag, branch, ancestor or timestamp. None is the newest.
        depth: The number of generations: 1 is the table's writer and what it had read.
        commits: The most commits per table to follow, newest first. A table that is appended to has many writers.
        databases: The locations of databases by their names in commits, such as `{"/pod/shop": "mysql://me@db/shop"}`.
            With a mapping, only `db` and these are opened. With None, all are opened by their names in commits. The
            environment's password is not sent to servers that only a commit names.
        remote_conf: The remote to clone the database from, or to pull from, before.

    Raises:
        ConfigError: An argument has the wrong type.
        NotFoundError: The database, branch, revision or table does not exist. The hint suggests similar names.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Run: Flow/7/start/1")
        >>> lineage(folder, "users").to_pandas()[["table", "execution_id", "input_table"]].values.tolist()
        [['users', 'Flow/7/start/1', nan]]
    """
    check_tablename(tablename)
    check_as_of(as_of)
    check_count(depth, "depth")
    check_count(commits, "commits")
    branch, remote = Branch.parse(branch_conf), Remote.parse(remote_conf)
    with loading_from(remote, db, branch, as_of), unrecorded_reads(), ExitStack() as stack:
        walk = _Walk(stack, db, databases, commits)
        _, commit = find_commit(walk.database(walk.start), branch, as_of)
        writes = walk.writes(_Version(walk.start, tablename, commit), depth)
        if not writes:
            raise missing_table(walk.database(walk.start), tablename, commit)
    return Lineage(f"Lineage of {tablename} at {commit[:8]} of {walk.start}", tuple(writes))


@dataclass(frozen=True)
class _Version:
    """A table of a database at a commit."""

    database: str
    table: str
    commit: str


class _Walk:
    """Open databases, and the writers of versions, each looked up only once."""

    def __init__(self, stack: ExitStack, db: Location, databases: Mapping[str, Location] | None, commits: int) -> None:
        self.start = str(parse_location(db))
        self._stack, self._commits = stack, commits
        self._named = databases is not None
        self._locations: dict[str, Location] = {**(databases or {}), self.start: db}
        self._open: dict[str, Database | DoltError] = {}
        self._writers: dict[_Version, list[LogEntry]] = {}

    def writes(self, version: _Version, depth: int) -> list[Write]:
        """Return the writes that led to a version, ordered by generation."""
        waiting, done = deque([(version, 1)]), {version}
        found: dict[tuple[str, str, str], Write] = {}
        while waiting and len(found) < MOST:
            at, generation = waiting.popleft()
            for entry in self._writers_of(at):
                name = (at.database, at.table, entry.commit)
                if name in found:
                    continue
                reads = [read for each in inputs_of(entry.message) for read in self._reads(each, generation < depth)]
                found[name] = _write(at, entry, generation, reads)
                for read in reads:
                    source = _Version(read.database, read.table or "", read.commit)
                    if read.written_by is not None and source not in done:
                        done.add(source)
                        waiting.append((source, generation + 1))
        return list(found.values())

    def database(self, name: str) -> Database:
        """Return an open database, which stays open until the walk ends.

        Raises:
            DoltError: It cannot be opened. The error is the same each time.
        """
        if name not in self._open:
            self._open[name] = self._opened(name)
        found = self._open[name]
        if isinstance(found, DoltError):
            raise found
        return found

    def _opened(self, name: str) -> Database | DoltError:
        if self._named and name not in self._locations:
            return NotFoundError(f"{name} is not among `databases`")
        try:
            return self._stack.enter_context(open_database(self._locations.get(name) or str(from_literal(name))))
        except DoltError as error:
            return error

    def _writers_of(self, version: _Version) -> list[LogEntry]:
        """Return the newest commits that changed a table, without merges that only brought in other commits."""
        if version not in self._writers:
            database = self.database(version.database)
            with database.connect(version.commit) as snapshot:
                name = table_name(snapshot, version.table)
            with database.connect() as session:
                entries = log(session, version.commit, name, most=self._commits + 10)
            own = [entry for entry in entries if not entry.is_merge or execution_of(entry.message)]
            self._writers[version] = (own or entries)[: self._commits]
        return self._writers[version]

    def _reads(self, given: Input, follow: bool) -> Iterable[Read]:
        """Return the tables of a read, each with the commit that wrote its version."""
        place = _canonical(given.database, self._locations)
        try:
            names: list[str | None] = [*self._tables(place, given)] if follow or " " in given.what else [given.what]
        except DoltError as error:
            yield Read(place, None if " " in given.what else given.what, given.commit, problem=str(error))
            return
        for name in names or [None]:
            query = given.what if name != given.what else None
            read = Read(place, name, given.commit, query=query)
            yield self._followed(read) if follow and name is not None else read

    def _tables(self, place: str, given: Input) -> list[str]:
        with self.database(place).connect(given.commit) as snapshot:
            known = tables(snapshot)
        return [given.what] if given.what in known or " " not in given.what else tables_in(given.what, known)

    def _followed(self, read: Read) -> Read:
        try:
            writers = self._writers_of(_Version(read.database, str(read.table), read.commit))
        except DoltError as error:
            return replace(read, problem=str(error))
        if not writers:
            return replace(read, problem=f"no commit of {read.database} has written table {read.table!r} up to then")
        return replace(read, written_by=writers[0].commit)


def _canonical(name: str, known: Mapping[str, Location]) -> str:
    """Return a database's name, with a relative path made absolute unless the name is a known one."""
    if name in known:
        return name
    try:
        return str(parse_location(str(from_literal(name))))
    except DoltError:
        return name


def _write(version: _Version, entry: LogEntry, generation: int, reads: list[Read]) -> Write:
    message, place = entry.message, (version.database, version.table)
    return Write(generation, *place, entry.commit, entry.date, execution_of(message), task_of(message), tuple(reads))
