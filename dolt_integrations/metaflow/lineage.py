"""Lineage of runs: the tables and commits that a run read, and the runs that wrote those."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core import Repository
from dolt_integrations.errors import NotFoundError, RunNotFoundError
from dolt_integrations.metaflow.action import READ, DoltAction
from dolt_integrations.metaflow.past_run import PastRun, past_run_of
from dolt_integrations.metaflow.run_path import RunPath, last_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dolt_integrations.metaflow.client import Run

COLUMNS = ["task", "kind", "key", "table", "database", "branch", "commit", "query", "artifact", "written_by"]

_LITERAL = re.compile(r"'(?:[^'\\]|\\.?)*(?:'|\Z)|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)


def lineage(run: Run | Mapping[str, Any] | str, *, depth: int = 1) -> pd.DataFrame:
    """Return what a run read and wrote, and which runs wrote what it read.

    Args:
        run: A `metaflow.Run`, its path, or its `dolt` artifact.
        depth: The number of generations of runs: 1 is this run, 2 includes the runs that wrote what it read.

    Returns:
        A row for each table of each read and write, in the order in which they were made, generation by generation:
        `task` (its path), `kind` (read or write), `key`, `table`, `database`, `branch`, `commit`, `query` (of a read
        by SQL), `artifact` (the flow's attribute that held the frame), `written_by` (the task that last changed the
        table at that commit; missing where no run did).

    Raises:
        RunNotFoundError: No such run, or one without a `dolt` artifact. Of later generations such runs are left out.

    Example:
        >>> made = write_table(folder, "users", pd.DataFrame({"name": ["Ann"]}), message="Run: Flow/7/start/1")
        >>> action = DoltAction("users", "c", "Other/8/start/1", "users", made.commit)
        >>> artifact = {"actions": {"users": action.dict()}, "configs": {"c": {"database": folder}}}
        >>> lineage(artifact)[["task", "table", "written_by"]].values.tolist()
        [['Other/8/start/1', 'users', 'Flow/7/start/1']]
    """
    rows: list[tuple[Any, ...]] = []
    known: set[str] = set()
    runs = [past_run_of(run)]
    for _ in range(depth):
        generation = [row for past in runs for row in _rows(past)]
        rows.extend(generation)
        known |= {RunPath(row[0]).pathspec for row in generation}
        writers = {RunPath(row[-1]).pathspec for row in generation if row[-1] is not None} - known
        runs = [past for path in sorted(writers) for past in _runs(path)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _runs(path: str) -> Iterator[PastRun]:
    try:
        yield past_run_of(path)
    except RunNotFoundError:
        return


def _rows(past: PastRun) -> Iterator[tuple[Any, ...]]:
    for action in past.actions:
        location = past.database(action)
        query = None if action.table_name else action.query
        for table in _tables_of(location, action):
            writer = _writer(location, table, action)
            place = (location, action.branch, action.commit)
            yield action.pathspec, action.kind, action.key, table, *place, query, action.artifact_name, writer


def _writer(location: str, table: str | None, action: DoltAction) -> str | None:
    if table is None:
        return None
    try:
        return str(last_run(location, table, None, action.commit))
    except NotFoundError:
        return action.pathspec if action.kind != READ else None


def _tables_of(location: str, action: DoltAction) -> list[str | None]:
    """Return the table, or the tables that a query names: its words that are tables at its commit."""
    if action.table_name is not None:
        return [action.table_name]
    words = {word.lower() for word in re.findall(r"[^\s`,();.=<>+*/-]+", _LITERAL.sub(" ", action.query or ""))}
    try:
        known = Repository(location).tables(as_of=action.commit)
    except NotFoundError:
        return [None]
    return [table for table in known if table.lower() in words] or [None]
