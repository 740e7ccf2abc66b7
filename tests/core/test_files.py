import datetime
import decimal
import gzip
import os
import stat

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.files import read_file, write_file
from dolt_integrations.core.frames import encode_frame
from dolt_integrations.core.marks import Mark
from dolt_integrations.engine import Column, TableSchema
from dolt_integrations.errors import (
    ColumnNotFoundError,
    ConfigError,
    DataError,
    FileError,
    StorageError,
    UnsupportedTypeError,
    UnsupportedValueError,
)
from tests.conftest import run_sql
from tests.strategies import AWKWARD_TEXTS, frames, indexed_frames, mixed_frames

ROUND_TRIP = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "data.csv"


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


def schema_of(frame):
    return encode_frame(frame, table="t").schema()


# There and back


@ROUND_TRIP
@given(
    frame=st.one_of(frames(), mixed_frames(), indexed_frames()), separator=st.sampled_from([",", ";", "\t", ":", "-"])
)
@example(frame=pd.DataFrame({"a": [None, "", None]}, dtype="str"), separator=",")
@example(frame=pd.DataFrame({"a": [""]}, dtype="str"), separator=",")
@example(frame=pd.DataFrame({"a": np.array([2**63 - 1, 1 - 2**63], dtype="timedelta64[s]")}), separator=",")
@example(frame=pd.DataFrame({"a": np.array([2**63 - 1, 1 - 2**63], dtype="timedelta64[ns]")}), separator=",")
@example(frame=pd.DataFrame({"\ufeffa": pd.Series(["\ufeff"], dtype="str")}), separator=",")
def test_a_frame_comes_back_from_csv_as_it_was(frame, separator, file):
    write_file(frame, file, args={"sep": separator})

    back = read_file(file, table="t", existing=schema_of(frame), args={"sep": separator})

    assert_frame_equal(back, without_unnamed_index(frame), check_exact=True, check_column_type=False)


@ROUND_TRIP
@given(frame=st.one_of(frames(), mixed_frames(), indexed_frames()))
def test_a_frame_comes_back_from_parquet_as_it_was(frame, tmp_path):
    write_file(frame, tmp_path / "data.parquet")

    back = read_file(tmp_path / "data.parquet", table="t")

    assert_frame_equal(back, without_unnamed_index(frame), check_exact=True, check_column_type=False)


def without_unnamed_index(frame):
    return frame if frame.index.names[0] is not None else frame.reset_index(drop=True)


@given(texts=st.lists(st.none() | st.sampled_from(AWKWARD_TEXTS), min_size=1, max_size=6))
@settings(ROUND_TRIP, max_examples=30)
def test_what_is_no_number_is_the_same_text_to_a_new_table(texts, file):
    frame = pd.DataFrame({"a": pd.Series([*texts, "text"], dtype="str"), "b": "b"})
    write_file(frame, file)

    assert_frame_equal(read_file(file, table="t"), frame)


@pytest.mark.parametrize("suffix", ["", ".csv", ".txt", ".CSV", ".csv.gz", ".csv.bz2", ".csv.xz", ".parquet", ".PQ"])
def test_the_suffix_says_the_format(suffix, tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})

    write_file(frame, str(tmp_path / "data") + suffix)

    assert_frame_equal(read_file(str(tmp_path / "data") + suffix, table="t"), frame.astype({"b": "str"}))


def test_pandas_reads_a_compressed_file_of_ours(tmp_path):
    write_file(pd.DataFrame({"a": [1, 2]}), tmp_path / "data.csv.gz")

    assert pd.read_csv(tmp_path / "data.csv.gz")["a"].tolist() == [1, 2]


def test_a_table_of_every_sql_type_comes_back_through_a_file(loading_database, tmp_path):
    run_sql(
        loading_database,
        "CREATE TABLE t (id mediumint unsigned PRIMARY KEY, d decimal(65,30), dt datetime, ti time(6), y year, "
        "b bit(64), e enum('x','y'), s set('p','q'), j json, bl blob, f float, day date, tx text)",
        "INSERT INTO t VALUES (16777215, 1.000000000000000000000000000001, '0001-01-01 01:02:03', '-838:59:59', 2155, "
        "b'1111', 'x', 'p,q', '{\"a\": [1, null]}', x'00ff', 3.4028234e38, '9999-12-31', 'NULL')",
        "INSERT INTO t (id) VALUES (2)",
        "CALL dolt_commit('-Am', 'a table')",
    )
    loaded = read_table(loading_database, "t").data
    from dolt_integrations.engine import describe_table, open_database

    with open_database(loading_database) as database, database.connect() as connection:
        existing = describe_table(connection, "t")
    write_file(loaded, tmp_path / "t.csv")

    assert_frame_equal(read_file(tmp_path / "t.csv", table="t", existing=existing), loaded, check_exact=True)


def test_a_file_of_megabytes_comes_back(file):
    long = pd.DataFrame({"n": range(200_000), "a": ["x\ny", ""] * 100_000})
    frame = pd.concat([long, pd.DataFrame({"n": [1], "a": ["é," * 3_000_000]})], ignore_index=True)
    write_file(frame, file)

    assert_frame_equal(read_file(file, table="t", existing=schema_of(frame)), frame.astype({"a": "str"}))


# What the cells are


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
            "span": pd.Series(pd.to_timedelta(["-1 days +00:00:01", None, "100:00:00"])).astype("timedelta64[us]"),
        }
    )

    write_file(frame, file)

    assert file.read_text().splitlines() == [
        '"a,b",n,ok,at,raw,cost,j,span',
        '"",1.5,true,2020-12-31 23:00:00.000000+00:00,0x00ff,1.50,"{""a"": [1]}",-23:59:59.000000',
        ",,false,,,,,",
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


def test_a_file_of_one_column_has_null_on_its_empty_lines(file):
    assert values(read(file, 'a\nx\n\n""\n', table("text"))) == ["x", None, ""]
    assert values(read(file, 'a\nx\n\n""\n')) == ["x", None, ""]


def test_empty_lines_between_columns_are_no_rows(file):
    assert values(read(file, "\n\na,b\n\n1,2\n\n\n3,4\n\n", table("int", "int"))) == [1, 3]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("existing", [None, table("int", "text")])
def test_lines_end_in_any_way(newline, existing, file):
    text = f'\ufeffa,b{newline}1,"x{newline}y"{newline}2,z'

    frame = read(file, text, existing)

    assert (values(frame), values(frame, "b")) == ([1, 2], [f"x{newline}y", "z"])


def test_columns_are_found_in_any_order_and_case_and_may_be_missing(file):
    frame = read(file, "C,A\nx,1\n", table("bigint", "int", "text"))

    assert list(frame.columns) == ["a", "c"]


TYPED = {
    "integers": ("tinyint", ["-128", "+7", " 1 ", "3.0", ""], [-128, 7, 1, 3, None], "Int8"),
    "unsigned": ("bigint unsigned", ["18446744073709551615", ""], [2**64 - 1, None], "UInt64"),
    "large": ("bigint", ["9007199254740993", ""], [2**53 + 1, None], "Int64"),
    "booleans": ("tinyint(1)", ["1", "0", "True", "FALSE", ""], [True, False, True, False, None], "boolean"),
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

    moments = read(file, "a\n2021-01-01 00:00:00\n2021-01-01T00:00:00+05:30\n2021-01-01T00:00Z\n", zoned)["a"]
    assert moments.dt.tz_convert("UTC").dt.strftime("%m-%d %H:%M").tolist() == [
        "01-01 00:00",
        "12-31 18:30",
        "01-01 00:00",
    ]
    assert str(moments.dtype) == "datetime64[us, Europe/Berlin]"
    assert read(file, "a\n5\n-00:00:00.000000001\n", spans)["a"].tolist() == [pd.Timedelta(5), pd.Timedelta(-1)]


BAD_CELLS = {
    "a fraction": ("bigint", "1.5"), "a large number": ("tinyint", "300"), "a small one": ("int unsigned", "-1"),
    "a mediumint": ("mediumint", "8388608"), "hexadecimal": ("bigint", "0x10"), "a text": ("double", "abc"),
    "nan": ("double", "nan"), "infinity": ("float", "inf"), "beyond a double": ("double", "1e999"),
    "beyond a float": ("float", "1e39"), "an empty text": ("bigint", '""'), "NULL": ("bigint", "NULL"),
    "a number of 3": ("tinyint(1)", "3"), "yes": ("tinyint(1)", "yes"), "digits": ("decimal(4,2)", "100"),
    "scale": ("decimal(4,2)", "1.005"), "a point": ("decimal(4,2)", "."), "no date": ("date", "abc"),
    "30 February": ("date", "2021-02-30"), "a short date": ("date", "2021-1-5"),
    "the zero date": ("date", "0000-00-00"),
    "hour 24": ("datetime(6)", "2021-01-01 24:00:00"), "nanoseconds": ("datetime(6)", "2021-01-01 00:00:00.000000001"),
    "microseconds": ("datetime", "2021-01-01 00:00:00.5"), "an offset": ("datetime(6)", "2021-01-01T00:00:00Z"),
    "839 hours": ("time", "839:00:00"), "a clock": ("time", "12"), "the year 1900": ("year", "1900"),
    "a fourth bit": ("bit(3)", "8"), "raw bytes": ("blob", "abc"), "half a byte": ("blob", "0xf"),
    "no JSON": ("json", "{a: 1}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_cell_that_its_column_cannot_hold_is_an_error_with_its_line(name, file):
    sql_type, cell = BAD_CELLS[name]

    with pytest.raises(UnsupportedValueError, match=r"data\.csv', line 5, column 'a'"):
        read(file, f'a,b\n,"x\ny"\n\n{cell},z\n', table(sql_type, "text"))


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


def test_an_integer_that_pandas_would_round_is_an_error(file):
    text = "a,b\n9007199254740993,x\n,y\n"

    with pytest.raises(UnsupportedValueError, match=r"line 2, column 'a'.*9007199254740993"):
        read(file, text)
    assert values(read(file, text, dtype={"a": "Int64"})) == [2**53 + 1, None]


def test_floats_are_read_to_the_last_bit(file):
    numbers = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789.12345679]
    write_file(pd.DataFrame({"a": numbers}), file)

    assert read_file(file, table="t")["a"].tolist() == numbers


@pytest.mark.parametrize("args", [{"spe": ";"}, {"chunksize": 5}, {"compression": "zip"}])
def test_an_unknown_argument_is_an_error(args, file):
    with pytest.raises(ConfigError, match=next(iter(args))):
        read(file, "a\n1\n", **args)
    with pytest.raises(ConfigError, match=next(iter(args))):
        write_file(pd.DataFrame({"a": [1]}), file, args=args)


# Files that are wrong


BAD_FILES = {
    "empty": (b"", "is empty"),
    "only lines": (b"\n\n", "is empty"),
    "long": (b'a,b\n1,"x\ny"\n\n1,2,3\n', "line 5: the header has 2 columns, this row has 3"),
    "short": (b'a,b\r\n"1\r\n",2\r\n1\r\n', "line 4: the header has 2 columns, this row has 1"),
    "long without a line's end": (b"a\n1\n1,", "line 3: the header has 1 column, this row has 2"),
    "latin-1": (b"a,b\n1,x\n2,caf\xe9\n", "line 3 is not UTF-8: byte 14 of the file, 0xe9"),
    "UTF-16": ("a,b\n1,2\n".encode("utf-16"), "line 1 is not UTF-8: byte 1"),
    "twice": (b"a,b,a\n1,2,3\n", "'a' twice"),
    "cases": (b"a,b,A\n1,2,3\n", "'A' besides 'a'"),
    "quote": (b'a,b\n1,2\n3,"x\n4,5\n', "line 3: the quote is not closed"),
    "last quote": (b'a,b\n1,2\n3,"x', "line 3: the quote is not closed"),
    "quote in a column": (b'a\nx\n"y""\nz\n', "line 3: the quote is not closed"),
}


@pytest.mark.parametrize("existing", [None, table("text", "text", "text")])
@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_wrong_is_an_error_with_its_line(name, existing, file):
    data, text = BAD_FILES[name]

    with pytest.raises(FileError, match=text) as caught:
        read(file, data, existing)

    assert "data.csv" in str(caught.value)


@pytest.mark.parametrize(
    "args", [{"skiprows": 1}, {"skiprows": 9}, {"dtype": {"a": int}}, {"index_col": "x"}, {"names": 5}]
)
def test_what_pandas_cannot_read_is_an_error_of_ours(args, file):
    with pytest.raises(FileError, match=r"data\.csv"):
        read(file, "a,b\n1,2\nx,5\n1,2,3\n" if "skiprows" in args else "a,b\n1,2\nx,5\n", **args)


def test_another_encoding_is_read_if_it_is_named(file):
    assert values(read(file, "a\ncafé\n".encode("latin-1"), encoding="latin-1")) == ["café"]
    with pytest.raises(ConfigError, match="utf-9"):
        read(file, "a\n1\n", encoding="utf-9")


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_missing_file_is_an_error_with_the_nearest(suffix, tmp_path):
    (tmp_path / f"users.{suffix}").write_bytes(b"")

    with pytest.raises(FileError, match=f"no file .*user.{suffix}.*Did you mean `users.{suffix}`"):
        read_file(tmp_path / f"user.{suffix}", table="t")


def test_a_directory_is_an_error(tmp_path):
    with pytest.raises(FileError, match="is a directory"):
        read_file(tmp_path, table="t")
    with pytest.raises(StorageError):
        write_file(pd.DataFrame({"a": [1]}), tmp_path)


@pytest.mark.parametrize("name", [None, "", 5, b"a.csv", "a\0b", "x" * 5000])
def test_what_names_no_file_is_an_error(name):
    with pytest.raises(FileError):
        read_file(name, table="t")


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PAR1" * 5])
def test_what_is_no_parquet_is_an_error(data, tmp_path):
    (tmp_path / "data.parquet").write_bytes(data)

    with pytest.raises(FileError, match=r"data\.parquet.*Parquet"):
        read_file(tmp_path / "data.parquet", table="t")


def test_a_parquet_file_that_is_cut_off_is_an_error(tmp_path):
    write_file(pd.DataFrame({"a": range(1000)}), tmp_path / "data.parquet")
    whole = (tmp_path / "data.parquet").read_bytes()
    (tmp_path / "data.parquet").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(FileError, match="Parquet"):
        read_file(tmp_path / "data.parquet", table="t")


@pytest.mark.parametrize("data", [b"a\n1\n", gzip.compress(b"a\n1\n", mtime=0)[:-9]], ids=["plain", "cut"])
def test_what_is_not_compressed_as_its_suffix_says_is_an_error(data, tmp_path):
    (tmp_path / "data.csv.gz").write_bytes(data)

    with pytest.raises(FileError, match=r"data\.csv\.gz.*\.gz"):
        read_file(tmp_path / "data.csv.gz", table="t")


# Parquet of others


def test_a_parquet_file_of_pandas_is_read_as_pandas_does(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Categorical(["x", "y"]), "c": pd.array([1, None], dtype="Int64")})
    frame.set_index("a").to_parquet(tmp_path / "data.parquet")

    assert_frame_equal(read_file(tmp_path / "data.parquet", table="t"), frame.set_index("a"))


def test_a_parquet_file_of_others_keeps_large_integers_beside_nulls(tmp_path):
    pq.write_table(pa.table({"a": [2**53 + 1, None]}), tmp_path / "data.parquet")

    assert values(read_file(tmp_path / "data.parquet", table="t")) == [2**53 + 1, None]


def test_pandas_reads_a_parquet_file_of_ours(tmp_path):
    frame = pd.DataFrame(
        {
            "n": pd.Series([1, None], dtype="Int8"),
            "at": pd.to_datetime(["2021-01-01", None]).tz_localize("Europe/Berlin"),
        },
        index=pd.Index(["x", "y"], name="key"),
    )
    write_file(frame, tmp_path / "data.parquet")

    assert_frame_equal(pd.read_parquet(tmp_path / "data.parquet"), frame)


def test_a_parquet_column_that_the_table_lacks_is_an_error(tmp_path):
    write_file(pd.DataFrame({"A": [1], "z": [2]}), tmp_path / "data.parquet")

    with pytest.raises(ColumnNotFoundError, match=r"'z'.*`t`"):
        read_file(tmp_path / "data.parquet", table="t", existing=table("bigint"))
    assert list(read_file(tmp_path / "data.parquet", table="t", args={"columns": ["A"]}).columns) == ["A"]


# Writing


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize(
    ("frame", "error"),
    [
        (pd.DataFrame(), DataError), (pd.DataFrame([[1, 2]], columns=["a", "a"]), DataError), (None, DataError),
        (pd.DataFrame({"a": [1j]}), UnsupportedTypeError), (pd.DataFrame({"a": [1, "x"]}), UnsupportedTypeError),
        (pd.DataFrame({"a": [np.inf]}), UnsupportedValueError), (pd.DataFrame({"": [1]}), DataError),
    ],
)  # fmt: skip
def test_a_frame_that_does_not_come_back_is_not_written(frame, error, suffix, tmp_path):
    with pytest.raises(error, match=rf"data\.{suffix}"):
        write_file(frame, tmp_path / f"data.{suffix}")

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_in_one_step(file):
    write_file(pd.DataFrame({"a": [1]}), file)
    file.chmod(0o640)
    with file.open() as reader:
        write_file(pd.DataFrame({"a": [2]}), file)
        assert reader.read() == "a\n1\n"

    assert file.read_text() == "a\n2\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(file.parent) == ["data.csv"]


def test_a_link_stays_and_what_it_names_is_written(file, tmp_path):
    (tmp_path / "link.csv").symlink_to(file)

    write_file(pd.DataFrame({"a": [1]}), tmp_path / "link.csv")

    assert (tmp_path / "link.csv").is_symlink()
    assert file.read_text() == "a\n1\n"


def test_a_full_disk_leaves_the_file_as_it_was(file, script):
    file.write_text("a\n1\n")
    full = """
        import resource, signal, sys
        import pandas as pd
        from dolt_integrations.core.files import write_file
        from dolt_integrations.errors import StorageError

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_file(pd.DataFrame({"a": range(10_000)}), sys.argv[1])
        except StorageError as error:
            sys.stdout.write(str(error))
    """

    said = script(full, file).finish()

    assert "data.csv" in said
    assert os.listdir(file.parent) == ["data.csv"]
    assert file.read_text() == "a\n1\n"


def test_a_directory_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(StorageError, match="nowhere"):
        write_file(pd.DataFrame({"a": [1]}), tmp_path / "nowhere" / "data.csv")


@pytest.mark.parametrize("separator", ["", "ab", '"', "\n", 5, "é"])
def test_a_separator_that_cannot_separate_is_an_error(separator, file):
    with pytest.raises(ConfigError, match="separate"):
        write_file(pd.DataFrame({"a": [1]}), file, args={"sep": separator})


def test_the_names_of_a_query_need_not_be_those_of_a_table(file):
    long = "count(distinct case when `a very long column` > 1000000000 then 1 end)"

    write_file(pd.DataFrame({long: [1]}), file)

    assert file.read_text() == f"{long}\n1\n"


def test_a_file_of_a_saved_table_saves_the_same_table(loading_database, file):
    frame = pd.DataFrame({"id": [1, 2], "at": pd.to_timedelta([1, 2]), "name": ["", None]}).set_index("id")
    write_table(loading_database, "t", frame)
    loaded = read_table(loading_database, "t").data
    write_file(loaded, file)

    write_table(loading_database, "t", read_file(file, table="t", existing=schema_of(loaded)))

    assert len(run_sql(loading_database, "SELECT * FROM dolt_log")) == 2
    assert_frame_equal(read_table(loading_database, "t").data, loaded)
