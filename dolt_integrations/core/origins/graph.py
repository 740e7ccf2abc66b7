"""`Lineage`: the executions behind a table and what they had read, as a DataFrame, as OpenLineage and as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.core.origins.openlineage import run_events
from dolt_integrations.core.origins.picture import network_of
from dolt_integrations.core.origins.writes import Read, Write
from dolt_integrations.render import Card, Facts

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "generation", "database", "table", "commit", "date", "execution_id", "task",
    "input_database", "input_table", "input_commit", "input_written_by", "input_query", "problem",
)  # fmt: skip


@dataclass(frozen=True)
class Lineage:
    """The writes that led to a table, nearest first. Notebooks display it as a picture.

    Attributes:
        title: The title of the picture.
        writes: The commits.

    Example:
        >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}))
        >>> lineage(folder, "users").to_pandas()[["generation", "table"]].values.tolist()
        [[1, 'users']]
    """

    title: str
    writes: tuple[Write, ...]

    def to_pandas(self) -> pd.DataFrame:
        """Return a row for each version that a write had read, or one row for a write that had read none.

        The columns are `generation`, `database`, `table`, `commit` (of the write), `date` (datetime64[us, UTC]),
        `execution_id`, `task`, and for the version that was read `input_database`, `input_table`, `input_commit`,
        `input_written_by` (the commit that wrote it), `input_query`, and `problem` (why it was not followed).
        """
        rows = [(*_written(write), *_read(read)) for write in self.writes for read in write.reads or (None,)]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        frame["date"] = pd.Series(frame["date"].tolist(), dtype="datetime64[us]").dt.tz_localize("UTC")
        texts = [name for name in COLUMNS if name not in ("generation", "date")]
        return frame.astype({"generation": "int64", **dict.fromkeys(texts, TEXT_DTYPE)})

    def to_openlineage(self) -> list[dict[str, Any]]:
        """Return an OpenLineage run event (spec 2-0-2) for each commit, oldest first.

        Datasets have the commit in their `version` facet.

        Example:
            >>> _ = write_table(folder, "users", pd.DataFrame({"id": [1]}), message="Run: Flow/7/start/1")
            >>> [event["job"] for event in lineage(folder, "users").to_openlineage()]
            [{'namespace': 'metaflow', 'name': 'Flow.start'}]
        """
        return run_events(self.writes)

    def to_svg(self) -> str:
        """Return the picture as a standalone SVG document, for light and dark backgrounds.

        Example:
            >>> Lineage("Lineage of users", ()).to_svg().startswith("<svg")
            True
        """
        return network_of(self.writes, self.title).svg(alone=True)

    def card(self) -> Card:
        """Return the picture as a card.

        Example:
            >>> Lineage("Lineage of users", ()).card().title
            'Lineage of users'
        """
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
