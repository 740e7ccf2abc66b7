"""The cells of a file and the schemas that they are read for."""

import pandas as pd

from dolt_integrations.core.columns.mark import Mark
from dolt_integrations.core.files.file import read_file
from dolt_integrations.engine import Column, TableSchema


def table(*columns, nullable=True):
    """A schema of columns `a`, `b` ... of SQL types."""
    return TableSchema(tuple(Column(name, kind, nullable) for name, kind in zip("abcdef", columns, strict=False)))


def marked(sql_type, **mark):
    return TableSchema((Column("a", sql_type, True, Mark(**mark).comment()),))


def read(file, text, existing=None, **args):
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(file, table="t", existing=existing, args=args)


def values(frame, name="a"):
    """The values of a column, None for a missing one."""
    return [None if value is pd.NA or value is pd.NaT or value != value else value for value in frame[name]]


INTEGER_BOUNDS = {
    "tinyint": (-128, 127),
    "tinyint unsigned": (0, 255),
    "smallint": (-32_768, 32_767),
    "smallint unsigned": (0, 65_535),
    "mediumint": (-8_388_608, 8_388_607),
    "mediumint unsigned": (0, 16_777_215),
    "int": (-2_147_483_648, 2_147_483_647),
    "int unsigned": (0, 4_294_967_295),
    "bigint": (-9_223_372_036_854_775_808, 9_223_372_036_854_775_807),
    "bigint unsigned": (0, 18_446_744_073_709_551_615),
}
"""The least and the largest value of MySQL's integer types, as its manual has them."""
