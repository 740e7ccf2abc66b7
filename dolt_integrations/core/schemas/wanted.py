"""Choosing a table's columns for a frame: existing ones if they hold the values, or else those that its dtypes need."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from dolt_integrations.core.codec import needed_mark
from dolt_integrations.core.columns.mark import mark_of, with_mark
from dolt_integrations.core.columns.objects import FAST_DECIMAL, decimal_type
from dolt_integrations.core.schemas.alterations import holds_all
from dolt_integrations.core.schemas.fits import misfit
from dolt_integrations.core.schemas.limits import check_limits, fitted_row
from dolt_integrations.core.schemas.read_alike import is_read_alike
from dolt_integrations.core.schemas.text_types import LONGEST_KEY, key_bytes_type, text_types
from dolt_integrations.engine import Column, TableSchema, parse_type
from dolt_integrations.errors import PrimaryKeyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from dolt_integrations.core.columns.encoded import EncodedColumn


def wanted_schema(
    table: str,
    columns: Mapping[str, EncodedColumn],
    key: tuple[str, ...],
    existing: TableSchema | None,
    *,
    keeps_blank: bool = True,
) -> TableSchema:
    """Return the schema of the table that holds a frame's rows.

    An existing column that holds the values exactly stays unchanged, with its default, comment and other attributes. It
    only becomes nullable if there are NULLs. Generated columns always stay.

    Args:
        table: The table's name, for errors.
        columns: The frame's columns.
        key: The columns of the primary key.
        existing: The table's current schema, or None.
        keeps_blank: Whether a column whose values are all missing keeps the table's type.

    Raises:
        PrimaryKeyError: A key column has a type that cannot be a key.
        UnsupportedValueError: A string in the key is too long.
        DataError: The table would exceed Dolt's limits.
    """
    before = {column.name.lower(): column for column in existing.columns} if existing else {}
    lengths = {name: _longest(each.values) for name, each in columns.items() if each.sql_type is None}
    texts = text_types(lengths, key, table)
    wanted = _Wanted(table, key, texts, keeps_blank)
    found = [wanted.column(name, each, before.get(name.lower())) for name, each in columns.items()]
    schema = fitted_row(TableSchema(_with_generated(found, existing), key), existing)
    check_limits(table, schema)
    return schema


def _with_generated(columns: list[Column], existing: TableSchema | None) -> tuple[Column, ...]:
    """Insert the generated columns that the frame lacks, after the columns that they follow in the table."""
    there = {column.name.lower() for column in columns}
    last = ""
    for column in existing.columns if existing else ():
        if column.is_generated and column.name.lower() not in there:
            names = [each.name.lower() for each in columns]
            columns.insert(names.index(last) + 1 if last in names else 0 if not last else len(names), column)
        last = column.name.lower()
    return tuple(columns)


def _longest(texts: pa.Array) -> int:
    return int(pc.max(pc.utf8_length(texts)).as_py() or 0)


@dataclass(frozen=True)
class _Wanted:
    table: str
    key: tuple[str, ...]
    texts: dict[str, str]
    keeps_blank: bool = True

    def column(self, name: str, encoded: EncodedColumn, before: Column | None) -> Column:
        if before is None:
            nullable = encoded.nullable and name not in self.key
            return marked(Column(name, self._own_type(name, encoded), nullable), encoded)
        if before.is_generated:
            return before
        before = typed(before, encoded)
        nullable = name not in self.key and (before.nullable or encoded.nulls > 0)
        problem = misfit(encoded, before)
        if not (name in self.key and _is_too_long_for_a_key(before.sql_type)):
            if self.keeps_blank and _is_blank(encoded) and (problem is not None or _is_untyped(encoded)):
                return _placed(replace(before, name=name, nullable=nullable), encoded)
            if problem is None:
                return marked(replace(before, name=name, nullable=nullable), encoded)
        sql_type = _widened(before.sql_type, self._own_type(name, encoded), encoded)
        details = _in_precision(before.details, sql_type) if holds_all(sql_type, before.sql_type) else ""
        return marked(Column(name, sql_type, nullable, before.comment, details, problem or ""), encoded)

    def _own_type(self, name: str, encoded: EncodedColumn) -> str:
        if name not in self.key:
            return encoded.sql_type or self.texts[name]
        if encoded.sql_type == "longblob":
            return key_bytes_type(name, int(pc.max(pc.binary_length(encoded.values)).as_py() or 0), self.table)
        if encoded.mark.of == "json":
            raise PrimaryKeyError(
                f"primary key column {name!r} of table `{self.table}` is JSON, which cannot be a key",
                hint="Choose another key, or convert the column to strings.",
            )
        return encoded.sql_type or self.texts[name]


def keeps(column: Column, encoded: EncodedColumn) -> bool:
    """Whether a column already holds values as they are, so that writing them does not alter it."""
    if encoded.nulls and not column.nullable:
        return False
    mark = mark_of(column.comment)
    alike = replace(encoded, mark=replace(encoded.mark, index=mark.index, label=mark.label))
    return misfit(alike, column) is None and marked(column, alike) == column


def marked(column: Column, encoded: EncodedColumn) -> Column:
    """Return a column with the comment that a frame's column needs: its own, if that reads the same frame."""
    mark = needed_mark(encoded.mark, column)
    if encoded.unindexed:
        there = mark_of(column.comment)
        mark = replace(mark, index=there.index, label=there.label)
    if is_read_alike(column, mark, encoded):
        return column
    return replace(column, comment=with_mark(column.comment, mark))


def typed(column: Column, encoded: EncodedColumn) -> Column:
    """Return a column without the note that it has no type yet, if a frame has values for it."""
    mark = mark_of(column.comment)
    if not mark.is_untyped or _is_blank(encoded):
        return column
    return replace(column, comment=with_mark(column.comment, mark.place))


def _placed(column: Column, encoded: EncodedColumn) -> Column:
    """Return a column that is read as before, with its new place in the frame: the index level or integer label."""
    mark = replace(mark_of(column.comment), index=encoded.mark.index, label=encoded.mark.label)
    return replace(column, comment=with_mark(column.comment, mark))


def _is_blank(encoded: EncodedColumn) -> bool:
    """Whether there are no values or all are missing, so that they fit every type."""
    return bool(encoded.values.null_count == len(encoded.values))


def _is_untyped(encoded: EncodedColumn) -> bool:
    """Whether a column without values has a dtype that pandas gives to missing values of any type."""
    dtype = encoded.mark.dtype or ""
    is_missing = dtype.startswith(("datetime64", "timedelta64")) or dtype in ("object", "float64", "float32")
    return (is_missing and encoded.mark.arrow is None) or not len(encoded.values)


def _in_precision(details: str, sql_type: str) -> str:
    """Return column details with CURRENT_TIMESTAMP in the precision of the type, as MySQL requires."""
    digits = parse_type(sql_type).arguments[:1]
    if not digits or parse_type(sql_type).base != "datetime":
        return details
    return re.sub(r"\bCURRENT_TIMESTAMP\b(\(\d*\))?", f"CURRENT_TIMESTAMP({digits[0]})", details)


def _is_too_long_for_a_key(sql_type: str) -> bool:
    there = parse_type(sql_type)
    if there.base in ("varchar", "char"):
        return there.arguments[:1] > (LONGEST_KEY,)
    return "text" in there.base or "blob" in there.base or there.base == "json"


def _widened(before: str, own: str, encoded: EncodedColumn) -> str:
    """Return the frame's type, widened by what the column had: digits of a DECIMAL, the collation of a text."""
    one, other = parse_type(before), parse_type(own)
    if one.base == other.base == "decimal":
        (precision, scale), (had, had_scale) = other.arguments, (*one.arguments, 0)[:2] if one.arguments else (10, 0)
        if had_scale > scale or precision - scale < had - had_scale:
            needed = (
                min(precision - scale, FAST_DECIMAL[0] - FAST_DECIMAL[1]) if precision <= FAST_DECIMAL[0] else precision
            )
            return decimal_type(max(needed, had - had_scale), max(scale, had_scale))
    collation = re.search(r"( CHARACTER SET utf8mb4)?( COLLATE \w+)\Z", before, re.IGNORECASE)
    if encoded.sql_type is None and collation and " CHARACTER SET " not in before.replace("SET utf8mb4", ""):
        return own + collation.group()
    return own
