"""Bounds of column types: a column stays for the largest value that it holds, and is widened for the next."""

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import UnsupportedTypeError
from tests.conftest import run_sql

ENDS = [
    ("tinyint", "int16", -(2**7), -(2**7) - 1),
    ("smallint", "int32", 2**15 - 1, 2**15),
    ("int", "int64", 2**31 - 1, 2**31),
    ("mediumint", "int32", -(2**23), -(2**23) - 1),
    ("mediumint", "int32", 2**23 - 1, 2**23),
    ("mediumint unsigned", "uint32", 0, 2**24),
    ("mediumint unsigned", "uint32", 2**24 - 1, 2**24),
    ("timestamp(6)", "datetime64[us]", "1970-01-01T00:00:01", "1970-01-01T00:00:00.999999"),
    ("timestamp(6)", "datetime64[us]", "2038-01-19T03:14:07", "2038-01-19T03:14:07.000001"),
    ("timestamp(6)", "datetime64[us]", "2038-01-19T03:14:07", "2038-01-19T03:14:08"),
    ("datetime", "datetime64[us]", "2026-01-01T00:00:01", "2026-01-01T00:00:00.700000"),
    ("datetime(3)", "datetime64[us]", "2026-01-01T00:00:00.001", "2026-01-01T00:00:00.000700"),
    ("year", "int16", 1901, 1900),
    ("year", "int16", 2155, 2156),
    ("bit(3)", "uint64", 7, 8),
    ("time(6)", "timedelta64[us]", 3_020_399_000_000, 3_020_399_000_001),
    ("time(6)", "timedelta64[ns]", 1_000, 1_001),
    ("varchar(3)", "str", "abc", "abcd"),
    ("char(3)", "str", "ab", "ab "),
    ("text", "str", "x" * (2**16 - 1), "x" * 2**16),
    ("enum('it''s','b')", "str", "it's", "its"),
    ("tinytext", "str", "é" * 127, "é" * 128),
    ("binary(2)", "object", b"ab", b"a"),
    ("varbinary(2)", "object", b"ab", b"abc"),
    ("time(6)", "timedelta64[us]", -3_020_399_000_000, -3_020_399_000_001),
]


def type_of(url):
    return run_sql(url, "SHOW COLUMNS FROM t LIKE 'a'")[0][1]


@pytest.mark.parametrize(("sql_type", "dtype", "last", "beyond"), ENDS)
def test_a_column_stays_up_to_its_end_and_no_further(sql_type, dtype, last, beyond, database):
    run_sql(database, f"CREATE TABLE t (a {sql_type} NULL)", "CALL dolt_commit('-Am', 'by hand')")

    kept = pd.DataFrame({"a": np.array([last], dtype)})
    write_table(database, "t", kept)
    assert type_of(database) == sql_type
    assert read_table(database, "t").data["a"].tolist() == kept["a"].tolist()

    given = pd.DataFrame({"a": np.array([beyond], dtype)})
    try:
        write_table(database, "t", given)
    except UnsupportedTypeError:
        given = kept  # no type holds both the old values and this one
    assert read_table(database, "t").data["a"].tolist() == given["a"].tolist()


def test_a_column_of_integers_is_widened_for_a_negative_zero(database):
    run_sql(database, "CREATE TABLE t (a int NULL)", "CALL dolt_commit('-Am', 'by hand')")

    write_table(database, "t", pd.DataFrame({"a": [-0.0, 1.0]}))

    assert set(map(str, read_table(database, "t").data["a"])) == {"-0.0", "1.0"}
