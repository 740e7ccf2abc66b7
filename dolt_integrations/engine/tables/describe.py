"""The columns of a query's result, as their table declares them or as the MySQL protocol describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pymysql.constants import FIELD_TYPE, FLAG

from dolt_integrations.engine.sql.types import arrow_type, parse_type
from dolt_integrations.engine.tables.definitions.schema import Column, find_table

if TYPE_CHECKING:
    from dolt_integrations.engine.session.connection import Connection


def describe_query(connection: Connection, query: str) -> tuple[tuple[Column, ...], bool]:
    """Return a query's columns, and whether Dolt's NOT NULL flags can be trusted.

    Dolt marks columns as NOT NULL that may be NULL after an outer join, in an aggregate over no rows, and in its system
    tables. Only plain columns of a table in a query without these are certain.
    """
    connection.execute("SET sql_select_limit = 0")
    try:
        with connection.stream(query) as cursor:
            fields = list(cursor._result.fields)
    finally:
        connection.execute("SET sql_select_limit = DEFAULT")
    doubtful = re.search(r"\b(left|right|full|outer|rollup)\b|dolt_", query, re.IGNORECASE) is not None
    certain = all(not field.flags & FLAG.NOT_NULL or (field.org_table and not doubtful) for field in fields)
    declared: dict[str, dict[str, Column]] = {}
    with connection.understood("what the server says of the columns of a query"):
        return tuple(_column(connection, field, declared) for field in fields), certain


def _column(connection: Connection, field: Any, declared: dict[str, dict[str, Column]]) -> Column:
    """Return a result column as its table declares it, or as the protocol describes it.

    Nothing declares whether an expression can be NULL, so it counts as NOT NULL until a NULL arrives.
    """
    reported = Column(field.name, _protocol_type(field), nullable=False)
    arrow_type(reported.sql_type)
    if not field.org_table:
        return reported
    if field.org_table not in declared:
        schema = find_table(connection, field.org_table)
        declared[field.org_table] = {column.name: column for column in schema.columns} if schema else {}
    origin = declared[field.org_table].get(field.org_name)
    if origin is None or not _same_family(origin.sql_type, reported.sql_type):
        return reported
    return Column(field.name, origin.sql_type, origin.nullable, origin.comment)


def _same_family(declared: str, reported: str) -> bool:
    """Whether the protocol's type and the declared type are read into the same Arrow type."""
    one, other = parse_type(declared), parse_type(reported)
    if one.base in ("enum", "set") or one.is_boolean:
        return other.base in ("enum", "set", "char", "tinyint")
    return bool(arrow_type(declared) == arrow_type(reported))


_PROTOCOL_TYPES = {
    FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint",
    FIELD_TYPE.INT24: "mediumint",
    FIELD_TYPE.LONG: "int",
    FIELD_TYPE.LONGLONG: "bigint",
    FIELD_TYPE.FLOAT: "float",
    FIELD_TYPE.DOUBLE: "double",
    FIELD_TYPE.DATE: "date",
    FIELD_TYPE.DATETIME: "datetime(6)",
    FIELD_TYPE.TIMESTAMP: "timestamp(6)",
    FIELD_TYPE.TIME: "time(6)",
    FIELD_TYPE.YEAR: "year",
    FIELD_TYPE.BIT: "bit",
    FIELD_TYPE.JSON: "json",
    FIELD_TYPE.GEOMETRY: "geometry",
    FIELD_TYPE.NULL: "null",
}
_BINARY_CHARSET = 63


def _protocol_type(field: Any) -> str:
    """Name the SQL type of a result's column from the column definition packet (MySQL manual, "Protocol")."""
    code = field.type_code
    if code in (FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.DECIMAL):
        # The display length counts the sign and the point; a placeholder's is 0.
        return f"decimal({max(1, field.length - 1 - (1 if field.scale else 0))},{field.scale})"
    if code in _PROTOCOL_TYPES:
        unsigned = " unsigned" if field.flags & FLAG.UNSIGNED and "int" in _PROTOCOL_TYPES[code] else ""
        return _PROTOCOL_TYPES[code] + unsigned
    if field.flags & FLAG.ENUM:
        return "enum"
    if field.flags & FLAG.SET:
        return "set"
    return "blob" if field.charsetnr == _BINARY_CHARSET else "text"
