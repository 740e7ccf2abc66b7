"""Decoding the columns of a table as a frame, with the index that was saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.frames.index import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.engine import Column, Result


def decode_result(result: Result, warned: set[str] | None = None) -> pd.DataFrame:
    """Decode rows to a frame, with the dtypes that the table's columns declare and the index that was saved.

    Args:
        result: The rows.
        warned: The columns about which a warning was logged in earlier batches. This call adds to it.
    """
    columns = [
        (column, decode_column(column, result.data.column(at), warned)) for at, column in enumerate(result.columns)
    ]
    return assemble_frame(columns, len(result.data))


def assemble_frame(columns: Sequence[tuple[Column, pd.Series]], rows: int = 0) -> pd.DataFrame:
    """Assemble columns into a frame, with the index and the integer labels that the columns' marks describe.

    Args:
        columns: Each column as the table declares it, with its values.
        rows: The number of rows if all columns belong to the index or there are none.
    """
    marks = [mark_of(column.comment) for column, _ in columns]
    labels = [label_of(column.name, mark) for (column, _), mark in zip(columns, marks, strict=True)]
    series = [values for _, values in columns]
    levels = [at for _, at in sorted((mark.index, at) for at, mark in enumerate(marks) if mark.index is not None)]
    others = [at for at in range(len(series)) if at not in levels]
    frame = pd.concat([series[at] for at in others], axis=1) if others else pd.DataFrame(index=range(rows))
    frame.columns = pd.Index([labels[at] for at in others])
    if len(levels) == 1:
        frame.index = pd.Index(series[levels[0]]).rename(labels[levels[0]])  # None would not replace the name
    elif levels:
        names = [labels[at] for at in levels]
        frame.index = pd.MultiIndex.from_arrays([series[at] for at in levels], names=names)
    return frame
