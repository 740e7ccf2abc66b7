"""The columns of a file: those of a frame by their names, and those of a table that the file's header means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from dolt_integrations.core.columns import encode_column
from dolt_integrations.engine import nearest
from dolt_integrations.errors import ColumnNotFoundError, DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dolt_integrations.core.column import EncodedColumn
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


def encode_named(frame: pd.DataFrame, where: str) -> dict[str, EncodedColumn]:
    """Return the values of a frame's columns by their names, those of its named index levels first.

    Unlike for a table, the names may be any texts that differ: a query may have made them.

    Raises:
        DataError: No DataFrame, no columns, or two of one name.
        UnsupportedTypeError: A column of a dtype that has no SQL type.
        UnsupportedValueError: A value that its column cannot hold, with its row.
    """
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"what {where} is to hold is a {type(frame).__name__}, not a DataFrame")
    levels = [level for level, name in enumerate(frame.index.names) if name is not None]
    labels = [frame.index.names[level] for level in levels] + list(frame.columns)
    series = [pd.Series(frame.index.get_level_values(level)) for level in levels]
    series += [frame.iloc[:, at] for at in range(frame.shape[1])]
    names = [str(label) for label in labels]
    if not names or len(set(names)) < len(names) or "" in names:
        problem = "a column without a name" if "" in names else "columns of one name" if names else "no columns"
        raise DataError(f"the frame for {where} has {problem}", hint="Rename the columns.")
    columns = {}
    for at, (name, values) in enumerate(zip(names, series, strict=True)):
        encoded = encode_column(values, f"column {name!r} of {where}")
        level = at if at < len(levels) else None
        label = "int" if pd.api.types.is_integer(labels[at]) else None
        columns[name] = replace(encoded, mark=replace(encoded.mark, index=level, label=label))
    return columns
