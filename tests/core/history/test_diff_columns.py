"""Columns of diffs: those that only one version has, their types and their names."""

import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import read_arrow, write_table
from dolt_integrations.core.inspect.diff import diff
from dolt_integrations.core.rows.local_diff import compare_rows
from tests.helpers.saves.diffs import commit_sql, rows, save


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


def test_rows_are_matched_by_a_key_of_another_type(database):
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
    commit_sql(database, "DELETE FROM t")  # Dolt ignores an UPDATE from 'a' to 'A'
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
