import datetime
import decimal
import fractions

import dateutil.tz
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.frames import encode_frame
from dolt_integrations.errors import DataError, InvalidNameError, UnsupportedTypeError, UnsupportedValueError
from tests.conftest import run_sql
from tests.strategies import AWKWARD_TEXTS, DTYPES, column, frames, keyed_frames, missing, takes_missing

ROUND_TRIP = settings(
    max_examples=35,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

BITS = (8, 16, 32, 64)
MOMENTS = ["1970-01-01", "2262-04-11", "1677-09-22T01:02:03", "2021-03-28T02:30:00"]
EXAMPLES = {
    **{f"{kind}{bits}": [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, 0, -1] for kind in ("int", "Int") for bits in BITS},
    **{f"{kind}{bits}": [2**bits - 1, 0, 1, 2] for kind in ("uint", "UInt") for bits in BITS},
    "bool": [True, False, True, False],
    "boolean": [True, False, True, False],
    "float32": [0.1, -0.0, 3.4028235e38, 1e-45],
    "Float32": [0.1, -0.0, 3.4028235e38, 1e-45],
    "float64": [0.1, -0.0, 1e308, 5e-324],
    "Float64": [0.1, -0.0, 1.7976931348623157e308, 1 / 3],
    **{dtype: ["", "NULL", "a\tb\n\\N\0'\"`é🍣", "007"] for dtype in ("str", "string", "object")},
    **{f"datetime64[{unit}]": list(np.array(MOMENTS, f"datetime64[{unit}]")) for unit in ("s", "ms", "us", "ns")},
}  # fmt: skip


@pytest.fixture(params=["load", "insert"])
def url(request):
    """A database whose server takes files, and one whose server takes none."""
    return request.getfixturevalue("loading_database" if request.param == "load" else "database")


def round_trip(url, frame, key=None):
    write_table(url, "t", frame, primary_key=key, overwrite=True)
    return read_table(url, "t").data


def sorted_rows(frame):
    """Put the rows of a table without a key, which has no order, into one."""
    order = sorted(range(len(frame)), key=lambda row: [repr(value) for value in frame.iloc[row]])
    return frame.iloc[order].reset_index(drop=True)


def assert_same(frame, expected):
    """Hold two frames to be the same to the bit, dtypes and missing values included."""
    assert_frame_equal(frame, expected, check_exact=True)
    for name in expected.columns:
        if expected[name].dtype in (np.float32, np.float64):
            assert list(np.signbit(frame[name])) == list(np.signbit(expected[name])), name


def with_numbers(values):
    return pd.DataFrame({"number": range(len(values)), "value": values})


@ROUND_TRIP
@given(frame=frames())
def test_a_frame_comes_back_as_it_was(frame, url):
    assert_same(sorted_rows(round_trip(url, frame, key=[])), sorted_rows(frame))


@ROUND_TRIP
@given(keyed=keyed_frames())
def test_a_frame_with_a_key_comes_back_as_it_was_in_the_order_of_its_key(keyed, url):
    frame, key = keyed

    assert_same(round_trip(url, frame, key), frame.sort_values(key).reset_index(drop=True))


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_comes_back_with_its_values(dtype, url):
    frame = with_numbers(column(EXAMPLES[dtype], dtype))

    assert_same(round_trip(url, frame, ["number"]), frame)


@pytest.mark.parametrize("dtype", list(filter(takes_missing, DTYPES)))
def test_missing_values_come_back_as_missing(dtype, url):
    frame = with_numbers(column([*EXAMPLES[dtype], missing(dtype), missing(dtype)], dtype))

    assert_same(round_trip(url, frame, ["number"]), frame)


@pytest.mark.parametrize("dtype", list(filter(takes_missing, DTYPES)))
def test_a_column_of_missing_values_alone_keeps_its_dtype(dtype, database):
    frame = with_numbers(column([missing(dtype)] * 3, dtype))

    assert_same(round_trip(database, frame, ["number"]), frame)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_column_without_rows_keeps_its_dtype(dtype, database):
    frame = with_numbers(column([], dtype)).astype({"number": "int64"})

    assert_same(round_trip(database, frame), frame)


@pytest.mark.parametrize("dtype", list(filter(takes_missing, DTYPES)))
def test_a_missing_value_is_null_to_a_plain_client(dtype, database):
    write_table(database, "t", pd.DataFrame({"value": column([missing(dtype)], dtype)}))

    assert run_sql(database, "SELECT value FROM t") == [(None,)]


@pytest.mark.parametrize(
    ("dtype", "sql_type"),
    [
        ("int64", "bigint"), ("uint8", "tinyint unsigned"), ("bool", "tinyint(1)"), ("float32", "float"),
        ("float64", "double"), ("datetime64[ns]", "datetime(6)"), ("Int16", "smallint"), ("string", "varchar(255)"),
    ],
)  # fmt: skip
def test_a_plain_client_sees_an_ordinary_column(dtype, sql_type, database):
    write_table(database, "t", pd.DataFrame({"value": column([], dtype)}))

    assert run_sql(database, "SHOW COLUMNS FROM t")[0][1] == sql_type


def test_a_text_is_never_taken_for_anything_else(url):
    frame = with_numbers([*AWKWARD_TEXTS, None])

    assert_same(round_trip(url, frame, ["number"]), frame)
    stored = [text for (text,) in run_sql(url, "SELECT value FROM t ORDER BY number")]
    assert stored == [*AWKWARD_TEXTS, None]


def test_empty_texts_nulls_and_the_word_null_are_three_things(url):
    frame = with_numbers(["", None, "NULL", "null", "NA", "\\N", "nan"])

    back = round_trip(url, frame, ["number"])

    assert_same(back, frame)
    assert run_sql(url, "SELECT number FROM t WHERE value IS NULL") == [(1,)]


def test_a_text_of_a_megabyte_comes_back(url):
    frame = with_numbers(["é\t\n\\" * 250_000, "short", None])

    assert_same(round_trip(url, frame, ["number"]), frame)


def test_texts_that_look_like_numbers_stay_texts(database):
    frame = with_numbers(["007", "1e5", "0x41", "2021-01-01"])

    assert_same(round_trip(database, frame, ["number"]), frame)


def test_a_nan_among_texts_comes_back_as_missing(database):
    frame = with_numbers(pd.Series(["a", float("nan"), None, pd.NA], dtype=object))

    assert round_trip(database, frame, ["number"])["value"].isna().tolist() == [False, True, True, True]


def test_an_index_without_a_name_is_not_stored(database):
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"]))

    back = round_trip(database, frame, ["a"])

    assert_frame_equal(back, frame.reset_index(drop=True))


def test_the_order_of_columns_is_kept(database):
    frame = pd.DataFrame({name: [1] for name in "zaybx"})

    assert list(round_trip(database, frame).columns) == list("zaybx")


def test_a_frame_of_many_columns_comes_back(database):
    frame = pd.DataFrame({f"text {number}": ["x"] for number in range(150)})

    assert_same(round_trip(database, frame), frame)


def test_the_frame_is_left_as_it_was(database):
    frame = with_numbers(["NULL", None, "a\tb"])
    before = frame.copy(deep=True)

    write_table(database, "t", frame)

    assert_frame_equal(frame, before)


def test_a_frame_that_is_a_slice_comes_back(database):
    frame = with_numbers(["a", None, "b", "NULL", "c"]).iloc[1::2]

    assert_same(round_trip(database, frame, ["number"]), frame.reset_index(drop=True))


def objects(*values):
    return pd.DataFrame({"a": pd.Series(values, dtype=object)})


def arrow(*values, kind):
    return pd.DataFrame({"a": pd.Series(values, dtype=pd.ArrowDtype(kind))})


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
        pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="a")), InvalidNameError, "twice"
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
    "a decimal of minus nothing": (objects(decimal.Decimal("-0")), UnsupportedValueError, r"'a'.*`t`.*-0.*row 0"),
    "a time with a zone": (
        objects(datetime.time(1, tzinfo=datetime.timezone.utc)), UnsupportedValueError, r"'a'.*`t`.*zone.*row 0"
    ),
    "a time of the second hour": (objects(None, datetime.time(1, fold=1)), UnsupportedValueError, "fold.*row 1"),
    "JSON with nan": (objects({"a": float("nan")}), UnsupportedValueError, r"'a'.*`t`.*nan.*row 0"),
    "JSON with infinity": (objects([], [float("inf")]), UnsupportedValueError, r"'a'.*`t`.*inf.*row 1"),
    "JSON with a large integer": (objects({"a": [2**53 + 1]}), UnsupportedValueError, r"'a'.*`t`.*row 0.*"),
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
    "an infinite category": (
        pd.DataFrame({"a": pd.Categorical([1.0, float("inf")])}), UnsupportedValueError, "'a'.*`t`.*inf"
    ),
    "Arrow's lists": (arrow([1], kind=pa.list_(pa.int64())), UnsupportedTypeError, "'a'.*`t`.*list.*SQL type"),
    "Arrow's structs": (arrow({"b": 1}, kind=pa.struct({"b": pa.int64()})), UnsupportedTypeError, "'a'.*`t`.*struct"),
    "Arrow's nulls": (arrow(None, kind=pa.null()), UnsupportedTypeError, "'a'.*`t`.*null"),
    "Arrow's half floats": (arrow(np.float16(1.5), kind=pa.float16()), UnsupportedTypeError, "'a'.*`t`"),
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
    "Arrow's decimals of 66 digits": (
        arrow(decimal.Decimal(1), kind=pa.decimal256(66, 2)), UnsupportedTypeError, "'a'.*`t`.*decimal"
    ),
    "arrays": (pd.DataFrame({"a": pd.Series([np.array([1, 2])], dtype=object)}), UnsupportedTypeError, "ndarray"),
    "booleans as objects": (pd.DataFrame({"a": pd.Series([True, None], dtype=object)}), UnsupportedTypeError, "bool"),
    "a float among texts": (pd.DataFrame({"a": pd.Series(["x", 1.5], dtype=object)}), UnsupportedTypeError, "float"),
    "complex numbers": (pd.DataFrame({"a": [1j]}), UnsupportedTypeError, "complex128"),
    "periods": (pd.DataFrame({"a": pd.period_range("2021-01", periods=1, freq="M")}), UnsupportedTypeError, "period"),
    "intervals": (pd.DataFrame({"a": pd.interval_range(0, 1)}), UnsupportedTypeError, "interval"),
    "sparse columns": (pd.DataFrame({"a": pd.arrays.SparseArray([1, 0])}), UnsupportedTypeError, "Sparse"),
    "half floats": (pd.DataFrame({"a": np.array([1.5], np.float16)}), UnsupportedTypeError, "float16"),
}  # fmt: skip


@pytest.mark.parametrize("frame", BAD_FRAMES)
def test_what_cannot_be_stored_is_an_error_that_says_where(frame):
    bad, kind, text = BAD_FRAMES[frame]

    with pytest.raises(kind, match=text):
        encode_frame(bad, table="t")


@pytest.mark.parametrize("frame", BAD_FRAMES)
def test_what_cannot_be_stored_makes_no_database(frame, tmp_path):
    with pytest.raises(DataError):
        write_table(tmp_path / "shop", "t", BAD_FRAMES[frame][0])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("frame", ["infinity", "two columns of one name", "no columns", "nanoseconds", "JSON with nan"])
def test_what_cannot_be_stored_changes_nothing(frame, database):
    write_table(database, "t", pd.DataFrame({"a": [1]}))
    before = run_sql(database, "SELECT commit_hash FROM dolt_log"), run_sql(database, "SELECT * FROM t")

    with pytest.raises(DataError):
        write_table(database, "t", BAD_FRAMES[frame][0])

    assert (run_sql(database, "SELECT commit_hash FROM dolt_log"), run_sql(database, "SELECT * FROM t")) == before


@pytest.mark.parametrize(
    "value", [None, [{"a": 1}], {"a": [1]}, "a,b\n1,2", pd.Series([1], name="a"), np.zeros((1, 1))]
)
def test_what_is_no_frame_is_an_error_of_ours(value, tmp_path):
    with pytest.raises(DataError, match="DataFrame"):
        write_table(tmp_path / "shop", "t", value)

    assert list(tmp_path.iterdir()) == []
