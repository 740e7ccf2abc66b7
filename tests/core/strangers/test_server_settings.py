"""Saves give the same result with other server settings."""

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, history, read_table, write_table
from dolt_integrations.engine.session import reuse
from dolt_integrations.errors import ConstraintError, MergeConflictError, WriteQueryError
from tests.conftest import run_sql, start_server

FIRST = pd.DataFrame({"id": [1], "value": ["a"]})
SECOND = pd.DataFrame({"id": [2], "value": ["b"]})
WHERE = {"main": None, "new branch": NewBranch("run/1"), "merge": MergeBranch("main", "main")}


@pytest.fixture(params=["dolt_transaction_commit", "dolt_force_transaction_commit"])
def url(request, server):
    """A server's database with a table `t`. One of Dolt's settings is on for every new session."""
    write_table(server.url, "t", FIRST, primary_key="id")
    run_sql(server.url, f"SET GLOBAL {request.param} = 1")
    return server.url


def log(url, revision="main"):
    return [message for (message,) in run_sql(url, f"SELECT message FROM dolt_log('{revision}')")]


@pytest.mark.parametrize("where", WHERE.values(), ids=WHERE)
@pytest.mark.parametrize("more", [{}, {"more": 1.5}], ids=["same columns", "new column"])
def test_a_save_is_one_commit_with_its_message_and_a_retry_finds_it(where, more, url):
    def save():
        data = SECOND.assign(**more)
        return write_table(url, "t", data, mode="append", branch_conf=where, message="Add one", write_id="run-1")

    first, again = save(), save()

    assert (again.commit, again.changed) == (first.commit, False)
    message = log(url, first.commit)[0]
    assert message.startswith("Add one\n\n")
    assert message.endswith("\nWrite-Id: run-1")
    assert len(log(url, first.commit)) == 3
    assert run_sql(url, "SELECT id FROM t", revision=first.branch) == [(1,), (2,)]


@pytest.mark.parametrize("fast", [False, True], ids=["exact reader", "fast reader"])
def test_a_limit_on_results_cuts_nothing_off(fast, server, set_limits):
    if fast:
        set_limits(plain_fetch_rows=0)
    write_table(server.url, "t", pd.concat([FIRST, SECOND]), primary_key="id")
    run_sql(server.url, "SET GLOBAL sql_select_limit = 1")

    assert read_table(server.url, "t").data["id"].tolist() == [1, 2]
    assert len(read_table(server.url, sql="SELECT * FROM t").data) == 2
    assert len(history(server.url, "t")) == 1


@pytest.mark.parametrize("fast", [False, True], ids=["exact reader", "fast reader"])
def test_an_old_commit_is_read_with_its_own_columns(fast, server, monkeypatch, set_limits):
    monkeypatch.setattr(reuse, "MOST_USES", 0)
    if fast:
        set_limits(plain_fetch_rows=0)
    halves = FIRST.assign(value=[0.5])
    first = write_table(server.url, "t", halves, primary_key="id")
    run_sql(
        server.url,
        "ALTER TABLE t MODIFY COLUMN value BIGINT",
        "CALL DOLT_COMMIT('-Am', 'Round the values')",
        "SET GLOBAL dolt_override_schema = 'main'",
    )

    assert read_table(server.url, "t", as_of=first.commit).data.equals(halves)
    assert read_table(server.url, sql="SELECT * FROM t", as_of=first.commit).data.equals(halves)


@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
def test_a_server_that_checks_no_foreign_keys_checks_those_of_a_save(mode, server, monkeypatch):
    monkeypatch.setattr(reuse, "MOST_USES", 0)  # each use of a session starts with the server's settings
    run_sql(
        server.url,
        "CREATE TABLE parents (id BIGINT PRIMARY KEY)",
        "CREATE TABLE children (id BIGINT PRIMARY KEY, parent BIGINT)",
        "ALTER TABLE children ADD FOREIGN KEY (parent) REFERENCES parents (id)",
        "CALL DOLT_COMMIT('-Am', 'Add tables')",
        "SET GLOBAL foreign_key_checks = 0",
    )

    with pytest.raises(ConstraintError, match="has no row for"):
        write_table(server.url, "children", pd.DataFrame({"id": [1], "parent": [7]}), mode=mode)


SETTINGS = [
    *(
        f"sql_mode = '{mode}'"
        for mode in ("", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PAD_CHAR_TO_FULL_LENGTH", "ANSI")
    ),
    *("time_zone = '+05:00'", "autocommit = 0", "group_concat_max_len = 4", "max_error_count = 0"),
    *("collation_server = 'utf8mb4_general_ci'", "collation_connection = 'utf8mb4_general_ci'"),
    *("character_set_results = 'latin1'", "transaction_isolation = 'SERIALIZABLE'", "dolt_show_system_tables = 1"),
]


def test_rows_are_the_same_whatever_the_server_is_set_to(server, monkeypatch, set_limits):
    monkeypatch.setattr(reuse, "MOST_USES", 0)
    moments = pd.to_datetime(["1990-03-25 02:30:00", "2024-02-29 23:59:59.999999"], format="ISO8601")
    frame = pd.DataFrame(
        {"id": ["a\\b ", "A'\"%s🐇"], "at": moments.tz_localize("UTC"), "on": moments, "x": [0.1, -0.0]}
    )

    for number, setting in enumerate(SETTINGS):
        name = setting.partition(" ")[0]
        run_sql(server.url, f"SET GLOBAL {setting}")
        for rows in (0, 100):
            set_limits(insert_rows=rows, plain_fetch_rows=rows)
            table = f"t{number}_{rows}"
            write_table(server.url, table, frame[:1], primary_key="id")
            write_table(server.url, table, frame, mode="upsert")

            pd.testing.assert_frame_equal(
                read_table(server.url, table).data, frame.sort_values("id", ignore_index=True)
            )
        run_sql(server.url, f"SET GLOBAL {name} = DEFAULT")


def test_a_read_only_server_is_not_taken_for_rows_that_do_not_fit(repository):
    write_table(repository.path, "t", FIRST, primary_key="id")
    running = start_server(repository.path, "--readonly")
    try:
        with pytest.raises(WriteQueryError, match="read only"):
            write_table(running.url, "t", SECOND, mode="append")
        assert read_table(running.url, "t").data.equals(FIRST)
    finally:
        running.process.terminate()
        running.process.wait(timeout=20)


def test_a_block_lands_in_one_commit(url):
    with Transaction(url, message="Add two") as block:
        block.write("t", SECOND, mode="append")
        block.write("new", SECOND)

    assert block.version.changed
    assert log(url)[0] == "Add two"
    assert len(log(url)) == 3
    assert run_sql(url, "SHOW TABLES") == [("new",), ("t",)]


def test_a_conflict_leaves_the_target_as_it_was(url):
    run_sql(url, "CALL DOLT_TAG('c2')")
    write_table(url, "t", FIRST.assign(value="target"))
    before = run_sql(url, "SELECT HASHOF('main')")

    with pytest.raises(MergeConflictError):
        write_table(url, "t", FIRST.assign(value="ours"), branch_conf=MergeBranch("c2", "main"))

    assert run_sql(url, "SELECT HASHOF('main')") == before
    assert run_sql(url, "SELECT * FROM t") == [(1, "target")]
    assert run_sql(url, "SELECT * FROM dolt_status") == []
