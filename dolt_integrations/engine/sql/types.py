"""SQL types: parsing them, and the Arrow type that holds each of their values exactly."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class SqlType:
    """A parsed column type, from the format of `SHOW COLUMNS`.

    Attributes:
        base: The type's name, lower case: `bigint`, `varchar`.
        arguments: The arguments in parentheses, as numbers if they are numbers: length, precision, scale.
        unsigned: Whether it is an unsigned integer.
    """

    base: str
    arguments: tuple[int, ...] = ()
    unsigned: bool = False

    @property
    def is_boolean(self) -> bool:
        """Whether it is `TINYINT(1)`, MySQL's type for `BOOLEAN`."""
        return self.base == "tinyint" and self.arguments == (1,)


_NUMBER = re.compile(r"\s*[0-9]{1,18}\s*")


@functools.lru_cache(maxsize=1024)
def parse_type(text: str) -> SqlType:
    """Parse a column type.

    Example:
        >>> parse_type("bigint unsigned")
        SqlType(base='bigint', arguments=(), unsigned=True)
        >>> parse_type("decimal(20,5)").arguments
        (20, 5)
    """
    match = re.match(r"\s*(\w+)\s*(?:\(([^)]*)\))?", text.lower())
    if match is None:
        return SqlType(text.lower())
    base, inner = match.group(1), match.group(2) or ""
    numbers = tuple(int(part) for part in inner.split(",") if _NUMBER.fullmatch(part))
    return SqlType(base, numbers, "unsigned" in text.lower().split())


_ARROW = {
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "mediumint": pa.int32(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "timestamp": pa.timestamp("us"),
    "time": pa.duration("us"),
    "year": pa.int16(),
    "bit": pa.uint64(),
    "null": pa.null(),
}
_UNSIGNED = {
    "tinyint": pa.uint8(),
    "smallint": pa.uint16(),
    "mediumint": pa.uint32(),
    "int": pa.uint32(),
    "bigint": pa.uint64(),
}
GEOMETRIES = (
    "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection",
    "geomcollection",
)  # fmt: skip
"""Their values are bytes: the SRID, then WKB."""

DATES = {"date", "datetime", "timestamp"}
"""Types in which MySQL allows the year 0."""

_BINARY = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", *GEOMETRIES}


def arrow_type(text: str) -> pa.DataType:
    """Return the Arrow type for the values of a SQL type. All text types, ENUM, SET and JSON are strings.

    Example:
        >>> arrow_type("int unsigned"), arrow_type("tinyint(1)"), arrow_type("decimal(20,5)")
        (DataType(uint32), DataType(bool), Decimal128Type(decimal128(20, 5)))
    """
    sql_type = parse_type(text)
    if sql_type.is_boolean:
        return pa.bool_()
    if sql_type.base == "decimal":
        return _decimal(*(sql_type.arguments or (10, 0)))
    if sql_type.base in _BINARY:
        return pa.large_binary()
    table = _UNSIGNED if sql_type.unsigned and sql_type.base in _UNSIGNED else _ARROW
    return table.get(sql_type.base, pa.large_string())


def _decimal(precision: int, scale: int = 0) -> pa.DataType:
    return pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)
