"""A frame's column encoded for Dolt, and the refusal of values that Dolt cannot store."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.errors import UnsupportedValueError, with_article


@dataclass(frozen=True)
class EncodedColumn:
    """The values of a column, with their types.

    Attributes:
        values: The values, in an Arrow type that holds each of them exactly.
        sql_type: The SQL type; None for strings, whose type depends on the longest one.
        nullable: Whether the column takes NULL.
        mark: The dtype, and anything else that the SQL type does not express.
        unindexed: Whether the frame's library has no index and no integer labels, like Arrow and polars. Then the
            table's column keeps what it says about them.
        polars: Whether the frame is of polars, which reads several Arrow types as one.
        unit: The unit of durations, which are stored as counts of it: `s`, `ms`, `us` or `ns`.
        odd_dates: For each row the date in the year 0, as a string, that its table has and keeps where the value is
            NULL; None if there is none.
    """

    values: pa.Array
    sql_type: str | None
    nullable: bool
    mark: Mark
    unit: str | None = None
    unindexed: bool = False
    polars: bool = False
    odd_dates: pa.Array | None = None

    @property
    def nulls(self) -> int:
        """The number of NULLs to write."""
        kept = 0 if self.odd_dates is None else len(self.odd_dates) - self.odd_dates.null_count
        return int(self.values.null_count - kept)

    @property
    def written(self) -> pa.Array:
        """The values to write: dates are strings if some of them are in the year 0."""
        if self.odd_dates is None:
            return self.values
        return pc.coalesce(self.values.cast(pa.large_string()), self.odd_dates)


def refuse(bad: pa.Array, where: str, problem: str, values: pa.Array, hint: str = "Change or drop the value.") -> None:
    """Raise an error for the first bad row.

    Args:
        bad: A boolean for each row.
        where: The column and its table, for the message.
        problem: What is wrong, with `{value}` in place of the value.
        values: The values, for the message.
        hint: What to do about it.

    Raises:
        UnsupportedValueError: A row is bad.
    """
    row = pc.index(bad, True).as_py()
    if row >= 0:
        raise UnsupportedValueError(
            f"{where} {problem.format(value=shown(values[row].as_py()))} (row {row}, counted from 0)",
            hint=hint,
        )


def refuse_infinite(column: EncodedColumn, where: str) -> EncodedColumn:
    """Return a column unchanged if it has no infinities and no NaN beside NULLs, which would become the same.

    Raises:
        UnsupportedValueError: It has some.
    """
    if pa.types.is_floating(column.values.type):
        problem = "holds {value} (NaN), which Dolt cannot store and which is not NULL"
        hint = "Convert them to NULL: pl.col(...).fill_nan(None) in polars, column.fillna(pd.NA) in pandas."
        refuse(pc.is_nan(column.values), where, problem, column.values, hint)
        bad = pc.invert(pc.is_finite(column.values))
        refuse(bad, where, "holds {value}, which Dolt cannot store", column.values)
    return column


def shown(value: object) -> str:
    """Return a value for an error message, shortened if it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        # Python refuses to print an integer of more than 4300 digits.
        text = with_article(type(value).__name__)
    return text if len(text) <= 60 else f"{text[:57]}..."
