"""Guarantees of single types, to Dolt and back."""

import datetime

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import UnsupportedValueError
from tests.conftest import run_sql
from tests.helpers.values.samples import (
    TYPES,
    D,
    assert_same,
    categorical,
    numbered,
    objects,
    round_trip,
    zoned,
)


@pytest.mark.parametrize(
    ("name", "sql_type"),
    [
        ("time zone in nanoseconds", "datetime(6)"), ("spans in ns", "bigint"), ("categories", "varchar(255)"),
        ("categories of int64", "bigint"), ("categories of bool", "tinyint(1)"), ("bytes", "longblob"),
        ("dates", "date"), ("times", "time(6)"), ("money", "decimal(28,2)"), ("UUIDs", "varchar(36)"),
        ("dicts", "json"), ("decimals of 65 digits", "decimal(65,30)"), ("arrow int8", "tinyint"),
        ("arrow string", "varchar(255)"), ("arrow decimal128", "decimal(10,2)"), ("arrow date32", "date"),
        ("string in pyarrow", "varchar(255)"),
    ],
)  # fmt: skip
def test_a_plain_client_sees_an_ordinary_column(name, sql_type, database):
    write_table(database, "t", numbered(TYPES[name]))

    assert run_sql(database, "SHOW COLUMNS FROM t")[1][1] == sql_type


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time zone in microseconds", datetime.datetime(2021, 3, 28, 0, 59, 59)), ("spans in s", 0),
        ("categories", "x"), ("categories of int8", 1), ("bytes", b""), ("dates", datetime.date.min),
        ("times", datetime.timedelta(0)), ("money", D("1.50")), ("dicts", "{}"), ("arrow int8", -128),
        ("UUIDs", "00000000-0000-0000-0000-000000000000"),
    ],
)  # fmt: skip
def test_a_plain_client_sees_the_value_itself(name, value, database):
    write_table(database, "t", numbered(TYPES[name]), primary_key="number")

    assert run_sql(database, "SELECT value FROM t ORDER BY number LIMIT 1") == [(value,)]


@pytest.mark.parametrize("dtype", ["int64", "int8", "Int64", "float64", "bool", "str", "string"])
def test_categories_of_every_dtype_with_missing_values_and_unused_ones(dtype, url):
    several = [True, False] if dtype == "bool" else [2, 1, 0] if dtype[0] in "iIf" else ["2", "1", "0"]
    frame = numbered(categorical([several[0], None, several[1], None], several, dtype=dtype))

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_categories_alone_without_values(url):
    frame = pd.DataFrame({"none": categorical([None, None], []), "all": categorical([None, None], ["a", "b"])})

    assert_same(round_trip(url, frame), frame)


def test_categories_in_another_order_are_a_change(database):
    write_table(database, "t", pd.DataFrame({"a": categorical(["x"], ["x", "y"])}))

    frame = pd.DataFrame({"a": categorical(["x"], ["y", "x"])})
    assert write_table(database, "t", frame).changed
    assert_same(read_table(database, "t").data, frame)


def test_many_long_categories(url):
    several = [f"{number}: {'é🍣' * 10}" for number in range(300)]
    frame = numbered(categorical(several[::2], several))

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_a_value_from_sql_that_is_no_category_is_missing_or_an_error(database):
    write_table(database, "t", pd.DataFrame({"a": categorical(["x"], ["x", "y"])}))
    run_sql(database, "INSERT INTO t VALUES ('other')", "CALL dolt_commit('-am', 'by hand')")

    assert sorted(read_table(database, "t").data["a"].astype(object).dropna()) in (["x"], ["other", "x"])


def test_documents_keep_large_texts(url):
    frame = numbered(objects({"text": "é\t\n\\\"'" * 50_000}, {"list": list(range(10_000))}))

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_a_document_with_half_a_surrogate_pair_is_an_error(database):
    with pytest.raises(UnsupportedValueError) as error:
        write_table(database, "t", numbered(objects(["\ud800"])))

    assert "'value'" in ascii(error.value)


def test_decimals_of_several_scales_are_equal_numbers(url):
    frame = numbered(objects(D("1.5"), D("2.25"), D(3), D("1E+2"), D("1e-3"), None))

    back = round_trip(url, frame, ["number"])

    assert_frame_equal(back, frame)
    assert str(back["value"][0]) == "1.500"


def test_a_time_zone_may_become_another(database):
    write_table(database, "t", pd.DataFrame({"a": zoned("us", "UTC")}), primary_key="a")
    frame = pd.DataFrame({"a": zoned("us", "Europe/Berlin")})

    assert write_table(database, "t", frame).changed
    back = read_table(database, "t").data
    assert_same(back, frame.sort_values("a", ignore_index=True))


COLUMNS = {
    "int8": ("tinyint", "NO"), "int16": ("smallint", "NO"), "int32": ("int", "NO"), "int64": ("bigint", "NO"),
    "uint8": ("tinyint unsigned", "NO"), "uint16": ("smallint unsigned", "NO"),
    "uint32": ("int unsigned", "NO"), "uint64": ("bigint unsigned", "NO"), "bool": ("tinyint(1)", "NO"),
    "Int8": ("tinyint", "YES"), "Int16": ("smallint", "YES"), "Int32": ("int", "YES"), "Int64": ("bigint", "YES"),
    "UInt8": ("tinyint unsigned", "YES"), "UInt16": ("smallint unsigned", "YES"),
    "UInt32": ("int unsigned", "YES"), "UInt64": ("bigint unsigned", "YES"), "boolean": ("tinyint(1)", "YES"),
    "float16": ("float", "YES"), "float32": ("float", "YES"), "float64": ("double", "YES"),
    "Float32": ("float", "YES"), "Float64": ("double", "YES"),
}  # fmt: skip
"""The SQL type of each dtype of numbers, and whether its column takes NULL."""


def test_the_columns_of_numbers_are_as_wide_as_their_dtypes_and_take_null_if_these_do(database):
    write_table(database, "t", pd.DataFrame({f"c{at}": pd.array([1], dtype=name) for at, name in enumerate(COLUMNS)}))

    found = [row[1:3] for row in run_sql(database, "SHOW COLUMNS FROM t")]

    assert dict(zip(COLUMNS, found, strict=True)) == COLUMNS
