"""Checking whether an existing column holds a frame's values exactly, so that it can stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.encoded import shown
from dolt_integrations.core.columns.json import not_documents
from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.schemas.numbers import (
    INTEGER_BYTES,
    is_number,
    not_bits,
    not_decimals,
    not_floats,
    not_integers,
    not_years,
)
from dolt_integrations.engine import parse_type
from dolt_integrations.engine.sql.types import GEOMETRIES
from dolt_integrations.errors import MemberError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column

TEXT_BYTES = {"tinytext": 2**8 - 1, "text": 2**16 - 1, "mediumtext": 2**24 - 1, "longtext": 2**32 - 1}
BLOB_BYTES = {"tinyblob": 2**8 - 1, "blob": 2**16 - 1, "mediumblob": 2**24 - 1, "longblob": 2**32 - 1}
"""The most bytes of a value (MySQL manual, "Data Type Storage Requirements")."""

_CODECS = {"latin1": "cp1252"}
"""Python codecs of character sets. Others are treated as ASCII."""
_LAST_CLOCK = ((838 * 60 + 59) * 60 + 59) * 1_000_000
_TIMESTAMPS = (1_000_000, 2_147_483_647_000_000)
"""Microseconds since 1970 that a TIMESTAMP holds (MySQL manual, "The DATE, DATETIME, and TIMESTAMP Types")."""


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
    return _none(encoded) if same else None


def _documents(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if encoded.sql_type is None and encoded.mark.arrow == "large_string":  # as which Arrow reads documents
        return not_documents(encoded.values, in_json=True)
    return _same_base(encoded, column)


def _none(encoded: EncodedColumn) -> pa.Array:
    return pa.array(np.zeros(len(encoded.values), bool))


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


def _timestamps(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if encoded.sql_type != "datetime(6)":
        return None
    sql_type = parse_type(column.sql_type)
    counts = encoded.values.cast(pa.int64())
    bad = _finer(counts, sql_type.arguments)
    if sql_type.base == "timestamp":
        bad = pc.or_(bad, pc.or_(pc.less(counts, _TIMESTAMPS[0]), pc.greater(counts, _TIMESTAMPS[1])))
    return bad


def _finer(microseconds: pa.Array, arguments: tuple[int, ...]) -> pa.Array:
    """Return which timestamps have more fractional digits of a second than the column."""
    step = 10 ** (6 - (*arguments, 0)[0])
    return pc.not_equal(pc.multiply(pc.divide(microseconds, step), step), microseconds)


def _clocks(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if encoded.sql_type != "time(6)" and encoded.unit is None:
        return None
    counts = encoded.values.cast(pa.int64())
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[encoded.unit or "us"]
    most = _LAST_CLOCK * per_second // 10**6
    far = pc.or_(pc.less(counts, -most), pc.greater(counts, most))
    digits = (*parse_type(column.sql_type).arguments, 0)[0]
    step = max(1, per_second // 10**digits)
    return pc.or_(far, pc.not_equal(pc.multiply(pc.divide(counts, step), step), counts))


def _texts(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if not _is_text(encoded, column):
        return None
    sql_type, values = parse_type(column.sql_type), encoded.values
    if sql_type.base in TEXT_BYTES:
        bad = pc.greater(pc.binary_length(values), TEXT_BYTES[sql_type.base])
    else:
        bad = pc.greater(pc.utf8_length(values), (*sql_type.arguments, 1)[0])
    if sql_type.base == "char":
        # MySQL strips trailing spaces from a CHAR.
        bad = pc.or_(bad, pc.ends_with(values, " "))
    return pc.or_(bad, _foreign_letters(values, column.sql_type))


def _is_text(encoded: EncodedColumn, column: Column) -> bool:
    if encoded.mark.of == "json":
        return mark_of(column.comment).of == "json"
    return encoded.sql_type in (None, "varchar(36)")


def _foreign_letters(values: pa.Array, sql_type: str) -> pa.Array:
    """Return which strings have characters that the column's character set lacks."""
    found = re.search(r"CHARACTER SET (\w+)", sql_type, re.IGNORECASE)
    if found is None or found.group(1).lower() == "utf8mb4":
        return pa.array(np.zeros(len(values), bool))
    codec = _CODECS.get(found.group(1).lower(), "ascii")
    return pa.array([value is not None and not _encodes(value, codec) for value in values.to_pylist()])


def _encodes(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeError:
        return False
    return True


def _members(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if not _is_text(encoded, column):
        return None
    return pc.and_(pc.is_valid(encoded.values), pc.invert(pc.is_in(encoded.values, pa.array(_listed(column.sql_type)))))


def _sets(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if not _is_text(encoded, column):
        return None
    members = _listed(column.sql_type)
    distinct = pc.unique(encoded.values).drop_null().to_pylist()
    good = [text for text in distinct if ",".join(m for m in members if m in text.split(",")) == text]
    return pc.and_(
        pc.is_valid(encoded.values), pc.invert(pc.is_in(encoded.values, pa.array(good, encoded.values.type)))
    )


def _listed(sql_type: str) -> list[str]:
    """Return the members of an ENUM or SET."""
    return [text.replace("''", "'") for text in re.findall(r"'((?:[^']|'')*)'", sql_type)]


def _binaries(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    if encoded.sql_type != "longblob":
        return None
    sql_type, lengths = parse_type(column.sql_type), pc.binary_length(encoded.values)
    if sql_type.base == "binary":
        return pc.not_equal(lengths, (*sql_type.arguments, 1)[0])
    return pc.greater(lengths, BLOB_BYTES.get(sql_type.base) or (*sql_type.arguments, 1)[0])


def _geometries(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Check the header of each value: the SRID, which the column may prescribe, and the byte order of the WKB."""
    if encoded.sql_type != "longblob":
        return None
    found = re.search(r"\bSRID (\d+)", column.details)
    srid = int(found.group(1)) if found else None
    return pa.array([value is not None and not _is_geometry(value, srid) for value in encoded.values.to_pylist()])


def _is_geometry(value: bytes, srid: int | None) -> bool:
    is_whole = len(value) >= 9 and value[4] in (0, 1)
    return is_whole and srid in (None, int.from_bytes(value[:4], "little"))


_CHECKS: dict[str, Callable[[EncodedColumn, Column], Any]] = {
    **dict.fromkeys(INTEGER_BYTES, not_integers),
    **dict.fromkeys(("float", "double"), not_floats),
    "date": _same_base,
    **dict.fromkeys(("datetime", "timestamp"), _timestamps),
    **dict.fromkeys(("char", "varchar", *TEXT_BYTES), _texts),
    **dict.fromkeys(("binary", "varbinary", *BLOB_BYTES), _binaries),
    **dict.fromkeys(GEOMETRIES, _geometries),
    "json": _documents,
    "decimal": _decimals,
    "bit": not_bits,
    "year": not_years,
    "time": _clocks,
    "enum": _members,
    "set": _sets,
}
"""Functions that return which values a column cannot hold (None if it is for values of another kind), by SQL type."""
