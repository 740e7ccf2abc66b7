"""Checking whether an existing column holds a frame's values exactly, so that it can stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.columns.json import not_documents
from dolt_integrations.core.schemas.numbers import (
    INTEGER_BYTES,
    is_number,
    none_of,
    not_bits,
    not_decimals,
    not_floats,
    not_integers,
    not_years,
)
from dolt_integrations.core.schemas.strings import (
    BLOB_BYTES,
    TEXT_BYTES,
    not_binaries,
    not_geometries,
    not_members,
    not_sets,
    not_texts,
)
from dolt_integrations.core.schemas.times import not_clocks, not_timestamps
from dolt_integrations.engine import parse_type
from dolt_integrations.engine.sql.types import GEOMETRIES
from dolt_integrations.errors import MemberError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column


class Misfit(str):
    """Why a column cannot hold a value, with the value and its row."""

    def __new__(cls, text: str, value: Any, row: int) -> Misfit:
        """Keep the value and the row as attributes."""
        made = super().__new__(cls, text)
        made.value, made.row = value, row
        return made

    value: Any
    row: int


def no_member(table: str, old: Column, new: Column) -> MemberError | None:
    """Return the error for an ENUM or SET that does not list a value, or None if that is not the column's problem.

    Args:
        table: The table's name.
        old: The existing column.
        new: The column that the frame asks for.
    """
    kind, found = parse_type(old.sql_type).base.upper(), new.misfit
    if kind not in ("ENUM", "SET") or not isinstance(found, Misfit):
        return None
    return MemberError(
        f"column {old.name!r} of table `{table}` is {old.sql_type}, and {found}",
        hint="Change the value, or add it to the list with SQL (ALTER TABLE ... MODIFY COLUMN); or recreate the "
        'table: overwrite=True, or the option schema="overwrite".',
        constraint=kind,
        column=old.name,
        value=found.value,
        row=found.row,
    )


def misfit(encoded: EncodedColumn, column: Column) -> str | None:
    """Return why a column cannot hold values exactly, or None if it can.

    An empty string means that the column's type is for values of another kind.
    """
    check = _CHECKS.get(parse_type(column.sql_type).base)
    bad = check(encoded, column) if check else None
    if bad is None:
        return ""
    row = pc.index(bad, True).as_py()
    if row < 0:
        return None
    value = encoded.values[row].as_py()
    return Misfit(
        f"the frame has {shown(value)} (row {row}, counted from 0), which {column.sql_type} cannot hold", value, row
    )


def _same_base(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    same = parse_type(encoded.sql_type or "text").base == parse_type(column.sql_type).base
    return none_of(encoded) if same else None


def _documents(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if encoded.mark.arrow == "large_string":  # as which Arrow reads documents
        return not_documents(encoded.values, in_json=True)
    return _same_base(encoded, column)


def _decimals(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    own, there = parse_type(encoded.sql_type or "text"), parse_type(column.sql_type)
    precision, scale = (*there.arguments, 0)[:2] if there.arguments else (10, 0)
    if is_number(encoded) and own.base in INTEGER_BYTES:
        return not_decimals(encoded, precision - scale)
    if own.base != "decimal":
        return None
    if own.arguments[1] > scale:
        return pc.is_valid(encoded.values)
    whole = pc.replace_substring_regex(encoded.values, r"^-?0*|\..*$", "")
    return pc.greater(pc.utf8_length(whole), precision - scale)


_CHECKS: dict[str, Callable[[EncodedColumn, Column], Any]] = {
    **dict.fromkeys(INTEGER_BYTES, not_integers),
    **dict.fromkeys(("float", "double"), not_floats),
    "date": _same_base,
    **dict.fromkeys(("datetime", "timestamp"), not_timestamps),
    **dict.fromkeys(("char", "varchar", *TEXT_BYTES), not_texts),
    **dict.fromkeys(("binary", "varbinary", *BLOB_BYTES), not_binaries),
    **dict.fromkeys(GEOMETRIES, not_geometries),
    "json": _documents,
    "decimal": _decimals,
    "bit": not_bits,
    "year": not_years,
    "time": not_clocks,
    "enum": not_members,
    "set": not_sets,
}
"""Functions that return which values a column cannot hold (None if it is for values of another kind), by SQL type."""
