"""Merges in which one side drops a column and the other side adds rows: Dolt leaves their values out."""

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, SerialBranch, Transaction, read_table, write_table
from dolt_integrations.errors import MergeConflictError
from tests.conftest import run_sql

FIRST = pd.DataFrame({"id": [1], "n": [5], "note %s": ["a"]})
ADDED = pd.DataFrame({"id": [2], "n": [6], "note %s": ["b"]})
DROPPED = FIRST.drop(columns="note %s")


@pytest.fixture(params=["id", None], ids=["key", "no key"])
def begun(request, database):
    """A database with a table, and the branch `start` at it."""
    write_table(database, "t", FIRST, primary_key=request.param)
    run_sql(database, "CALL DOLT_BRANCH('start')")
    return database


def merge(db, rows, mode, on_conflict=None):
    branch = MergeBranch("start", "main", on_conflict=on_conflict)
    return write_table(db, "t", rows, mode=mode, branch_conf=branch)


SIDES = {"the target": (DROPPED, "replace", ADDED, "append"), "the save": (ADDED, "append", DROPPED, "replace")}


@pytest.mark.parametrize("side", SIDES)
def test_rows_with_values_in_a_column_that_the_other_side_dropped_are_a_conflict(side, begun):
    theirs, mode, ours, our_mode = SIDES[side]
    write_table(begun, "t", theirs, mode=mode)
    before = read_table(begun, "t").data

    with pytest.raises(MergeConflictError, match="dropped column `note %s`") as caught:
        merge(begun, ours, our_mode)

    assert read_table(begun, "t").data.equals(before)
    assert sorted(read_table(begun, "t", branch_conf=caught.value.branch).data["id"]) == sorted(
        [*FIRST["id"], *ADDED["id"]] if our_mode == "append" else FIRST["id"]
    )


@pytest.mark.parametrize("begun", ["id"], indirect=True)
def test_on_conflict_decides_about_the_column(begun):
    write_table(begun, "t", DROPPED)

    merge(begun, ADDED, "append", on_conflict="theirs")

    assert read_table(begun, "t").data["note %s"].tolist() == ["a", "b"]


def test_rows_without_values_in_the_column_are_merged(begun):
    write_table(begun, "t", DROPPED)

    merge(begun, ADDED.drop(columns="note %s"), "append")

    assert sorted(read_table(begun, "t").data["n"]) == [5, 6]
    assert list(read_table(begun, "t").data.columns) == ["id", "n"]


def commit(db, *statements):
    run_sql(db, *statements, "CALL DOLT_COMMIT('-am', 'others')")


RENAMES = {
    "another name": ["ALTER TABLE t RENAME COLUMN `note %s` TO `te``xt`"],
    "another case": ["ALTER TABLE t CHANGE COLUMN `note %s` `Note %S` varchar(255)"],
    "and a longer type": ["ALTER TABLE t CHANGE COLUMN `note %s` text varchar(999)"],
}


@pytest.mark.parametrize("rename", RENAMES)
def test_values_move_to_a_column_that_the_other_side_renamed(rename, begun):
    commit(begun, *RENAMES[rename])

    merge(begun, ADDED, "append")

    assert sorted(row[2] for row in run_sql(begun, "SELECT * FROM t")) == ["a", "b"]
    assert "note %s" not in read_table(begun, "t").data.columns


def test_values_follow_columns_that_the_other_side_swapped(begun):
    commit(begun, "ALTER TABLE t ADD COLUMN other varchar(255)")
    run_sql(begun, "CALL DOLT_BRANCH('-f', 'start', 'main')")
    swap = [("other", "x"), ("note %s", "other"), ("x", "note %s")]
    commit(begun, *(f"ALTER TABLE t RENAME COLUMN `{old}` TO `{new}`" for old, new in swap))

    merge(begun, ADDED.assign(other="c"), "append")

    assert sorted(run_sql(begun, "SELECT id, other, `note %s` FROM t"))[1] == (2, "b", "c")


@pytest.mark.parametrize("again", ["text varchar(255)", "`note %s` int"])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_new_column_in_place_of_the_dropped_one_does_not_take_its_values(at_once, again, begun):
    drop = "ALTER TABLE t DROP COLUMN `note %s`"
    commit(begun, *([f"{drop}, ADD COLUMN {again}"] if at_once else [drop, f"ALTER TABLE t ADD COLUMN {again}"]))

    with pytest.raises(MergeConflictError, match="dropped column `note %s`"):
        merge(begun, ADDED, "append")


def test_a_column_that_was_dropped_and_added_again_as_it_was_keeps_the_other_sides_values(begun):
    commit(begun, "ALTER TABLE t DROP COLUMN `note %s`", "ALTER TABLE t ADD COLUMN `note %s` varchar(255)")

    merge(begun, ADDED, "append")

    assert sorted(run_sql(begun, "SELECT id, `note %s` FROM t")) == [(1, None), (2, "b")]


@pytest.mark.parametrize("name", ["note %s", "Note %s"])
@pytest.mark.parametrize("first", [[], ["ALTER TABLE t DROP COLUMN n"]], ids=["", "in place of a third"])
def test_a_new_column_does_not_take_the_values_of_the_one_whose_name_it_has(first, name, begun):
    rename = f"ALTER TABLE t RENAME COLUMN `note %s` TO {'n' if first else 'text'}"
    commit(begun, *first, rename, f"ALTER TABLE t ADD COLUMN `{name}` varchar(255)", f"UPDATE t SET `{name}` = 'new'")
    before = run_sql(begun, "SELECT * FROM t")

    with pytest.raises(MergeConflictError, match="renamed column `note %s`"):
        merge(begun, FIRST.assign(**{"note %s": "b"}), "replace")

    assert run_sql(begun, "SELECT * FROM t") == before


def test_values_in_a_column_that_one_side_renamed_and_the_other_dropped_are_a_conflict(begun):
    commit(begun, "ALTER TABLE t RENAME COLUMN `note %s` TO text", "INSERT INTO t VALUES (2, 6, 'b')")

    with pytest.raises(MergeConflictError, match="dropped column `text`"):
        merge(begun, DROPPED.assign(n=9), "replace")


@pytest.mark.parametrize("winner", [None, "ours", "theirs"])
@pytest.mark.parametrize("begun", ["id"], indirect=True)
def test_two_sides_that_dropped_different_columns_are_a_conflict_that_a_side_may_win(winner, begun):
    write_table(begun, "t", DROPPED)
    mine = FIRST.drop(columns="n")

    if winner is None:
        with pytest.raises(MergeConflictError, match="both sides dropped columns"):
            merge(begun, mine, "replace")
    else:
        merge(begun, mine, "replace", on_conflict=winner)

    assert list(read_table(begun, "t").data.columns) == list((mine if winner == "theirs" else DROPPED).columns)


@pytest.mark.parametrize("begun", ["id"], indirect=True)
def test_a_column_that_both_sides_dropped_is_gone(begun):
    write_table(begun, "t", DROPPED)

    merge(begun, DROPPED.assign(n=9), "replace")

    assert run_sql(begun, "SELECT * FROM t") == [(1, 9)]


def test_a_transaction_is_refused_if_its_column_was_dropped_meanwhile(begun):
    work = Transaction(begun).__enter__()
    work.write("t", ADDED, mode="append")
    write_table(begun, "t", DROPPED)

    with pytest.raises(MergeConflictError, match="dropped column"):
        work.__exit__(None, None, None)


def test_a_promotion_is_refused(begun):
    write_table(begun, "t", ADDED, mode="append", branch_conf=SerialBranch("start"))
    write_table(begun, "t", DROPPED)

    with pytest.raises(MergeConflictError, match="dropped column"):
        Repository(begun).promote("start", "main")


SCORED = pd.DataFrame({"id": [1, 2], "n": [5, 6], "score": [0.5, 0.7]})


@pytest.fixture
def scored(database):
    """A database with a table of two rows, and the branch `start` at it."""
    write_table(database, "t", SCORED[["id", "n"]], primary_key="id")
    run_sql(database, "CALL DOLT_BRANCH('start')")
    return database


SCORES = {"the target": (SCORED[["id", "n"]][:1], SCORED), "the save": (SCORED, SCORED[["id", "n"]][:1])}


@pytest.mark.parametrize("side", SCORES)
def test_values_in_a_new_column_of_rows_that_the_other_side_deleted_are_a_conflict(side, scored):
    theirs, ours = SCORES[side]
    write_table(scored, "t", theirs)
    before = read_table(scored, "t").data

    with pytest.raises(MergeConflictError, match="added column `score`") as caught:
        merge(scored, ours, "replace")

    assert read_table(scored, "t").data.equals(before)
    assert len(read_table(scored, "t", branch_conf=caught.value.branch).data) == len(ours)


@pytest.mark.parametrize(("winner", "rows"), [("ours", SCORED[["id", "n"]][:1]), ("theirs", SCORED)])
def test_on_conflict_decides_about_the_deleted_rows(winner, rows, scored):
    write_table(scored, "t", SCORED[["id", "n"]][:1])

    merge(scored, SCORED, "replace", on_conflict=winner)

    assert read_table(scored, "t").data.equals(rows)


ADDED_COLUMNS = {
    "NULL": "w INT",
    "the default": "w INT DEFAULT 5",
    "an expression": "w INT AS (n + 1)",
}


@pytest.mark.parametrize("column", ADDED_COLUMNS.values(), ids=ADDED_COLUMNS)
def test_deleted_rows_with_nothing_of_their_own_in_a_new_column_are_merged(column, scored):
    run_sql(scored, f"ALTER TABLE t ADD {column}", "CALL DOLT_COMMIT('-Am', 'add')")

    merge(scored, SCORED[["id", "n"]][:1], "replace")

    assert read_table(scored, "t").data["id"].tolist() == [1]


def test_a_value_other_than_the_default_in_a_new_column_of_a_deleted_row_is_a_conflict(scored):
    run_sql(
        scored, "ALTER TABLE t ADD w INT DEFAULT 5", "UPDATE t SET w = 6 WHERE id = 2", "CALL DOLT_COMMIT('-Am', 'w')"
    )

    with pytest.raises(MergeConflictError, match="added column `w`"):
        merge(scored, SCORED[["id", "n"]][:1], "replace")


def test_deleted_rows_are_found_under_the_new_name_of_their_key(scored):
    run_sql(
        scored,
        "ALTER TABLE t RENAME COLUMN id TO number",
        "ALTER TABLE t ADD w INT",
        "UPDATE t SET w = 6",
        "CALL DOLT_COMMIT('-Am', 'w')",
    )

    with pytest.raises(MergeConflictError, match="added column `w`"):
        merge(scored, SCORED[["id", "n"]][:1], "replace")
