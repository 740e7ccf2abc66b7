"""Labels that are numbers: names of columns, and back."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import read_table, write_table
from tests.conftest import run_sql
from tests.helpers.values.samples import (
    assert_same,
    round_trip,
)


@pytest.mark.parametrize(
    "labels",
    [[0, 1, 2], [2, 0, 1], [-1, 0, 10**12], ["x", 7, "y"], ["0", "1", "-2"], [5, "a", 6], ["7 ", "-", 0]],
)
def test_labels_come_back_as_they_were(labels, database):
    frame = pd.DataFrame([[1, "a", 1.5], [2, None, None]], columns=labels)

    back = round_trip(database, frame)

    assert_same(back.sort_values(back.columns[0], ignore_index=True), frame)
    assert [*map(type, back.columns.tolist())] == [*map(type, frame.columns.tolist())]


def test_a_column_named_by_a_number_is_a_column_of_that_name_to_a_plain_client(database):
    write_table(database, "t", pd.DataFrame([[1, "a"]]))

    assert run_sql(database, "SELECT `0`, `1` FROM t") == [(1, "a")]


def test_a_key_of_a_column_named_by_a_number(database):
    frame = pd.DataFrame([[1, "a"], [2, "b"]])

    assert_same(round_trip(database, frame, ["0"]), frame)


@pytest.mark.parametrize("labels", [np.array([0, 1], "int8"), np.array([0, 2**64 - 1], "uint64")])
def test_labels_of_every_size_come_back_from_arrow(labels, database):
    frame = pd.DataFrame([[1, "a"]], columns=labels)

    write_table(database, "t", pa.Table.from_pandas(frame))

    assert read_table(database, "t").data.columns.tolist() == labels.tolist()


def test_a_label_of_many_digits_comes_back(database):
    assert round_trip(database, pd.DataFrame([[1, 2]], columns=[10**30, "a"])).columns.tolist() == [10**30, "a"]
