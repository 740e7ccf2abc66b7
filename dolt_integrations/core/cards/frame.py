"""The first rows of a frame in memory, for a card."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core.cards.diff import shown_value
from dolt_integrations.errors import with_article
from dolt_integrations.render import Cell, Grid, Heading, Note
from dolt_integrations.render.grid import COLUMNS, left_out

ROWS = 10
"""The most rows to show."""


def frame_part(frame: Any, title: str) -> Grid | Note:
    """Return the first rows and columns of a pandas or polars DataFrame or an Arrow Table. For others, the class.

    A stream is not consumed, because it can be read only once.

    Example:
        >>> frame_part(pd.DataFrame({"id": [1]}), "Rows").rows[0][0].text
        '1'
    """
    if isinstance(frame, pd.DataFrame):
        few = frame.iloc[:ROWS, :COLUMNS]
        kinds, values = few.dtypes.tolist(), [few.iloc[:, at].tolist() for at in range(few.shape[1])]
        return _grid(title, [str(name) for name in few.columns], kinds, values, frame.shape)
    if isinstance(frame, pa.Table):
        part = frame.slice(0, ROWS).select(range(min(COLUMNS, frame.num_columns)))
        return _grid(title, part.column_names, part.schema.types, [c.to_pylist() for c in part.columns], frame.shape)
    if isinstance(frame, pl.DataFrame):
        few_rows = frame[:ROWS, :COLUMNS]
        values = [few_rows[:, at].to_list() for at in range(few_rows.width)]
        return _grid(title, few_rows.columns, few_rows.dtypes, values, frame.shape)
    return Note(f"{title}: {with_article(type(frame).__name__)}, whose rows are not shown.")


def _grid(title: str, names: list[str], kinds: list[Any], values: list[list[Any]], shape: tuple[int, int]) -> Grid:
    headings = tuple(Heading(name, str(kind)) for name, kind in zip(names, kinds, strict=True))
    rows = tuple(tuple(Cell(shown_value(value)) for value in row) for row in zip(*values, strict=True))
    note = left_out(f"{len(rows):,} of {shape[0]:,} rows", shape[1] - len(names))
    return Grid(title, headings, rows, note=note)
