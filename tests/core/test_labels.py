"""Labels that are numbers: names of columns, and back."""

import pandas as pd
import pytest

from dolt_integrations.core import write_table
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
