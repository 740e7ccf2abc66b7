"""Merges that conflict: the error names the rows, the target is unchanged, and the work is on a branch."""

import pickle

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.errors import MergedRowsError
from tests.conftest import run_sql
from tests.helpers.saves.conflicts import FIRST, changed, commit, failing, rows


def test_rows_that_both_changed_are_listed_with_table_kind_count_and_all_three_sides(base):
    error = failing(base)

    (conflict,) = error.conflicts
    assert (conflict.table, conflict.kind, conflict.count) == ("t", "data", 1)
    (row,) = conflict.rows
    assert (row.base, row.ours, row.theirs) == (
        {"id": 1, "value": "a"}, {"id": 1, "value": "target"}, {"id": 1, "value": "ours"},
    )  # fmt: skip
    for said in ("`t`", "1 data conflict", "'a'", "'target'", "'ours'", "'main'"):
        assert said in str(error)


def test_the_work_is_kept_on_the_branch_that_the_error_names(base):
    error = failing(base)

    assert error.branch in str(error)
    assert error.branch in [name for (name,) in run_sql(base, "SELECT name FROM dolt_branches")]
    assert rows(base, revision=error.branch) == [(1, "ours"), (2, "b"), (3, "c")]
    assert len(run_sql(base, "SELECT name FROM dolt_branches")) == 2


def test_the_kept_branch_stays_through_later_saves(base):
    kept = failing(base).branch

    write_table(base, "t", changed(_2="later"))

    assert kept in [name for (name,) in run_sql(base, "SELECT name FROM dolt_branches")]


def test_the_error_is_picklable(base):
    error = failing(base)

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here

    assert (str(copy), copy.conflicts, copy.branch) == (str(error), error.conflicts, error.branch)


def test_of_many_rows_the_first_are_shown_and_all_are_counted(database):
    many = pd.DataFrame({"id": range(500), "value": "a"})
    write_table(database, "t", many, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "t", many.assign(value="target"))

    error = failing(database, data=many.assign(value="ours"))

    assert error.conflicts[0].count == 500
    assert 0 < len(error.conflicts[0].rows) <= 10
    assert len(str(error)) < 2000


def test_a_row_that_one_side_deleted_and_the_other_changed_is_a_conflict(base):
    error = failing(base, data=FIRST[FIRST["id"] != 1])

    assert error.conflicts[0].rows[0].theirs is None
    assert error.conflicts[0].rows[0].ours == {"id": 1, "value": "target"}


def test_a_row_that_both_added_with_different_values_is_a_conflict_without_a_base(tagged):
    write_table(tagged, "t", pd.DataFrame({"id": [9], "value": ["target"]}), mode="append")

    error = failing(tagged, data=pd.DataFrame({"id": [9], "value": ["ours"]}), mode="append")

    (row,) = error.conflicts[0].rows
    assert row.base is None
    assert (row.ours["value"], row.theirs["value"]) == ("target", "ours")


def test_two_schemas_that_differ_are_a_conflict(tagged):
    commit(tagged, "ALTER TABLE t ADD COLUMN more bigint")

    error = failing(tagged, data=FIRST.assign(more=["x", "y", "z"]))

    assert [(conflict.table, conflict.kind) for conflict in error.conflicts] == [("t", "schema")]
    assert "more" in str(error)
    assert rows(tagged, revision=error.branch)[0] == (1, "a", "x")


def test_a_new_column_without_nulls_beside_rows_that_the_target_changed_is_a_conflict(base):
    error = failing(base, data=FIRST.assign(more=[1, 2, 3]))

    assert [(conflict.table, conflict.kind) for conflict in error.conflicts] == [("t", "schema")]
    assert "more" in str(error)


def test_a_table_that_both_made_with_other_columns_is_a_conflict(tagged):
    write_table(tagged, "new", pd.DataFrame({"a": [1]}))

    error = failing(tagged, "new", pd.DataFrame({"b": ["x"]}))

    assert [(conflict.table, conflict.kind) for conflict in error.conflicts] == [("new", "schema")]


def test_a_table_that_both_made_with_another_key_is_a_conflict(tagged):
    write_table(tagged, "new", pd.DataFrame({"a": [1], "b": [1]}), primary_key="a")

    error = failing(tagged, "new", pd.DataFrame({"a": [1], "b": [1]}), primary_key="b")

    assert [conflict.table for conflict in error.conflicts] == ["new"]


def test_another_key_than_the_targets_is_a_conflict(tagged):
    write_table(tagged, "t", changed(_2="target"))

    error = failing(tagged, data=FIRST, primary_key=["id", "value"])

    assert [conflict.table for conflict in error.conflicts] == ["t"]


def test_a_table_that_the_target_dropped_and_the_save_changed_is_a_conflict(tagged):
    commit(tagged, "DROP TABLE t")

    error = failing(tagged)

    assert [(conflict.table, conflict.kind) for conflict in error.conflicts] == [("t", "schema")]


def test_a_unique_value_that_both_added_is_a_conflict(database):
    commit(database, "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(9), UNIQUE (value))")
    run_sql(database, "CALL DOLT_TAG('c2')")
    commit(database, "INSERT INTO t VALUES (1, 'same')")

    error = failing(database, data=pd.DataFrame({"id": [2], "value": ["same"]}))

    assert [(conflict.table, conflict.kind) for conflict in error.conflicts] == [("t", "constraint")]
    assert error.conflicts[0].count > 0
    assert "same" in str(error)


@pytest.mark.parametrize(
    ("columns", "value"), [("name", "same"), ("name, year", ("same", 5))], ids=["one column", "two columns"]
)
def test_the_error_of_a_unique_value_that_both_added_names_the_key_and_the_value(columns, value, database):
    commit(
        database,
        f"CREATE TABLE t (id bigint PRIMARY KEY, name varchar(9), year bigint, UNIQUE once ({columns}))",
    )
    run_sql(database, "CALL DOLT_TAG('c2')")
    commit(database, "INSERT INTO t VALUES (1, 'same', 5)")

    error = failing(database, data=pd.DataFrame({"id": [2], "name": ["same"], "year": [5]}))

    assert isinstance(error, MergedRowsError)
    assert (error.constraint, error.column, error.value) == ("once", columns, value)


def test_a_reference_to_a_row_that_the_target_deleted_is_a_conflict(database):
    commit(
        database,
        "CREATE TABLE users (id bigint PRIMARY KEY)",
        "CREATE TABLE t (id bigint PRIMARY KEY, user bigint, FOREIGN KEY (user) REFERENCES users (id))",
        "INSERT INTO users VALUES (7)",
    )
    run_sql(database, "CALL DOLT_TAG('c2')")
    commit(database, "DELETE FROM users")

    error = failing(database, data=pd.DataFrame({"id": [1], "user": [7]}))

    assert [(conflict.table, conflict.kind, conflict.count) for conflict in error.conflicts] == [("t", "constraint", 1)]
    assert error.conflicts[0].rows[0].theirs["user"] == 7


def test_a_row_of_a_table_without_a_key_that_both_deleted_or_doubled_is_a_conflict_or_is_merged(database):
    write_table(database, "t", pd.DataFrame({"x": [1, 1, 2]}))
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "t", pd.DataFrame({"x": [1, 2]}))

    error = failing(database, data=pd.DataFrame({"x": [1, 1, 1, 2]}))

    assert [(conflict.table, conflict.kind, conflict.count) for conflict in error.conflicts] == [("t", "data", 1)]
    assert error.conflicts[0].rows[0].ours == {"x": 1}
