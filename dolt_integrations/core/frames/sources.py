"""The columns of a frame of any library, those of its index first, each with a function that encodes it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa

from dolt_integrations.core.arrow.polars import from_polars
from dolt_integrations.core.codec import encode_column
from dolt_integrations.core.columns.encoded import EncodedColumn
from dolt_integrations.core.frames.arrow import column_metadata, encode_named_column, index_levels, label_maker
from dolt_integrations.core.frames.index import level_label, stored_levels
from dolt_integrations.errors import DataError, with_article

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Source:
    """A column of a frame.

    Attributes:
        label: Its label in the frame.
        level: Its level in the index. None for an ordinary column.
        encode: Encodes it for Dolt, given the description of the column for errors.
        is_named: Whether the label is its own, unlike that of an unnamed level.
    """

    label: Hashable
    level: int | None
    encode: Callable[[str], EncodedColumn]
    is_named: bool = True


def frame_sources(frame: Any, where: str, *, in_stream: bool = False) -> list[Source]:
    """Return the columns of a pandas or polars DataFrame or an Arrow Table.

    Args:
        frame: The frame.
        where: The table, for errors.
        in_stream: Whether it is a batch of a stream.

    Raises:
        DataError: It is not a frame.
        UnsupportedTypeError: A polars column cannot be converted to Arrow.
    """
    if isinstance(frame, pl.DataFrame):
        return list(map(_of_polars, _of_table(from_polars(frame, where), where, in_stream=in_stream)))
    if isinstance(frame, pa.RecordBatch):
        frame = pa.Table.from_batches([frame])
    if isinstance(frame, pa.Table):
        return _of_table(frame, where, in_stream=in_stream)
    if isinstance(frame, pd.DataFrame):
        return _of_frame(frame, where, in_stream=in_stream)
    kind = with_article(type(frame).__name__)
    raise DataError(f"the data for {where} is {kind}, not a pandas DataFrame", hint="Convert it to a DataFrame.")


def _of_frame(frame: pd.DataFrame, where: str, *, in_stream: bool) -> list[Source]:
    # Level names may be integers, which get_level_values would interpret as positions.
    index = frame.index.set_names([f"level {level}" for level in range(frame.index.nlevels)])
    names = [name is not None for name in frame.index.names]
    sources = [
        Source(label, level, _series_encoder(pd.Series(index.get_level_values(f"level {level}"))), names[level])
        for level, label in stored_levels(frame.index, where, in_stream=in_stream)
    ]
    return sources + [Source(label, None, _series_encoder(values)) for label, values in frame.items()]


def _series_encoder(values: pd.Series) -> Callable[[str], EncodedColumn]:
    return lambda where: encode_column(values, where)


def _of_polars(source: Source) -> Source:
    return replace(source, encode=lambda where: replace(source.encode(where), polars=True))


def _of_table(table: pa.Table, where: str, *, in_stream: bool) -> list[Source]:
    levels = index_levels(table)
    taken = {level.field for level in levels}
    if len(levels) == 1 and levels[0].name is None and levels[0].index is not None:
        levels = levels if stored_levels(levels[0].index, where, in_stream=in_stream) else []
    sources = [
        Source(level_label(at, level.name), at, _arrow_encoder(level.values, level.said), level.name is not None)
        for at, level in enumerate(levels)
    ]
    said, make_label = column_metadata(table), label_maker(table)
    unindexed = not said
    for at, name in enumerate(table.column_names):
        if name not in taken:
            sources.append(
                Source(
                    make_label(name), None, _arrow_encoder(table.column(at), said.get(name, {}), unindexed=unindexed)
                )
            )
    return sources


def _arrow_encoder(
    values: pa.ChunkedArray, said: Mapping[str, Any], *, unindexed: bool = False
) -> Callable[[str], EncodedColumn]:
    return lambda where: replace(encode_named_column(values, said, where), unindexed=unindexed)
