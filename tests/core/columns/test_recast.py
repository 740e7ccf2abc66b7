"""Nested Arrow values are cast part by part, whatever their nesting and slicing."""

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import read_arrow, write_table
from dolt_integrations.core.arrow.nested import decode_nested
from dolt_integrations.core.arrow.recast import recast
from dolt_integrations.core.frames.frame import encode_frame

NULLS = [[None, None], [[None, [None, None]], None], [[None, None], [[None]]], [[None, [None], []], None]]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.map_(pa.string(), pa.list_(pa.int8(), 2)), [[("a", [1, 2])], None, [("b", None)]]),
        (pa.list_(pa.struct([("a", pa.list_(pa.int8(), 2))]), 1), [[{"a": None}], [{"a": [1, 2]}], None]),
        (pa.struct([("a", pa.dictionary(pa.int8(), pa.string()))]), [{"a": "x"}, None, {"a": None}]),
        (pa.list_(pa.list_view(pa.int8())), [[[1], None], None, [[2, 3]]]),
    ],
    ids=str,
)
def test_slices_of_nested_values_are_cast_as_they_are(kind, values):
    leaves = {
        "map": pa.map_(pa.string(), pa.large_list(pa.int64())),
        "fixed_size_list": pa.large_list(pa.struct([("a", pa.large_list(pa.int64()))])),
        "struct": pa.struct([("a", pa.large_string())]),
        "list": pa.large_list(pa.large_list(pa.int64())),
    }[str(kind).split("<", maxsplit=1)[0]]
    array = pa.array(values, kind)

    for start in range(len(values) + 1):
        assert recast(pa.chunked_array([array.slice(start)]), leaves).to_pylist() == values[start:]


def test_lists_of_nulls_in_fixed_size_lists_come_back(database):
    kind = pa.list_(pa.large_list(pa.large_list(pa.null())), 2)
    table = pa.table({"row": range(4), "lists": pa.array(NULLS, kind)})

    write_table(database, "nulls", table, primary_key="row")

    assert read_arrow(database, "nulls")[0].column("lists").to_pylist() == NULLS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"a": 1, "b": 2}', pa.struct([("a", pa.int64())])),
        ('{"b": 2}', pa.struct([("a", pa.int64())])),
        ("[0.1]", pa.list_(pa.float32())),
        ("[1.5]", pa.list_(pa.int64())),
        ("[true]", pa.list_(pa.int64())),
    ],
    ids=["another field", "no field", "a double", "a fraction", "a boolean"],
)
def test_a_document_of_others_that_is_not_of_the_type_is_not_made_one(text, kind):
    with pytest.raises((ValueError, TypeError)):
        decode_nested(pa.chunked_array([[text]]), kind)


@pytest.mark.parametrize(("unit", "count"), [("s", 1), ("ms", 1_500), ("us", 1_500_000), ("ns", 1_500_000_000)])
def test_a_time_in_a_document_is_read_in_the_unit_of_its_type(unit, count):
    kind = pa.list_(pa.time32(unit) if unit in ("s", "ms") else pa.time64(unit))
    text = '["00:00:01"]' if unit == "s" else '["00:00:01.5"]'

    assert decode_nested(pa.chunked_array([[text]]), kind).chunk(0).values[0].value == count


def test_missing_periods_are_missing():
    periods = pa.array(pd.PeriodIndex(["2024-01", None], freq="M"))

    assert encode_frame(pa.table({"a": periods}), table="t").columns["a"].values.to_pylist() == ["2024-01", None]
