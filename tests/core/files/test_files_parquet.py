"""Parquet files of other programs, and ours as other programs read them."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal
from pyarrow import feather

from dolt_integrations.core import load, read_table, save
from dolt_integrations.core.files.file import read_file, write_file
from dolt_integrations.errors import ColumnNotFoundError, ConfigError, FileError, UnsupportedTypeError
from tests.core.files.test_files_twice import assert_same_twice
from tests.helpers.values.cells import table, values


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


@pytest.mark.parametrize(("suffix", "write"), [("parquet", pq.write_table), ("feather", feather.write_feather)])
def test_a_file_with_a_string_that_is_not_valid_is_an_error_that_names_the_file(suffix, write, tmp_path):
    half = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff")]
    )
    write(pa.table({"a": half}), tmp_path / f"data.{suffix}")

    with pytest.raises(FileError, match=rf"data\.{suffix}.* cannot be read"):
        read_file(tmp_path / f"data.{suffix}", table="t")


def test_a_feather_file_with_two_columns_of_one_name_is_an_error(tmp_path):
    rows = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pa.ipc.new_file(tmp_path / "data.feather", rows.schema) as sink:
        sink.write(rows)

    with pytest.raises(FileError, match="two columns 'a'"):
        read_file(tmp_path / "data.feather", table="t")


def test_a_file_of_ours_to_which_others_have_added_a_column_is_read_by_its_names(tmp_path):
    write_file(pd.DataFrame({"a": [1], "b": ["x"]}), tmp_path / "data.parquet")
    rows = pq.read_table(tmp_path / "data.parquet")
    pq.write_table(rows.add_column(0, "c", pa.array([2])), tmp_path / "data.parquet")

    assert read_file(tmp_path / "data.parquet", table="t").to_dict("records") == [{"c": 2, "a": 1, "b": "x"}]


def test_an_index_of_pandas_is_one_under_the_tables_spelling_too(tmp_path):
    pd.DataFrame({"b": [1]}, index=pd.Index(["k"], name="A")).to_parquet(tmp_path / "data.parquet")

    frame = read_file(tmp_path / "data.parquet", table="t", existing=table("varchar(9)", "bigint"))

    assert frame.index.name == "a"


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


FRAMES = {
    "an index of rows": pd.DataFrame({"id": [1, 2], "ok": [True, False]}),
    "a named index": pd.DataFrame({"id": [1, 2], "ok": [True, False]}).set_index("id"),
    "labels": pd.DataFrame({"a": [1, 2]}, index=["x", "y"]),
    "a named count": pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(5, 7, name="row")),
    "two levels": pd.DataFrame({"a": [1, 2], "k": ["x", "y"], "l": [1, 2]}).set_index(["k", "l"]),
    "two levels without names": pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([("x", 1), ("y", 2)])),
    "nullable": pd.DataFrame({"a": pd.array([1, None], "Int8"), "b": pd.array([True, None], "boolean")}),
    "small": pd.DataFrame({"a": pd.Series([1, 2], dtype="uint8"), "b": pd.Series([1.5, None], dtype="float32")}),
    "moments": pd.DataFrame({"a": pd.to_datetime(["2020-01-01", None]), "b": pd.to_timedelta([1, 2], "s")}),
    "labels of integers": pd.DataFrame([[1, 2], [3, 4]]),
    "upper case": pd.DataFrame({"ID": [1, 2], "Name": ["x", None]}).set_index("ID"),
    "pyarrow": pd.DataFrame({"a": [1, 2], "s": ["x", None]}).convert_dtypes(dtype_backend="pyarrow"),
}


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
@pytest.mark.parametrize("name", FRAMES)
def test_a_file_of_pandas_is_read_the_same_way_into_the_table_it_has_made(name, suffix, tmp_path):
    frame = FRAMES[name]
    if suffix == "parquet":
        frame.to_parquet(tmp_path / "data.parquet")
    else:
        feather.write_feather(pa.Table.from_pandas(frame), tmp_path / "data.feather")

    assert_same_twice(tmp_path / f"data.{suffix}", {})


@pytest.mark.parametrize("name", ["an index of rows", "a named index", "labels", "nullable", "labels of integers"])
def test_a_parquet_file_of_pandas_and_what_is_loaded_of_it_make_one_commit(name, database, tmp_path):
    FRAMES[name].to_parquet(tmp_path / "data.parquet")
    save(database, "t", tmp_path / "data.parquet")
    first = read_table(database, "t").data

    assert not save(database, "t", tmp_path / "data.parquet").changed
    for loaded in ("loaded.parquet", "loaded.csv"):
        load(database, tmp_path / loaded, "t")
        assert not save(database, "t", tmp_path / loaded).changed
    assert_frame_equal(read_table(database, "t").data, first)


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_arrays_and_nested_values_of_ours_come_back(suffix, tmp_path, caplog):
    frame = pd.DataFrame(
        {
            "array": [np.array([0.1, np.nan], np.float32), np.array([], np.float32)],
            "lists": pd.array([[1], None], pd.ArrowDtype(pa.list_(pa.int8()))),
            "clock": pd.array([datetime.time(1), None], pd.ArrowDtype(pa.time32("ms"))),
        }
    )
    write_file(frame, tmp_path / f"data.{suffix}")

    found = read_file(tmp_path / f"data.{suffix}", table="t")

    assert found.dtypes.tolist() == frame.dtypes.tolist()
    assert [(one.dtype, one.tobytes()) for one in found["array"]] == [
        (one.dtype, one.tobytes()) for one in frame["array"]
    ]
    assert found[["lists", "clock"]].equals(frame[["lists", "clock"]])
    assert not caplog.messages


def test_periods_in_a_parquet_file_of_pandas_are_periods(tmp_path):
    frame = pd.DataFrame({"at": pd.period_range("2024-01", periods=2, freq="M")}, pd.Index(["x", "y"], name="key"))
    frame.to_parquet(tmp_path / "data.parquet")

    assert_frame_equal(read_file(tmp_path / "data.parquet", table="t"), frame)


def test_intervals_in_a_parquet_file_of_pandas_are_refused(tmp_path):
    pd.DataFrame({"at": pd.interval_range(0, 2)}).to_parquet(tmp_path / "data.parquet")

    with pytest.raises(UnsupportedTypeError, match=r"'at'.*interval.*astype\(str\)"):
        read_file(tmp_path / "data.parquet", table="t")


def test_a_file_of_others_without_pandas_metadata_takes_the_tables_spelling(tmp_path):
    pq.write_table(pa.table({"A": [1], "B": ["x"]}), tmp_path / "data.parquet")

    frame = read_file(tmp_path / "data.parquet", table="t", existing=table("bigint", "text"))

    assert frame.to_dict("list") == {"a": [1], "b": ["x"]}


def test_a_file_of_ours_whose_metadata_do_not_fit_is_read_without_them_and_warned_of(tmp_path, caplog):
    write_file(pd.DataFrame({"a": ["x"]}), tmp_path / "data.parquet")
    rows = pq.read_table(tmp_path / "data.parquet")
    said = {b"dolt_integrations": b'{"type": "bigint", "nullable": true, "comment": ""}'}
    changed = rows.cast(pa.schema([rows.schema.field("a").with_metadata(said)]))
    pq.write_table(changed, tmp_path / "data.parquet")

    assert read_file(tmp_path / "data.parquet", table="t")["a"].tolist() == ["x"]
    assert "data.parquet' do not match their metadata" in caplog.text


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_a_compression_that_there_is_not_is_an_error_that_names_it_and_the_file_is_as_it_was(suffix, tmp_path):
    (tmp_path / f"data.{suffix}").write_bytes(b"before")

    with pytest.raises(ConfigError, match=rf"data\.{suffix}.*'compression': 'none at all'"):
        write_file(pd.DataFrame({"a": [1]}), tmp_path / f"data.{suffix}", args={"compression": "none at all"})

    assert (tmp_path / f"data.{suffix}").read_bytes() == b"before"
