"""Everything that a column, an index or a label can be, to Dolt and back."""

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from dolt_integrations.core import read_table, write_table
from tests.conftest import run_sql
from tests.helpers.values.samples import (
    NUMBERS,
    TYPES,
    D,
    assert_same,
    every_type,
    numbered,
    objects,
    round_trip,
    with_missing,
)
from tests.helpers.values.strategies import indexed_frames, mixed_frames

ROUND_TRIP = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@ROUND_TRIP
@given(frame=mixed_frames())
def test_a_frame_of_anything_comes_back_as_it_was(frame, url):
    back = round_trip(url, frame, [], table=f"t{next(NUMBERS)}")

    assert_same(back.sort_values("row", ignore_index=True), frame)


@ROUND_TRIP
@given(frame=indexed_frames())
def test_a_frame_with_an_index_comes_back_as_it_was(frame, url):
    table = f"t{next(NUMBERS)}"

    back = round_trip(url, frame, table=table)

    # The labels' dtype is the one that pandas infers; set_index leaves object if a label was an integer.
    frame.columns = pd.Index(list(frame.columns))
    assert_same(back.sort_values("row"), frame)
    assert write_table(url, table, back).changed is False


@pytest.mark.parametrize("name", TYPES)
def test_every_type_comes_back_with_its_values(name, url):
    frame = numbered(TYPES[name])

    assert_same(round_trip(url, frame, ["number"]), frame)


@pytest.mark.parametrize("name", TYPES)
def test_every_type_comes_back_with_missing_values(name, url):
    frame = numbered(with_missing(TYPES[name]))

    assert_same(round_trip(url, frame, ["number"]), frame)


@pytest.mark.parametrize("name", TYPES)
def test_saving_the_same_again_makes_no_commit(name, database):
    frame = numbered(with_missing(TYPES[name]))
    first = write_table(database, "t", frame, primary_key="number")

    again = write_table(database, "t", frame, primary_key="number")
    read = write_table(database, "t", read_table(database, "t").data)

    assert (again.changed, read.changed) == (False, False)
    assert again.commit == read.commit == first.commit


def test_missing_values_are_null_to_a_plain_client(database):
    write_table(database, "t", every_type(lambda series: with_missing(series).head(1)))

    assert set(run_sql(database, "SELECT * FROM t")[0]) == {None}


def test_a_table_of_every_type_and_no_rows(url):
    frame = every_type(lambda series: series.head(0))

    assert_same(round_trip(url, frame), frame)


def test_a_table_of_every_type_and_one_row(url):
    frame = every_type(lambda series: series.head(1))

    assert_same(round_trip(url, frame), frame)


def test_a_table_of_every_type_and_missing_values_alone(url):
    frame = every_type(lambda series: with_missing(series).iloc[[0, 0, 0]])

    assert_same(round_trip(url, frame), frame)
    assert write_table(url, "t", frame).changed is False


def test_a_query_of_every_type_gives_the_same(database):
    frame = every_type(lambda series: with_missing(series).iloc[[0, 1]])
    write_table(database, "t", frame)

    back = read_table(database, sql="SELECT * FROM t").data

    order = back["dates"].notna().argsort(kind="stable")
    assert_same(back.iloc[order].reset_index(drop=True), frame)


def test_a_query_of_no_rows_of_every_type_gives_the_same(database):
    frame = every_type(lambda series: series.head(1))
    write_table(database, "t", frame)

    assert_same(read_table(database, sql="SELECT * FROM t WHERE 1 = 0").data, frame.head(0))


def test_a_query_under_other_names_has_the_dtypes_of_the_sql_types(database):
    # Dolt does not tell what a renamed column was called, so its mark is lost.
    write_table(database, "t", every_type(lambda series: series.head(1)))

    back = read_table(database, sql="SELECT `time zone in seconds` AS a FROM t").data

    assert back["a"].dtype == "datetime64[us]"


def test_five_hundred_columns_of_every_type(url):
    several = list(TYPES.values())
    frame = pd.DataFrame(
        {f"column {at}": with_missing(several[at % len(several)].head(2)).iloc[:2] for at in range(500)}
    ).reset_index(drop=True)
    frame["number"] = [0, 1]

    assert_same(round_trip(url, frame, "number"), frame)


def test_every_row_of_a_large_table_comes_back(loading_database):
    count = 12_000
    frame = pd.DataFrame(
        {
            "number": range(count),
            "moment": pd.date_range("2021-01-01", periods=count, freq="min", tz="Europe/Berlin", unit="us"),
            "span": pd.to_timedelta(np.arange(count) - 6_000, unit="s"),
            "kind": pd.Categorical.from_codes(np.arange(count) % 3 - 1, ["a", "b"]),
            "price": objects(*(D(at).scaleb(-2) for at in range(count))),
            "time": objects(*(datetime.time(at % 24, at % 60, at % 59, at) for at in range(count))),
            "bytes": objects(*(at.to_bytes(2, "big") for at in range(count))),
        }
    )  # fmt: skip

    assert_same(round_trip(loading_database, frame, "number"), frame)
