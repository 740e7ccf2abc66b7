"""Tables that `dolt_ignore` matches can be saved in every way, and others' work in them is kept."""

import pytest

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, write_table
from dolt_integrations.errors import MergeConflictError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.paths import PATHS, branch_of, found, frame, rows_on


@pytest.fixture
def ignoring(database):
    """A database that ignores tables whose names begin with `tmp_`."""
    run_sql(database, "INSERT INTO dolt_ignore VALUES ('tmp_%', true)", "CALL DOLT_COMMIT('-Am', 'ignore')")
    return database


def uncommitted(url, revision="main"):
    return run_sql(url, "SELECT table_name, status FROM dolt_status_ignored", revision=revision)


@pytest.mark.parametrize("path", PATHS)
def test_an_ignored_table_is_in_the_commit_of_its_save(path, ignoring):
    data = frame(rows_on(path))

    PATHS[path](ignoring, "tmp_scores", data)

    assert found(ignoring, "tmp_scores", branch_of(path)) == data["id"].tolist()
    assert uncommitted(ignoring, branch_of(path)) == []


@pytest.mark.parametrize("path", ["append", "upsert", "large", "merge", "block", "stream append"])
def test_an_ignored_table_that_is_committed_is_changed_by_a_later_save(path, ignoring):
    write_table(ignoring, "tmp_scores", frame(), primary_key="id")
    data = frame(rows_on(path), first=3)

    PATHS[path](ignoring, "tmp_scores", data)

    assert set(data["id"]) <= set(found(ignoring, "tmp_scores"))
    assert uncommitted(ignoring) == []


@pytest.mark.parametrize("path", [path for path in PATHS if branch_of(path) == "main"])
def test_an_ignored_table_with_rows_of_the_users_is_not_overwritten(path, ignoring):
    run_sql(ignoring, "CREATE TABLE tmp_scores (id bigint PRIMARY KEY)", "INSERT INTO tmp_scores VALUES (99)")
    before = run_sql(ignoring, "SELECT HASHOF('main')")

    with pytest.raises(UncommittedChangesError, match=r"tmp_scores.*dolt add -f"):
        PATHS[path](ignoring, "tmp_scores", frame(rows_on(path)))

    assert run_sql(ignoring, "SELECT * FROM tmp_scores") == [(99,)]
    assert run_sql(ignoring, "SELECT HASHOF('main')") == before
    assert run_sql(ignoring, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_users_ignored_table_survives_saves_of_others_as_it_is(ignoring):
    run_sql(ignoring, "CREATE TABLE tmp_own (id bigint PRIMARY KEY)", "INSERT INTO tmp_own VALUES (99)")

    for path in ("replace", "append", "large", "stream", "merge", "block"):
        PATHS[path](ignoring, path.replace(" ", "_"), frame(rows_on(path)))

    assert run_sql(ignoring, "SELECT * FROM tmp_own") == [(99,)]
    assert uncommitted(ignoring) == [("tmp_own", "new table")]


def test_an_ignored_table_lands_on_top_of_what_others_committed_to_the_target(ignoring):
    start = run_sql(ignoring, "SELECT HASHOF('main')")[0][0]
    write_table(ignoring, "other", frame(), primary_key="id")

    write_table(ignoring, "tmp_scores", frame(), primary_key="id", branch_conf=MergeBranch(start, "main"))

    assert found(ignoring, "tmp_scores") == found(ignoring, "other") == [1, 2]
    assert uncommitted(ignoring) == []


def test_a_conflict_that_a_side_wins_commits_ignored_tables_of_the_merge_as_well(ignoring):
    start = write_table(ignoring, "t", frame(), primary_key="id").commit
    write_table(ignoring, "t", frame(value="main"))
    with Transaction(ignoring, branch_from=start, on_conflict="theirs") as block:
        block.write("t", frame(value="block"))
        block.write("tmp_scores", frame(), primary_key="id")

    assert found(ignoring, "tmp_scores") == [1, 2]
    assert run_sql(ignoring, "SELECT DISTINCT value FROM t") == [("block",)]


def test_an_ignored_table_is_on_the_branch_that_keeps_work_that_conflicts(ignoring):
    start = write_table(ignoring, "tmp_scores", frame(), primary_key="id").commit
    write_table(ignoring, "tmp_scores", frame(value="main"))

    with pytest.raises(MergeConflictError) as caught:
        write_table(ignoring, "tmp_scores", frame(value="mine"), branch_conf=MergeBranch(start, "main"))

    kept = run_sql(ignoring, "SELECT DISTINCT value FROM tmp_scores", revision=caught.value.branch)
    assert kept == [("mine",)]


def test_a_new_branch_has_the_ignored_table_and_the_default_branch_has_not(ignoring):
    write_table(ignoring, "tmp_scores", frame(), primary_key="id", branch_conf=NewBranch("side"))

    assert found(ignoring, "tmp_scores", "side") == [1, 2]
    assert run_sql(ignoring, "SHOW TABLES") == []
