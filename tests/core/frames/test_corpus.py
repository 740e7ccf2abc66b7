"""Tables as people have them, in each of the ways in which they come: they go in the same way twice.

`make corpus` installs the packages that ship some sixty of them; without, those that the recipes use are tried.
"""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import diff, load, read_table, save, write_table
from tests.helpers.values.corpus import find_tables, with_one_row_changed

TABLES = find_tables()


def save_frame(database, frame, folder):
    return write_table(database, "t", frame, primary_key="row")


def save_csv(database, frame, folder):
    frame.to_csv(folder / "frame.csv", index=False)
    return save(database, "t", folder / "frame.csv", {"primary_key": "row"})


def save_parquet(database, frame, folder):
    frame.to_parquet(folder / "frame.parquet")
    return save(database, "t", folder / "frame.parquet", {"primary_key": "row"})


def save_arrow(database, frame, folder):
    return write_table(database, "t", pa.Table.from_pandas(frame), primary_key="row")


def save_polars(database, frame, folder):
    return write_table(database, "t", pl.from_pandas(frame), primary_key="row")


WAYS = [save_frame, save_csv, save_parquet, save_arrow, save_polars]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.removeprefix("save_"))
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_saved_once_and_a_changed_row_is_the_only_one_in_the_diff(table, way, database, tmp_path):
    frame = table.frame()

    assert way(database, frame, tmp_path).changed
    assert not way(database, table.frame(), tmp_path).changed
    assert way(database, with_one_row_changed(frame), tmp_path).changed
    changes = diff(database, "t", "HEAD~1")
    assert changes["diff_type"].tolist() == ["modified"]
    assert changes["to_row"].tolist() == [len(frame) // 2]


@pytest.mark.parametrize("table", [one for one in TABLES if one.is_csv], ids=lambda table: table.name)
def test_a_file_as_it_is_shipped_is_saved_once_and_so_is_what_is_loaded_of_it(table, database, tmp_path):
    save(database, "t", table.path, table.args)
    first = read_table(database, "t").data

    assert not save(database, "t", table.path, table.args).changed
    for name in ("loaded.csv", "loaded.parquet", "loaded.jsonl"):
        load(database, tmp_path / name, "t")
        assert not save(database, "t", tmp_path / name).changed, name
    pd.testing.assert_frame_equal(read_table(database, "t").data, first)
