"""The digest of rows: equal for equal rows in any order and batches, and different for all others."""

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core.frames import digest
from dolt_integrations.core.frames.digest import RowsDigest, digest_of
from dolt_integrations.core.frames.frame import encode_frame

ROWS = pa.table({"a": [1, 2, None, 0], "b": ["x", "y", "", None]})


def of(*batches, key=()):
    made = RowsDigest(key)
    for batch in batches:
        made.add(batch)
    return made.hex()


def test_order_and_batches_make_no_difference(monkeypatch):
    monkeypatch.setattr(digest, "_AT_ONCE", 3)

    assert of(ROWS) == of(ROWS.slice(2), ROWS.slice(0, 2)) == of(ROWS.take([3, 1, 0, 2]))


@pytest.mark.parametrize(
    "other",
    [
        pa.table({"a": [1, 2, 0, 0], "b": ["x", "y", "", None]}),
        pa.table({"a": [1, 2, None, 0], "b": ["x", "y", None, None]}),
        pa.table({"a": [2, 1, None, 0], "b": ["x", "y", "", None]}),
        pa.table({"a": [1, 2, None, 7], "b": ["x", "y", "", None]}),
        pa.table({"a": [1, 2, None, 0, 0], "b": ["x", "y", "", None, None]}),
        pa.table({"c": [1, 2, None, 0], "b": ["x", "y", "", None]}),
        ROWS.slice(0, 3),
    ],
    ids=["null", "empty", "paired otherwise", "the last", "once more", "renamed", "fewer"],
)
def test_other_rows_have_another_digest(other, monkeypatch):
    monkeypatch.setattr(digest, "_AT_ONCE", 3)

    assert of(other) != of(ROWS)


def test_equal_values_in_other_columns_have_another_digest():
    assert of(pa.table({"a": [1], "b": [2]})) != of(pa.table({"a": [2], "b": [1]}))


def test_the_key_and_the_dtypes_are_a_part_of_it():
    numbers, flags = (
        encode_frame(pd.DataFrame({"a": pd.Series([1], dtype=dtype)}), table="t") for dtype in ("int8", "Int8")
    )

    assert digest_of(numbers, None) != digest_of(flags, None)
    assert digest_of(numbers, ["a"]) != digest_of(numbers, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array([0.0]), pa.array([-0.0])),
        (pa.array([b"a"]), pa.array([b"b"])),
        (pa.array([1], pa.timestamp("us")), pa.array([2], pa.timestamp("us"))),
        (pa.array([1], pa.date32()), pa.array([2], pa.date32())),
        (pa.array([2**63], pa.uint64()), pa.array([2**63 + 1], pa.uint64())),
        (pa.array([True]), pa.array([False])),
    ],
    ids=lambda each: str(each.type),
)
def test_other_values_of_each_type_have_another_digest(one, other):
    assert of(pa.table({"a": one})) != of(pa.table({"a": other}))
