"""Matching the columns of a file with those of a frame and of a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core.codec import encode_column
from dolt_integrations.core.frames.index import kind_of_label, stored_levels
from dolt_integrations.core.frames.sources import frame_sources
from dolt_integrations.engine import nearest
from dolt_integrations.errors import ColumnNotFoundError, DataError, FileError, with_article

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column, TableSchema


def match_columns(names: Sequence[str], existing: TableSchema, table: str, where: str) -> list[Column]:
    """Return the table's column for each column name of a file, regardless of case.

    Raises:
        ColumnNotFoundError: The table has no such column.
    """
    known = {column.name.lower(): column for column in existing.columns}
    for name in names:
        if name.lower() not in known:
            problem = f"{where} has a column {name!r}, which table `{table}` does not have"
            raise ColumnNotFoundError(problem, hint=nearest(name, existing.names))
    return [known[name.lower()] for name in names]


@dataclass(frozen=True)
class NamedSeries:
    """A column of a frame, or a level of its index.

    Attributes:
        name: Its label as a string.
        label: Its label in the frame.
        level: Its level in the index. None for an ordinary column.
        values: The values.
    """

    name: str
    label: Any
    level: int | None
    values: pd.Series


def named_series(frame: pd.DataFrame, where: str) -> list[NamedSeries]:
    """Return a frame's columns, the stored levels of its index first.

    Raises:
        DataError: It is not a DataFrame, has no columns, or has two of the same name.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"cannot write {with_article(type(frame).__name__)} to {where}", hint="Pass a DataFrame.")
    stored = stored_levels(frame.index, where)
    levels = [level for level, _ in stored]
    labels = [label for _, label in stored] + list(frame.columns)
    # Level names may be integers, which get_level_values would interpret as positions.
    index = frame.index.set_names([f"level {level}" for level in range(frame.index.nlevels)])
    series = [pd.Series(index.get_level_values(f"level {level}")) for level in levels]
    series += [frame.iloc[:, at] for at in range(frame.shape[1])]
    names = [str(label) for label in labels]
    if not names or len(set(names)) < len(names) or "" in names:
        problem = "a column without a name" if "" in names else "columns of the same name" if names else "no columns"
        raise DataError(f"the frame for {where} has {problem}", hint="Rename the columns.")
    places = [*levels, *([None] * frame.shape[1])]
    return [NamedSeries(*column) for column in zip(names, labels, places, series, strict=True)]


def encode_named(frame: pd.DataFrame, where: str) -> dict[str, EncodedColumn]:
    """Encode a frame's columns, by name, those of its stored index levels first.

    Unlike for a table, the names may be any distinct strings, because they may come from a query.

    Raises:
        DataError: It is not a DataFrame, has no columns, or has two of the same name.
        UnsupportedTypeError: A column's dtype has no SQL type.
        UnsupportedValueError: A column cannot hold a value. The message names its row.
    """
    columns = {}
    for column in named_series(frame, where):
        encoded = encode_column(column.values, f"column {column.name!r} of {where}")
        is_named = column.level is None or frame.index.names[column.level] is not None
        label = kind_of_label(column.label, column.level, is_named=is_named)
        columns[column.name] = replace(encoded, mark=replace(encoded.mark, index=column.level, label=label))
    return columns


def check_values(frame: Any, where: str) -> None:
    """Refuse values that no table can hold, with errors that name the file.

    Raises:
        UnsupportedTypeError: A column's type has no SQL type.
        UnsupportedValueError: A column cannot hold a value. The message names its row.
    """
    for source in frame_sources(frame, where):
        source.encode(f"column {str(source.label)!r} of {where}")


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse two names that are the same to Dolt.

    Raises:
        FileError: There are two such names. The message names both.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other is not name:
            problem = f"{where} has columns {other!r} and {name!r}, which are the same name to Dolt"
            raise FileError(problem, hint='Rename one of them, in a CSV file with {"header": 0, "names": [...]}.')


def name_index(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Turn unnamed index levels into columns, unless the index just numbers the rows.

    They get the names that `DataFrame.reset_index` gives them: `index` or `level_0`.

    Raises:
        DataError: Such a name already exists.
    """
    unnamed = [level for level, name in enumerate(frame.index.names) if name is None]
    if not unnamed or (frame.index.nlevels == 1 and frame.index.equals(pd.RangeIndex(len(frame)))):
        return frame
    try:
        return frame.reset_index(unnamed)
    except ValueError as error:
        hint = 'Rename the column, or in a CSV file give {"index_col": None}.'
        raise DataError(f"{where} has an index without a name: {error}", hint=hint) from error
