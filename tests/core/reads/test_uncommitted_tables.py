"""Reading a table that exists but is not committed: the error says so, and its hint works."""

import pytest

from dolt_integrations.core import NewBranch, blame, diff, history, read_batches, read_table, write_table
from dolt_integrations.errors import NotFoundError, TableNotFoundError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.paths import PATHS, frame

READS = {
    "read": lambda url: read_table(url, "raw"),
    "part": lambda url: read_table(url, "raw", columns="id"),
    "query": lambda url: read_table(url, sql="SELECT * FROM raw"),
    "batches": lambda url: list(read_batches(url, "raw", 10)),
    "history": lambda url: history(url, "raw"),
    "diff": lambda url: diff(url, "raw", "main"),
    "blame": lambda url: blame(url, "raw"),
}


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("ignored", [False, True])
def test_a_table_that_is_not_committed_is_said_to_be_so(name, ignored, database):
    if ignored:
        run_sql(database, "INSERT INTO dolt_ignore VALUES ('raw', true)", "CALL DOLT_COMMIT('-Am', 'ignore')")
    run_sql(database, "CREATE TABLE raw (id int PRIMARY KEY)")

    with pytest.raises(NotFoundError, match=r"`main` but is not committed.*dolt add -f raw; dolt commit") as caught:
        READS[name](database)

    assert "branch_conf" not in str(caught.value)


def test_the_hint_names_the_branches_that_have_a_table_committed_or_not(database):
    write_table(database, "raw", frame(), primary_key="id", branch_conf=NewBranch("side"))
    run_sql(database, "CREATE TABLE raw (id int PRIMARY KEY)")

    with pytest.raises(
        TableNotFoundError, match=r"on `side`; name that branch in branch_conf.*on `main` but is not committed"
    ):
        read_table(database, "raw")


def test_after_the_commit_that_the_hint_asks_for_it_is_read(database):
    run_sql(database, "CREATE TABLE raw (id int PRIMARY KEY)", "INSERT INTO raw VALUES (7)")
    with pytest.raises(TableNotFoundError):
        read_table(database, "raw")

    run_sql(database, "CALL DOLT_ADD('-f', 'raw')", "CALL DOLT_COMMIT('-m', 'raw')")

    assert read_table(database, "raw").data["id"].tolist() == [7]


def test_the_branch_of_a_save_that_goes_on_is_not_named(database):
    run_sql(database, "CALL DOLT_BRANCH('dolt-integrations/work/1-0123456789abcdef')")
    made = ("CREATE TABLE raw (id int PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'on its way')")
    run_sql(database, *made, revision="dolt-integrations/work/1-0123456789abcdef")

    with pytest.raises(TableNotFoundError) as caught:
        read_table(database, "raw")

    assert "dolt-integrations/work" not in str(caught.value)


@pytest.mark.parametrize("name", ["t", "u"])
@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_table_whose_new_name_is_not_committed_is_saved_under_neither(name, mode, database):
    write_table(database, "t", frame(), primary_key="id")
    run_sql(database, "RENAME TABLE t TO u")

    with pytest.raises(UncommittedChangesError, match="uncommitted changes"):
        write_table(database, name, frame(first=5), primary_key="id", mode=mode)

    assert run_sql(database, "SELECT id FROM u") == [(1,), (2,)]


@pytest.mark.parametrize("path", ["replace", "stream", "merge", "block"])
def test_work_that_is_staged_in_part_is_not_mixed_by_any_save(path, database):
    run_sql(database, "CREATE TABLE other (a int PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'made')")
    run_sql(database, "INSERT INTO other VALUES (1)", "CALL DOLT_ADD('other')", "INSERT INTO other VALUES (2)")
    before = run_sql(database, "SELECT DOLT_HASHOF_DB('STAGED'), DOLT_HASHOF_DB('WORKING'), HASHOF('main')")

    with pytest.raises(UncommittedChangesError, match="staged with further unstaged changes"):
        PATHS[path](database, "t", frame())

    assert run_sql(database, "SELECT DOLT_HASHOF_DB('STAGED'), DOLT_HASHOF_DB('WORKING'), HASHOF('main')") == before
