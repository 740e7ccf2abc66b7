"""Nested Arrow values are cast part by part, whatever their nesting and slicing."""

import pyarrow as pa
import pytest

from dolt_integrations.core import read_arrow, write_table
from dolt_integrations.core.arrow.recast import recast

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
