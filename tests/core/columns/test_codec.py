"""Columns whose comment does not match their values, because others wrote one or the other: no value is changed."""

import datetime
import decimal
import json
import logging

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core.arrow.decimals import encode_decimals
from dolt_integrations.core.arrow.types import arrow_type_of, restore_type
from dolt_integrations.core.codec import decode_column
from dolt_integrations.core.columns.arrays import decode_arrays, encode_arrays
from dolt_integrations.core.columns.arrow_names import type_of_json, type_to_json
from dolt_integrations.core.columns.json import encode_documents
from dolt_integrations.core.columns.mark import Mark, is_damaged, mark_of
from dolt_integrations.core.columns.periods import encode_periods
from dolt_integrations.core.columns.times import encode_timestamps, find_zone
from dolt_integrations.engine import Column, arrow_type
from dolt_integrations.errors import UnsupportedTypeError, UnsupportedValueError

D = decimal.Decimal
SECOND = datetime.timedelta(seconds=1)

MISMATCHES = {
    "a number beyond its dtype": ("bigint", {"dtype": "int8"}, [1, 300], "Int64"),
    "a negative number": ("bigint", {"dtype": "uint8"}, [-1], "Int64"),
    "an integer that a double rounds": ("bigint", {"dtype": "float64"}, [2**53 + 1], "Int64"),
    "a double that a float rounds": ("double", {"dtype": "float32"}, [0.1], "float64"),
    "a float that float16 rounds": ("float", {"dtype": "float16"}, [1.0009765625, 1.00048828125], "float32"),
    "a fraction among integers": ("double", {"dtype": "int64"}, [1.5], "float64"),
    "a number among booleans": ("tinyint", {"dtype": "bool"}, [0, 2], "int8"),
    "microseconds": ("datetime(6)", {"dtype": "datetime64[s]"}, [datetime.datetime(2026, 1, 1, 0, 0, 0, 5)], None),
    "a day as a time": ("time(6)", {"dtype": "object", "of": "time"}, [86_400 * SECOND], "timedelta64[us]"),
    "a timestamp as a number": ("datetime(6)", {"dtype": "int64"}, [datetime.datetime(2026, 1, 1)], "datetime64[us]"),
    "a duration as a number": ("time(6)", {"dtype": "int64"}, [SECOND], "timedelta64[us]"),
    "bytes as a number": ("varbinary(9)", {"dtype": "int64"}, [b"5"], "object"),
    "categories of timestamps": (
        "datetime(6)", {"dtype": "category", "of": "datetime64[us]", "categories": []},
        [datetime.datetime(2026, 1, 1)], "datetime64[us]",
    ),
    "a text that is no number": ("varchar(9)", {"dtype": "int64"}, ["x"], None),
    "a fraction among whole decimals": ("decimal(9,1)", {"dtype": "object", "of": "int"}, [D("1.5")], "object"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISMATCHES)
def test_a_value_that_the_comments_dtype_does_not_hold_is_read_by_the_sql_type(name, caplog):
    sql_type, mark, values, dtype = MISMATCHES[name]
    column = Column("a", sql_type, True, Mark(**mark).comment())

    series = decode_column(column, pa.chunked_array([pa.array(values, arrow_type(sql_type))]))

    assert series.tolist() == pd.Series(values).tolist()
    assert dtype is None or series.dtype == dtype
    assert "column 'a' is not read as its comment says" in caplog.text or sql_type == "tinyint"


def test_a_json_null_that_pandas_takes_for_a_missing_value_is_warned_of_once(caplog):
    warned = set()
    for _ in range(2):
        decode_column(Column("a", "json"), pa.chunked_array([["null", '{"a": 1}']]).cast(pa.large_string()), warned)

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "JSON document null" in caplog.text


@pytest.mark.parametrize("year", [0, 10_000])
def test_a_timestamp_beyond_the_years_of_dolt_is_refused(year):
    days = {0: -719_163, 10_000: 2_932_897}[year]
    series = pd.Series(pd.array([0, days * 86_400], dtype="int64")).astype("datetime64[s]")

    with pytest.raises(UnsupportedValueError, match=r"years 1 to 9999.*row 1"):
        encode_timestamps(series, "column 'a'")


def test_small_decimals_of_arrow_are_written_without_exponents():
    small = pa.array([D("1e-10"), D("-2.5e-9"), D(0)], pa.decimal128(20, 10))

    assert encode_decimals(small, "column 'a'").values.to_pylist() == ["0.0000000001", "-0.0000000025", "0.0000000000"]


def test_the_zone_of_a_comment_opens_no_file():
    with pytest.raises(ValueError, match="not the name of a time zone"):
        find_zone("dateutil//usr/share/zoneinfo/Europe/Berlin")


@pytest.mark.parametrize(
    "said",
    [
        None, 5, [], {}, "point", "decimal128(4)", {"set": "int64"}, {"list": "int64"}, {"list": ["item"]},
        {"list": [1, "int64"]}, {"list": ["item", "int64", False, 1]}, {"struct": [["a", "point"]]},
    ],
)  # fmt: skip
def test_what_names_no_arrow_type_is_not_taken_for_one(said):
    with pytest.raises(TypeError, match="is called"):
        type_of_json(said)


NUMBER, MOMENT, DAY = (pa.array([5], kind) for kind in (pa.int64(), pa.timestamp("us"), pa.date32()))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (NUMBER, pa.null()), (NUMBER, pa.list_(pa.int64())), (NUMBER, pa.time64("us")), (NUMBER, pa.timestamp("s")),
        (NUMBER, pa.date64()), (MOMENT, pa.time32("s")), (MOMENT, pa.date32()), (MOMENT, pa.int64()),
        (DAY, pa.timestamp("us")), (DAY, pa.int32()), (pa.array([5], pa.duration("us")), pa.int64()),
        (pa.array(["5"]), pa.time64("us")), (pa.array(["5"]), pa.int64()), (pa.array([b"5"]), pa.int64()),
    ],
    ids=str,
)  # fmt: skip
def test_values_are_not_read_as_an_arrow_type_that_means_something_else(values, kind):
    with pytest.raises((TypeError, ValueError)):
        restore_type(pa.chunked_array([values]), kind)


@pytest.mark.parametrize("dtype", ["int8", "Int8"])
def test_small_numbers_in_a_column_of_booleans_are_numbers_to_arrow(dtype):
    assert arrow_type_of(Column("a", "tinyint(1)", True, Mark(dtype=dtype).comment())) == pa.int8()


@pytest.mark.parametrize("categories", [[2**64], [-(2**63) - 1], [[1]], ["a", None], "ab"])
def test_categories_that_no_column_has_are_no_mark(categories):
    comment = "pandas: " + json.dumps({"dtype": "category", "categories": categories})

    assert is_damaged(comment)
    assert mark_of(comment) == Mark()


def test_periods_that_their_text_does_not_give_back_are_refused():
    far = pd.Series(pd.arrays.PeriodArray(np.array([10**9]), dtype=pd.PeriodDtype("D")))

    with pytest.raises(UnsupportedTypeError, match="reads back differently"):
        encode_periods(far, "column 'a'")


def test_an_array_that_its_list_does_not_give_back_is_refused():
    with pytest.raises(UnsupportedValueError, match="row 1"):
        encode_arrays([np.zeros((1, 3)), np.zeros((0, 3))], "column 'a'", "a")


@pytest.mark.parametrize(("text", "dtype"), [("[1.5]", "int64"), ("[300]", "int8"), ("[0.1]", "float32")])
def test_a_list_of_others_is_no_array_of_a_dtype_that_does_not_hold_it(text, dtype):
    mark = Mark(dtype="ndarray", of="json", arrow={"list": ["item", str(pa.from_numpy_dtype(dtype))]})

    with pytest.raises((ValueError, OverflowError)):
        decode_arrays(pa.chunked_array([pa.array([text], pa.large_string())]), mark)


def test_a_value_of_others_is_added_to_the_categories():
    column = Column("a", "varchar(9)", True, Mark("category", "str", ("x",)).comment())

    series = decode_column(column, pa.chunked_array([pa.array(["x", "y", None], pa.large_string())]))

    assert series.tolist()[:2] == ["x", "y"]
    assert list(series.cat.categories) == ["x", "y"]


@pytest.mark.parametrize(
    ("number", "sql_type"),
    [(1.5, "json"), (1.0, "longtext"), (2e20, "longtext"), (1e21, "json"), (2**53, "json"), (2**53 + 1, "longtext")],
)
def test_a_number_that_dolts_json_changes_makes_the_documents_texts(number, sql_type):
    texts, found = encode_documents([{"a": [number]}], "column 'a'")

    assert (json.loads(texts[0].as_py()), found) == ({"a": [number]}, sql_type)


def test_timestamps_in_a_time_zone_that_arrow_does_not_know_are_not_read_in_it():
    stored = pa.chunked_array([pa.array([0], pa.timestamp("us"))])

    with pytest.raises((TypeError, ValueError), match="Mars/Base"):
        restore_type(stored, pa.timestamp("us", "Mars/Base"))


COMMENTS = {
    "": Mark(),
    'pandas: {"dtype": "datetime64[ns]"}': Mark("datetime64[ns]"),
    'pandas: {"dtype": "object", "of": "date"}': Mark("object", "date"),
    'pandas: {"of": "null"}': Mark(of="null"),
    'pandas: {"dtype": "category", "of": "str", "categories": ["é", "b"]}': Mark("category", "str", ("é", "b")),
    'pandas: {"dtype": "category", "of": "int64", "categories": [2, 1], "ordered": true}': Mark(
        "category", "int64", (2, 1), ordered=True
    ),
    'pandas: {"index": 0}': Mark(index=0),
    'pandas: {"index": 1, "label": "name"}': Mark(index=1, label="name"),
    'pandas: {"label": "int"}': Mark(label="int"),
    'pandas: {"arrow": {"list": ["item", "int64"]}}': Mark(arrow={"list": ["item", "int64"]}),
}


@pytest.mark.parametrize("comment", COMMENTS)
def test_comments_are_written_and_read_as_they_are_in_the_tables_that_there_are(comment):
    assert COMMENTS[comment].comment() == comment
    assert mark_of(comment) == COMMENTS[comment]
    assert mark_of(f"the price\n{comment}") == COMMENTS[comment]


TYPES = {
    "int64": pa.int64(), "decimal128(9, 2)": pa.decimal128(9, 2), "decimal256(70, -2)": pa.decimal256(70, -2),
    "timestamp[us, tz=+02:00]": pa.timestamp("us", "+02:00"), "fixed_size_binary[3]": pa.binary(3),
    "time32[ms]": pa.time32("ms"), "halffloat": pa.float16(), "date64[ms]": pa.date64(),
}  # fmt: skip
NESTED = [
    ({"list": ["item", "int64"]}, pa.list_(pa.int64())),
    ({"list": ["e", "int64", False]}, pa.list_(pa.field("e", pa.int64(), nullable=False))),
    ({"large_list": ["item", "string"]}, pa.large_list(pa.string())),
    ({"list_view": ["item", "string"]}, pa.list_view(pa.string())),
    ({"fixed_size_list": ["item", "int8"], "size": 2}, pa.list_(pa.int8(), 2)),
    ({"struct": [["a", "int8"], ["b", {"list": ["item", "null"]}]]},
     pa.struct([("a", pa.int8()), ("b", pa.list_(pa.null()))])),
    ({"map": [["key", "string", False], ["value", "int8"]], "sorted": True},
     pa.map_(pa.string(), pa.int8(), keys_sorted=True)),
    ({"dictionary": ["int8", "string"], "ordered": True}, pa.dictionary(pa.int8(), pa.string(), ordered=True)),
    ({"run_end_encoded": ["int32", "string"]}, pa.run_end_encoded(pa.int32(), pa.string())),
    ({"extension": "arrow.uuid"}, pa.uuid()),
    ({"extension": "arrow.json", "storage_type": "string"}, pa.json_(pa.string())),
]  # fmt: skip


@pytest.mark.parametrize(("said", "kind"), [*TYPES.items(), *NESTED])
def test_arrow_types_have_the_names_that_are_in_the_tables_that_there_are(said, kind):
    assert type_to_json(kind) == said
    assert type_of_json(said) == kind
    assert str(type_of_json(said)) == str(kind)
