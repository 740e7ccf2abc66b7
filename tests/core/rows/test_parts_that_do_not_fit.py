"""Parts of versions that do not fit each other are not put together: rows of other columns, types, counts or order."""

import pyarrow as pa
import pytest

from dolt_integrations.core.rows.patched import patched
from dolt_integrations.core.rows.version_rows import cast_alike
from dolt_integrations.engine.versions.diffs.incremental import Counts

BASE = pa.table({"k": [1, 2, 3], "x": [10, 20, 30]})
KEYS = pa.table({"k": [3]})
WRITTEN = pa.table({"k": [2, 4], "x": [21, 40]})
COUNTS = Counts(added=1, modified=1, removed=1, total=3)


def test_parts_that_fit_make_the_newer_version():
    assert patched(BASE, WRITTEN, KEYS, ["k"], COUNTS).to_pydict() == {"k": [1, 2, 4], "x": [10, 21, 40]}


@pytest.mark.parametrize(
    "parts",
    [
        (BASE, WRITTEN.cast(pa.schema([("k", pa.int64()), ("x", pa.int32())])), KEYS, COUNTS),
        (BASE, WRITTEN.select(["x", "k"]), KEYS, COUNTS),
        (BASE, WRITTEN, KEYS.cast(pa.schema([("k", pa.int32())])), COUNTS),
        (BASE, WRITTEN, pa.table({"k": [9]}), COUNTS),
        (BASE, WRITTEN, KEYS, Counts(2, 1, 1, 3)),
        (BASE, WRITTEN, KEYS, Counts(1, 2, 1, 3)),
        (BASE, WRITTEN, KEYS, Counts(1, 1, 0, 3)),
        (BASE, WRITTEN, KEYS, Counts(1, 1, 1, 4)),
        (BASE.take([1, 0, 2]), pa.table({"k": [2, 0], "x": [21, 5]}), KEYS, COUNTS),
    ],
    ids=["type", "columns", "type of the key", "a row that is not there", "more added", "more modified",
         "none removed", "more in all", "not in order"],
)  # fmt: skip
def test_parts_that_do_not_fit_make_none(parts):
    base, written, removed, counts = parts

    assert patched(base, written, removed, ["k"], counts) is None


@pytest.mark.parametrize(
    "wanted",
    [
        pa.schema([("k", pa.int64())]),
        pa.schema([("k", pa.int64()), ("y", pa.int64())]),
        pa.schema([("k", pa.int64()), ("x", pa.string())]),
        pa.schema([("k", pa.int64()), ("x", pa.float64())]),
        pa.schema([("k", pa.int64()), ("x", pa.int8())]),
    ],
    ids=["fewer columns", "another column", "text", "float", "too small"],
)
def test_rows_are_not_cast_where_that_would_change_them(wanted):
    assert cast_alike(pa.table({"k": [1], "x": [300]}), wanted) is None


def test_rows_are_cast_to_the_order_and_types_of_a_schema():
    wanted = pa.schema([("x", pa.int16()), ("k", pa.uint64())])

    assert cast_alike(pa.table({"k": [1], "x": [300]}), wanted) == pa.table({"x": [300], "k": [1]}, schema=wanted)
