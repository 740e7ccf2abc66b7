"""The mapping between pandas dtypes and SQL types.

The dtype decides a column's SQL type, never the values (only strings and decimals are measured). What the SQL type
cannot express is kept as a `Mark`. A column without one is read by its SQL type alone, so that tables made by other
programs read sensibly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dolt_integrations.engine import Column, parse_type
from dolt_integrations.engine.sql.types import GEOMETRIES


@dataclass(frozen=True)
class Storage:
    """How a dtype is stored: its SQL type, and whether the column takes NULL."""

    sql_type: str
    nullable: bool


STORAGE: dict[str, Storage] = {
    "int8": Storage("tinyint", nullable=False),
    "int16": Storage("smallint", nullable=False),
    "int32": Storage("int", nullable=False),
    "int64": Storage("bigint", nullable=False),
    "uint8": Storage("tinyint unsigned", nullable=False),
    "uint16": Storage("smallint unsigned", nullable=False),
    "uint32": Storage("int unsigned", nullable=False),
    "uint64": Storage("bigint unsigned", nullable=False),
    "Int8": Storage("tinyint", nullable=True),
    "Int16": Storage("smallint", nullable=True),
    "Int32": Storage("int", nullable=True),
    "Int64": Storage("bigint", nullable=True),
    "UInt8": Storage("tinyint unsigned", nullable=True),
    "UInt16": Storage("smallint unsigned", nullable=True),
    "UInt32": Storage("int unsigned", nullable=True),
    "UInt64": Storage("bigint unsigned", nullable=True),
    "bool": Storage("tinyint(1)", nullable=False),
    "boolean": Storage("tinyint(1)", nullable=True),
    "float16": Storage("float", nullable=True),
    "float32": Storage("float", nullable=True),
    "float64": Storage("double", nullable=True),
    "Float32": Storage("float", nullable=True),
    "Float64": Storage("double", nullable=True),
}
"""The dtypes of numbers and booleans. Their missing values (NaN, NA) are stored as NULL."""

NULLABLE = {name.lower(): name for name in STORAGE if re.match("U?Int", name)} | {"bool": "boolean"}
"""The nullable counterpart of each dtype that has no missing value."""

TEXT_DTYPE = str(pd.Series(["text"]).dtype)
"""The dtype that pandas itself gives to strings: `str` from pandas 3 on, `object` before."""

OBJECTS = {"date": "date", "decimal": "decimal", "json": "json"}
"""SQL types that are read as Python objects of one class, with the class's name in a `Mark`."""

_TEXT_TYPES = {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"}
_BINARY_TYPES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", *GEOMETRIES}
_INTEGER_BITS = {"tinyint": "8", "smallint": "16", "mediumint": "32", "int": "32", "bigint": "64"}
_OTHERS = {
    "float": "float32",
    "double": "float64",
    "datetime": "datetime64[us]",
    "timestamp": "datetime64[us]",
    "time": "timedelta64[us]",
    "year": "Int16",
    "bit": "UInt64",
}


def default_dtype(column: Column) -> tuple[str, str | None]:
    """Return the dtype of a column without a mark, and for `object` the class of its objects.

    Example:
        >>> default_dtype(Column("a", "bigint", nullable=True))
        ('Int64', None)
        >>> default_dtype(Column("a", "decimal(10,2)"))
        ('object', 'decimal')
    """
    sql_type = parse_type(column.sql_type)
    if sql_type.is_boolean:
        return ("boolean" if column.nullable else "bool"), None
    if sql_type.base in _INTEGER_BITS:
        name = ("UInt" if sql_type.unsigned else "Int") + _INTEGER_BITS[sql_type.base]
        return (name if column.nullable else name.lower()), None
    if sql_type.base in _TEXT_TYPES:
        return TEXT_DTYPE, None
    if sql_type.base in _BINARY_TYPES:
        return "object", "bytes"
    if sql_type.base in OBJECTS:
        return "object", OBJECTS[sql_type.base]
    return _OTHERS.get(sql_type.base, "object"), None


def name_of(dtype: Any) -> str:
    """Return the name from which `dtype_of_name` makes the same dtype.

    Example:
        >>> name_of(pd.Series([1]).dtype)
        'int64'
    """
    if not isinstance(dtype, pd.StringDtype):
        return str(dtype)
    kind = "str" if _is_nan(getattr(dtype, "na_value", pd.NA)) else "string"
    return kind if dtype == pd.api.types.pandas_dtype(kind) else f"{kind}[{dtype.storage}]"


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and np.isnan(value)


def dtype_of_name(name: str) -> Any:
    """Return the dtype for a name from `name_of`.

    Raises:
        TypeError: This version of pandas has no such dtype.
    """
    if match := re.fullmatch(r"str\[(\w+)\]", name):
        return pd.StringDtype(match.group(1), na_value=np.nan)
    return pd.api.types.pandas_dtype(name)
