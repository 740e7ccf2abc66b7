"""The schema that holds the rows of both a table and a frame, for the modes that keep the table's rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from dolt_integrations.core.arrow.types import ANY, arrow_type_of
from dolt_integrations.core.columns.arrays import ARRAYS
from dolt_integrations.core.columns.dtypes import NULLABLE, STORAGE, default_dtype
from dolt_integrations.core.columns.mark import Mark, mark_of, with_mark
from dolt_integrations.core.configs.mode import UPSERT
from dolt_integrations.core.schemas.alterations import holds_all, is_document_as_text
from dolt_integrations.core.schemas.fits import no_member
from dolt_integrations.engine import Column, TableSchema, check_column_names, parse_type
from dolt_integrations.errors import PrimaryKeyError, UnsupportedTypeError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

_HOLDING = {("truth", "number"), ("object of decimal", "number"), ("duration in us", "object of time")}
"""Pairs of a column's meaning and another meaning of which the column may hold values exactly."""


def extended(
    existing: TableSchema,
    wanted: TableSchema,
    primary_key: Sequence[str] | None,
    mode: str,
    table: str,
    blank: Collection[str] = (),
) -> TableSchema:
    """Return the schema for the rows of both: the table's columns, widened if necessary, then the new ones.

    Args:
        existing: The table's schema.
        wanted: The schema that the frame alone would need.
        primary_key: The key that was asked for. None is the table's.
        mode: `append` or `upsert`.
        table: The table's name, for errors.
        blank: Columns of the frame whose values are all missing, so that their type is unknown.

    Raises:
        InvalidNameError: Dolt would not tell a new column from one of the table.
        MemberError: An ENUM or SET column does not list a value of the frame.
        PrimaryKeyError: The key differs from the table's, or an upsert has none.
        UnsupportedTypeError: A column of the frame and the table's column have no type in common.
    """
    _check_key(existing, wanted, primary_key, mode, table)
    new = {column.name.lower(): column for column in wanted.columns}
    missing = {name.lower() for name in blank}
    columns = [
        _common(column, new[column.name.lower()], column.name in existing.primary_key, table)
        if column.name.lower() in new and column.name.lower() not in missing
        else replace(column, nullable=column.nullable or column.name.lower() in missing)
        for column in existing.columns
    ]
    known = {column.name.lower() for column in existing.columns}
    # Existing rows have no value for a new column.
    added = [replace(column, nullable=True) for name, column in new.items() if name not in known]
    schema = TableSchema((*columns, *added), existing.primary_key)
    check_column_names(schema.names, table=table)
    return schema


def _check_key(
    existing: TableSchema, wanted: TableSchema, primary_key: Sequence[str] | None, mode: str, table: str
) -> None:
    key = tuple(primary_key) if primary_key is not None else existing.primary_key
    shown = f"({', '.join(existing.primary_key)})" if existing.primary_key else "none"
    if not existing.has_key(key):
        hint = "Pass that key or no key; mode 'replace' can change a table's key."
        raise PrimaryKeyError(f"the primary key of table `{table}` is {shown}, not ({', '.join(key)})", hint=hint)
    if mode == UPSERT and not key:
        hint = "Add one with mode 'replace' and `primary_key` (`key` of Table.write), or use mode 'append'."
        raise PrimaryKeyError(f"table `{table}` has no primary key, by which an upsert finds rows", hint=hint)
    missing = [name for name in key if name.lower() not in {column.lower() for column in wanted.names}]
    if mode == UPSERT and missing:
        hint = "Add the column to the frame."
        raise PrimaryKeyError(f"the frame for table `{table}` lacks key column {missing[0]!r}", hint=hint)


def _common(old: Column, new: Column, in_key: bool, table: str) -> Column:
    """Return the column that holds the values of both and is read as the table's is."""
    nullable = not in_key and (old.nullable or new.nullable)
    if mark_of(old.comment).is_untyped:
        return _with_first_type(replace(old, nullable=nullable), new)
    mark = _common_mark(old, new)
    if mark is not None and holds_all(old.sql_type, new.sql_type):
        return replace(old, nullable=nullable, comment=mark)
    if mark is not None and holds_all(new.sql_type, old.sql_type):
        return replace(old, nullable=nullable, sql_type=new.sql_type, comment=new.comment, details=new.details)
    if mark is not None and is_document_as_text(old, new):
        return replace(old, nullable=nullable, sql_type=new.sql_type, comment=_as_text(mark, new.comment))
    raise no_member(table, old, new) or UnsupportedTypeError(
        f"column {old.name!r} of table `{table}` is {_shown(old)}, and the frame's is {_shown(new)}"
        + (f"; {new.misfit}" if new.misfit else ""),
        hint=_conversion(old, new),
    )


def _conversion(old: Column, new: Column) -> str:
    """Return how to convert a frame's column. A TINYINT(1) takes numbers other than 0 and 1 only from int8."""
    if parse_type(old.sql_type).is_boolean and new.misfit:
        return (
            f"Change the value; or convert the column to int8 (frame.astype({{{old.name!r}: 'Int8'}})), as which all "
            "of it is read then; or use mode 'replace'."
        )
    return "Convert the frame's column (frame.astype), or use mode 'replace'."


def _as_text(common: str, comment: str) -> str:
    """Return the comment of a column that becomes text, with an Arrow type only if the documents of both are of it."""
    mark = mark_of(comment)
    return with_mark(comment, mark if mark.arrow == mark_of(common).arrow else replace(mark, arrow=None))


def _with_first_type(old: Column, new: Column) -> Column:
    """Return the column of the first values. Integers stay floats where SQL may have written floats meanwhile."""
    if old.sql_type == new.sql_type == "double":
        return replace(old, comment=with_mark(old.comment, mark_of(old.comment).place))
    mark = mark_of(new.comment)
    if mark.dtype in NULLABLE:  # the rows that were there before have no value
        mark = replace(mark, dtype=None)
    return replace(new, name=old.name, nullable=old.nullable, comment=with_mark(new.comment, mark))


def _shown(column: Column) -> str:
    dtype, of = _dtype(column)
    if dtype in (ANY, ARRAYS):
        of = str(arrow_type_of(column))
    return f"{column.sql_type} ({dtype}{f' of {of}' if of else ''})"


def _common_mark(old: Column, new: Column) -> str | None:
    """Return the comment for the common column, if possible the table's. None if the values differ in meaning."""
    ours, theirs = mark_of(old.comment), mark_of(new.comment)
    if "category" in (ours.dtype, theirs.dtype):
        return _common_categories(old, new, ours, theirs)
    meant, given = _meaning(*_dtype(old)), _meaning(*_dtype(new))
    # A column of booleans or decimals may hold integers, and one of durations times, so it stayed as it is.
    fits = (meant, given) in _HOLDING and parse_type(old.sql_type).base == parse_type(new.sql_type).base
    alike = meant == given or (fits and holds_all(new.sql_type, old.sql_type))
    return _common_comment(old, new, ours, theirs) if alike else None


def _common_comment(old: Column, new: Column, ours: Mark, theirs: Mark) -> str | None:
    """Return the table's comment, without a dtype too narrow for the frame's values. None if both are needed."""
    if old.comment == new.comment:
        return old.comment
    if {ours.dtype, theirs.dtype} & {ANY, ARRAYS}:
        return old.comment if (ours.dtype, ours.arrow) == (theirs.dtype, theirs.arrow) else None
    if ours.dtype == "float16" != theirs.dtype:
        return with_mark(old.comment, replace(ours, dtype=None, arrow=None))
    if ours.arrow is None or _family(arrow_type_of(old)) == _family(arrow_type_of(new)):
        return old.comment
    return with_mark(old.comment, replace(ours, arrow=None))


def _family(kind: pa.DataType) -> str:
    """Return a name that is equal for types which hold the same values."""
    name = str(kind)
    return re.sub("^large_|_view$", "", name) if re.fullmatch(r"(large_)?(string|binary)(_view)?", name) else name


def _common_categories(old: Column, new: Column, ours: Mark, theirs: Mark) -> str | None:
    if ours.dtype != "category":
        return old.comment if theirs.of == (ours.dtype or default_dtype(old)[0]) else None
    if theirs.dtype != "category" and not ours.ordered and _meaning(str(ours.of), None) == _meaning(*_dtype(new)):
        # Plain values are added to categories: as with pandas.concat, the column becomes one of plain values.
        return with_mark(old.comment, replace(theirs, index=ours.index, label=ours.label))
    if theirs.dtype != "category" or ours == replace(theirs, index=ours.index, label=ours.label, arrow=ours.arrow):
        return old.comment if theirs.dtype == "category" else None
    if not ours.categories:
        return with_mark(old.comment, replace(theirs, index=ours.index, label=ours.label))
    if ours.of != theirs.of or ours.ordered or theirs.ordered:
        return None
    categories = tuple(dict.fromkeys((ours.categories or ()) + (theirs.categories or ())))
    return with_mark(old.comment, replace(ours, categories=categories))


def _dtype(column: Column) -> tuple[str, str | None]:
    mark = mark_of(column.comment)
    return (mark.dtype, mark.of) if mark.dtype else default_dtype(column)


def _meaning(dtype: str, of: str | None) -> str:
    """Return what values of a dtype mean, regardless of their width. Columns with equal meanings can be combined."""
    if dtype == "object" and of in ("bool", "int"):
        return "truth" if of == "bool" else "number"
    name = dtype.removesuffix("[pyarrow]").lower()
    if dtype in STORAGE or re.fullmatch(r"u?int\d+|float|double|halffloat|bool", name):
        return "truth" if name.startswith("bool") else "number"
    if dtype.startswith("timestamp["):
        return "timestamp in a zone" if "tz=" in dtype else "timestamp"
    if dtype.startswith("datetime64["):
        return "timestamp in a zone" if "," in dtype else "timestamp"
    if re.match(r"(large_)?str(ing)?\b", name) or (dtype == "object" and of is None):
        return "text"
    unit = re.search(r"\[(s|ms|us|ns)\]", dtype)
    if unit and name.startswith(("timedelta64", "duration")):
        return f"duration in {unit[1]}"
    return f"{name} of {of}" if of else name
