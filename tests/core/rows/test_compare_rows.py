"""The rows that differ between two versions, as plain Python finds them: with a key, and without one, with NULLs."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dolt_integrations.core.rows.differences import find_differences
from dolt_integrations.core.rows.local_diff import compare_rows
from dolt_integrations.engine import Column, TableSchema

VALUES = st.one_of(st.none(), st.integers(0, 2))
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=6)
BY_KEY = st.dictionaries(st.integers(0, 4), VALUES, max_size=5).map(lambda found: list(found.items()))


def table(rows):
    return pa.table({name: pa.array([row[at] for row in rows], pa.int64()) for at, name in enumerate("ab")})


def compared(old, new, key):
    """Return what is found: the kind, and the row before and after."""
    found = compare_rows(table(old), table(new), key).to_dicts()
    return [
        (
            each["kind"],
            None if each["old"] is None else old[each["old"]],
            None if each["new"] is None else new[each["new"]],
        )
        for each in found
    ]


@given(ROWS, ROWS)
def test_without_a_key_each_row_counts_as_often_as_it_is_there(old, new):
    found = compared(old, new, ())

    assert Counter(after for kind, _, after in found if kind == "added") == Counter(new) - Counter(old)
    assert Counter(before for kind, before, _ in found if kind == "removed") == Counter(old) - Counter(new)
    assert {kind for kind, _, _ in found} <= {"added", "removed"}


@given(BY_KEY, BY_KEY)
def test_with_a_key_a_row_is_added_removed_or_modified(old, new):
    before, after = dict(old), dict(new)
    expected = [("added", None, row) for row in new if row[0] not in before]
    expected += [("removed", row, None) for row in old if row[0] not in after]
    expected += [
        ("modified", (key, before[key]), (key, after[key]))
        for key in before
        if key in after and before[key] != after[key]
    ]

    assert sorted(compared(old, new, ("a",)), key=repr) == sorted(expected, key=repr)


WORTH = [
    ([1, 2, 3], [1, 2, 3], (0, 0)),
    ([1, 2, 3], [1, 2, 3, 4], (0, 1)),
    ([1, 2, 3, 4], [1, 2, 3], (1, 0)),
    ([1, 2, 3], [1, 2], None),
    ([1], [2, 3, 4], None),
    ([], [1, 2], None),
]


@pytest.mark.parametrize(("old", "new", "size"), WORTH)
def test_differences_are_written_only_where_that_costs_less_than_all_rows(old, new, size):
    before, after = (pa.table({"a": pa.array(keys, pa.int64())}) for keys in (old, new))

    found = find_differences(before, TableSchema((Column("a", "bigint"),), ("a",)), "base", after)

    assert (None if found is None else (found.gone.num_rows, found.written.num_rows)) == size


def test_from_a_table_without_a_key_no_row_is_deleted():
    before, after = (pa.table({"a": pa.array(values, pa.int64())}) for values in ([1, 2, 3, 4], [1, 2, 3]))

    assert find_differences(before, TableSchema((Column("a", "bigint"),), ()), "base", after) is None
