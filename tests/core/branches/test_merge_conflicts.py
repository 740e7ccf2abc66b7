"""Merges that conflict: the error names the rows, the target is unchanged, and the work is on a branch."""

import pickle

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, read_table, write_table
from dolt_integrations.errors import MergeConflictError, MergedRowsError
from tests.conftest import run_sql

FIRST = pd.DataFrame({"id": [1, 2, 3], "value": ["a", "b", "c"]})


def changed(**by_id):
    return FIRST.assign(value=[by_id.get(f"_{key}", old) for key, old in zip(FIRST["id"], FIRST["value"], strict=True)])


def commit(url, *statements):
    run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'theirs')")


def rows(url, table="t", revision=None):
    return run_sql(url, f"SELECT * FROM {table}", revision=revision)


def state(url):
    """Return everything that a failed merge must not change."""
    return (
        run_sql(url, "SELECT HASHOF('main')"),
        run_sql(url, "SELECT * FROM dolt_status"),
        run_sql(url, "SELECT active_branch()"),
        run_sql(url, "SELECT * FROM dolt_merge_status"),
    )


def failing(url, table="t", data=None, **config):
    """Save by a merge that conflicts, check that the target is unchanged, and return the error."""
    before = state(url)
    with pytest.raises(MergeConflictError) as caught:
        save(url, table, data, **config)
    assert state(url) == before
    return caught.value


def save(url, table="t", data=None, **config):
    kept = {key: config.pop(key) for key in ("primary_key", "mode", "write_id") if key in config}
    data = changed(_1="ours") if data is None else data
    return write_table(url, table, data, branch_conf=MergeBranch("c2", "main", **config), **kept)


@pytest.fixture
def base(database):
    """A database with a table `t`, tagged `c2`. A later commit on `main` changed row 1."""
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    write_table(database, "t", changed(_1="target"))
    return database


@pytest.fixture
def tagged(database):
    """A database with a table `t`, tagged `c2`."""
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    return database


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


def test_ours_keeps_the_targets_version_of_a_row_and_the_rest_of_the_save(base):
    version = save(base, data=changed(_1="ours", _2="added"), on_conflict="ours")

    assert rows(base) == [(1, "target"), (2, "added"), (3, "c")]
    assert version.commit == run_sql(base, "SELECT HASHOF('main')")[0][0]
    assert run_sql(base, "SELECT name FROM dolt_branches") == [("main",)]
    assert run_sql(base, "SELECT * FROM dolt_status") == []


def test_theirs_keeps_the_saves_version_of_a_row_and_the_rest_of_the_target(base):
    write_table(base, "t", changed(_1="target", _3="target"))

    save(base, data=changed(_1="ours"), on_conflict="theirs")

    assert rows(base) == [(1, "ours"), (2, "b"), (3, "target")]


def test_ours_in_every_row_is_merged_all_the_same_and_a_retry_finds_it(base):
    first = save(base, on_conflict="ours", write_id="run-1")
    again = save(base, on_conflict="ours", write_id="run-1")

    assert rows(base)[0] == (1, "target")
    assert again.commit == first.commit
    assert not again.changed
    assert run_sql(base, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize(("side", "more"), [("ours", 5), ("theirs", "x")])
def test_a_conflict_of_schemas_is_resolved_by_a_side(side, more, tagged):
    commit(tagged, "ALTER TABLE t ADD COLUMN more bigint", "UPDATE t SET more = 5")
    write_table(tagged, "other", pd.DataFrame({"x": [1]}))

    version = save(tagged, data=FIRST.assign(more=["x", "x", "x"]), on_conflict=side)

    assert rows(tagged)[0] == (1, "a", more)
    assert rows(tagged, "other") == [(1,)]
    assert version.commit == run_sql(tagged, "SELECT HASHOF('main')")[0][0]
    assert run_sql(tagged, "SELECT name FROM dolt_branches") == [("main",)]


@pytest.mark.parametrize(("side", "first"), [("ours", (1, "target", 5)), ("theirs", (1, "ours", "x"))])
def test_a_row_that_both_changed_is_that_of_the_side_whose_schema_wins(side, first, tagged):
    theirs = (
        "ALTER TABLE t ADD COLUMN more bigint",
        "UPDATE t SET more = 5",
        "UPDATE t SET value = 'target' WHERE id = 1",
        "DELETE FROM t WHERE id = 3",
    )
    commit(tagged, *theirs)

    save(tagged, data=changed(_1="ours", _2="mine").assign(more="x"), on_conflict=side)

    assert rows(tagged)[0] == first
    assert [row[:2] for row in rows(tagged)[1:]] == [(2, "mine")]  # only the save changed 2, only the target deleted 3


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_changed_rows_without_a_key_are_not_lost_to_the_side_whose_schema_wins(side, database):
    write_table(database, "t", pd.DataFrame({"x": [1, 2]}))
    run_sql(database, "CALL DOLT_TAG('c2')")
    commit(database, "ALTER TABLE t ADD COLUMN more bigint", "INSERT INTO t VALUES (3, 5)")

    error = failing(database, data=pd.DataFrame({"x": [1, 2, 4], "more": ["a", "b", "c"]}), on_conflict=side)

    assert "no primary key in common" in str(error)


def test_the_winners_values_stay_in_a_column_that_the_save_dropped(database):
    write_table(database, "t", FIRST.assign(more=5), primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    commit(database, "UPDATE t SET value = 'target', more = 9 WHERE id = 1")

    save(database, on_conflict="ours")

    assert rows(database)[0] == (1, "target", 9)


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_dropped_table_is_resolved_by_a_side(side, tagged):
    commit(tagged, "DROP TABLE t", "CREATE TABLE other (a int)")

    save(tagged, on_conflict=side)

    tables = [name for (name,) in run_sql(tagged, "SHOW TABLES")]
    assert tables == (["other"] if side == "ours" else ["other", "t"])


@pytest.mark.parametrize("first", ["DROP TABLE t", "RENAME TABLE t TO other"])
@pytest.mark.parametrize(("side", "left"), [("ours", [(9, "new")]), ("theirs", [(1, "ours"), (9, "new")])])
def test_a_table_that_the_target_made_again_is_resolved_by_a_side(side, left, first, tagged):
    again = "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(255) NOT NULL)"
    commit(tagged, first, again, "INSERT INTO t VALUES (9, 'new')")

    save(tagged, on_conflict=side)

    assert rows(tagged) == left


def test_a_table_that_the_target_made_again_with_other_columns_is_a_conflict_that_keeps_the_work(tagged):
    commit(tagged, "DROP TABLE t", "CREATE TABLE t (k bigint PRIMARY KEY)", "INSERT INTO t VALUES (9)")

    error = failing(tagged, on_conflict="theirs")

    assert rows(tagged, revision=error.branch)[0] == (1, "ours")


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_conflict_of_two_new_tables_is_resolved_by_a_side(side, tagged):
    write_table(tagged, "new", pd.DataFrame({"a": [1]}))

    save(tagged, "new", pd.DataFrame({"b": ["x"]}), on_conflict=side)

    assert list(read_table(tagged, "new").data.columns) == (["a"] if side == "ours" else ["b"])


def test_a_broken_constraint_is_an_error_whichever_side_is_to_win(database):
    commit(database, "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(9), UNIQUE (value))")
    run_sql(database, "CALL DOLT_TAG('c2')")
    commit(database, "INSERT INTO t VALUES (1, 'same')")

    for side in ("ours", "theirs"):
        failing(database, data=pd.DataFrame({"id": [2], "value": ["same"]}), on_conflict=side)


def test_the_same_change_on_both_sides_is_no_conflict(base):
    save(base, data=changed(_1="target"))

    assert rows(base) == [(1, "target"), (2, "b"), (3, "c")]
