"""Unnamed indexes: labels are kept, and row numbers are dropped with a warning, on every way to write."""

import logging

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import Transaction, diff, load, read_table, save, write_table
from dolt_integrations.flyte.saving import save as save_output
from flytekitplugins.dolt import DoltConfig, DoltTable
from tests.conftest import run_sql

CARS = pd.DataFrame({"mpg": [21.0, 22.8]}, index=["Mazda", "Datsun"])
NUMBERED = pd.DataFrame({"id": range(5), "x": range(5)})
ROW_NUMBERS = {
    "filtered": NUMBERED[NUMBERED["x"] > 2],
    "sorted": NUMBERED.sort_values("x", ascending=False),
    "concatenated": pd.concat([NUMBERED, NUMBERED + 5]),
    "a later part": NUMBERED.iloc[2:],
    "nullable integers": NUMBERED.set_axis(pd.Index(pd.array([1, 2, 3, 4, 9], "Int64"))),
}
LABELS = {
    "texts": pd.Index(["b", "a"]),
    "timestamps": pd.DatetimeIndex(["2021-01-01", "2021-01-02"]),
    "zoned": pd.DatetimeIndex(["2021-01-01", "2021-01-02"], tz="Europe/Berlin"),
    "floats": pd.Index([0.5, -0.5]),
    "categories": pd.CategoricalIndex(["low", "high"], ["low", "high"], ordered=True),
    "periods": pd.period_range("2021-01", periods=2, freq="M"),
    "repeated": pd.Index(["a", "a"]),
    "levels": pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
    "some levels named": pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None]),
}


def by_write_table(url, frame):
    write_table(url, "t", frame)


def by_transaction(url, frame):
    write_table(url, "other", pd.DataFrame({"a": [1]}))
    with Transaction(url) as work:
        work.write("t", frame)


def by_stream(url, frame):
    write_table(url, "t", iter([frame.iloc[:1], frame.iloc[1:]]))


def by_arrow(url, frame):
    write_table(url, "t", pa.Table.from_pandas(frame))


def by_task(url, frame):
    save_output(DoltTable(DoltConfig(url, tablename="t"), data=frame))


WAYS = [by_write_table, by_transaction, by_stream, by_arrow, by_task]


@pytest.mark.parametrize("way", WAYS)
def test_labels_come_back_whichever_way_they_are_written(way, database):
    way(database, CARS)

    assert_frame_equal(read_table(database, "t").data.sort_index(), CARS.sort_index())
    assert not write_table(database, "t", CARS).changed


@pytest.mark.parametrize("name", LABELS)
def test_labels_of_every_kind_come_back_and_are_no_key(name, database):
    frame = pd.DataFrame({"x": [1, 2]}, index=LABELS[name])

    write_table(database, "t", frame)

    back = read_table(database, "t").data
    assert_frame_equal(back.sort_values("x"), frame, check_freq=False)
    assert [row for row in run_sql(database, "SHOW COLUMNS FROM t") if row[3] == "PRI"] == []
    assert not write_table(database, "t", back).changed


@pytest.mark.parametrize("name", ROW_NUMBERS)
def test_row_numbers_are_left_out_with_a_warning(name, database, caplog):
    write_table(database, "t", ROW_NUMBERS[name], primary_key="id")

    assert_frame_equal(
        read_table(database, "t").data, ROW_NUMBERS[name].sort_values("id", ignore_index=True), check_dtype=False
    )
    assert "reset_index()" in caplog.text
    assert "`t`" in caplog.text


def test_what_counts_the_rows_is_left_out_in_silence(database, caplog):
    write_table(database, "t", NUMBERED.set_axis(np.arange(5)), primary_key="id")
    write_table(database, "empty", NUMBERED.iloc[:0].set_axis([]), primary_key="id")
    write_table(database, "stream", iter([NUMBERED.iloc[:2], NUMBERED.iloc[2:]]), primary_key="id")

    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_filter_takes_nothing_but_rows_from_a_table(database):
    write_table(database, "t", NUMBERED, primary_key="id")

    write_table(database, "t", NUMBERED[NUMBERED["x"] != 3])

    assert diff(database, "t", "HEAD~1", "HEAD")["diff_type"].tolist() == ["removed"]


def test_rows_with_labels_are_appended(database):
    write_table(database, "t", CARS)

    write_table(database, "t", CARS.rename(index={"Mazda": "Hornet", "Datsun": "Valiant"}), mode="append")

    assert sorted(read_table(database, "t").data.index) == ["Datsun", "Hornet", "Mazda", "Valiant"]


@pytest.mark.parametrize("way", WAYS)
def test_a_name_of_the_form_of_an_unnamed_index_is_kept(way, database):
    frame = CARS.rename_axis("__index_level_0__")

    way(database, frame)

    assert_frame_equal(read_table(database, "t").data.sort_index(), frame.sort_index())


def test_a_parquet_file_keeps_a_name_of_that_form(database, tmp_path):
    write_table(database, "t", CARS.rename_axis("__index_level_0__"))
    load(database, str(tmp_path / "cars.parquet"), tablename="t")

    save(database, "again", str(tmp_path / "cars.parquet"))

    assert read_table(database, "again").data.index.name == "__index_level_0__"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_of_a_table_with_labels_is_saved_again_without_a_commit(suffix, database, tmp_path):
    write_table(database, "t", CARS)
    path = tmp_path / f"cars.{suffix}"

    load(database, str(path), tablename="t")

    assert not save(database, "t", str(path)).changed
