"""Conflicts of which one side is to win: of rows, of schemas, and of tables that were dropped or made again."""

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from tests.conftest import run_sql
from tests.helpers.saves.conflicts import FIRST, changed, commit, failing, rows, save


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

    save(tagged, data=changed(_1="ours", _2="mine").assign(more=["x", "x", None]), on_conflict=side)

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


def test_rows_of_a_key_that_got_another_type_are_a_conflict_that_keeps_the_work(tagged):
    commit(tagged, "ALTER TABLE t MODIFY COLUMN id varchar(20) NOT NULL")

    error = failing(tagged, on_conflict="ours")

    assert "no primary key in common" in str(error)
    assert rows(tagged, revision=error.branch)[0] == (1, "ours")


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_rows_keep_their_values_in_columns_that_the_other_side_renamed(side, database):
    write_table(database, "t", FIRST.assign(other="o"), primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    swap = [("value", "x"), ("other", "value"), ("x", "other")]
    renames = [f"ALTER TABLE t RENAME COLUMN {old} TO {new}" for old, new in [*swap, ("id", "number")]]
    commit(database, *renames, "ALTER TABLE t ADD COLUMN more bigint", "UPDATE t SET value = 'theirs' WHERE number = 3")

    mine = changed(_1="mine").assign(other="o", more="text")
    save(database, data=mine, on_conflict=side)

    names = {"ours": "number, other, value", "theirs": "id, value, other"}[side]
    assert run_sql(database, f"SELECT {names} FROM t") == [(1, "mine", "o"), (2, "b", "o"), (3, "c", "theirs")]
