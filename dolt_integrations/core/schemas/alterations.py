"""Schema changes on save: the ALTER statements that a frame's columns need, and refusing those that would lose data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dolt_integrations.core.columns.mark import mark_of
from dolt_integrations.core.schemas.fits import no_member
from dolt_integrations.core.schemas.numbers import INTEGER_BYTES, integer_range
from dolt_integrations.core.schemas.strings import BLOB_BYTES
from dolt_integrations.engine import Column, TableSchema, parse_type
from dolt_integrations.engine.tables.definitions.alter import (
    add_column,
    alter_table,
    change_column,
    drop_column,
    move_column,
)
from dolt_integrations.errors import UnsupportedTypeError

if TYPE_CHECKING:
    from dolt_integrations.engine.sql.types import SqlType

_TEXT_LENGTHS = {"tinytext": 63, "text": 16_383, "mediumtext": 4_194_303, "longtext": 1_073_741_823}
"""Characters that always fit, at 4 bytes each (MySQL manual, "Data Type Storage Requirements")."""


def alterations(table: str, existing: TableSchema, wanted: TableSchema) -> list[str]:
    """Return the statements that turn one schema into the other, on a table without rows.

    Args:
        table: The table's name.
        existing: Its schema.
        wanted: The schema that it is to have, with the same primary key.

    Raises:
        MemberError: An ENUM or SET column does not list a value of the frame.
        UnsupportedTypeError: A column's new type cannot hold all values of its old type, so older rows, or those of
            other writers, would not fit.

    Example:
        >>> old = TableSchema((Column("a", "int", nullable=False),))
        >>> new = TableSchema((Column("a", "bigint", nullable=False), Column("b", "double")))
        >>> alterations("t", old, new)
        ['ALTER TABLE `t` MODIFY COLUMN `a` bigint NOT NULL', 'ALTER TABLE `t` ADD COLUMN `b` double NULL AFTER `a`']
    """
    old = {column.name.lower(): column for column in existing.columns}
    new = {column.name.lower(): column for column in wanted.columns}
    changes = [drop_column(column.name) for name, column in old.items() if name not in new]
    order = [name for name in old if name in new]
    after: str | None = None
    for at, (name, column) in enumerate(new.items()):
        if name not in old:
            changes.append(add_column(column, after))
            order.insert(at, name)
        elif order[at] != name:
            check_change(table, old[name], column)
            changes.append(move_column(old[name].name, column, after))
            order.remove(name)
            order.insert(at, name)
        elif column != old[name]:
            check_change(table, old[name], column)
            changes.append(change_column(old[name].name, column))
        after = column.name
    return alter_table(table, changes)


def check_change(table: str, old: Column, new: Column) -> None:
    """Refuse a change of a column's type that could lose values. A column that was saved without a type has none.

    Raises:
        MemberError: It is an ENUM or SET column that does not list a value of the frame.
        UnsupportedTypeError: The new type cannot hold all values of the old one.
    """
    is_open = mark_of(old.comment).is_untyped or is_document_as_text(old, new)
    if not is_open and not holds_all(new.sql_type, old.sql_type):
        why = f"; {new.misfit}" if new.misfit else ""
        raise no_member(table, old, new) or UnsupportedTypeError(
            f"column {new.name!r} of table `{table}` is {old.sql_type}, and the frame would make it {new.sql_type}, "
            f"which cannot hold all values of {old.sql_type}{why}",
            hint='Convert the column, or recreate the table: overwrite=True, or the option schema="overwrite".',
        )


def holds_all(new: str, old: str) -> bool:
    """Whether one SQL type can hold every value of another.

    Example:
        >>> holds_all("bigint", "int unsigned"), holds_all("int", "bigint"), holds_all("bigint", "varchar(255)")
        (True, False, False)
    """
    wide, narrow = parse_type(new), parse_type(old)
    if wide == narrow:
        return True
    if _is_integer(wide) and narrow.base in INTEGER_BYTES:
        return integer_range(wide)[0] <= integer_range(narrow)[0] and integer_range(narrow)[1] <= integer_range(wide)[1]
    if wide.base == "double" and (narrow.base == "float" or (_is_integer(narrow) and INTEGER_BYTES[narrow.base] <= 4)):
        return True
    if wide.base == narrow.base == "decimal":
        (digits, scale), (had, had_scale) = wide.arguments, narrow.arguments
        return scale >= had_scale and digits - scale >= had - had_scale
    if (wide.base == "datetime" and narrow.base in ("datetime", "timestamp")) or wide.base == narrow.base == "time":
        return (*wide.arguments, 0)[0] >= (*narrow.arguments, 0)[0]
    if _is_bytes(wide) and _is_bytes(narrow):
        return _byte_length(narrow) <= _byte_length(wide)
    return 0 < _text_length(narrow) <= _text_length(wide)


def is_document_as_text(old: Column, new: Column) -> bool:
    """Whether a JSON column becomes LONGTEXT with JSON in it, which keeps numbers that Dolt's JSON type changes."""
    return (old.sql_type, new.sql_type) == ("json", "longtext") and mark_of(new.comment).of == "json"


def _is_bytes(sql_type: SqlType) -> bool:
    return sql_type.base in ("binary", "varbinary", *BLOB_BYTES)


def _byte_length(sql_type: SqlType) -> int:
    return BLOB_BYTES.get(sql_type.base) or (*sql_type.arguments, 1)[0]


def _is_integer(sql_type: SqlType) -> bool:
    return sql_type.base in INTEGER_BYTES and not sql_type.is_boolean


def _text_length(sql_type: SqlType) -> int:
    if sql_type.base in ("varchar", "char"):
        return sql_type.arguments[0] if sql_type.arguments else 1
    return _TEXT_LENGTHS.get(sql_type.base, 0)
