"""Streams whose batches have different columns: what a table can hold, and what is refused."""

import datetime
import decimal

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DataError
from tests.helpers.saves.streams import nothing_landed, numbers
from tests.helpers.values.samples import FAMILIES, TYPES, assert_same


def written(url, *frames, **options):
    write_table(url, "t", iter(frames), **options)
    return read_table(url, "t").data


def test_longer_texts_may_come_later(database):
    data = written(database, pd.DataFrame({"x": ["a"]}), pd.DataFrame({"x": ["b" * 100_000]}))

    assert sorted(data["x"]) == ["a", "b" * 100_000]


def test_missing_texts_may_come_later(database):
    data = written(database, pd.DataFrame({"x": ["a"]}), pd.DataFrame({"x": [None, "b"]}))

    assert sorted(data["x"].dropna()) == ["a", "b"]
    assert data["x"].isna().sum() == 1


def test_missing_integers_may_come_later(database):
    data = written(database, pd.DataFrame({"x": [1]}), pd.DataFrame({"x": pd.array([2, None], "Int64")}))

    assert sorted(data["x"].dropna()) == [1, 2]
    assert data["x"].isna().sum() == 1


def test_wider_integers_may_come_later(database):
    small, wide = pd.Series([1], dtype="int8"), pd.Series([2**60], dtype="int64")

    data = written(database, small.to_frame("x"), wide.to_frame("x"))

    assert sorted(data["x"]) == [1, 2**60]


@pytest.mark.parametrize("order", [1, -1])
def test_batches_of_two_float_widths_keep_each_bit(database, order):
    frames = [
        pd.DataFrame({"x": pd.Series([value], dtype=kind)}) for kind, value in [("float32", 0.5), ("float64", 0.1)]
    ]

    data = written(database, *frames[::order])

    assert sorted(data["x"]) == [0.1, 0.5]


@pytest.mark.parametrize("others", [["a"], ["2020"], [datetime.date(2020, 1, 1)], [True], [b"x"], [{"a": 1}]])
def test_batches_of_two_types_are_an_error_or_keep_their_values(database, others):
    with pytest.raises(DataError, match="'x'"):
        written(database, pd.DataFrame({"x": [1]}), pd.DataFrame({"x": others}))

    assert nothing_landed(database)


def test_a_column_that_comes_later_is_missing_before(database):
    data = written(database, pd.DataFrame({"n": [1]}), pd.DataFrame({"n": [2], "x": ["a"]}), primary_key="n")

    assert data["x"].isna().tolist() == [True, False]


def test_columns_in_another_order_are_the_same(database):
    data = written(database, numbers(0, 2), numbers(2, 4)[["text", "n"]], primary_key="n")

    assert_same(data, numbers(0, 4))


def test_categories_are_joined(database):
    one, other = (pd.DataFrame({"x": pd.Categorical([value])}) for value in "ab")

    data = written(database, one, other)

    assert sorted(data["x"]) == ["a", "b"]
    assert sorted(data["x"].cat.categories) == ["a", "b"]


def test_a_named_index_is_the_key(database):
    data = written(database, numbers(0, 2).set_index("n"), numbers(2, 4).set_index("n"))

    assert_same(data, numbers(0, 4).set_index("n"), check_index_type="equiv")


def test_decimals_of_more_digits_may_come_later(database):
    data = written(
        database,
        pd.DataFrame({"x": [decimal.Decimal("1.5")]}),
        pd.DataFrame({"x": [decimal.Decimal("12345678901234567.123456789")]}),
    )

    assert sorted(map(float, data["x"])) == [1.5, 12345678901234567.123456789]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_type_in_two_batches_is_as_in_one(database, name):
    data = pd.DataFrame({"number": range(len(TYPES[name])), "value": TYPES[name].reset_index(drop=True)})

    write_table(database, "whole", data, primary_key="number")
    write_table(database, "t", iter([data.head(1), data.tail(-1)]), primary_key="number")

    assert_same(read_table(database, "t").data, read_table(database, "whole").data)
