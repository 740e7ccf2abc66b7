"""Checking which strings and bytes a column holds exactly: CHAR, TEXT, ENUM, SET, BINARY, BLOB, geometries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.engine import parse_type

if TYPE_CHECKING:
    from dolt_integrations.core.columns.encoded import EncodedColumn
    from dolt_integrations.engine import Column

TEXT_BYTES = {"tinytext": 2**8 - 1, "text": 2**16 - 1, "mediumtext": 2**24 - 1, "longtext": 2**32 - 1}
BLOB_BYTES = {"tinyblob": 2**8 - 1, "blob": 2**16 - 1, "mediumblob": 2**24 - 1, "longblob": 2**32 - 1}
"""The most bytes of a value (MySQL manual, "Data Type Storage Requirements")."""

_CODECS = {"latin1": "cp1252", "utf16": "utf-16", "utf32": "utf-32"}
"""Python codecs of character sets. Others are treated as ASCII, except for utf8mb4 and utf8mb3."""


def not_texts(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which strings a CHAR, VARCHAR or TEXT cannot hold. None if they are no strings."""
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
    charset = found.group(1).lower()
    return pa.array(
        [value is not None and not _has_letters(charset, value) for value in values.to_pylist()], pa.bool_()
    )


def _has_letters(charset: str, text: str) -> bool:
    if charset in ("utf8", "utf8mb3"):  # no letters of four bytes
        return max(text, default="") <= "\uffff"
    codec = _CODECS.get(charset, "ascii")
    try:
        text.encode(codec)
    except UnicodeError:
        return False
    return True


def not_members(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which strings an ENUM does not list. None if they are no strings."""
    if not _is_text(encoded, column):
        return None
    return pc.and_(pc.is_valid(encoded.values), pc.invert(pc.is_in(encoded.values, pa.array(_listed(column.sql_type)))))


def not_sets(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which strings are no members of a SET in its order. None if they are no strings."""
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


def not_binaries(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which values a BINARY, VARBINARY or BLOB cannot hold. None if they are no bytes."""
    if encoded.sql_type != "longblob":
        return None
    sql_type, lengths = parse_type(column.sql_type), pc.binary_length(encoded.values)
    if sql_type.base == "binary":
        return pc.not_equal(lengths, (*sql_type.arguments, 1)[0])
    return pc.greater(lengths, BLOB_BYTES.get(sql_type.base) or (*sql_type.arguments, 1)[0])


def not_geometries(encoded: EncodedColumn, column: Column) -> pa.Array | None:
    """Return which bytes are no geometry of the column, by their header: the SRID and the byte order of the WKB."""
    if encoded.sql_type != "longblob":
        return None
    found = re.search(r"\bSRID (\d+)", column.details)
    srid = int(found.group(1)) if found else None
    values = encoded.values.to_pylist()
    return pa.array([value is not None and not _is_geometry(value, srid) for value in values], pa.bool_())


def _is_geometry(value: bytes, srid: int | None) -> bool:
    is_whole = len(value) >= 9 and value[4] in (0, 1)
    return is_whole and srid in (None, int.from_bytes(value[:4], "little"))
