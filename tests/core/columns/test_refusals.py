"""What cannot be stored raises its own error, which names the position, and nothing is written."""

import datetime
import decimal
import fractions

import dateutil.tz
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.errors import (
    DataError,
    InvalidNameError,
    PrimaryKeyError,
    UnsupportedTypeError,
    UnsupportedValueError,
)
from tests.conftest import run_sql


def objects(*values):
    return pd.DataFrame({"a": pd.Series(values, dtype=object)})


def arrow(*values, kind):
    return pd.DataFrame({"a": pd.Series(values, dtype=pd.ArrowDtype(kind))})


INTERVAL = pa.month_day_nano_interval()
ENDLESS: list[object] = []
ENDLESS.append(ENDLESS)

BAD_FRAMES = {
    "no columns": (pd.DataFrame(), DataError, "no columns"),
    "rows without columns": (pd.DataFrame(index=[1, 2]), DataError, "no columns"),
    "a column named by a float": (pd.DataFrame({0.5: [1]}), InvalidNameError, "0.5"),
    "a column named by a boolean": (pd.DataFrame({True: [1]}), InvalidNameError, "True"),
    "a column named by a moment": (pd.DataFrame({pd.Timestamp(0): [1]}), InvalidNameError, "1970"),
    "a column named by a tuple": (
        pd.DataFrame([[1]], columns=pd.Index([("a", "b")], tupleize_cols=False)), InvalidNameError, "'a', 'b'"
    ),
    "a number and its text": (pd.DataFrame([[1, 2]], columns=[0, "0"]), InvalidNameError, "twice"),
    "an index named as a column": (
        pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="a")), InvalidNameError, "'a'.*rename_axis"
    ),
    "an index whose levels share a name": (
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)], names=["k", "k"])),
        InvalidNameError,
        "twice",
    ),
    "an index named by a tuple": (
        pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name=("k", "l"))), InvalidNameError, "'k', 'l'"
    ),
    "a column without a name": (pd.DataFrame({"": [1]}), InvalidNameError, "empty"),
    "a column named None": (pd.DataFrame({None: [1]}), InvalidNameError, "None"),
    "a tuple of names": (
        pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), InvalidNameError, "'a', 'b'"
    ),
    "two columns of one name": (pd.DataFrame([[1, 2]], columns=["a", "a"]), InvalidNameError, "twice"),
    "names that differ in case": (pd.DataFrame({"a": [1], "A": [2]}), InvalidNameError, "case"),
    "a name that is too long": (pd.DataFrame({"x" * 65: [1]}), InvalidNameError, "64"),
    "infinity": (pd.DataFrame({"a": [1.0, float("inf")]}), UnsupportedValueError, r"'a'.*`t`.*inf.*row 1"),
    "minus infinity": (pd.DataFrame({"a": [float("-inf")]}), UnsupportedValueError, r"-inf.*row 0"),
    "infinity in Float32": (
        pd.DataFrame({"a": pd.array([1, float("inf")], "Float32")}), UnsupportedValueError, "row 1"
    ),
    "nan in Float64": (
        pd.DataFrame({"a": pd.arrays.FloatingArray(np.array([1.0, np.nan]), np.array([False, False]))}),
        UnsupportedValueError,
        "row 1",
    ),
    "nanoseconds": (
        pd.DataFrame({"a": np.array(["2021-01-01", "2021-01-01T00:00:00.000000001"], "datetime64[ns]")}),
        UnsupportedValueError,
        "'a'.*`t`.*nanoseconds.*row 1",
    ),
    "the zone of the machine": (
        pd.DataFrame({"a": pd.to_datetime(["2021-01-01"]).tz_localize(dateutil.tz.tzlocal())}),
        UnsupportedTypeError,
        "'a'.*`t`.*zone without a name.*zoneinfo",
    ),
    "the year 10000": (
        pd.DataFrame({"a": np.array(["2021-01-01", "10000-01-01"], "datetime64[s]")}),
        UnsupportedValueError,
        "'a'.*`t`.*row 1",
    ),
    "the year 0": (pd.DataFrame({"a": np.array(["0000-12-31"], "datetime64[s]")}), UnsupportedValueError, "row 0"),
    "a moment that microseconds cannot count": (
        pd.DataFrame({"a": np.array([2**62], "datetime64[s]")}),
        UnsupportedValueError,
        "'a'.*`t`",
    ),
    "half a surrogate pair": (
        pd.DataFrame({"a": pd.Series(["a", "\ud800"], dtype=object)}), UnsupportedValueError, "'a'.*`t`"
    ),
    "numbers as objects": (
        pd.DataFrame({"a": pd.Series(["x", 5], dtype=object)}), UnsupportedTypeError, r"'a'.*`t`.*5.*row 1"
    ),
    "nanoseconds with a time zone": (
        pd.DataFrame({"a": pd.DatetimeIndex(["2021-01-01T00:00:00.000000001"], tz="Europe/Berlin")}),
        UnsupportedValueError,
        "'a'.*`t`.*nanoseconds.*row 0",
    ),
    "the year 10000 in UTC": (
        pd.DataFrame({"a": pd.Series(np.array(["9999-12-31T23:00"], "datetime64[us]")).dt.tz_localize("-05:00")}),
        UnsupportedValueError,
        "'a'.*`t`.*row 0",
    ),
    "a time zone without a name": (
        pd.DataFrame({"a": pd.DatetimeIndex(["2021-01-01"], tz=dateutil.tz.gettz("Europe/Berlin"))}),
        UnsupportedTypeError,
        "'a'.*`t`.*time zone",
    ),
    "bytes among texts": (objects("x", b"x"), UnsupportedTypeError, r"'a'.*`t`.*bytes.*row 1"),
    "a text among bytes": (objects(b"x", None, "x"), UnsupportedTypeError, r"str.*row 2"),
    "a date among moments": (
        objects(datetime.datetime(2021, 1, 1), datetime.date(2021, 1, 1)), UnsupportedTypeError, "'a'.*`t`"
    ),
    "a moment among dates": (
        objects(datetime.date(2021, 1, 1), datetime.datetime(2021, 1, 1)), UnsupportedTypeError, r"datetime.*row 1"
    ),
    "a float among decimals": (objects(decimal.Decimal(1), 1.5), UnsupportedTypeError, r"float.*row 1"),
    "a text among lists": (objects([1], "x"), UnsupportedTypeError, r"str.*row 1"),
    "sets": (objects({1}), UnsupportedTypeError, "set"),
    "tuples": (objects((1, 2)), UnsupportedTypeError, "tuple"),
    "fractions": (objects(fractions.Fraction(1, 3)), UnsupportedTypeError, "Fraction"),
    "a decimal of 66 digits": (
        objects(decimal.Decimal(1), decimal.Decimal("9" * 66)), UnsupportedValueError, r"'a'.*`t`.*65 digits.*row 1"
    ),
    "a decimal of 31 digits behind the point": (
        objects(decimal.Decimal("1e-31")), UnsupportedValueError, r"'a'.*`t`.*30.*row 0"
    ),
    "decimals of 66 digits together": (
        objects(decimal.Decimal("9" * 36), decimal.Decimal("1e-30")), UnsupportedValueError, r"'a'.*`t`.*65.*row 1"
    ),
    "an infinite decimal": (objects(decimal.Decimal("inf")), UnsupportedValueError, r"'a'.*`t`.*Infinity.*row 0"),
    "a decimal that is no number": (
        objects(decimal.Decimal(1), decimal.Decimal("snan")), UnsupportedValueError, r"'a'.*`t`.*NaN.*row 1"
    ),
    "a decimal that pandas takes for missing": (
        objects(None, decimal.Decimal("nan")), UnsupportedValueError, r"'a'.*`t`.*NaN.*row 1"
    ),
    "a decimal of minus nothing": (objects(decimal.Decimal("-0")), UnsupportedValueError, r"'a'.*`t`.*-0.*row 0"),
    "a time with a zone": (
        objects(datetime.time(1, tzinfo=datetime.timezone.utc)), UnsupportedValueError, r"'a'.*`t`.*zone.*row 0"
    ),
    "a time of the second hour": (objects(None, datetime.time(1, fold=1)), UnsupportedValueError, "fold.*row 1"),
    "JSON with nan": (objects({"a": float("nan")}), UnsupportedValueError, r"'a'.*`t`.*nan.*row 0"),
    "JSON with infinity": (objects([], [float("inf")]), UnsupportedValueError, r"'a'.*`t`.*inf.*row 1"),
    "JSON with an integer of too many digits for Python": (objects({"a": 10**5000}), UnsupportedValueError, r"row 0"),
    "JSON with keys that are no texts": (objects({1: "a"}), UnsupportedValueError, r"'a'.*`t`.*row 0"),
    "JSON with a tuple": (objects([(1, 2)]), UnsupportedValueError, r"'a'.*`t`.*row 0"),
    "JSON with bytes": (objects([b"a"]), UnsupportedValueError, r"'a'.*`t`.*row 0"),
    "JSON with a date": (objects({"a": datetime.date(2021, 1, 1)}), UnsupportedValueError, r"'a'.*`t`.*row 0"),
    "JSON that holds itself": (objects(ENDLESS), UnsupportedValueError, r"'a'.*`t`.*row 0"),
    "categories of moments": (
        pd.DataFrame({"a": pd.Categorical(pd.to_datetime(["2021-01-01"]))}), UnsupportedTypeError, "'a'.*`t`.*datetime"
    ),
    "categories of intervals": (pd.DataFrame({"a": pd.cut([1, 2], 2)}), UnsupportedTypeError, "'a'.*`t`.*interval"),
    "categories of dates": (
        pd.DataFrame({"a": pd.Categorical([datetime.date(2021, 1, 1)])}), UnsupportedTypeError, "'a'.*`t`.*categories"
    ),
    "categories of several types": (
        pd.DataFrame({"a": pd.Categorical([1, "x"])}), UnsupportedTypeError, "'a'.*`t` has categories.*rename"
    ),
    "an infinite category": (
        pd.DataFrame({"a": pd.Categorical([1.0, float("inf")])}), UnsupportedValueError, "'a'.*`t`.*inf"
    ),
    "Arrow's infinity": (arrow(1.0, float("inf"), kind=pa.float64()), UnsupportedValueError, "'a'.*`t`.*inf.*row 1"),
    "Arrow's nan": (
        pd.DataFrame({"a": pd.array(pa.array([1.0, float("nan")]), pd.ArrowDtype(pa.float64()))}),
        UnsupportedValueError,
        "'a'.*`t`.*nan.*row 1",
    ),
    "Arrow's nanoseconds": (
        pd.DataFrame({"a": pd.array(pa.array([1], pa.timestamp("ns")), pd.ArrowDtype(pa.timestamp("ns")))}),
        UnsupportedValueError,
        "'a'.*`t`.*nanoseconds.*row 0",
    ),
    "Arrow's intervals": (
        pd.DataFrame({"a": pd.array(pa.nulls(1, INTERVAL), pd.ArrowDtype(INTERVAL))}), UnsupportedTypeError, "'a'.*`t`"
    ),
    "Arrow's decimals of 66 digits": (
        arrow(decimal.Decimal(10**64), kind=pa.decimal256(66, 1)), UnsupportedValueError, r"'a'.*`t`.*row 0.*65"
    ),
    "Arrow's lists of inf": (arrow([float("inf")], kind=pa.list_(pa.float64())), UnsupportedValueError, "'a'.*row 0"),
    "polars' objects": (pl.DataFrame({"a": [{1}]}), UnsupportedTypeError, "'a'.*`t`.*Object"),
    "polars' integers of 128 bits": (
        pl.DataFrame({"a": pl.Series([1], dtype=pl.Int128)}), UnsupportedTypeError, "'a'.*`t`.*Int128.*cast"
    ),
    "polars' lists of integers of 128 bits": (
        pl.DataFrame({"a": pl.Series([[1]], dtype=pl.List(pl.Int128))}), UnsupportedTypeError, "'a'.*`t`.*Int128"
    ),
    "polars' nan": (pl.DataFrame({"a": [1.0, None, float("nan")]}), UnsupportedValueError, "'a'.*`t`.*NaN.*row 2"),
    "arrays of two dtypes": (objects(np.array([1]), np.array([1.5])), UnsupportedTypeError, "'a'.*float64.*tolist"),
    "arrays of texts": (objects(np.array(["a"])), UnsupportedTypeError, "'a'.*`t`.*U1"),
    "an array with infinity": (objects(np.array([1.5]), np.array([np.inf])), UnsupportedValueError, "'a'.*row 1"),
    "an array among lists": (objects([1], np.array([1])), UnsupportedTypeError, "'a'.*`t`.*ndarray.*row 1"),
    "booleans and integers": (objects(True, 1), UnsupportedTypeError, r"'a'.*`t`.*int.*row 1"),
    "integers and floats": (objects(1, 2.5), UnsupportedTypeError, r"'a'.*row 1.*astype\('Float64'\)"),
    "booleans of numpy": (objects(np.True_, None), UnsupportedTypeError, r"'a'.*row 0.*astype\('boolean'\)"),
    "integers of numpy": (objects(None, np.int64(1)), UnsupportedTypeError, r"'a'.*row 1.*astype\('Int64'\)"),
    "timestamps and dates": (
        objects(pd.Timestamp("2021-01-01"), datetime.date(2021, 1, 1)), UnsupportedTypeError, r"'a'.*to_datetime\("
    ),
    "timestamps as objects": (objects(pd.Timestamp("2021-01-01"), pd.NaT), UnsupportedTypeError, r"'a'.*to_datetime\("),
    "timestamps of two zones": (
        objects(pd.Timestamp("2021-01-01", tz="UTC"), pd.Timestamp("2021-01-01", tz="Europe/Berlin")),
        UnsupportedTypeError,
        r"'a'.*utc=True",
    ),
    "durations as objects": (objects(datetime.timedelta(1)), UnsupportedTypeError, r"'a'.*to_timedelta\("),
    "integers of more than 65 digits": (objects(1, 10**65), UnsupportedValueError, "'a'.*`t`.*65 digits.*row 1"),
    "a float among texts": (pd.DataFrame({"a": pd.Series(["x", 1.5], dtype=object)}), UnsupportedTypeError, "float"),
    "complex numbers": (pd.DataFrame({"a": [1j]}), UnsupportedTypeError, "complex128"),
    "intervals": (pd.DataFrame({"a": pd.interval_range(0, 1)}), UnsupportedTypeError, "interval"),
    "sparse columns": (pd.DataFrame({"a": pd.arrays.SparseArray([1, 0])}), UnsupportedTypeError, "Sparse.*to_dense"),
}  # fmt: skip


BAD_KEYS = {
    "a missing value in a key": (pd.DataFrame({"a": [1, None]}), PrimaryKeyError, "'a'.*`t`.*row 1"),
    "a key that is there twice": (pd.DataFrame({"a": ["x", "y", "x"]}), PrimaryKeyError, r"\(a\).*`t`.*rows 0, 2"),
    "a key of documents": (objects([1]), PrimaryKeyError, "'a'.*`t`.*JSON"),
    "a key of documents that JSON in Dolt has not": (objects([1.0]), PrimaryKeyError, "'a'.*`t`.*JSON"),
    "a key of too long texts": (pd.DataFrame({"a": ["x" * 769]}), UnsupportedValueError, "'a'.*`t`.*769.*768"),
    "a key of too many bytes": (objects(b"x" * 3073), UnsupportedValueError, "'a'.*`t`.*3073.*3072"),
    "a key that is no column": (pd.DataFrame({"b": [1]}), PrimaryKeyError, "'a'.*`t`"),
}
REFUSED = {
    **{name: (*row, None) for name, row in BAD_FRAMES.items()},
    **{name: (*row, "a") for name, row in BAD_KEYS.items()},
}
"""The frame, its error, what the text says, and the primary key."""

ABOUT_A_VALUE = [name for name, row in BAD_FRAMES.items() if row[1] is UnsupportedValueError]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_an_error_that_says_where_and_what_to_do(name, tmp_path):
    frame, kind, text, key = REFUSED[name]

    with pytest.raises(kind, match=text) as error:
        write_table(tmp_path / "shop", "t", frame, primary_key=key)

    assert error.value.hint
    assert "`t`" in ascii(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ABOUT_A_VALUE)
def test_what_is_wrong_with_a_value_names_its_row(name):
    with pytest.raises(UnsupportedValueError, match=r"row \d+"):
        encode_frame(BAD_FRAMES[name][0], table="t")


@pytest.mark.parametrize(
    "name", ["infinity", "two columns of one name", "no columns", "nanoseconds", "a key of documents"]
)
def test_what_is_refused_changes_nothing(name, database):
    write_table(database, "t", pd.DataFrame({"a": [1]}))
    before = run_sql(database, "SELECT commit_hash FROM dolt_log"), run_sql(database, "SELECT * FROM t")
    frame, kind, _, key = REFUSED[name]

    with pytest.raises(kind):
        write_table(database, "t", frame, primary_key=key)

    assert (run_sql(database, "SELECT commit_hash FROM dolt_log"), run_sql(database, "SELECT * FROM t")) == before
    assert run_sql(database, "SELECT * FROM dolt_status") == []
    assert run_sql(database, "SHOW TABLES") == [("t",)]


@pytest.mark.parametrize(
    "value", [None, [{"a": 1}], {"a": [1]}, "a,b\n1,2", pd.Series([1], name="a"), np.zeros((1, 1))]
)
def test_what_is_no_frame_is_an_error_of_ours(value, tmp_path):
    with pytest.raises(DataError, match="DataFrame"):
        write_table(tmp_path / "shop", "t", value)

    assert list(tmp_path.iterdir()) == []
