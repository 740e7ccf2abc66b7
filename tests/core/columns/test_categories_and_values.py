"""Appending plain values to a column of categories, and categories to plain values."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.errors import UnsupportedTypeError


def dictionary(*values):
    return pa.table({"id": range(10, 10 + len(values)), "s": pa.array(values).dictionary_encode()})


def arrow(*values):
    return pa.table({"id": range(20, 20 + len(values)), "s": list(values)})


def categorical(*values):
    return pd.DataFrame({"id": range(10, 10 + len(values)), "s": pd.Categorical(values)})


def frame(*values):
    return pd.DataFrame({"id": range(20, 20 + len(values)), "s": list(values)})


def polars(*values):
    return pl.DataFrame({"id": range(10, 10 + len(values)), "s": pl.Series(values, dtype=pl.Categorical)})


@pytest.mark.parametrize("mode", ["append", "upsert"])
@pytest.mark.parametrize("of", [dictionary, categorical, polars])
@pytest.mark.parametrize("plain", [arrow, frame])
@pytest.mark.parametrize("new", ["a", "c"])
def test_texts_that_come_to_categories_make_it_texts(mode, of, plain, new, database):
    write_table(database, "t", of("a", "b"), primary_key="id")

    write_table(database, "t", plain(new), mode=mode)

    assert read_table(database, "t").data["s"].tolist() == ["a", "b", new]


@pytest.mark.parametrize("of", [dictionary, categorical])
@pytest.mark.parametrize("plain", [arrow, frame])
def test_numbers_that_come_to_categories_make_it_numbers(of, plain, database):
    write_table(database, "t", of(1, 2), primary_key="id")

    write_table(database, "t", plain(3), mode="append")

    assert read_table(database, "t").data["s"].tolist() == [1, 2, 3]


@pytest.mark.parametrize("plain", [arrow, frame])
def test_categories_that_come_to_plain_values_leave_them_as_they_are(plain, database):
    write_table(database, "t", plain("a"), primary_key="id")

    write_table(database, "t", dictionary("b"), mode="append")

    assert sorted(read_table(database, "t").data["s"]) == ["a", "b"]


def test_ordered_categories_take_no_plain_values(database):
    ordered = pd.DataFrame({"s": pd.Categorical(["a"], categories=["b", "a"], ordered=True)})
    write_table(database, "t", ordered)

    with pytest.raises(UnsupportedTypeError, match="category of str"):
        write_table(database, "t", pd.DataFrame({"s": ["a"]}), mode="append")


def test_numbers_do_not_come_to_categories_of_texts(database):
    write_table(database, "t", categorical("a"), primary_key="id")

    with pytest.raises(UnsupportedTypeError, match="category of str"):
        write_table(database, "t", frame(1), mode="append")


@pytest.mark.parametrize("values", [["a", "a"], ["a", None]], ids=["twice", "null"])
def test_a_dictionary_that_pandas_cannot_have_as_categories_is_stored_as_its_values(values):
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array(values))

    encoded = encode_frame(pa.table({"a": column}), table="t")

    assert encoded.columns["a"].mark.dtype != "category"
    assert encoded.columns["a"].values.to_pylist() == [*values, None]


def test_categories_that_come_to_a_column_of_none_are_its_categories(database):
    empty = pd.DataFrame({"id": pd.Series([], dtype="int64"), "s": pd.Categorical([], categories=[])})
    write_table(database, "t", empty, primary_key="id")

    write_table(database, "t", categorical("b", "a"), mode="append")

    assert list(read_table(database, "t").data["s"].cat.categories) == ["a", "b"]
