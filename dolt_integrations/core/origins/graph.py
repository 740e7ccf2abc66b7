"""`Lineage`: which execution wrote a table, what it had read, who wrote that; as a frame, as JSON and as a picture."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.origins.openlineage import run_events
from dolt_integrations.core.origins.picture import network_of
from dolt_integrations.render import Card, Facts

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "generation", "database", "table", "commit", "date", "execution_id", "task",
    "input_database", "input_table", "input_commit", "input_written_by", "input_query", "problem",
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """A version that an execution had read.

    Attributes:
        database: Where, without a password.
        table: The table; None where it cannot be told which one a query is of.
        commit: The version that was read.
        written_by: The commit that had written the table as it is there; None where that was not looked up.
        query: The SQL, of a read by a query.
        problem: Why it was not followed; None where it was, or where its generation is beyond the depth.
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
        generation: 1 is the table that was asked for, 2 what its writer had read, and so on.
        database: Where, without a password.
        table: The table.
        commit: The commit that wrote it.
        date: In UTC.
        execution_id: The execution or run; None where no message names one.
        task: The task, where it is named.
        reads: What it had read.
    """

    generation: int
    database: str
    table: str
    commit: str
    date: datetime.datetime
    execution_id: str | None
    task: str | None
    reads: tuple[Read, ...]


@dataclass(frozen=True)
class Lineage:
    """The writes that led to a table, those nearest to it first; a notebook shows the picture.

    Attributes:
        title: Of what it is.
        writes: The commits.
    """

    title: str
    writes: tuple[Write, ...]

    def to_pandas(self) -> pd.DataFrame:
        """Return a row for each version that a write had read, and one for a write that had read none.

        The columns are `generation`, `database`, `table`, `commit` (that wrote it), `date` (datetime64[us, UTC]),
        `execution_id`, `task`, then what was read: `input_database`, `input_table`, `input_commit`, `input_written_by`
        (the commit that had written it), `input_query`, and `problem`, why it was not followed.
        """
        rows = [(*_written(write), *_read(read)) for write in self.writes for read in write.reads or (None,)]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        frame["date"] = pd.Series(frame["date"].tolist(), dtype="datetime64[us]").dt.tz_localize("UTC")
        texts = [name for name in COLUMNS if name not in ("generation", "date")]
        return frame.astype({"generation": "int64", **dict.fromkeys(texts, TEXT_DTYPE)})

    def to_openlineage(self) -> list[dict[str, Any]]:
        """Return a run event for each commit, in OpenLineage's shape (spec 2-0-2), the oldest first.

        Datasets carry the commit in their `version` facet.
        """
        return run_events(self.writes)

    def to_svg(self) -> str:
        """Return the picture as an SVG file of its own, for light and for dark."""
        return network_of(self.writes, self.title).svg(alone=True)

    def card(self) -> Card:
        """Return the picture as a card."""
        problems = tuple(read.problem for write in self.writes for read in write.reads if read.problem)
        facts = Facts((("not followed", tuple(dict.fromkeys(problems))),))
        return Card(self.title, (network_of(self.writes, "From what was read to what was written"), facts))

    def _repr_html_(self) -> str:
        return self.card().html()


def _written(write: Write) -> Sequence[object]:
    return (
        write.generation, write.database, write.table, write.commit, write.date, write.execution_id, write.task,
    )  # fmt: skip


def _read(read: Read | None) -> Sequence[object]:
    if read is None:
        return (None,) * 6
    return read.database, read.table, read.commit, read.written_by, read.query, read.problem
