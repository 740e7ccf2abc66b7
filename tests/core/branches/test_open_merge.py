"""A merge or cherry-pick in progress stays the user's to conclude: no save commits it or loses it."""

import pytest

from dolt_integrations.core import AppendBranch, NewBranch, read_table, write_table
from dolt_integrations.errors import UncommittedChangesError
from tests.conftest import open_session, run_sql
from tests.helpers.saves.paths import PATHS, branch_of, found, frame, rows_on

OPEN = {
    "without conflicts": ("CALL DOLT_MERGE('--no-commit', 'side')",),
    "with a conflict": ("SET dolt_allow_commit_conflicts = 1", "CALL DOLT_MERGE('clash')"),
    "with a conflict that is resolved": (
        "SET dolt_allow_commit_conflicts = 1",
        "CALL DOLT_MERGE('clash')",
        "CALL DOLT_CONFLICTS_RESOLVE('--ours', 'o')",
    ),
    "of a cherry-pick": ("SET dolt_allow_commit_conflicts = 1", "CALL DOLT_CHERRY_PICK('clash')"),
}


def begin(url, *statements):
    write_table(url, "t", frame(), primary_key="id")
    write_table(url, "o", frame(), primary_key="id")
    write_table(url, "o", frame(value="clash"), branch_conf=NewBranch("clash"))
    write_table(url, "more", frame(), primary_key="id", branch_conf=NewBranch("side"))
    write_table(url, "o", frame(value="main"))
    run_sql(url, *statements)
    assert run_sql(url, "SELECT is_merging FROM dolt_merge_status") == [(1,)]
    return state(url)


def state(url):
    asked = ("SELECT HASHOF('main')", "SELECT * FROM dolt_merge_status", "SELECT * FROM dolt_status", "SELECT * FROM o")
    return [run_sql(url, query) for query in (*asked, "SELECT name FROM dolt_branches")]


@pytest.mark.parametrize("path", [path for path in PATHS if branch_of(path) == "main"])
def test_a_save_to_a_branch_with_an_open_merge_is_refused(path, database):
    before = begin(database, *OPEN["with a conflict that is resolved"])

    with pytest.raises(UncommittedChangesError, match=r"merge.*in progress on branch 'main'.*merge --abort"):
        PATHS[path](database, "t", frame(rows_on(path), first=10))

    assert state(database) == before


@pytest.mark.parametrize("kind", OPEN)
def test_every_kind_of_open_merge_is_left_alone(kind, database):
    before = begin(database, *OPEN[kind])

    with pytest.raises(UncommittedChangesError, match="merge"):
        write_table(database, "t", frame(value="changed"))

    assert state(database) == before


def test_other_branches_are_written_to_and_the_branch_is_read(database):
    before = begin(database, *OPEN["with a conflict"])

    write_table(database, "t", frame(first=5), branch_conf=AppendBranch("side"), mode="append")

    assert found(database, "t", "side") == [1, 2, 5, 6]
    assert len(read_table(database, "o").data) == 2
    assert state(database) == before


def test_a_merge_that_is_concluded_is_no_longer_in_the_way(database):
    begin(database, *OPEN["without conflicts"])
    run_sql(database, "CALL DOLT_COMMIT('-m', 'merge')")

    write_table(database, "t", frame(first=5), mode="append")

    assert found(database, "t") == [1, 2, 5, 6]
    assert found(database, "more") == [1, 2]


def test_a_merge_that_another_session_has_not_committed_is_not_seen(database):
    begin(database, *OPEN["without conflicts"])
    run_sql(database, "CALL DOLT_MERGE('--abort')")
    session = open_session(database)
    with session.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("CALL DOLT_MERGE('--no-commit', 'side')")

        write_table(database, "t", frame(first=5), mode="append")
    session.close()

    assert found(database, "t") == [1, 2, 5, 6]
