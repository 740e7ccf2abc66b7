"""polars DataFrames, in and out by Arrow; what polars does not have is an error that names the column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.nested import is_nested
from dolt_integrations.core.arrow.recast import without_list_views
from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDE = ("Int128", "UInt128")


def from_polars(frame: pl.DataFrame, what: str) -> pa.Table:
    """Return a polars DataFrame as an Arrow Table.

    Raises:
        UnsupportedTypeError: A column of Python objects, or of integers of 128 bits.
    """
    return pa.table({series.name: _to_arrow(series, what) for series in frame}) if frame.width else frame.to_arrow()


def _to_arrow(series: pl.Series, what: str) -> pa.Array:
    where, dtype = f"column {series.name!r} of {what}", str(series.dtype)
    if "Object" in dtype:
        hint = f"Give the column a dtype of polars: pl.Series({series.name!r}, values, dtype=pl.List(pl.String)) ..."
        raise UnsupportedTypeError(f"{where} is of polars' Object, which has no SQL type here", hint=hint)
    if any(name in dtype for name in _WIDE):
        hint = f"Cast it: pl.col({series.name!r}).cast(pl.Int64), or .cast(pl.Decimal(38, 0))."
        raise UnsupportedTypeError(f"{where} is of polars' {dtype}, which has no SQL type here", hint=hint)
    return _guarded(series.to_arrow, f"{where} is of polars' {dtype}, which does not become Arrow")


def to_polars(table: pa.Table) -> pl.DataFrame:
    """Return an Arrow Table as a polars DataFrame.

    A dictionary with an order becomes an Enum, a fixed offset that polars has no name for UTC, and a decimal of more
    than 38 digits one of 38, if every value fits.

    Raises:
        UnsupportedTypeError: A column of a type that polars does not have.
    """
    columns = [_from_arrow(name, column) for name, column in zip(table.column_names, table.columns, strict=True)]
    return pl.DataFrame(columns) if columns else pl.DataFrame(pl.from_arrow(table))


def _from_arrow(name: str, column: pa.ChunkedArray) -> pl.Series:
    problem = f"column {name!r} is of type {column.type}, which polars does not have"
    known = _guarded(lambda: _known(column), problem)
    series: pl.Series = _guarded(lambda: pl.Series(name, pl.from_arrow(known)), problem)
    kind = column.type
    if pa.types.is_dictionary(kind) and kind.ordered and series.dtype in (pl.Categorical, pl.String):
        found: Any = known.unify_dictionaries().chunk(0).dictionary if known.num_chunks else pa.array([], pa.string())
        series = _guarded(lambda: series.cast(pl.String).cast(pl.Enum(pl.Series(pl.from_arrow(found)))), problem)
    return series


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the same values in a type that polars knows."""
    kind = column.type
    if is_nested(kind):
        return without_list_views(column)
    if pa.types.is_run_end_encoded(kind):
        return pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], kind.value_type)
    if pa.types.is_decimal(kind) and (kind.bit_width > 128 or not 0 <= kind.scale <= kind.precision):
        return column.cast(pa.decimal128(38, max(kind.scale, 0)))
    if pa.types.is_timestamp(kind) and re.fullmatch(r"[+-]\d\d:(?!00)\d\d", kind.tz or ""):
        return column.cast(pa.timestamp(kind.unit, "UTC"))
    return column


def _guarded(make: Callable[[], Any], problem: str) -> Any:
    """Return what a call of polars or pyarrow gives.

    Raises:
        UnsupportedTypeError: It fails: some of polars' failures are no `Exception`.
    """
    try:
        return make()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        hint = "Use read_arrow or to_arrow, or cast the column to a string or a float first."
        raise UnsupportedTypeError(f"{problem}: {shown(str(error))}", hint=hint) from error
