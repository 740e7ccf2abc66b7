"""Saves that send only differences: the table equals the frame, and the history shows only what changed."""

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import read_table, write_table
from dolt_integrations.limits import limits
from tests.conftest import run_sql
from tests.helpers.saves.edits import BOTH_WAYS, SIZE, assert_landed, base, changes, edited
from tests.helpers.values.fuzzing import examples
from tests.helpers.values.samples import assert_same
from tests.helpers.values.strategies import AWKWARD_TEXTS

pytestmark = pytest.mark.usefixtures("any_cache")


EDITS = {
    "a few rows changed": (edited(base()), (0, 30), 30),
    "rows deleted": (base().drop(index=range(10, 20)), (10, 0), 10),
    "rows added": (pd.concat([base(), base(SIZE + 40).tail(40)]), (0, 40), 40),
    "all of it": (
        pd.concat([edited(base()).drop(index=range(10, 20)), base(SIZE + 40).tail(40)]),
        (10, 70),
        80,
    ),
    "changed and shuffled": (edited(base()).sample(frac=1, random_state=1), (0, 30), 30),
    "keys changed": (base().assign(n=lambda each: each["n"].where(each["n"] % 100 > 0, -1 - each["n"])), (30, 30), 60),
    "columns in another order": (edited(base()), (0, 30), 30),
    "most changed": (base().assign(x=0.5), None, SIZE),
    "all gone": (base().head(0), None, SIZE),
}


@BOTH_WAYS
@pytest.mark.parametrize("what", EDITS)
def test_what_lands_is_the_frame_and_the_diff_what_changed(loading_database, found, what):
    frame, size, changed = EDITS[what]
    write_table(loading_database, "t", base(), primary_key="n")

    version = write_table(loading_database, "t", frame, primary_key="n")

    assert_landed(loading_database, frame)
    assert found == ([size] if len(frame) >= limits().compared_rows else [])
    assert changes(loading_database) == changed
    assert read_table(loading_database, "t").version.commit == version.commit


@BOTH_WAYS
@pytest.mark.parametrize("frame", [base(), base().sample(frac=1, random_state=1)])
def test_what_is_the_same_is_no_commit(database, found, frame):
    first = write_table(database, "t", base(), primary_key="n")

    again = write_table(database, "t", frame, primary_key="n")

    assert (again.changed, again.commit, again.table_hash) == (False, first.commit, first.table_hash)
    assert found == [(0, 0)]


def test_another_order_of_the_columns_lands(database):
    write_table(database, "t", base(), primary_key="n")
    frame = edited(base())[["text", "x", "n"]]

    write_table(database, "t", frame, primary_key="n")

    assert_landed(database, frame)


def test_another_process_reads_what_landed(database, script):
    write_table(database, "t", base(), primary_key="n")
    frame = edited(base())
    write_table(database, "t", frame, primary_key="n")

    code = "import sys; from dolt_integrations.core import read_table; print(read_table(sys.argv[1], 't').data.x.sum())"

    assert float(script(code, database).finish()) == frame["x"].sum()


@BOTH_WAYS
def test_what_is_large_goes_by_a_private_branch(loading_database, found):
    large = base(60_000)
    write_table(loading_database, "t", large, primary_key="n")
    frame = edited(large, every=5)

    write_table(loading_database, "t", frame, primary_key="n")

    assert found == [(0, 12_000)]
    assert_landed(loading_database, frame)
    assert changes(loading_database) == 12_000
    assert run_sql(loading_database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_key_of_three_columns(loading_database, found):
    frame = base().assign(a=lambda frame: frame["n"] % 7, b=lambda frame: frame["text"].str[-1])
    key = ["b", "n", "a"]
    write_table(loading_database, "t", frame, primary_key=key)

    write_table(loading_database, "t", edited(frame).drop(index=range(5)), primary_key=key)

    assert found == [(5, 29)]
    landed = read_table(loading_database, "t").data
    assert_same(landed, edited(frame).drop(index=range(5)).sort_values(key, ignore_index=True))


def test_an_index_as_the_key(database, found):
    frame = base().set_index(["text", "n"])
    write_table(database, "t", frame)

    write_table(database, "t", edited(frame.reset_index()).set_index(["text", "n"]))

    assert found == [(0, 30)]
    expected = edited(frame.reset_index()).set_index(["text", "n"]).sort_index()
    assert_same(read_table(database, "t").data, expected)


# Without a key: each row as often as it occurs


@pytest.mark.parametrize(
    ("then", "size"),
    [
        ([1] * 5 + [2] * 3, (0, 0)),
        ([1] * 6 + [2] * 3, (0, 1)),
        ([1] * 5 + [2] * 3 + [3], (0, 1)),
        ([1] * 4 + [2] * 3, None),
        ([1] * 4 + [2] * 4, None),
    ],
)
def test_without_a_key_rows_count(database, small, found, then, size):
    write_table(database, "t", pd.DataFrame({"n": [2, 1, 1, 2, 1, 1, 2, 1]}))

    write_table(database, "t", pd.DataFrame({"n": then}))

    assert sorted(read_table(database, "t").data["n"]) == then
    assert found == [size]


def test_without_a_key_rows_are_added(database, found):
    write_table(database, "t", base())
    frame = pd.concat([base(), base().head(10), base(SIZE + 10).tail(10)])

    write_table(database, "t", frame)

    assert found == [(0, 20)]
    assert_landed(database, frame, None)


# Generated tables

VALUES = {
    "float": st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0]),
    "text": st.none() | st.sampled_from(AWKWARD_TEXTS),
    "whole": st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1]),
}
ROW = st.tuples(*VALUES.values())


def frame_of(rows):
    keys = sorted(rows)
    return pd.DataFrame(
        {
            "k": pd.Series(keys, dtype="int64"),
            "float": pd.Series([rows[k][0] for k in keys], dtype="float64"),
            "text": pd.Series([rows[k][1] for k in keys], dtype="str"),
            "whole": pd.Series([rows[k][2] for k in keys], dtype="int64"),
        }
    )


def spelled(rows):
    return {k: (repr(f), t, w) for k, (f, t, w) in rows.items()}


@BOTH_WAYS
@settings(max_examples=examples(15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.dictionaries(st.integers(-20, 20), ROW, min_size=1, max_size=15),
    edits=st.dictionaries(st.integers(-20, 20), st.none() | ROW, max_size=8),
    seed=st.integers(0, 9),
)
def test_any_edits_land_and_are_the_diff(database, small, before, edits, seed):
    after = {**before, **edits}
    after = {key: row for key, row in after.items() if row is not None}
    write_table(database, "t", frame_of(before), primary_key="k")

    version = write_table(database, "t", frame_of(after).sample(frac=1, random_state=seed), primary_key="k")

    assert_same(read_table(database, "t").data, frame_of(after))
    ours, old = spelled(after), spelled(before)
    differing = {key for key in ours.keys() | old.keys() if ours.get(key) != old.get(key)}
    assert version.changed == bool(differing)
    if differing:
        assert changes(database) == len(differing)


@settings(max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(st.tuples(st.sampled_from([0.0, -0.0, None, 1.5]), st.sampled_from(["", None, "a"])), max_size=10),
    after=st.lists(st.tuples(st.sampled_from([0.0, -0.0, None, 1.5]), st.sampled_from(["", None, "a"])), max_size=10),
    kept=st.booleans(),
)
def test_any_rows_without_a_key_land(database, small, before, after, kept):
    def made(rows):
        floats, texts = zip(*rows, strict=True) if rows else ((), ())
        return pd.DataFrame({"x": pd.Series(floats, dtype="float64"), "text": pd.Series(texts, dtype="str")})

    after = [*before, *after] if kept else after
    write_table(database, "t", made(before))

    write_table(database, "t", made(after))

    landed = read_table(database, "t").data
    assert sorted(json.dumps(row) for row in landed.itertuples(index=False, name=None)) == sorted(
        json.dumps(row) for row in made(after).itertuples(index=False, name=None)
    )
