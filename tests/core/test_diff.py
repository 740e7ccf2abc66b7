"""Diffs as frames: the rows of a table that differ between two versions."""

import datetime
import decimal
import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import AppendBranch, NewBranch, read_arrow, write_table
from dolt_integrations.core.inspect.diff import diff
from dolt_integrations.core.rows.local_diff import compare_rows
from dolt_integrations.errors import (
    BranchNotFoundError,
    ConfigError,
    InvalidNameError,
    RevisionNotFoundError,
    TableNotFoundError,
)
from tests.conftest import run_sql


def save(database, columns, key=("id",), **options):
    """Save the table `t`; return the commit."""
    data = pd.DataFrame(columns)
    return write_table(database, "t", data, primary_key=list(key) if key else None, **options).commit


def commit_sql(database, *statements):
    """Run statements and commit all; return the commit."""
    call = "CALL DOLT_COMMIT('-A', '-m', 'by hand', '--author', 'Ann <ann@localhost>')"
    return run_sql(database, *statements, call)[0][0]


def rows(found):
    """Return the rows in an order of their own, missing values as None."""
    plain = found.astype(object).where(found.notna(), None)
    return sorted(plain.itertuples(index=False, name=None), key=repr)


def test_a_diff_tells_what_was_added_modified_and_removed(database):
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


def test_a_revision_is_a_branch_a_tag_an_ancestor_or_a_moment(database):
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


def test_a_column_that_one_version_has_not_is_there_once(database):
    old = save(database, {"id": [1, 2], "gone": ["a", None]})
    new = save(database, {"id": [1, 2], "new": [None, 1.5]})

    found = diff(database, "t", old, new)

    assert found.columns.tolist() == ["diff_type", "from_id", "to_id", "to_new", "from_gone"]
    assert rows(found) == [("modified", 1, 1, None, "a"), ("modified", 2, 2, 1.5, None)]


def test_a_column_of_nothing_changes_no_row(database):
    old = save(database, {"id": [1, 2], "x": ["a", "b"]})
    commit_sql(database, "ALTER TABLE t ADD COLUMN y INT", "UPDATE t SET y = 1 WHERE id = 2")

    assert rows(diff(database, "t", old)) == [("modified", 2, 2, "b", "b", 1)]


def test_a_wider_type_changes_no_value(database):
    old = commit_sql(database, "CREATE TABLE t (id INT PRIMARY KEY, x INT)", "INSERT INTO t VALUES (1, 1), (2, 2)")
    new = commit_sql(database, "ALTER TABLE t MODIFY x BIGINT", "UPDATE t SET x = 3 WHERE id = 2")

    found = diff(database, "t", old, new)

    assert rows(found) == [("modified", 2, 2, 2, 3)]
    assert (str(found["from_x"].dtype), str(found["to_x"].dtype)) == ("Int32", "Int64")


def test_a_key_that_was_dropped_compares_rows_whole_and_the_server_lives(database):
    old = commit_sql(
        database, "CREATE TABLE t (a INT PRIMARY KEY, b VARCHAR(9))", "INSERT INTO t VALUES (1, 'x'), (2, 'y')"
    )
    new = commit_sql(database, "ALTER TABLE t DROP PRIMARY KEY", "INSERT INTO t VALUES (2, 'y')")

    assert rows(diff(database, "t", old, new)) == [("added", None, 2, None, "y")]
    assert rows(diff(database, "t", new, old)) == [("removed", 2, None, "y", None)]


def test_a_key_of_another_type_still_tells_which_rows_belong_together(database):
    old = commit_sql(database, "CREATE TABLE t (a INT PRIMARY KEY, b INT)", "INSERT INTO t VALUES (1, 1), (2, 2)")
    new = commit_sql(database, "ALTER TABLE t MODIFY a BIGINT", "UPDATE t SET b = 3 WHERE a = 2")

    assert rows(diff(database, "t", old, new)) == [("modified", 2, 2, 2, 3)]


def test_generated_columns_have_their_values(database):
    old = commit_sql(
        database, "CREATE TABLE t (a INT PRIMARY KEY, b INT, g INT AS (b + 1))", "INSERT INTO t (a, b) VALUES (1, 1)"
    )
    new = commit_sql(database, "UPDATE t SET b = 2")

    assert rows(diff(database, "t", old, new)) == [("modified", 1, 1, 1, 2, 2, 3)]


@pytest.mark.parametrize(
    "name", ["commit", "commit_date", "select", "diff_type", "from_id", "a`b", "ä ö", "😀", "7", "%s"]
)
def test_a_column_may_have_any_name(database, name):
    old = save(database, {"id": [1], name: ["a"]})
    new = save(database, {"id": [1], name: ["b"]})

    found = diff(database, "t", old, new)

    assert found.columns.tolist() == ["diff_type", "from_id", "to_id", f"from_{name}", f"to_{name}"]
    assert rows(found) == [("modified", 1, 1, "a", "b")]


@pytest.mark.parametrize("name", ["select", "-t", "--skinny", "a'b\\`; drop", "ä ö", "a,b", "%s", "a..b"])
def test_a_table_may_have_any_name(database, name):
    old = write_table(database, name, pd.DataFrame({"id": [1], "x": [1]}), primary_key="id").commit
    new = write_table(database, name, pd.DataFrame({"id": [1], "x": [2]})).commit

    assert rows(diff(database, name, old, new)) == [("modified", 1, 1, 1, 2)]


def test_integers_as_labels_are_part_of_the_names(database):
    old = save(database, {"id": [1], 2020: ["a"]})
    new = save(database, {"id": [1], 2020: ["b"]})

    assert diff(database, "t", old, new).columns.tolist() == ["diff_type", "from_id", "to_id", "from_2020", "to_2020"]


def test_an_index_that_is_the_key_is_a_column_of_the_diff(database):
    old = write_table(database, "t", pd.DataFrame({"x": [1]}, index=pd.Index(["a"], name="name"))).commit
    new = write_table(database, "t", pd.DataFrame({"x": [2]}, index=pd.Index(["a"], name="name"))).commit

    assert rows(diff(database, "t", old, new)) == [("modified", "a", "a", 1, 2)]


def test_texts_are_compared_letter_by_letter_whatever_the_collation(database):
    ddl = "CREATE TABLE t (id INT PRIMARY KEY, x VARCHAR(9) COLLATE utf8mb4_0900_ai_ci)"
    old = commit_sql(database, ddl, "INSERT INTO t VALUES (1, 'a')")
    commit_sql(database, "DELETE FROM t")  # Dolt takes an UPDATE from 'a' to 'A' for none
    new = commit_sql(database, "INSERT INTO t VALUES (1, 'A')")

    assert rows(diff(database, "t", old, new)) == [("modified", 1, 1, "a", "A")]


def test_wide_decimals_are_compared_here_too(database):
    wide = "9" * 65
    old = commit_sql(
        database, "CREATE TABLE t (id INT PRIMARY KEY, x DECIMAL(65))", f"INSERT INTO t VALUES (1, {wide})"
    )
    new = commit_sql(database, "ALTER TABLE t ADD y INT", "INSERT INTO t VALUES (2, 1, 1)")

    assert rows(diff(database, "t", old, new)) == [("added", None, 2, None, decimal.Decimal(1), 1)]


def _value(side, name, at):
    return None if at is None else int(side[name][at])


@pytest.mark.parametrize("key", [("id",), None])
def test_what_dolt_compares_and_what_is_compared_here_agree(database, key):
    numbers = np.random.default_rng(3)
    old, new = (
        save(database, {"id": numbers.permutation(60)[:40], "x": numbers.integers(0, 2, 40), "y": "same"}, key=key)
        for _ in range(2)
    )

    found = diff(database, "t", old, new)[["diff_type", "from_id", "to_id", "from_x", "to_x"]]

    before, after = (read_arrow(database, "t", as_of=commit)[0].to_pandas() for commit in (old, new))
    compared = compare_rows(pa.Table.from_pandas(before), pa.Table.from_pandas(after), key or ())
    expected = [
        (kind, *(_value(side, name, at) for name in ("id", "x") for side, at in ((before, was), (after, is_))))
        for kind, was, is_ in compared.rows()
    ]
    assert rows(found) == sorted(expected, key=repr)


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
