"""Diffs as frames: the rows of a table that differ between two versions."""

import datetime
import decimal
import pickle

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import AppendBranch, NewBranch
from dolt_integrations.core.inspect.diff import diff
from dolt_integrations.errors import (
    BranchNotFoundError,
    ConfigError,
    InvalidNameError,
    RevisionNotFoundError,
    TableNotFoundError,
)
from tests.conftest import run_sql
from tests.helpers.saves.diffs import commit_sql, rows, save


def test_a_diff_has_the_rows_that_were_added_modified_and_removed(database):
    old = save(database, {"id": [1, 2, 3], "x": ["a", "b", "c"]})
    new = save(database, {"id": [1, 2, 4], "x": ["a", "B", "d"]})

    found = diff(database, "t", old, new)

    assert found.columns.tolist() == ["diff_type", "from_id", "to_id", "from_x", "to_x"]
    assert rows(found) == [
        ("added", None, 4, None, "d"),
        ("modified", 2, 2, "b", "B"),
        ("removed", 3, None, "c", None),
    ]


def test_a_diff_the_other_way_round_is_the_opposite(database):
    old = save(database, {"id": [1, 3], "x": ["a", "c"]})
    new = save(database, {"id": [1, 4], "x": ["A", "d"]})

    assert rows(diff(database, "t", new, old)) == [
        ("added", None, 3, None, "c"),
        ("modified", 1, 1, "A", "a"),
        ("removed", 4, None, "d", None),
    ]


def test_versions_that_are_equal_differ_in_no_row(database):
    commit = save(database, {"id": [1], "x": [1.5]})

    found = diff(database, "t", commit, commit)

    assert found.empty
    assert found.columns.tolist() == ["diff_type", "from_id", "to_id", "from_x", "to_x"]


def test_a_revision_is_a_branch_a_tag_an_ancestor_or_a_timestamp(database):
    old = save(database, {"id": [1], "x": ["a"]})
    run_sql(database, f"CALL DOLT_TAG('v1', '{old}')")
    save(database, {"id": [1], "x": ["b"]}, branch_conf=NewBranch("side"))
    moment = run_sql(database, f"SELECT date FROM dolt_log WHERE commit_hash = '{old}'")[0][0]
    save(database, {"id": [1], "x": ["c"]})
    changed = [("modified", 1, 1, "a", "c")]

    assert rows(diff(database, "t", "v1")) == changed
    assert rows(diff(database, "t", "HEAD~1", "main")) == changed
    assert rows(diff(database, "t", moment)) == changed
    assert rows(diff(database, "t", "main", "side")) == [("modified", 1, 1, "c", "b")]
    assert rows(diff(database, "t", "v1", branch_conf=AppendBranch("side"))) == [("modified", 1, 1, "a", "b")]


def test_uncommitted_work_is_no_difference(database):
    old = save(database, {"id": [1], "x": ["a"]})
    run_sql(database, "UPDATE t SET x = 'b'")

    assert diff(database, "t", old).empty


def test_each_column_has_the_dtype_that_was_saved(database):
    zone = "Europe/Berlin"
    columns = {
        "id": [1, 2],
        "count": np.array([1, 2], "uint16"),
        "sure": [True, False],
        "when": pd.to_datetime(["2026-01-01", "2026-01-02"]).astype("datetime64[ns]").tz_localize(zone),
        "kind": pd.Categorical(["a", "b"], categories=["c", "b", "a"], ordered=True),
        "span": pd.to_timedelta([1, 2], unit="s").astype("timedelta64[ns]"),
        "price": [decimal.Decimal("1.10"), decimal.Decimal("2.20")],
        "day": [datetime.date(2026, 1, 1), datetime.date(2026, 1, 2)],
        "raw": [b"\x00\xff", b""],
        "tree": [{"a": [1]}, {"b": None}],
        "maybe": pd.array([1, None], "Int32"),
        "arrow": pd.array(["x", None], "string[pyarrow]"),
        "text": ["", "NULL"],
    }
    old = save(database, columns)
    kept = pd.DataFrame(columns).iloc[:1]
    new = save(database, kept)

    found = diff(database, "t", old, new)

    expected = pd.DataFrame(columns).iloc[1:].reset_index(drop=True)
    expected = expected.astype({"id": "Int64", "count": "UInt16", "sure": "boolean"})
    was = found[[f"from_{name}" for name in columns]].set_axis(list(columns), axis="columns")
    assert_frame_equal(was, expected)
    assert found["to_when"].dtype == found["from_when"].dtype
    assert found["to_kind"].dtype == found["from_kind"].dtype


def test_dtypes_do_not_depend_on_what_differs(database):
    first = save(database, {"id": [1], "n": [1], "b": [True]})
    second = save(database, {"id": [1], "n": [2], "b": [True]})
    third = save(database, {"id": [1, 2], "n": [2, 3], "b": [True, False]})

    modified, added, nothing = (
        diff(database, "t", *pair).dtypes for pair in ((first, second), (second, third), (third, third))
    )

    assert modified.equals(added)
    assert modified.equals(nothing)


def test_a_table_without_a_key_has_rows_added_and_removed_as_often_as_they_are(database):
    old = save(database, {"x": ["a", "a", "b", None]}, key=None)
    new = save(database, {"x": ["a", "c", "c", None]}, key=None)

    assert rows(diff(database, "t", old, new)) == [
        ("added", None, "c"),
        ("added", None, "c"),
        ("removed", "a", None),
        ("removed", "b", None),
    ]


def test_a_table_that_only_one_version_has_is_added_or_removed_whole(database):
    start = run_sql(database, "SELECT HASHOF('HEAD')")[0][0]
    made = save(database, {"id": [1, 2], "x": ["a", "b"]})

    added, removed = diff(database, "t", start, made), diff(database, "t", made, start)

    assert added.columns.tolist() == ["diff_type", "to_id", "to_x"]
    assert rows(added) == [("added", 1, "a"), ("added", 2, "b")]
    assert rows(removed) == [("removed", 1, "a"), ("removed", 2, "b")]


def test_a_diff_can_be_pickled(database):
    old = save(database, {"id": [1], "x": ["a"]})
    new = save(database, {"id": [1], "x": ["b"]})

    found = diff(database, "t", old, new)

    assert_frame_equal(pickle.loads(pickle.dumps(found)), found)  # noqa: S301


def test_a_table_that_neither_version_has_is_an_error_with_the_nearest_names(database):
    commit = save(database, {"id": [1]})

    with pytest.raises(TableNotFoundError, match=r"tt.*Did you mean `t`"):
        diff(database, "tt", commit)


def test_what_does_not_exist_is_an_error(database):
    commit = save(database, {"id": [1]})

    with pytest.raises(RevisionNotFoundError, match="v9"):
        diff(database, "t", "v9")
    with pytest.raises(RevisionNotFoundError, match="0000"):
        diff(database, "t", commit, "0" * 32)
    with pytest.raises(RevisionNotFoundError, match="future"):
        diff(database, "t", datetime.datetime(9999, 1, 1))
    with pytest.raises(BranchNotFoundError, match="mian"):
        diff(database, "t", commit, branch_conf=AppendBranch("mian"))
    with pytest.raises(ConfigError, match="tablename"):
        diff(database, None, commit)


def test_a_view_is_an_error(database):
    commit = commit_sql(database, "CREATE TABLE t (id INT PRIMARY KEY)", "CREATE VIEW v AS SELECT * FROM t")

    with pytest.raises(InvalidNameError, match="view"):
        diff(database, "v", commit)


PAGED = {
    "by Dolt": "CREATE TABLE t (id INT PRIMARY KEY, v INT)",
    "compared here": "CREATE TABLE t (id INT, v INT)",
    "with another key": "CREATE TABLE t (id VARCHAR(9) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT)",
}


@pytest.mark.parametrize("how", PAGED)
def test_pages_are_all_rows_each_once_and_in_the_same_order(database, how):
    old = commit_sql(database, PAGED[how], *(f"INSERT INTO t VALUES ({n}, 0)" for n in range(4)))
    new = commit_sql(
        database, "UPDATE t SET v = 1 WHERE id IN (1, 2)", "DELETE FROM t WHERE id = 3", "INSERT INTO t VALUES (9, 9)"
    )
    whole = diff(database, "t", old, new)

    pages = [diff(database, "t", old, new, limit=2, offset=at) for at in range(0, len(whole) + 2, 2)]

    assert len(pages[-1]) == 0
    assert [len(page) for page in pages[:-2]] == [2] * (len(pages) - 2)
    assert_frame_equal(pd.concat(pages[:-1], ignore_index=True), whole)
    assert_frame_equal(diff(database, "t", old, new, offset=1), whole[1:].reset_index(drop=True))


@pytest.mark.parametrize("page", [{"limit": 0}, {"limit": "2"}, {"offset": -1}, {"offset": True}, {"offset": None}])
def test_a_page_that_is_none_is_refused(database, page):
    commit = save(database, {"id": [1]})

    with pytest.raises(ConfigError, match=next(iter(page))):
        diff(database, "t", commit, **page)
