"""Appending rows of other Arrow types than the table's: values stay the same, in a type that holds them all."""

import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import read_arrow, read_table, write_table
from dolt_integrations.errors import UnsupportedTypeError

D = decimal.Decimal


def table(kind, *values):
    return pa.table({"x": pa.array(values, kind)})


def appended(database, first, second):
    write_table(database, "t", first)
    write_table(database, "t", second, mode="append")
    return read_arrow(database, "t")[0].column("x")


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (table(pa.decimal128(4, 2), D("1.50")), table(pa.decimal128(10, 3), D("12345.678")), pa.decimal128(10, 3)),
        (table(pa.string(), "a"), table(pa.large_string(), "b"), pa.string()),
        (table(pa.int32(), 1), table(pa.int64(), 2**40), pa.int64()),
        (table(pa.float16(), 1.5), table(pa.float32(), 70000.0), pa.float32()),
        (table(pa.time32("s"), 1), table(pa.time64("us"), 1), pa.time64("us")),
        (table(pa.binary(3), b"abc"), table(pa.binary(), b"abcd"), pa.large_binary()),
    ],
)
def test_a_wider_type_widens_the_column(first, second, kind, database):
    found = appended(database, first, second)

    assert found.type == kind
    both = {first.column("x").cast(kind)[0].as_py(), second.column("x").cast(kind)[0].as_py()}
    assert set(found.to_pylist()) == both


def test_lists_of_other_parts_are_documents_from_then_on(database):
    found = appended(database, table(pa.list_(pa.int64()), [1]), table(pa.list_(pa.float64()), [1.5]))

    assert sorted(found.to_pylist()) == ["[1.5]", "[1]"]


@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
@pytest.mark.parametrize("value", [[1.0], [-0.0], [1e300]])
def test_lists_with_numbers_that_need_text_widen_the_column(value, mode, database):
    frame = pl.DataFrame({"id": [1], "x": [[0.5]]})
    write_table(database, "t", frame, primary_key="id")

    write_table(database, "t", frame.with_columns(id=2, x=pl.Series([value])), mode=mode)

    found = read_arrow(database, "t")[0].sort_by("id").column("x")
    assert found.type == frame.to_arrow().schema.field("x").type
    assert repr(found.to_pylist()[-1]) == repr(value)
    assert read_table(database, "t").data["x"].tolist()[-1] == value


def test_lists_of_other_parts_that_need_text_are_documents_from_then_on(database):
    found = appended(database, table(pa.list_(pa.int64()), [2**53 - 1]), table(pa.list_(pa.float64()), [1.0]))

    assert sorted(found.to_pylist()) == ["[1.0]", "[9007199254740991]"]


def test_a_document_that_others_put_into_a_typed_list_is_not_rounded(database):
    # pyarrow silently turns 1.5 into an integer.
    found = appended(database, table(pa.list_(pa.int64()), [1]), pd.DataFrame({"x": [[1.5]]}))

    assert sorted(found.to_pylist()) == ["[1.5]", "[1]"]


def test_arrays_of_another_dtype_are_refused_with_both(database):
    with pytest.raises(UnsupportedTypeError, match=r"list<.*: int64>.*list<.*: double>"):
        appended(database, pd.DataFrame({"x": [np.array([1])]}), pd.DataFrame({"x": [np.array([1.5])]}))
