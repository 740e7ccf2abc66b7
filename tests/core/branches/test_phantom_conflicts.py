"""Concurrent commits leave no conflicts in tables without a key: no later branch is spoiled.

Where another commit overtakes a transaction, Dolt's DOLT_COMMIT writes conflicts into what it commits.
"""

import threading

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.core.branches.phantoms import clear_overtaken
from dolt_integrations.core.writes import in_place
from dolt_integrations.engine import open_database
from tests.conftest import run_sql

ROWS = pd.DataFrame({"id": [1, 2]})
MORE = pd.DataFrame({"id": [3]})
APPEND = ("INSERT INTO plain VALUES (9)", "CALL DOLT_COMMIT('-am', 'Append by another client')")


@pytest.fixture
def both(database):
    """A database with a table that has a key, and one that has none."""
    write_table(database, "keyed", ROWS, primary_key="id")
    write_table(database, "plain", ROWS)
    return database


def overtake(monkeypatch, commit):
    """Let another client commit during a transaction of the library."""
    real, seen = in_place.put_rows, []

    def put(*arguments, **options):
        if not seen:
            seen.append(True)
            commit()
        return real(*arguments, **options)

    monkeypatch.setattr(in_place, "put_rows", put)


def conflicts(url):
    """Return the conflicts that the head of main contains."""
    run_sql(url, "CALL DOLT_BRANCH('look', 'main')")
    found = run_sql(f"{url}/look", "SELECT * FROM dolt_conflicts")
    run_sql(url, "CALL DOLT_BRANCH('-D', 'look')")
    return found


@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
def test_a_save_clears_what_dolt_noted_of_rows_that_another_client_added_meanwhile(mode, both, monkeypatch):
    overtake(monkeypatch, lambda: run_sql(both, *APPEND))

    write_table(both, "keyed", MORE, mode=mode)

    assert conflicts(both) == []
    write_table(both, "other", ROWS, primary_key="id")
    assert sorted(read_table(both, "plain").data["id"]) == [1, 2, 9]


def test_work_of_the_user_is_not_committed_on_the_way(both, monkeypatch):
    overtake(monkeypatch, lambda: run_sql(both, *APPEND, "CREATE TABLE mine (id INT)"))

    write_table(both, "keyed", MORE, mode="upsert")

    assert run_sql(both, "SELECT table_name, staged FROM dolt_status") == [("mine", 0)]


def test_work_that_another_client_stages_meanwhile_is_not_committed_either(both):
    start = run_sql(both, "SELECT HASHOF('main')")[0][0]
    run_sql(both, *APPEND, "CREATE TABLE mine (id INT)", "CALL DOLT_ADD('mine')")
    before = run_sql(both, "SELECT HASHOF('main')")[0][0]

    with open_database(both) as database, database.connect("main") as connection:
        clear_overtaken(connection, "main", start, before)

    assert run_sql(both, "SELECT table_name, staged FROM dolt_status") == [("mine", 1)]
    assert run_sql(both, "SELECT HASHOF('main')") == [(before,)]


def test_rows_of_the_user_in_a_table_to_clear_are_not_committed(both):
    start = run_sql(both, "SELECT HASHOF('main')")[0][0]
    run_sql(both, *APPEND, "INSERT INTO plain VALUES (50)")
    before = run_sql(both, "SELECT HASHOF('main')")[0][0]

    with open_database(both) as database, database.connect("main") as connection:
        clear_overtaken(connection, "main", start, before)

    assert run_sql(both, "SELECT table_name, staged FROM dolt_status") == [("plain", 0)]
    assert run_sql(both, "SELECT HASHOF('main')") == [(before,)]


def spoil(url):
    """Create the conflicts of two overlapping commits by hand."""

    with open_database(url) as database, database.connect() as slow:
        slow.execute("START TRANSACTION")
        slow.execute("INSERT INTO keyed VALUES (7)")
        run_sql(url, *APPEND)
        slow.execute("CALL DOLT_COMMIT('-am', 'Upsert by another client')")


def test_a_save_goes_on_from_a_commit_that_others_have_spoiled(both):
    spoil(both)
    assert conflicts(both) != []

    write_table(both, "other", ROWS, primary_key="id")
    write_table(both, "keyed", MORE, branch_conf=NewBranch("run"))

    assert conflicts(both) == []
    assert sorted(read_table(both, "plain").data["id"]) == [1, 2, 9]
    assert read_table(both, "other").data.equals(ROWS)


@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
def test_a_save_of_few_rows_goes_on_on_a_branch_that_begins_at_such_a_commit(mode, both):
    spoil(both)
    run_sql(both, "CALL DOLT_BRANCH('run', 'main')")

    write_table(both, "keyed", MORE, mode=mode, branch_conf="run")

    assert 3 in read_table(both, "keyed", branch_conf="run").data["id"].tolist()
    assert run_sql(f"{both}/run", "SELECT * FROM dolt_conflicts") == []


def test_writers_of_a_table_with_a_key_and_of_one_without_leave_none(both):
    def append(table, first):
        for at in range(5):
            write_table(both, table, pd.DataFrame({"id": [first + at]}), mode="append")

    writers = [threading.Thread(target=append, args=(table, at)) for at in (100, 200) for table in ("keyed", "plain")]
    for each in writers:
        each.start()
    for each in writers:
        each.join()

    assert conflicts(both) == []
    assert len(read_table(both, "plain").data) == len(read_table(both, "keyed").data) == 12
    messages = [message for (message,) in run_sql(both, "SELECT message FROM dolt_log")]
    assert not [message for message in messages if message.startswith("Clear")]
