"""Converting polars DataFrames from and to Arrow. Types without an equivalent are errors that name the column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.arrow.nested import is_nested
from dolt_integrations.core.arrow.recast import recast_leaves
from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

_WIDE = ("Int128", "UInt128")


def from_polars(frame: pl.DataFrame, what: str) -> pa.Table:
    """Return a polars DataFrame as an Arrow Table.

    Raises:
        UnsupportedTypeError: A column holds Python objects or 128-bit integers, or cannot be converted.
    """
    return pa.table({series.name: _to_arrow(series, what) for series in frame}) if frame.width else frame.to_arrow()


def _to_arrow(series: pl.Series, what: str) -> pa.Array:
    where, dtype = f"column {series.name!r} of {what}", str(series.dtype)
    if "Object" in dtype:
        hint = f"Give the column a polars dtype: pl.Series({series.name!r}, values, dtype=pl.List(pl.String)) ..."
        raise UnsupportedTypeError(f"{where} has polars' dtype Object, which has no SQL type here", hint=hint)
    if any(name in dtype for name in _WIDE):
        hint = f"Cast it: pl.col({series.name!r}).cast(pl.Int64), or .cast(pl.Decimal(38, 0))."
        raise UnsupportedTypeError(f"{where} has polars' dtype {dtype}, which has no SQL type here", hint=hint)
    return _guarded(series.to_arrow, f"{where} has polars' dtype {dtype}, which cannot be converted to Arrow")


def to_polars(table: pa.Table) -> pl.DataFrame:
    """Return an Arrow Table as a polars DataFrame.

    An ordered dictionary becomes an Enum. A fixed UTC offset that polars does not support becomes UTC. A decimal of
    more than 38 digits becomes one of 38, if every value fits.

    Raises:
        UnsupportedTypeError: Polars has no equivalent of a column's type.

    Example:
        >>> to_polars(pa.table({"id": [1, 2]})).shape
        (2, 1)
    """
    columns = [_from_arrow(name, column) for name, column in zip(table.column_names, table.columns, strict=True)]
    return pl.DataFrame(columns) if columns else pl.DataFrame(pl.from_arrow(table))


def _from_arrow(name: str, column: pa.ChunkedArray) -> pl.Series:
    problem = f"column {name!r} has type {column.type}, which polars does not support"
    known = _guarded(lambda: _known(column), problem)
    series: pl.Series = _guarded(lambda: pl.Series(name, pl.from_arrow(known)), problem)
    kind = column.type
    if pa.types.is_dictionary(kind) and kind.ordered and series.dtype in (pl.Categorical, pl.String):
        found: Any = known.unify_dictionaries().chunk(0).dictionary if known.num_chunks else pa.array([], pa.string())
        series = _guarded(lambda: series.cast(pl.String).cast(pl.Enum(pl.Series(pl.from_arrow(found)))), problem)
    return series


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert values to a type that polars supports."""
    kind = column.type
    if is_nested(kind):
        return recast_leaves(column, _leaf)
    if pa.types.is_run_end_encoded(kind):
        return pa.chunked_array([pc.run_end_decode(chunk) for chunk in column.chunks], kind.value_type)
    wanted = _leaf(kind)
    return column if wanted == kind else column.cast(wanted)


def _leaf(kind: pa.DataType) -> pa.DataType:
    """Return the type that polars supports for values of a type without parts."""
    if pa.types.is_decimal(kind) and (kind.bit_width > 128 or not 0 <= kind.scale <= kind.precision):
        return pa.decimal128(38, max(kind.scale, 0))
    if pa.types.is_timestamp(kind) and re.fullmatch(r"[+-]\d\d:(?!00)\d\d", kind.tz or ""):
        return pa.timestamp(kind.unit, "UTC")
    if pa.types.is_date64(kind):
        return pa.date32()  # polars would make timestamps of them
    return pa.duration("ms") if kind == pa.duration("s") else kind  # polars would multiply without looking for overflow


def _guarded(make: Callable[[], Any], problem: str) -> Any:
    """Call polars or pyarrow, translating failures.

    Raises:
        UnsupportedTypeError: The call failed. A panic in polars is a BaseException, but not an Exception.
    """
    try:
        return make()
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        hint = "Use read_arrow or to_arrow, or cast the column to a string or a float first."
        raise UnsupportedTypeError(f"{problem}: {shown(str(error))}", hint=hint) from error
