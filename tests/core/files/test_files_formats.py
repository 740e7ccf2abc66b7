"""The formats of files, which their suffixes name."""

import datetime
import decimal
import json

import pandas as pd
import polars as pl
import pyarrow.feather
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from dolt_integrations.core import load, read_table, save, write_table
from dolt_integrations.core.files.file import read_file, write_file
from dolt_integrations.core.files.json import line_of
from dolt_integrations.errors import ConfigError, FileError, UnsupportedTypeError, UnsupportedValueError
from tests.core.files.test_files import ROUND_TRIP, schema_of, without_unnamed_index
from tests.helpers.values.cells import table, values
from tests.helpers.values.strategies import frames, indexed_frames, mixed_frames

SUFFIXES = [".csv", ".txt", "", ".tsv", ".parquet", ".pq", ".feather", ".arrow", ".jsonl", ".ndjson"]
UNKNOWN = ["data.json", "data.xlsx", "data.orc", "data.json.gz", "data.2026", "data.html.zip"]


@pytest.mark.parametrize("compression", ["", ".gz", ".bz2", ".xz", ".ZST", ".zip"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffixes_say_the_format_and_the_compression(suffix, compression, tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x\ty", None], "c": [True, False]}).astype({"b": "str"})

    write_file(frame, tmp_path / f"data{suffix}{compression}")

    assert_frame_equal(read_file(tmp_path / f"data{suffix}{compression}", table="t"), frame)


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_suffix_is_an_error_that_lists_the_known(name, tmp_path):
    (tmp_path / name).write_text("{}")

    for attempt in (
        lambda: read_file(tmp_path / name, table="t"),
        lambda: write_file(pd.DataFrame({"a": [1]}), tmp_path / name),
    ):
        with pytest.raises(FileError, match=r"\.csv, \.txt, \.tsv, \.parquet, \.pq, \.feather, \.arrow, \.jsonl"):
            attempt()
    assert (tmp_path / name).read_text() == "{}"


def test_an_unknown_suffix_is_an_error_before_anything_is_read_or_saved(repository, tmp_path):
    with pytest.raises(FileError, match=r"pandas\.read_json"):
        load(tmp_path / "nowhere", tmp_path / "data.json", "t")
    with pytest.raises(FileError, match=r"pandas\.read_excel"):
        save(repository.path, "t", tmp_path / "data.xlsx")
    assert not (tmp_path / "nowhere").exists()
    assert repository.messages() == ["Initialize data repository"]


def test_an_argument_names_the_format_that_a_suffix_does_not(repository, tmp_path):
    (tmp_path / "data.2026").write_text("id\tname\n1\tx\n")

    save(repository.path, "t", tmp_path / "data.2026", {"format": "tsv", "primary_key": "id"})
    load(repository.path, tmp_path / "data.out", "t", load_args={"format": "jsonl"})

    assert (tmp_path / "data.out").read_text() == '{"id": 1, "name": "x"}\n'
    with pytest.raises(ConfigError, match="csv"):
        read_file(tmp_path / "data.2026", table="t", args={"format": "cvs"})


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".jsonl"])
def test_an_argument_of_another_format_is_an_error(suffix, tmp_path):
    with pytest.raises(ConfigError, match="sep"):
        write_file(pd.DataFrame({"a": [1]}), tmp_path / f"data{suffix}", args={"sep": ";"})


@pytest.mark.parametrize("suffix", [".tsv", ".feather", ".jsonl", ".csv.zst"])
def test_what_load_wrote_makes_no_commit(suffix, database, tmp_path):
    frame = pd.DataFrame(
        {
            "id": [1, 2],
            "code": ["007", None],
            "at": pd.to_datetime(["2026-01-01", None]).tz_localize("Europe/Berlin"),
            "price": pd.Series([decimal.Decimal("1.50"), None], dtype=object),
            "large": pd.array([2**53 + 1, None], "Int64"),
            "raw": pd.Series([b"\0\xff", b""], dtype=object),
            "day": pd.Series([datetime.date(2026, 1, 1), None], dtype=object),
            "tree": pd.Series([{"a": [1, "x", 9007199254740993, 1.5]}, []], dtype=object),
            "size": pd.Categorical(["S", None], ["S", "L"], ordered=True),
            "opens": pd.Series([datetime.time(8, 30, 0, 5), None], dtype=object),
        }
    )
    write_table(database, "t", frame.set_index("id"))
    before = read_table(database, "t").data

    load(database, tmp_path / f"data{suffix}", "t")
    version = save(database, "t", tmp_path / f"data{suffix}")

    assert not version.changed
    assert_frame_equal(read_table(database, "t").data, before)


# Feather


def test_a_feather_file_of_others_is_read_as_pandas_does(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Categorical(["x", "y"]), "c": [True, False]})
    frame.to_feather(tmp_path / "data.feather")

    assert_frame_equal(read_file(tmp_path / "data.feather", table="t"), frame)
    assert_frame_equal(read_file(tmp_path / "data.feather", table="t", existing=schema_of(frame)), frame)


def test_others_read_a_feather_file_of_ours(tmp_path):
    write_file(pd.DataFrame({"a": [1, 2]}), tmp_path / "data.feather")

    assert pyarrow.feather.read_table(tmp_path / "data.feather").to_pydict() == {"a": [1, 2]}


@pytest.mark.parametrize("suffix", ["feather", "parquet"])
def test_what_is_not_of_the_format_is_an_error(suffix, tmp_path):
    (tmp_path / f"data.{suffix}").write_text("a,b\n1,2\n")

    with pytest.raises(FileError, match=rf"data\.{suffix}"):
        read_file(tmp_path / f"data.{suffix}", table="t")


# JSON with an object to a line


@ROUND_TRIP
@given(frame=st.one_of(frames(), mixed_frames(), indexed_frames()))
def test_a_frame_comes_back_from_lines_of_json_as_it_was(frame, tmp_path):
    write_file(frame, tmp_path / "data.jsonl")

    back = read_file(tmp_path / "data.jsonl", table="t", existing=schema_of(frame))

    assert_frame_equal(back, without_unnamed_index(frame), check_exact=True, check_column_type=False)


def read_lines(tmp_path, *lines, existing=None):
    (tmp_path / "data.jsonl").write_text("\n".join(lines))
    return read_file(tmp_path / "data.jsonl", table="t", existing=existing)


def test_lines_of_json_have_the_types_of_their_values(tmp_path):
    frame = read_lines(
        tmp_path,
        '{"n": 1, "x": 1, "s": "007", "ok": true, "d": {"a": [9007199254740993, null]}, "m": 9007199254740993}',
        "",
        '{"n": 2, "x": 0.1, "s": null, "ok": false, "d": null}\r',
    )

    assert frame.dtypes.astype(str).to_dict() == {
        "n": "int64", "x": "float64", "s": "str", "ok": "bool", "d": "object", "m": "Int64",
    }  # fmt: skip
    assert values(frame, "d") == [{"a": [9007199254740993, None]}, None]
    assert values(frame, "m") == [9007199254740993, None]


def test_lines_of_json_are_read_as_the_types_of_the_table(tmp_path):
    existing = table("decimal(40,2)", "date", "bigint", "varchar(9)")

    frame = read_lines(
        tmp_path, '{"a": 12345678901234567890.10, "b": "2026-01-02", "d": "007"}', '{"c": 5}', existing=existing
    )

    assert values(frame) == [decimal.Decimal("12345678901234567890.10"), None]
    assert values(frame, "b") == [datetime.date(2026, 1, 2), None]
    assert (values(frame, "c"), values(frame, "d")) == ([None, 5], ["007", None])


def test_a_negative_zero_in_lines_of_json_keeps_its_sign_beside_floats_and_in_documents(tmp_path):
    lines = '{"a": -0, "b": -0, "c": [-0, 0]}', '{"a": 9007199254740993, "b": 0.5, "c": [1]}'

    found = read_lines(tmp_path, *lines)

    assert repr(found.to_dict("list")) == "{'a': [0, 9007199254740993], 'b': [-0.0, 0.5], 'c': [[-0.0, 0], [1]]}"


def test_others_read_lines_of_json_of_ours(tmp_path):
    write_file(pd.DataFrame({"a": [1, 2], "b": ['x"\n', "é"], "c": [0.1, None]}), tmp_path / "data.jsonl")

    assert pl.read_ndjson(tmp_path / "data.jsonl").to_dict(as_series=False) == {
        "a": [1, 2], "b": ['x"\n', "é"], "c": [0.1, None],
    }  # fmt: skip
    assert '"é"' in (tmp_path / "data.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["a"] for line in (tmp_path / "data.jsonl").read_text().splitlines()] == [1, 2]


def test_blank_lines_count_for_the_line_of_a_row():
    assert line_of(b'\xef\xbb\xbf\n{"a": 1}\n \r\n{"a": 2}\n', "file", 1, {}) == 4


@pytest.mark.parametrize(
    ("lines", "error", "text"),
    [
        ([], FileError, "is empty"),
        (['{"a": 1}', '{"a": '], FileError, "line 2 is not JSON"),
        (["[", '{"a": 1}', "]"], FileError, "line 1 is not JSON"),
        (['{"a": 1}', "[1]"], FileError, "line 2 is not a JSON object"),
        (['{"a": 1, "a": 2}'], FileError, "line 1.*twice"),
        (['{"a": NaN}'], FileError, "line 1.*NaN"),
        (['{"a": 1}', r'{"a": "\ud800"}'], FileError, "line 2.*Unicode"),
        ([r'{"a": {"\ud800": 1}}'], FileError, "line 1.*Unicode"),
        (['{"a": 1}', '{"a": "x"}'], UnsupportedTypeError, "line 2, column 'a' holds 'x'"),
        (['{"a": 1}', "", f'{{"a": 1{"0" * 65}}}'], UnsupportedValueError, "line 3, column 'a'.*65 digits"),
        (['{"a": 1.5}', '{"a": 9007199254740993}'], UnsupportedValueError, "line 2, column 'a'.*9007199254740993"),
    ],
)
def test_lines_of_json_that_are_wrong_are_an_error_with_the_line(lines, error, text, tmp_path):
    with pytest.raises(error, match=text):
        read_lines(tmp_path, *lines)


@pytest.mark.parametrize(("sql_type", "value"), [("bigint", '"x"'), ("bigint", "1.5"), ("varchar(9)", "7")])
def test_a_value_of_json_that_its_column_cannot_hold_is_an_error_with_the_line(sql_type, value, tmp_path):
    with pytest.raises(UnsupportedValueError, match=r"data\.jsonl', line 2, column 'a'"):
        read_lines(tmp_path, '{"a": null}', f'{{"a": {value}}}', existing=table(sql_type))


def test_lines_of_json_with_integers_beyond_64_bits_are_read_back(database, tmp_path):
    frame = pd.DataFrame({"id": [1, 2], "n": pd.Series([2**64, -(10**64)], dtype=object)})
    write_table(database, "t", frame, primary_key="id")
    load(database, tmp_path / "data.jsonl", "t")

    assert not save(database, "t", tmp_path / "data.jsonl").changed
    save(database, "new", tmp_path / "data.jsonl", {"primary_key": "id"})
    assert read_table(database, "new").data["n"].tolist() == [2**64, -(10**64)]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([2**63 - 1, -(2**63)], "int64"), ([2**63 - 1, None], "Int64"), ([0, 2**64 - 1], "uint64"),
        ([0, 2**64 - 1, None], "UInt64"), ([-1, 2**63], "object"), ([2**64], "object"),
    ],
)  # fmt: skip
def test_integers_in_lines_of_json_have_the_narrowest_dtype_of_64_bits(values, dtype, tmp_path):
    found = read_lines(tmp_path, *(json.dumps({"a": value}) for value in values))["a"]

    assert found.dtype == dtype
    assert [None if pd.isna(value) else value for value in found] == values


@pytest.mark.parametrize("text", ["true", '["é"]', '{"b": 1.50}'])
def test_a_value_of_json_that_is_no_number_is_shown_as_it_is_in_the_file(text, tmp_path):
    with pytest.raises(UnsupportedValueError) as caught:
        read_lines(tmp_path, f'{{"a": {text}}}', existing=table("int"))

    assert text.replace("1.50", "1.5") in str(caught.value)
