"""The nodes of a lineage: the commits that wrote a table, and the versions that their tasks had read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True)
class Read:
    """A version that an execution had read.

    Attributes:
        database: The database, without a password.
        table: The table. None if the table of a query is unknown.
        commit: The version that was read.
        written_by: The commit that wrote the table's version. None if it was not looked up.
        query: The SQL, if a query was read.
        problem: Why the read was not followed. None if it was, or if it is beyond the depth.
    """

    database: str
    table: str | None
    commit: str
    written_by: str | None = None
    query: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Write:
    """A commit that wrote a table.

    Attributes:
        generation: 1 for the requested table, 2 for what its writer had read, and so on.
        database: The database, without a password.
        table: The table.
        commit: The commit that wrote it.
        date: The commit's date in UTC.
        execution_id: The execution or run. None if the message names none.
        task: The task, if the message names one.
        reads: What the task had read.
    """

    generation: int
    database: str
    table: str
    commit: str
    date: datetime.datetime
    execution_id: str | None
    task: str | None
    reads: tuple[Read, ...]
