"""How the cells of a file are interpreted: by the columns of an existing table, and in a new one."""

import csv
import datetime
import decimal

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core.files.file import read_file, write_file
from dolt_integrations.engine import Column, TableSchema
from dolt_integrations.errors import ColumnNotFoundError, ConfigError, UnsupportedValueError
from tests.helpers.values.cells import INTEGER_BOUNDS, marked, read, table, values


def test_a_written_file_is_plain_csv(file):
    frame = pd.DataFrame(
        {
            "a,b": ["", None, 'x"y,z'],
            "n": [1.5, None, 1e300],
            "ok": [True, False, True],
            "at": pd.to_datetime(["2021-01-01 00:00:00.0", None, "2021-01-01 01:02:03.4"]).tz_localize("Europe/Berlin"),
            "raw": pd.Series([b"\0\xff", None, b""], dtype=object),
            "cost": pd.Series([decimal.Decimal("1.50"), None, decimal.Decimal(2)], dtype=object),
            "j": pd.Series([{"a": [1]}, None, []], dtype=object),
            "span": pd.Series(pd.to_timedelta(["-1 days +00:00:01", "0 days", "100:00:00"])).astype("timedelta64[us]"),
        }
    )

    write_file(frame, file)

    assert file.read_text().splitlines() == [
        '"a,b",n,ok,at,raw,cost,j,span',
        '"",1.5,true,2020-12-31 23:00:00.000000+00:00,0x00ff,1.50,"{""a"": [1]}",-23:59:59.000000',
        ",,false,,,,,00:00:00.000000",
        '"x""y,z",1e+300,true,2021-01-01 00:02:03.400000+00:00,0x,2.00,[],100:00:00.000000',
    ]


def test_null_and_the_empty_text_are_two_things(file):
    frame = read(file, 'a,b\n1,\n2,""\n3,NULL\n4,NA\n5,nan\n', table("int", "varchar(9)"))

    assert values(frame, "b") == [None, "", "NULL", "NA", "nan"]


def test_null_and_the_empty_text_are_two_things_in_a_new_table(file):
    frame = read(file, 'a,b,c,d\n1,,,""\n2,"","",\n3,NULL,,""\n')

    assert values(frame, "b") == [None, "", "NULL"]
    assert values(frame, "c") == [None, "", None]
    assert values(frame, "d") == ["", None, ""]


@pytest.mark.parametrize("args", [{"dtype": {"b": str}}, {"dtype": "string"}, {"dtype_backend": "numpy_nullable"}])
def test_null_and_the_empty_text_are_two_things_whatever_the_arguments_say(args, file):
    frame = read(file, 'a,b\n1,\n2,""\n3,NULL\n', **args)

    assert values(frame, "b") == [None, "", "NULL"]


def test_a_file_of_one_column_has_null_on_its_empty_lines(file):
    assert values(read(file, 'a\nx\n\n""\n', table("text"))) == ["x", None, ""]
    assert values(read(file, '\n\na\nx\n\n""\n')) == ["x", None, ""]


def test_empty_lines_between_columns_are_no_rows(file):
    assert values(read(file, "\n\na,b\n\n1,2\n  \n\n3,4\n\n", table("int", "int"))) == [1, 3]


def test_reading_leaves_the_longest_cell_of_the_csv_module_as_it_was(file):
    before = csv.field_size_limit(1_000)
    try:
        read(file, "a,b\n1,2\n", table("int", "int"))
        assert csv.field_size_limit() == 1_000
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("existing", [None, table("int", "text")])
def test_lines_end_in_any_way(newline, existing, file):
    text = f'\ufeffa,b{newline}1,"x{newline}y"{newline}2,z'

    frame = read(file, text, existing)

    assert (values(frame), values(frame, "b")) == ([1, 2], [f"x{newline}y", "z"])


def test_columns_are_found_in_any_order_and_case_and_may_be_missing(file):
    frame = read(file, "C,A\nx,1\n", table("bigint", "int", "text"))

    assert list(frame.columns) == ["a", "c"]


_POINT = bytes.fromhex("0000000001010000" + "0" * 34)
TYPED = {
    "integers": ("tinyint", ["-128", "+7", " 1 ", "3.0", ""], [-128, 7, 1, 3, None], "Int8"),
    "unsigned": ("bigint unsigned", ["18446744073709551615", ""], [2**64 - 1, None], "UInt64"),
    "large": ("bigint", ["9007199254740993", ""], [2**53 + 1, None], "Int64"),
    "booleans": ("tinyint(1)", ["1", "0", "True", "FALSE", ""], [True, False, True, False, None], "boolean"),
    "numbers in a BOOLEAN": ("tinyint(1)", ["5", "0", "-3", "1.0", ""], [5, 0, -3, 1, None], "Int8"),
    "whole floats": ("float", ["16777216", "16777218", "16777217.0", ""], [2**24, 2**24 + 2, 2**24, None], "float32"),
    "floats": ("double", ["1e5", "-0.1", ".5", ""], [1e5, -0.1, 0.5, None], "float64"),
    "decimals": (
        "decimal(20,2)", ["123456789012345678.90", "1e-2", "+.5", "1.100", ""],
        [*map(decimal.Decimal, ("123456789012345678.90", "0.01", "0.50", "1.10")), None], "object",
    ),
    "dates": ("date", ["0001-01-01", ""], [datetime.date(1, 1, 1), None], "object"),
    "moments": (
        "datetime(6)", ["2021-01-02", "2021-01-02T03:04", "2021-01-02 03:04:05.678901000", ""],
        [*map(pd.Timestamp, ["2021-01-02", "2021-01-02 03:04", "2021-01-02 03:04:05.678901"]), None],
        "datetime64[us]",
    ),
    "times": ("time(6)", ["-838:59:59", "1:02:03.5", ""],
              [-pd.Timedelta(hours=838, minutes=59, seconds=59), pd.Timedelta("1:02:03.5"), None], "timedelta64[us]"),
    "years": ("year", ["1901", "0000", ""], [1901, 0, None], "Int16"),
    "bits": ("bit(3)", ["7", ""], [7, None], "UInt64"),
    "bytes": ("blob", ["0x00FF", "0x", ""], [b"\0\xff", b"", None], "object"),
    "points": ("point", ["0x0000000001010000" + "0" * 34, ""], [_POINT, None], "object"),
    "documents": ("json", ['"{""a"": 1}"', "[]", ""], [{"a": 1}, [], None], "object"),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_the_table_says_what_a_cell_is(name, file):
    sql_type, cells, expected, dtype = TYPED[name]
    rows = "".join(f"{cell},x\n" for cell in cells)

    frame = read(file, "a,b\n" + rows, table(sql_type, "text"))

    assert values(frame) == expected
    assert frame["a"].dtype == dtype


def test_a_mark_says_what_a_cell_is(file):
    zoned = marked("datetime(6)", dtype="datetime64[us, Europe/Berlin]")
    spans = marked("bigint", dtype="timedelta64[ns]")

    moments = read(file, "a\n2021-01-01 00:00:00\n2021-01-01T00:00:00+05:30\n2021-01-01T00:00-05:00\n", zoned)["a"]
    assert moments.dt.tz_convert("UTC").dt.strftime("%m-%d %H:%M").tolist() == [
        "01-01 00:00",
        "12-31 18:30",
        "01-01 05:00",
    ]
    assert str(moments.dtype) == "datetime64[us, Europe/Berlin]"
    assert read(file, "a\n5\n-00:00:00.000000001\n", spans)["a"].tolist() == [pd.Timedelta(5), pd.Timedelta(-1)]


BAD_CELLS = {
    "a fraction": ("bigint", "1.5"), "a large number": ("tinyint", "300"), "a small one": ("int unsigned", "-1"),
    "a mediumint": ("mediumint", "8388608"), "hexadecimal": ("bigint", "0x10"), "a text": ("double", "abc"),
    "nan": ("double", "nan"), "infinity": ("float", "inf"), "beyond a double": ("double", "1e999"),
    "beyond a float": ("float", "1e39"),
    "rounded by a double": ("double", "9007199254740993"), "rounded by a float": ("float", "-16777217"),
    "below a double": ("double", "1e-400"), "below a float": ("float", "-1e-50"),
    "NULL": ("bigint", "NULL"),
    "a number of 300": ("tinyint(1)", "300"), "yes": ("tinyint(1)", "yes"), "digits": ("decimal(4,2)", "100"),
    "scale": ("decimal(4,2)", "1.005"), "a point": ("decimal(4,2)", "."), "no date": ("date", "abc"),
    "a key twice": ("json", '"{""a"": 1, ""a"": 2}"'), "no number": ("json", "[NaN]"),
    "a small number in a document": ("json", "[1e-400]"), "a large number in a document": ("json", "[1e400]"),
    "30 February": ("date", "2021-02-30"), "a short date": ("date", "2021-1-5"),
    "the zero date": ("date", "0000-00-00"),
    "hour 24": ("datetime(6)", "2021-01-01 24:00:00"), "nanoseconds": ("datetime(6)", "2021-01-01 00:00:00.000000001"),
    "far finer": ("datetime", "2021-01-01 00:00:00.000000001"),
    "a time of a date": ("date", "2021-01-01 10:00:00"), "a date for a number": ("bigint", "2021-01-01 10:00:00"),
    "an offset": ("datetime(6)", "2021-01-01T00:00:00Z"),
    "839 hours": ("time", "839:00:00"), "a clock": ("time", "12"), "the year 1900": ("year", "1900"),
    "a fourth bit": ("bit(3)", "8"), "raw bytes": ("blob", "abc"), "half a byte": ("blob", "0xf"),
    "no JSON": ("json", "{a: 1}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_cell_that_its_column_cannot_hold_is_an_error_with_its_line(name, file):
    sql_type, cell = BAD_CELLS[name]

    with pytest.raises(UnsupportedValueError, match=r"data\.csv', line 5, column 'a'"):
        read(file, f'a,b\n,"x\ny"\n\n{cell},z\n', table(sql_type, "text"))


@pytest.mark.parametrize(("sql_type", "bounds"), INTEGER_BOUNDS.items(), ids=INTEGER_BOUNDS)
def test_an_integer_cell_may_have_all_values_of_its_column_and_no_others(sql_type, bounds, file):
    least, most = bounds

    assert read(file, f"a\n{least}\n{most}\n", table(sql_type))["a"].tolist() == [least, most]
    for beyond in (least - 1, most + 1):
        with pytest.raises(UnsupportedValueError, match="line 2, column 'a'"):
            read(file, f"a\n{beyond}\n", table(sql_type))


@pytest.mark.parametrize(
    ("existing", "cell"),
    [
        (marked("datetime(6)", dtype="datetime64[s]"), "2021-01-01 00:00:00.5"),
        (marked("datetime(6)", dtype="datetime64[ns]"), "2300-01-01"),
        (marked("bigint", dtype="timedelta64[s]"), "00:00:00.5"),
        (marked("bigint", dtype="timedelta64[ns]"), "2562048:00:00"),
        (marked("bigint", dtype="timedelta64[s]"), "9999999999999999:00:00"),
        (marked("time(6)", dtype="object", of="time"), "25:00:00"),
        (marked("varchar(36)", dtype="object", of="uuid"), "abc"),
    ],
)
def test_a_cell_that_its_mark_cannot_hold_is_an_error(existing, cell, file):
    with pytest.raises(UnsupportedValueError, match="line 2, column 'a'"):
        read(file, f"a\n{cell}\n", existing)


def test_an_empty_cell_of_a_column_that_is_not_null_is_an_error(file):
    with pytest.raises(UnsupportedValueError, match="line 3, column 'b' is empty"):
        read(file, "a,b\n1,2\n3,\n", table("int", "int", nullable=False))


def test_a_column_that_the_table_lacks_is_an_error_with_the_nearest(file):
    existing = TableSchema((Column("name", "text"), Column("count", "int")))

    with pytest.raises(ColumnNotFoundError, match=r"data\.csv.*'naem'.*`t`.*Did you mean `name`"):
        read(file, "naem,count\nx,1\n", existing)


# A new table


def test_pandas_decides_the_types_of_a_new_table(file):
    frame = read(file, "a,b,c,d\n007,1.5,NA,True\n8,,None,False\n")

    assert_frame_equal(frame, pd.DataFrame({"a": [7, 8], "b": [1.5, np.nan], "c": ["NA", "None"], "d": [True, False]}))


def test_arguments_say_the_types_of_a_new_table(file):
    frame = read(
        file, "a;b;c\n007;2021-01-01;NA\n8;;x\n", sep=";", dtype={"a": str}, parse_dates=["b"], na_values=["NA"]
    )

    assert values(frame) == ["007", "8"]
    assert values(frame, "b") == [pd.Timestamp("2021-01-01"), None]
    assert values(frame, "c") == [None, "x"]


def test_arguments_say_other_types_than_the_table(file):
    existing = table("varchar(9)", "date", "int")

    frame = read(file, "x\na,b,c\n007,2021-01-01,5\n", existing, skiprows=1, dtype={"a": int})

    assert (values(frame), values(frame, "b"), values(frame, "c")) == ([7], [datetime.date(2021, 1, 1)], [5])


def test_any_argument_of_pandas_works(file):
    frame = read(file, "x y\n1  2\n3  4\n", sep=r"\s+", usecols=["y"])

    assert values(frame, "y") == [2, 4]


def test_integers_that_pandas_would_round_are_read_exactly(file):
    assert values(read(file, "a,b\n9007199254740993,x\n,y\n")) == [2**53 + 1, None]
    assert values(read(file, "a,b\n18446744073709551615,x\n,y\n")) == ["18446744073709551615", None]


def test_integers_among_floats_that_pandas_would_round_are_an_error(file):
    text = "a,b\n1.5,x\n9007199254740993,y\n"

    with pytest.raises(UnsupportedValueError, match=r"line 3, column 'a'.*9007199254740993.*dtype"):
        read(file, text)
    assert values(read(file, text, dtype={"a": str})) == ["1.5", "9007199254740993"]


def test_floats_are_read_to_the_last_bit(file):
    numbers = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789.12345679]
    write_file(pd.DataFrame({"a": numbers}), file)

    assert read_file(file, table="t")["a"].tolist() == numbers


def test_an_index_that_the_arguments_name_is_one_in_a_table_that_has_none(file):
    frame = read(file, "a,b\n1,2\n", table("int", "int"), index_col=0)

    assert (frame.index.name, list(frame.columns)) == ("a", ["b"])


def test_the_type_of_a_column_is_that_of_all_its_cells(file):
    frame = read(file, "a\n" + "07\n" * 1_100_000 + "x\n")  # more rows than pandas reads at a time

    assert frame["a"].iloc[[0, -1]].tolist() == ["07", "x"]


@pytest.mark.parametrize("args", [{"spe": ";"}, {"chunksize": 5}, {"compression": "zip"}])
def test_an_unknown_argument_is_an_error(args, file):
    with pytest.raises(ConfigError, match=next(iter(args))):
        read(file, "a\n1\n", **args)
    with pytest.raises(ConfigError, match=next(iter(args))):
        write_file(pd.DataFrame({"a": [1]}), file, args=args)


def test_numbers_are_parsed_with_the_separators_that_the_arguments_name(file):
    frame = read(file, "a;b\n1.234.567,50;x\n", table("decimal(20,2)", "text"), sep=";", thousands=".", decimal=",")

    assert values(frame) == [decimal.Decimal("1234567.50")]


def test_labels_without_a_name_that_the_table_cannot_hold_are_given_as_they_are(file):
    existing = TableSchema((Column("index", "date"), Column("a", "bigint")))

    assert read(file, ",a\n7,1\n", existing, index_col=0)["index"].tolist() == [7]
