"""Renames, drops and new columns on the other side: nothing is lost, and `on_conflict` decides as named."""

import re

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, Transaction, read_table, write_table
from dolt_integrations.errors import MergeConflictError
from tests.conftest import run_sql
from tests.helpers.saves.paths import found, frame

BASE = pd.DataFrame({"id": [1, 2, 3], "a": [10, 20, 30], "b": ["x", "y", "z"]})


def commit(url, *statements, revision=None):
    run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'others')", revision=revision)


def one(url, data, start, side):
    return write_table(url, "t", data, branch_conf=MergeBranch(start, "main", on_conflict=side))


def stream(url, data, start, side):
    return write_table(url, "t", iter([data]), branch_conf=MergeBranch(start, "main", on_conflict=side))


def block(url, data, start, side):
    with Transaction(url, branch_from=start, on_conflict=side) as work:
        work.write("t", data)
    return work.version


WAYS = pytest.mark.parametrize("way", [one, stream, block])


@pytest.fixture
def start(database):
    """The commit that has table `t` with three rows."""
    return write_table(database, "t", BASE, primary_key="id").commit


def rows(url, table="t", revision="main"):
    return sorted(run_sql(url, f"SELECT * FROM {table}", revision=revision))


def check_kept(url, error, *names):
    assert error.branch in str(error)
    assert all(name in str(error) for name in names)
    assert not re.search("Try again|error:|%!", str(error))  # Dolt's own message
    assert rows(url, revision=error.branch)[0][2] == "X"


@WAYS
@pytest.mark.parametrize("side", [None, "theirs"])
def test_a_table_that_others_renamed_stays_and_the_work_is_kept(way, side, database, start):
    commit(database, "RENAME TABLE t TO t2", "INSERT INTO t2 VALUES (4, 40, 'w')")

    with pytest.raises(MergeConflictError) as caught:
        way(database, BASE.assign(b=["X", "y", "z"]), start, side)

    check_kept(database, caught.value, "`t`")
    assert found(database, "t2") == [1, 2, 3, 4]
    assert run_sql(database, "SHOW TABLES") == [("t2",)]


def test_a_rename_that_the_target_wins_stays(database, start):
    commit(database, "RENAME TABLE t TO t2", "INSERT INTO t2 VALUES (4, 40, 'w')")

    one(database, BASE.assign(b=["X", "y", "z"]), start, "ours")

    assert run_sql(database, "SHOW TABLES") == [("t2",)]
    assert found(database, "t2") == [1, 2, 3, 4]


@pytest.mark.parametrize("side", ["ours", "theirs", None])
def test_a_table_of_the_same_columns_that_others_made_and_renamed_stays_beside_ours(side, database):
    begin = write_table(database, "base", frame()).commit
    write_table(database, "t", frame(3), primary_key="id")
    commit(database, "RENAME TABLE t TO t2")

    write_table(database, "t", frame(), primary_key="id", branch_conf=MergeBranch(begin, "main", on_conflict=side))

    assert (found(database, "t"), found(database, "t2")) == ([1, 2], [1, 2, 3])


@WAYS
def test_a_column_that_the_target_dropped_is_back_with_the_save_that_wins(way, database, start):
    commit(database, "ALTER TABLE t DROP COLUMN b")

    way(database, BASE.assign(b=["X", "y", "z"]), start, "theirs")

    assert rows(database) == [(1, 10, "X"), (2, 20, "y"), (3, 30, "z")]


def test_a_column_that_the_target_dropped_stays_away_where_the_target_wins(database, start):
    commit(database, "ALTER TABLE t DROP COLUMN b", "INSERT INTO t VALUES (4, 40)")

    one(database, BASE.assign(a=[11, 20, 30], b=["X", "y", "z"]), start, "ours")

    assert [row[0] for row in rows(database)] == [1, 2, 3, 4]
    assert list(read_table(database, "t").data.columns) == ["id", "a"]


def test_a_column_that_the_save_drops_stays_where_the_target_changed_it_and_wins(database, start):
    commit(database, "UPDATE t SET b = 'X' WHERE id = 1")

    one(database, BASE.drop(columns="b"), start, "ours")

    assert rows(database)[0] == (1, 10, "X")


@WAYS
def test_without_a_side_a_dropped_column_keeps_the_work(way, database, start):
    commit(database, "ALTER TABLE t DROP COLUMN b")

    with pytest.raises(MergeConflictError) as caught:
        way(database, BASE.assign(b=["X", "y", "z"]), start, None)

    check_kept(database, caught.value, "`t`", "'main'")
    assert rows(database) == [(1, 10), (2, 20), (3, 30)]


@WAYS
def test_rows_that_only_the_target_changed_stay_where_the_save_wins_the_columns(way, database, start):
    commit(
        database, "ALTER TABLE t DROP COLUMN b", "INSERT INTO t VALUES (4, 40)", "DELETE FROM t WHERE id = 3",
        "UPDATE t SET a = 21 WHERE id = 2",
    )  # fmt: skip

    way(database, BASE.assign(b=["X", "y", "z"]), start, "theirs")

    assert rows(database) == [(1, 10, "X"), (2, 21, "y"), (4, 40, None)]


def test_a_row_that_the_save_changed_stays_its_own_where_the_target_deleted_it(database, start):
    commit(database, "ALTER TABLE t DROP COLUMN b", "DELETE FROM t WHERE id = 1")

    one(database, BASE.assign(b=["X", "y", "z"]), start, "theirs")

    assert rows(database)[0] == (1, 10, "X")


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_rows_of_both_stay_where_both_added_a_column_of_another_type(side, database, start):
    commit(database, "ALTER TABLE t ADD COLUMN c bigint", "INSERT INTO t VALUES (4, 40, 'w', 4)")

    with_text = pd.concat([BASE, pd.DataFrame({"id": [5], "a": [50], "b": ["v"]})]).assign(c="text")
    one(database, with_text, start, side)

    assert [row[:3] for row in rows(database)] == [
        (1, 10, "x"), (2, 20, "y"), (3, 30, "z"), (4, 40, "w"), (5, 50, "v"),
    ]  # fmt: skip
    assert {row[3] for row in rows(database)} == ({None, 4} if side == "ours" else {None, "text"})


def test_the_work_is_kept_if_rows_without_a_key_are_ambiguous(database):
    start = write_table(database, "t", BASE).commit
    commit(database, "ALTER TABLE t DROP COLUMN b", "INSERT INTO t VALUES (4, 40)")

    with pytest.raises(MergeConflictError, match="key") as caught:
        one(database, BASE.assign(b=["X", "y", "z"]), start, "theirs")

    assert len(rows(database)) == 4
    assert len(rows(database, revision=caught.value.branch)) == 3


@pytest.mark.parametrize("side", [None, "ours", "theirs"])
@pytest.mark.parametrize(
    "theirs",
    [
        ("ALTER TABLE t DROP PRIMARY KEY",),
        ("RENAME TABLE t TO t2", "CREATE TABLE t (q int PRIMARY KEY)"),
        ("RENAME TABLE t TO t2", "CREATE TABLE t (id bigint PRIMARY KEY, z int)", "INSERT INTO t VALUES (9, 9)"),
        ("ALTER TABLE t RENAME COLUMN b TO bb", "UPDATE t SET bb = 'Q'"),
        ("DROP TABLE t",),
        ("ALTER TABLE t ADD COLUMN n int NOT NULL", "UPDATE t SET n = id"),
    ],
)
def test_whatever_others_did_the_merge_is_decided_or_kept_and_says_so_in_our_words(theirs, side, database, start):
    commit(database, *theirs)
    before = run_sql(database, "SELECT HASHOF('main')")

    try:
        one(database, pd.concat([BASE, BASE.assign(id=[7, 8, 9])]).assign(b="X"), start, side)
    except MergeConflictError as error:
        check_kept(database, error, "`t`", "'main'")
        assert run_sql(database, "SELECT HASHOF('main')") == before
    assert set(run_sql(database, "SELECT name FROM dolt_branches WHERE name LIKE '%/work/%'")) == set()
    if "t2" in theirs[0]:
        assert found(database, "t2") == [1, 2, 3]


def test_a_stream_lands_beside_a_table_that_others_rename_meanwhile_or_keeps_its_work(database, start):
    def batches():
        yield BASE.assign(b="X")
        commit(database, "RENAME TABLE t TO t2", "INSERT INTO t2 VALUES (4, 40, 'w')")
        yield BASE.assign(id=[7, 8, 9])

    with pytest.raises(MergeConflictError) as caught:
        write_table(database, "t", batches())

    check_kept(database, caught.value, "`t`", "t2", "'main'")
    assert found(database, "t2") == [1, 2, 3, 4]
    assert run_sql(database, "SHOW TABLES") == [("t2",)]


def test_a_stream_does_not_hide_a_table_that_others_make_in_another_case_meanwhile(database):
    def batches():
        yield frame()
        write_table(database, "Fresh", frame(1, 50), primary_key="id")
        yield frame(first=3)

    with pytest.raises(MergeConflictError, match="`Fresh`") as caught:
        write_table(database, "fresh", batches(), primary_key="id")

    assert found(database, "Fresh") == [50]
    assert found(database, "fresh", caught.value.branch) == [1, 2, 3, 4]
