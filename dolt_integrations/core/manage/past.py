"""Past executions: what they read according to their commits, so that they can be run again on the same data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pandas as pd

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.configs.options import check_text
from dolt_integrations.core.manage.executions import entries_of, is_of
from dolt_integrations.core.provenance.inputs import Input, inputs_of, tables_in, task_of
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.engine.tables.definitions.names import tables
from dolt_integrations.engine.versions.log import entries_anywhere
from dolt_integrations.engine.versions.revisions import resolve
from dolt_integrations.errors import ConfigError, DoltError, RevisionNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dolt_integrations.core.manage.place import Place
    from dolt_integrations.engine import Connection, Database

_GONE = (
    "`dolt gc` removed it because no branch or tag contained it, or this clone does not have it: fetch it from its "
    "remote, or restore a backup."
)


@dataclass(frozen=True)
class PastRead:
    """A version that a task of an execution had read when it wrote something.

    Attributes:
        task: The task, if its commit names one.
        source: The version, its table or query, and its database.
        is_own: Whether the execution itself wrote that version.
    """

    task: str | None
    source: Input
    is_own: bool


@dataclass(frozen=True)
class PastExecution:
    """An execution, according to the commits of a database.

    Attributes:
        name: Its id.
        location: The database, without a password.
        start: The parent of its first commit there.
        reads: What its tasks had read, without duplicates, starting with its first commit.

    Example:
        >>> PastExecution("run-7", "mysql://db/shop", None, ()).has_made("abc")
        False
    """

    name: str
    location: str
    start: str | None
    reads: tuple[PastRead, ...]

    def has_made(self, commit: str) -> bool:
        """Whether the execution itself wrote a version that it read."""
        return any(read.is_own for read in self.reads if read.source.commit == commit)

    def frame(self) -> pd.DataFrame:
        """Return a row for each version that it had read (see `Repository.inputs`)."""
        columns = {
            "task": [read.task for read in self.reads],
            "input": [read.source.what for read in self.reads],
            "commit": [read.source.commit for read in self.reads],
            "database": [read.source.database for read in self.reads],
        }
        frame = pd.DataFrame({name: pd.Series(values, dtype=TEXT_DTYPE) for name, values in columns.items()})
        frame["own"] = pd.Series([read.is_own for read in self.reads], dtype="bool")
        return frame


def past_execution(place: Place, name: str) -> PastExecution:
    """Look up an execution in the commits of all branches and tags of a database.

    Raises:
        RunNotFoundError: It has written nothing there. The hint suggests similar ids.
        ConfigError: The name is not a string, or it is the id that all local executions share.
        NotFoundError: The database does not exist.

    Example:
        >>> message = chr(10).join(["Import", "", "Run-Id: run-7"])
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), message=message)
        >>> from dolt_integrations.core.manage.place import Place
        >>> past_execution(Place(folder), "run-7").name
        'run-7'
    """
    check_text(name, "the execution")
    with place.reading() as database, database.connect() as session, unrecorded_reads():
        where = f"any branch of {database.location}"
        found = [entry for entry in entries_anywhere(session, name) if is_of(entry.message, name)]
        commits = entries_of(found or entries_anywhere(session, ""), name, where)
    own = {entry.commit for entry in found}
    reads = {
        PastRead(task_of(entry.message), source, source.commit in own): None
        for entry in reversed(commits)
        for source in inputs_of(entry.message)
    }
    return PastExecution(name, str(database.location), next(iter(commits[-1].parents), None), tuple(reads))


def commit_read(
    place: Place, execution: PastExecution, tablename: str | None, sql: str | None, task: str | None
) -> str:
    """Return the version at which an execution had read a table, or the tables of a query.

    If there are several, those that the same task read take precedence, then those that the execution did not write.

    Args:
        place: The database of the table.
        execution: The execution, found there or in another database.
        tablename: The table. Give either this or `sql`.
        sql: The query.
        task: The task that reads now, or None.

    Raises:
        ConfigError: It had read several versions.
        RevisionNotFoundError: It had not read it, or the version no longer exists.

    Example:
        >>> from dolt_integrations.core.manage.place import Place
        >>> place, read = Place(folder), write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> message = ["Count users", "", "Run-Id: run-7", f"Flyte-Input: {read.commit} users of {folder}"]
        >>> _ = write_table(folder, "counts", pd.DataFrame({"count": [1]}), message=chr(10).join(message))
        >>> commit_read(place, past_execution(place, "run-7"), "users", None, None) == read.commit
        True
    """
    what = tablename if tablename is not None else " ".join(str(sql).split())
    with place.reading() as database, database.connect() as session, unrecorded_reads():
        here = _of_database(execution.reads, database, session)
        found = _matching(here, what) or _through_tables(here, database, tablename, what)
        chosen = _chosen(found, task)
        if len(chosen) != 1:
            raise _unclear(execution, database, what, found or here, chosen)
        if not _exists(session, chosen[0]):
            text = f"{execution.name} read {what!r} at commit {chosen[0]}, which {database.location} does not have"
            raise RevisionNotFoundError(text, hint=_GONE)
    return chosen[0]


def _of_database(reads: Iterable[PastRead], database: Database, session: Connection) -> list[PastRead]:
    """Return the reads of a database: those under its name, or else those whose commit it has, as a clone does."""
    named = [read for read in reads if _same_place(read.source.database, str(database.location))]
    return named or [read for read in reads if _exists(session, read.source.commit)]


def _same_place(one: str, other: str) -> bool:
    """Whether two locations name the same database, ignoring the user and the options of a URL."""
    if "://" not in one or "://" not in other:
        return one == other
    first, second = urlsplit(one), urlsplit(other)
    return (first.hostname, first.port or 3306, first.path) == (second.hostname, second.port or 3306, second.path)


def _exists(session: Connection, commit: str) -> bool:
    try:
        return bool(resolve(session, commit))
    except DoltError:
        return False


def _matching(reads: Iterable[PastRead], what: str) -> list[PastRead]:
    return [read for read in reads if read.source.what.casefold() == what.casefold()]


def _through_tables(reads: Sequence[PastRead], database: Database, tablename: str | None, what: str) -> list[PastRead]:
    """Return the reads of a query's tables, if the query itself was not read; or for a table, the queries naming it."""
    wanted = {tablename.casefold()} if tablename is not None else None
    found: list[PastRead] = []
    for commit in dict.fromkeys(read.source.commit for read in reads):
        try:
            with database.connect(commit) as snapshot:
                known = tables(snapshot)
        except DoltError:
            continue
        names = wanted or {name.casefold() for name in tables_in(what, known)}
        there = [(read, _tables_of(read, known)) for read in reads if read.source.commit == commit]
        if names and names <= set().union(*(of for _, of in there)):
            found += [read for read, of in there if of & names]
    return found


def _tables_of(read: PastRead, known: Sequence[str]) -> set[str]:
    what = read.source.what
    names = [what] if " " not in what else tables_in(what, known)
    return {name.casefold() for name in names}


def _chosen(found: Sequence[PastRead], task: str | None) -> list[str]:
    """Return the commits that remain after applying the precedence of `commit_read`."""
    reads = [read for read in found if task is not None and read.task == task] or found
    commits = list(dict.fromkeys(read.source.commit for read in reads))
    others = list(dict.fromkeys(read.source.commit for read in reads if not read.is_own))
    return others if len(commits) > 1 and len(others) == 1 else commits


def _unclear(
    execution: PastExecution, database: Database, what: str, reads: Sequence[PastRead], chosen: Sequence[str]
) -> DoltError:
    known = "; ".join(dict.fromkeys(f"{read.source.what!r:.80} at {read.source.commit}" for read in reads[:10]))
    place = f"{what!r:.200} of {database.location}"
    if chosen:
        text = f"{execution.name} read {place} at {len(chosen)} versions: {', '.join(chosen)}"
        return ConfigError(text, hint='Choose one: as_of="<commit>".')
    text = f"{execution.name} has not read {place}, as far as its commits in {execution.location} say"
    said = f"It read {known}." if known else "They name nothing that it read there."
    began = f" (the execution began at {execution.start})" if execution.start is not None else ""
    hint = (
        f'{said} A task that writes nothing leaves no record: use as_of="<commit>"{began}. If it also wrote to another '
        f'database, name that: "execution:{execution.name} of <database>".'
    )
    return RevisionNotFoundError(text, hint=hint)
