"""Columns that were saved with missing values only, and of no type: they take the type of the first values."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import read_arrow, read_table, save, write_table
from dolt_integrations.errors import UnsupportedTypeError
from tests.conftest import run_sql

MISSING = {
    "objects": pd.DataFrame({"id": [1, 2], "x": pd.Series([None, None], dtype=object)}),
    "floats": pd.DataFrame({"id": [1, 2], "x": [np.nan, np.nan]}),
    "arrow": pa.table({"id": [1, 2], "x": pa.nulls(2)}),
    "polars": pl.DataFrame({"id": [1, 2], "x": [None, None]}),
}
VALUES = {
    "integers": pa.array([2**60 + 1, None], pa.int64()),
    "strings": pa.array(["a", None], pa.large_string()),
    "timestamps": pa.array([1, None], pa.timestamp("us", "Europe/Berlin")),
    "lists": pa.array([[1.5], None], pa.list_(pa.float64())),
}


@pytest.fixture(params=["append", "upsert"])
def mode(request):
    return request.param


def rows(values, first=3):
    return pd.DataFrame({"id": range(first, first + len(values)), "x": values})


def column(url):
    return read_arrow(url, "t")[0].sort_by("id").column("x")


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("missing", MISSING)
def test_a_column_of_missing_values_takes_the_type_of_the_first_values(missing, values, mode, database):
    write_table(database, "t", MISSING[missing], primary_key="id")

    write_table(database, "t", pa.table({"id": [3, 4], "x": VALUES[values]}), mode=mode)

    found = column(database)
    assert found.type == VALUES[values].type
    assert found.to_pylist() == [None, None, *VALUES[values].to_pylist()]
    assert not write_table(database, "t", read_table(database, "t").data).changed


def test_integers_and_booleans_are_nullable_afterwards(mode, database):
    write_table(database, "t", MISSING["objects"].assign(y=None), primary_key="id")

    write_table(database, "t", rows([1, 2]).assign(y=[True, False]), mode=mode)

    assert read_table(database, "t").data.dtypes.astype(str).to_dict() == {"id": "int64", "x": "Int64", "y": "boolean"}


def test_the_type_is_kept_from_then_on(mode, database):
    write_table(database, "t", MISSING["objects"], primary_key="id")
    write_table(database, "t", rows([1]), mode=mode)
    write_table(database, "t", MISSING["objects"], mode="upsert")

    with pytest.raises(UnsupportedTypeError, match="'x'"):
        write_table(database, "t", rows(["a"], first=5), mode=mode)


@pytest.mark.parametrize("missing", ["objects", "arrow"])
def test_later_batches_of_a_stream_bring_the_type(missing, database):
    write_table(database, "t", iter([MISSING[missing], rows([datetime.date(2020, 1, 1)])]), primary_key="id")

    assert column(database).to_pylist() == [None, None, datetime.date(2020, 1, 1)]


def test_a_table_without_rows_takes_the_types_of_the_first_ones(mode, database):
    write_table(database, "t", pd.DataFrame(columns=["id", "x"]), primary_key="id")

    write_table(database, "t", rows([1.5]), mode=mode)

    assert read_table(database, "t").data.dtypes.astype(str).to_dict() == {"id": "int64", "x": "float64"}


@pytest.mark.parametrize("name", ["data.csv", "data.jsonl"])
def test_a_file_with_an_empty_column_and_then_another_with_values(name, database, tmp_path):
    path = tmp_path / name
    for values in ([None, None], ["a", "b"], [None, None]):
        frame = rows(values)
        frame.to_csv(path, index=False) if name == "data.csv" else frame.to_json(path, orient="records", lines=True)
        save(database, "t", path)

    assert run_sql(database, "SHOW COLUMNS FROM t")[1][1] == "varchar(255)"


def test_what_sql_has_written_meanwhile_is_not_converted(mode, database):
    write_table(database, "t", MISSING["objects"], primary_key="id")
    run_sql(database, "UPDATE t SET x = '007' WHERE id = 1", "CALL dolt_commit('-am', 'theirs')")

    with pytest.raises(UnsupportedTypeError, match=r"'x' of table `t`.*varchar"):
        write_table(database, "t", rows([7]), mode=mode)

    assert column(database).to_pylist() == ["007", None]


def test_floats_that_sql_has_written_meanwhile_stay(mode, database):
    write_table(database, "t", MISSING["floats"], primary_key="id")
    run_sql(database, "UPDATE t SET x = 0.1 WHERE id = 1", "CALL dolt_commit('-am', 'theirs')")

    write_table(database, "t", rows([7]), mode=mode)

    assert column(database).to_pylist() == [0.1, None, 7]


def test_a_column_of_strings_that_are_all_missing_stays_one_of_strings(mode, database):
    write_table(database, "t", rows(pd.Series([None, None], dtype="string"), first=1), primary_key="id")

    with pytest.raises(UnsupportedTypeError, match="'x'"):
        write_table(database, "t", rows([1]), mode=mode)
