"""A column of a frame, as Dolt takes it; and refusing a value that it does not take."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.errors import UnsupportedValueError


@dataclass(frozen=True)
class EncodedColumn:
    """The values of a column, and what they are.

    Attributes:
        values: Of an Arrow type that holds each of them exactly.
        sql_type: The SQL type; None for texts, whose type depends on the longest one.
        nullable: Whether the column takes NULL.
        mark: The dtype, and what else the SQL type may not say.
        unindexed: Whether the frame cannot tell an index and integer labels, as those of Arrow and polars cannot: then
            the table's column stays what it was.
        unit: Of spans, whose values are counts of it: `s`, `ms`, `us`, `ns`.
    """

    values: pa.Array
    sql_type: str | None
    nullable: bool
    mark: Mark
    unit: str | None = None
    unindexed: bool = False


def refuse(bad: pa.Array, where: str, problem: str, values: pa.Array, hint: str = "Change or drop the value.") -> None:
    """Raise for the first row that is marked.

    Args:
        bad: A boolean for each row.
        where: The column and its table, for the text.
        problem: What is wrong; `{value}` stands for the value.
        values: For the text.
        hint: What to do about it.

    Raises:
        UnsupportedValueError: A row is marked.
    """
    row = pc.index(bad, True).as_py()
    if row >= 0:
        raise UnsupportedValueError(
            f"{where} {problem.format(value=shown(values[row].as_py()))} (row {row}, counted from 0)",
            hint=hint,
        )


def refuse_infinite(column: EncodedColumn, where: str) -> EncodedColumn:
    """Return a column, unless it has infinities or NaN, which is not NULL where a column has both.

    Raises:
        UnsupportedValueError: It has.
    """
    if pa.types.is_floating(column.values.type):
        problem = "holds {value} (NaN), which Dolt cannot store and which is not NULL"
        hint = "Make NULLs of them: pl.col(...).fill_nan(None) in polars, column.fillna(pd.NA) in pandas."
        refuse(pc.is_nan(column.values), where, problem, column.values, hint)
        bad = pc.invert(pc.is_finite(column.values))
        refuse(bad, where, "holds {value}, which Dolt cannot store", column.values)
    return column


def shown(value: object) -> str:
    """Return a value for the text of an error, cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python writes no integer of more than 4300 digits.
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
