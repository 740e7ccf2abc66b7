"""Small changes to values of every type, and keys of every type, are found as differences."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from tests.conftest import run_sql
from tests.helpers.saves.edits import changes
from tests.helpers.values.samples import FAMILIES, TYPES, assert_same
from tests.helpers.values.strategies import AWKWARD_TEXTS

pytestmark = pytest.mark.usefixtures("any_cache")


OTHERS = {
    "float": (pd.Series([0.0, 1.0, None]), pd.Series([-0.0, 1.0, None])),
    "float32": (pd.Series([0.0, 0.1, None], dtype="float32"), pd.Series([-0.0, 0.1, None], dtype="float32")),
    "float to NULL": (pd.Series([0.0, 1.0]), pd.Series([0.0, None])),
    "float from NULL": (pd.Series([0.0, None]), pd.Series([0.0, 0.0])),
    "next float": (pd.Series([0.1]), pd.Series([np.nextafter(0.1, 1)])),
    "Float64": (pd.Series([0.0, None], dtype="Float64"), pd.Series([-0.0, None], dtype="Float64")),
    "Int64": (pd.Series([0, None], dtype="Int64"), pd.Series([None, 0], dtype="Int64")),
    "uint64": (pd.Series([2**64 - 1], dtype="uint64"), pd.Series([2**64 - 2], dtype="uint64")),
    "boolean": (pd.Series([True, None], dtype="boolean"), pd.Series([False, None], dtype="boolean")),
    "text to NULL": (pd.Series(["", "a"]), pd.Series([None, "a"])),
    "text from NULL": (pd.Series([None, "a"]), pd.Series(["", "a"])),
    "NULL": (pd.Series([None, "a"]), pd.Series(["NULL", "a"])),
    "case": (pd.Series(["a", "b"]), pd.Series(["A", "b"])),
    "trailing space": (pd.Series(["a", "b"]), pd.Series(["a ", "b"])),
    "composed": (pd.Series(["é"]), pd.Series(["e\u0301"])),
    "bytes": (pd.Series([b"", b"a"], dtype=object), pd.Series([b"\0", None], dtype=object)),
    "document": (pd.Series([{"a": 1}, [1]], dtype=object), pd.Series([{"a": 2}, None], dtype=object)),
    "category": (
        pd.Series(pd.Categorical(["x", None], categories=["x", "y"])),
        pd.Series(pd.Categorical(["y", None], categories=["x", "y"])),
    ),
    "categories": (
        pd.Series(pd.Categorical(["x", "y"], categories=["x", "y"])),
        pd.Series(pd.Categorical(["x", "y"], categories=["y", "x"])),
    ),
    "moment": (
        pd.Series(["2021-10-31T00:30", None], dtype="datetime64[us]"),
        pd.Series(["2021-10-31T00:30:00.000001", None], dtype="datetime64[us]"),
    ),
    "other zone": (TYPES["time zone in microseconds"], TYPES["time zone in microseconds"].dt.tz_convert("Asia/Tokyo")),
    "other unit": (pd.Series([1], dtype="timedelta64[s]"), pd.Series([1], dtype="timedelta64[ms]")),
    "decimal": (
        pd.Series([decimal.Decimal("1.50")], dtype=object),
        pd.Series([decimal.Decimal("1.51")], dtype=object),
    ),
    "date": (
        pd.Series([datetime.date(1, 1, 1)], dtype=object),
        pd.Series([datetime.date(1, 1, 2)], dtype=object),
    ),
    "wider": (pd.Series([1, 2], dtype="int8"), pd.Series([1, 2], dtype="int64")),
}


@pytest.mark.parametrize("key", ["n", None])
@pytest.mark.parametrize("what", OTHERS)
def test_a_value_that_changes_a_little_is_written(database, small, what, key):
    before, after = (pd.DataFrame({"n": range(len(values)), "v": values}) for values in OTHERS[what])
    write_table(database, "t", before, primary_key=key)

    version = write_table(database, "t", after, primary_key=key)

    assert version.changed
    assert_same(read_table(database, "t").data.sort_values("n", ignore_index=True), after)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_column_of_every_type_is_saved_by_its_difference(database, small, name):
    values = TYPES[name].reset_index(drop=True)
    first = pd.DataFrame({"n": range(len(values)), "v": values})
    then = pd.DataFrame({"n": range(len(values)), "v": values.iloc[::-1].reset_index(drop=True)})
    write_table(database, "t", first, primary_key="n")

    assert not write_table(database, "t", first, primary_key="n").changed
    write_table(database, "t", then, primary_key="n")

    assert_same(read_table(database, "t").data, then)


KEYS = {
    "texts": pd.Series(AWKWARD_TEXTS),
    "floats": pd.Series([0.1, 1 / 3, -0.5, 1e308, 5e-324, 0.0]),
    "float32": pd.Series([0.1, 1 / 3, 16777217.0, 3e38], dtype="float32"),
    "decimals": TYPES["money"],
    "decimals of 65 digits": TYPES["decimals of 65 digits"],
    "bytes": pd.Series([b"", b"\0", b"\xff", b"a", b"a "], dtype=object),
    "dates": TYPES["dates"],
    "times": TYPES["times"],
    "moments": TYPES["time zone in microseconds"],
    "booleans": pd.Series([True, False]),
    "uint64": pd.Series([2**64 - 1, 0, 2**63], dtype="uint64"),
    "UUIDs": TYPES["UUIDs"],
    "spans": TYPES["spans in us"],
}


@pytest.mark.parametrize("name", KEYS)
def test_rows_are_found_by_every_key(database, small, name):
    first = pd.DataFrame({"k": KEYS[name].reset_index(drop=True)}).assign(v=1)
    write_table(database, "t", first, primary_key="k")
    then = first.drop(index=0)
    then.loc[1, "v"] = 2

    write_table(database, "t", then, primary_key="k")

    assert run_sql(database, "SELECT COUNT(*), SUM(v) FROM t") == [(len(first) - 1, len(first))]
    assert changes(database) == 2
    landed = read_table(database, "t").data
    assert sorted(map(repr, landed["k"])) == sorted(map(repr, then["k"]))
