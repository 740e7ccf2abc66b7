import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table
from tests.conftest import run_sql
from tests.helpers.values.strategies import AWKWARD_TEXTS, DTYPES, column, frames, keyed_frames, missing, takes_missing

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


def round_trip(url, frame, key=None):
    write_table(url, "t", frame, primary_key=key, overwrite=True)
    return read_table(url, "t").data


def sorted_rows(frame):
    """Sort the rows, because a table without a key has no order."""
    texts = [[repr(value) for value in frame.iloc[:, at]] for at in range(frame.shape[1])]
    order = sorted(range(len(frame)), key=lambda row: [column[row] for column in texts])
    return frame.iloc[order].reset_index(drop=True)


def assert_same(frame, expected):
    """Check that two frames are identical, including dtypes and missing values."""
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


def test_labels_without_a_name_come_back(database):
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"]))

    assert_frame_equal(round_trip(database, frame, ["a"]), frame)


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
