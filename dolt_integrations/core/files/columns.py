"""The columns of a file: those of a frame by their names, and those of a table that the file's header means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from dolt_integrations.core.codec import encode_column
from dolt_integrations.core.frames.index import stored_levels
from dolt_integrations.core.frames.sources import frame_sources
from dolt_integrations.engine import nearest
from dolt_integrations.errors import ColumnNotFoundError, DataError, FileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column, TableSchema


def match_columns(names: Sequence[str], existing: TableSchema, table: str, where: str) -> list[Column]:
    """Return the table's column for each name of a file, whatever its case.

    Raises:
        ColumnNotFoundError: The table has no such column.
    """
    known = {column.name.lower(): column for column in existing.columns}
    for name in names:
        if name.lower() not in known:
            problem = f"{where} has a column {name!r} that table `{table}` has not"
            raise ColumnNotFoundError(problem, hint=nearest(name, existing.names))
    return [known[name.lower()] for name in names]


@dataclass(frozen=True)
class NamedSeries:
    """A column of a frame, or a level of its index.

    Attributes:
        name: As a text.
        label: As the frame has it.
        level: Of the index; None for an ordinary column.
        values: The values.
    """

    name: str
    label: Any
    level: int | None
    values: pd.Series


def named_series(frame: pd.DataFrame, where: str) -> list[NamedSeries]:
    """Return a frame's columns, the stored levels of its index first.

    Raises:
        DataError: No DataFrame, no columns, or two of one name.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"what {where} is to hold is a {type(frame).__name__}, not a DataFrame")
    stored = stored_levels(frame.index, where)
    levels = [level for level, _ in stored]
    labels = [label for _, label in stored] + list(frame.columns)
    # Levels may be named by integers, which pandas would take for their numbers.
    index = frame.index.set_names([f"level {level}" for level in range(frame.index.nlevels)])
    series = [pd.Series(index.get_level_values(f"level {level}")) for level in levels]
    series += [frame.iloc[:, at] for at in range(frame.shape[1])]
    names = [str(label) for label in labels]
    if not names or len(set(names)) < len(names) or "" in names:
        problem = "a column without a name" if "" in names else "columns of one name" if names else "no columns"
        raise DataError(f"the frame for {where} has {problem}", hint="Rename the columns.")
    places = [*levels, *([None] * frame.shape[1])]
    return [NamedSeries(*column) for column in zip(names, labels, places, series, strict=True)]


def encode_named(frame: pd.DataFrame, where: str) -> dict[str, EncodedColumn]:
    """Return the values of a frame's columns by their names, those of its named index levels first.

    Unlike for a table, the names may be any texts that differ: a query may have made them.

    Raises:
        DataError: No DataFrame, no columns, or two of one name.
        UnsupportedTypeError: A column of a dtype that has no SQL type.
        UnsupportedValueError: A value that its column cannot hold, with its row.
    """
    columns = {}
    for column in named_series(frame, where):
        encoded = encode_column(column.values, f"column {column.name!r} of {where}")
        label = "int" if pd.api.types.is_integer(column.label) else None
        columns[column.name] = replace(encoded, mark=replace(encoded.mark, index=column.level, label=label))
    return columns


def check_values(frame: Any, where: str) -> None:
    """Refuse values of a file that no table can hold, in the words of the file.

    Raises:
        UnsupportedTypeError: A column of a type that has no SQL type.
        UnsupportedValueError: A value that its column cannot hold, with its row.
    """
    for source in frame_sources(frame, where):
        source.encode(f"column {str(source.label)!r} of {where}")


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse two names that are one to Dolt.

    Raises:
        FileError: With both.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other is not name:
            problem = f"{where} has column {name!r} besides {other!r}, which is the same name to Dolt"
            raise FileError(problem, hint='Rename one of them, in a CSV file with {"header": 0, "names": [...]}.')


def name_index(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """Return a frame whose index has no level without a name: what is no mere count becomes columns.

    They are named as `DataFrame.reset_index` names them, `index` or `level_0`.

    Raises:
        DataError: These names are taken.
    """
    unnamed = [level for level, name in enumerate(frame.index.names) if name is None]
    if not unnamed or (frame.index.nlevels == 1 and frame.index.equals(pd.RangeIndex(len(frame)))):
        return frame
    try:
        return frame.reset_index(unnamed)
    except ValueError as error:
        hint = 'Rename the column, or in a CSV file give {"index_col": None}.'
        raise DataError(f"{where} has an index without a name: {error}", hint=hint) from error
