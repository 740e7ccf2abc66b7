"""A file is read the same way into a new table and into the table that it created."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import load, read_table, save
from dolt_integrations.core.files.file import read_rows
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.errors import DoltError
from tests.helpers.values.cells import values

FILES = {
    "plain": ("id,n,x,s,ok\n1,5,1.5,a,True\n2,6,2,b,False\n", {}),
    "thousands": ("id;amount\n1;1.000\n2;2.000,5\n", {"sep": ";", "decimal": ",", "thousands": "."}),
    "decimal comma": ("id;amount\n1;1,5\n2;\n", {"sep": ";", "decimal": ","}),
    "quoted thousands": ('id,n\n1,"1,000"\n2,"12,345"\n', {"thousands": ","}),
    "quoted empties": ('"id","n","s"\n"1","5",""\n"2","","x"\n', {}),
    "no quote ends": ('id,n\n1,""\n2,""\n', {}),
    "empty header": (",a\n0,5\n1,6\n", {}),
    "empty headers": (",a,,\n0,5,x,1.5\n1,6,,\n", {}),
    "repeated names": ("a,a,b,a\n1,2,3,4\n5,6,7,8\n", {}),
    "index": (",a\nx,5\ny,6\n", {"index_col": 0}),
    "named index": ("id,a\nx,5\ny,6\n", {"index_col": "id"}),
    "index of rows": (",a\n0,5\n1,6\n", {"index_col": 0}),
    "labels without a header": ("mpg,cyl\nMazda,21,6\nDatsun,22.8,4\n", {"index_col": 0}),
    "ends with a separator": ("a,b\n1,2,\n3,4,\n", {"index_col": False}),
    "no header": ("1,x\n2,y\n", {"header": None}),
    "names": ("1,x\n2,y\n", {"names": ["id", "s"]}),
    "other names": ("a,b\n1,x\n2,y\n", {"header": 0, "names": ["id", "s"]}),
    "NA": ("id,n,s\n1,NA,NA\n2,5,x\n", {"na_values": ["NA"]}),
    "NA of a column": ("id,n,s\n1,-9,-9\n2,5,x\n", {"na_values": {"n": [-9]}}),
    "all of pandas's NAs": ("id,n,s\n1,null,NaN\n2,5,n/a\n", {"keep_default_na": True}),
    "no NAs": ("id,n,s\n1,5,\n2,6,x\n", {"na_filter": False}),
    "words of truth": ("id,ok\n1,ja\n2,nein\n", {"true_values": ["ja"], "false_values": ["nein"]}),
    "booleans with a blank": ("id,ok\n1,True\n2,\n", {}),
    "days first": ("id,at\n1,31/12/2020\n2,01/02/2021\n", {"parse_dates": ["at"], "dayfirst": True}),
    "dates by place": ("id,at\n1,2020-01-02\n2,\n", {"parse_dates": [1]}),
    "a format of dates": ("id,at\n1,20200102\n2,20210304\n", {"parse_dates": ["at"], "date_format": "%Y%m%d"}),
    "dates as the index": ("at,a\n2020-01-02,5\n2020-01-03,6\n", {"index_col": "at", "parse_dates": True}),
    "dtypes": ("id,code,n\n1,007,5\n2,,\n", {"dtype": {"code": str, "n": "Int64"}}),
    "a category": ("id,c\n1,x\n2,y\n", {"dtype": {"c": "category"}}),
    "one dtype": ("id,c\n1,007\n2,y\n", {"dtype": str}),
    "a dtype by place": ("id,c\n1,007\n2,008\n", {"dtype": {1: str}}),
    "nullable dtypes": ("id,c,s\n1,5,x\n2,,\n", {"dtype_backend": "numpy_nullable"}),
    "a converter": ("id,p\n1,12%\n2,5%\n", {"converters": {"p": lambda text: float(text.rstrip("%")) / 100}}),
    "percent": ("id,p\n1,12%\n2,5%\n", {}),
    "a comment": ("# made today\nid,a\n1,x # first\n2,y\n", {"comment": "#"}),
    "lines before": ("made today\n\nid,a\n1,5\n2,\n", {"skiprows": 2}),
    "lines after": ("id,a\n1,5\n2,6\ntotal,11\n", {"skipfooter": 1}),
    "some rows": ("id,a\n1,5\n2,6\n", {"nrows": 1}),
    "some columns": ("id,a,b\n1,5,\n2,6,x\n", {"usecols": ["b", "id"]}),
    "quotes": ("id,s\n1,'a,b'\n2,''\n", {"quotechar": "'"}),
    "quoted empties of a dtype": ('id,s,t\n1,"",""\n2,,x\n', {"dtype": {"s": str, "t": "string"}}),
    "quotes in the middle": ('id,s\n1,5" disk\n2,a "b" c\n', {}),
    "text behind a quote": ('id,s\n1,"a"b\n2,"c"\n', {}),
    "latin-1": ("id,s\n1,caf\xe9\n".encode("latin-1"), {"encoding": "latin-1"}),
    "UTF-16": ("id,s\n1,x\n".encode("utf-16"), {"encoding": "utf-16"}),
    "no UTF-8": (b"id,s\n1,caf\xe9\n", {"encoding_errors": "replace"}),
    "BOM and CRLF": (b"\xef\xbb\xbfid,s\r\n1,x\r\n2,\r\n", {}),
    "spaces": ("id,  n , s\n1, 5, x \n2 ,6,y\n", {}),
    "skipped spaces": ("id, n, s\n1, 5, x\n2, 6, y\n", {"skipinitialspace": True}),
    "lines of spaces": ("id,s\n1,x\n   \n2,y\n  \n", {}),
    "two separators": ("id||s\n1||x\n2||y\n", {"sep": "||"}),
    "spaces between": ("id   s\n1  x\n22 y\n", {"sep": r"\s+"}),
    "any separator": ("id;s\n1;x\n2;y\n", {"sep": None}),
    "short rows": ("id,s,t\n1\n2,y\n3,z,5\n", {"on_bad_lines": "skip"}),
    "blank column": ("id,x,y\n1,,\n2,,5\n", {}),
    "no rows": ("id,x\n", {}),
    "leading zeros": ("id,zip\n1,01234\n2,99999\n", {}),
    "large integers": ("id,n\n1,9007199254740993\n2,9007199254740995\n", {}),
    "large integers and a blank": ("id,n\n1,9007199254740993\n2,\n", {}),
    "large integers below a title": ("t\nid,n\n1,9007199254740993\n2,\n", {"skiprows": 1}),
    "beyond 64 bits": ("id,n\n1,18446744073709551616\n2,-5\n", {}),
    "unsigned and a blank": ("id,n\n1,18446744073709551615\n2,\n", {}),
    "signs": ("id,n,x\n1,+5,+.5\n2,-6,-1e-5\n", {}),
    "powers": ("id,x\n1,1e5\n2,1E-5\n", {}),
    "hexadecimal": ("id,x\n1,0x10\n2,0xff\n", {}),
    "mixed": ("id,x\n1,5\n2,abc\n3,True\n4,\n", {}),
    "truth and numbers": ("id,x\n1,True\n2,5\n", {}),
    "one column": ("a\nx\n\n\"\"\n", {}),
    "one column of numbers": ("a\n1\n\n2\n", {}),
    "dates as texts": ("id,at\n1,2020-01-02\n2,2020-01-03T04:05:06Z\n", {}),
    "years as names": ("name,2019,2020\nx,1,2\ny,3,\n", {}),
    "NULL and NA": ("id,s\n1,NULL\n2,NA\n3,\n4,nan\n", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_read_the_same_way_into_the_table_it_has_made(name, file):
    data, args = FILES[name]
    file.write_bytes(data if isinstance(data, bytes) else data.encode())

    assert_same_twice(file, args)


def assert_same_twice(file, args):
    first = encode_frame(read_rows(file, table="t", args=args), table="t")
    schema = first.schema()
    again = encode_frame(read_rows(file, table="t", existing=schema, args=args), table="t")
    assert again.schema(existing=schema) == schema
    assert again.data.equals(first.data)


CELLS = st.sampled_from(
    ["", '""', "0", "7", "007", "-1", "+3", "1.5", "1,5", '"1,000"', "1e5", "True", "false", "NA", "x", " 5", '"x,y"',
     '"a""b"', "2020-01-02", "9007199254740993", "18446744073709551615", "1e-400", "0x1f", ".5", "null", "1_000", "12%"]
)  # fmt: skip
ARGS = st.fixed_dictionaries(
    {},
    optional={
        "thousands": st.sampled_from([",", "."]), "decimal": st.just(","),
        "na_values": st.sampled_from([["NA"], ["7"]]),
        "keep_default_na": st.booleans(), "true_values": st.just(["x"]), "index_col": st.sampled_from([0, False, "b"]),
        "dtype": st.sampled_from([{"a": str}, str, {"b": "string"}]), "usecols": st.just(["a", "b"]),
        "skiprows": st.just([2]), "comment": st.just("%"), "parse_dates": st.just(["c"]),
    },
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:Could not infer format")  # pandas warns about texts that are not dates
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4), args=ARGS)
@example(rows=[("18446744073709551615", "", "x"), ("", '""', "x")], args={})
def test_whatever_the_cells_and_arguments_a_file_is_read_or_refused_the_same_way(rows, args, file):
    file.write_text("a,b,c\n" + "".join(";".join(row).replace(";", ",") + "\n" for row in rows))
    try:
        schema = encode_frame(read_rows(file, table="t", args=args), table="t").schema()
    except DoltError:
        return

    assert_same_twice(file, args)
    assert schema is not None


@pytest.mark.parametrize(
    "name", ["thousands", "quoted empties", "empty header", "repeated names", "index", "no header"]
)
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_that_is_saved_twice_and_what_is_loaded_of_it_make_one_commit(name, suffix, database, file):
    data, args = FILES[name]
    file.write_text(data)
    save(database, "t", file, args)
    first = read_table(database, "t").data

    assert not save(database, "t", file, args).changed
    load(database, file.with_name(f"loaded.{suffix}"), "t")
    assert not save(database, "t", file.with_name(f"loaded.{suffix}")).changed
    pd.testing.assert_frame_equal(read_table(database, "t").data, first)


def test_a_second_file_is_read_with_the_arguments_too(database, file):
    args = {"sep": ";", "decimal": ",", "thousands": ".", "true_values": ["ja"], "false_values": ["nein"]}
    file.write_text("id;x;ok\n1;1.000,5;ja\n2;2,5;nein\n")
    save(database, "t", file, args)
    file.write_text("id;x;ok\n1;1.000;ja\n2;;nein\n")

    save(database, "t", file, args)

    frame = read_table(database, "t").data
    assert sorted(values(frame, "x"), key=str) == [1000, None]
    assert sorted(values(frame, "ok")) == [False, True]
