"""Saves that send only differences while others write: the last one wins, and uncommitted work is kept."""

import pytest

from dolt_integrations.core import MergeBranch, NewBranch, read_table, write_table
from dolt_integrations.core.rows import differences
from dolt_integrations.errors import UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.edits import BOTH_WAYS, assert_landed, base, edited
from tests.helpers.values.samples import assert_same

pytestmark = pytest.mark.usefixtures("any_cache")


def between(monkeypatch, act):
    """Return a function that lets others act between a save's comparison and its write."""
    real = differences.find_differences
    acts = [act]

    def find(*arguments):
        made = real(*arguments)
        while acts:
            acts.pop()()
        return made

    monkeypatch.setattr("dolt_integrations.core.writes.route.find_differences", find)


COMMIT = "CALL dolt_commit('-Am', 'theirs')"


@BOTH_WAYS
@pytest.mark.parametrize("every", [1000, 10])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE t SET text = 'theirs' WHERE n = 7", "INSERT INTO t VALUES (-5, 1, 'x')", "DELETE FROM t", "TRUNCATE t"],
)
def test_the_later_of_two_wins_with_both_in_the_history(database, monkeypatch, statement, every):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, statement, COMMIT))
    frame = edited(base(), every=every)

    write_table(database, "t", frame, primary_key="n", message="ours")

    assert_landed(database, frame)
    messages = [row[0] for row in run_sql(database, "SELECT message FROM dolt_log")]
    assert messages[:2] == ["ours", "theirs"]


def test_a_large_difference_lands_after_anothers_commit(loading_database, monkeypatch):
    write_table(loading_database, "t", base(60_000), primary_key="n")
    between(monkeypatch, lambda: run_sql(loading_database, "DELETE FROM t WHERE n = 9", COMMIT))
    frame = edited(base(60_000), every=5)

    write_table(loading_database, "t", frame, primary_key="n")

    assert_landed(loading_database, frame)


def test_anothers_commit_to_another_table_stays(database, monkeypatch):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, "CREATE TABLE other (n int)", COMMIT))

    write_table(database, "t", edited(base()), primary_key="n")

    assert_landed(database, edited(base()))
    assert run_sql(database, "SHOW TABLES") == [("other",), ("t",)]


def test_another_column_meanwhile_is_not_kept(database, monkeypatch):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, "ALTER TABLE t ADD COLUMN y int", COMMIT))

    write_table(database, "t", edited(base()), primary_key="n")

    assert_landed(database, edited(base()))


@pytest.mark.parametrize("frame", [base(), edited(base()), edited(base(), every=1)])
def test_uncommitted_work_on_the_table_is_refused(database, frame):
    write_table(database, "t", base(), primary_key="n")
    run_sql(database, "UPDATE t SET text = 'theirs' WHERE n = 7")

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", frame, primary_key="n")

    assert run_sql(database, "SELECT text FROM t WHERE n = 7") == [("theirs",)]


def test_uncommitted_work_that_comes_in_between_is_not_lost(database, monkeypatch):
    write_table(database, "t", base(), primary_key="n")
    between(monkeypatch, lambda: run_sql(database, "UPDATE t SET text = 'theirs' WHERE n = 7"))

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", edited(base()), primary_key="n")

    assert run_sql(database, "SELECT text FROM t WHERE n = 7") == [("theirs",)]


def test_uncommitted_work_in_another_table_stays(database):
    run_sql(database, "CREATE TABLE other (n int)", COMMIT, "INSERT INTO other VALUES (1)")
    write_table(database, "t", base(), primary_key="n")

    write_table(database, "t", edited(base()), primary_key="n")

    assert run_sql(database, "SELECT * FROM other") == [(1,)]
    assert [row[0] for row in run_sql(database, "SELECT table_name FROM dolt_status")] == ["other"]


def test_other_branches_are_compared_with_their_own(database):
    write_table(database, "t", base(), primary_key="n")
    write_table(database, "t", edited(base()), primary_key="n", branch_conf=NewBranch("b"))

    again = write_table(database, "t", base(), primary_key="n", branch_conf=NewBranch("b"))

    assert again.changed
    assert_same(read_table(database, "t", branch_conf=NewBranch("b")).data, base())


def test_a_merge_is_of_the_rows_that_differ(database):
    start = write_table(database, "t", base(), primary_key="n").commit
    write_table(database, "t", edited(base()), primary_key="n")
    ours = base()
    ours.loc[5, "text"] = "ours"

    write_table(database, "t", ours, primary_key="n", branch_conf=MergeBranch(branch_from=start, merge_to="main"))

    expected = edited(base())
    expected.loc[5, "text"] = "ours"
    assert_landed(database, expected)
