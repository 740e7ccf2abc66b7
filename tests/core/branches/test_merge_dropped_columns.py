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


def test_values_move_to_a_column_that_the_other_side_renamed(begun):
    run_sql(begun, "ALTER TABLE t RENAME COLUMN `note %s` TO text", "CALL DOLT_COMMIT('-am', 'renamed')")

    merge(begun, ADDED, "append")

    assert sorted(read_table(begun, "t").data["text"]) == ["a", "b"]


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
