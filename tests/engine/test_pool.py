"""Sessions that are kept for reuse."""

import os
import time

import pytest

from dolt_integrations.engine import Connection, open_database, parse_location
from dolt_integrations.engine.session import pool
from dolt_integrations.errors import DoltError, ServerUnreachableError
from dolt_integrations.limits import limits
from tests.conftest import open_session, run_sql, start_server


def connect(url, revision=None):
    return Connection(parse_location(url), revision)


def use(url, *statements, revision=None):
    """Run statements in a session that is given back; return its number."""
    with connect(url, revision) as connection:
        for statement in statements:
            connection.rows(statement)
        return connection.value("SELECT CONNECTION_ID()")


def test_a_session_is_used_again(database):
    assert use(database) == use(database)


def test_two_uses_at_a_time_have_two_sessions(database):
    with connect(database) as one, connect(database) as other:
        assert one.value("SELECT CONNECTION_ID()") != other.value("SELECT CONNECTION_ID()")


@pytest.mark.parametrize(
    ("left", "question", "answer"),
    [
        ("SET @mine = 5", "SELECT @mine", None),
        ("SET foreign_key_checks = 0", "SELECT @@foreign_key_checks", 1),
        ("SET dolt_transaction_commit = 1", "SELECT @@dolt_transaction_commit", 0),
        ("SET sql_mode = ''", "SELECT @@sql_mode LIKE '%STRICT_TRANS_TABLES%'", 1),
        ("SET character_set_results = 'latin1'", "SELECT @@character_set_results", "utf8mb4"),
        ("SELECT GET_LOCK('mine', 1)", "SELECT IS_FREE_LOCK('mine')", 1),
        ("CREATE TEMPORARY TABLE t (a int)", "SELECT COUNT(*) FROM t", 0),
    ],
    ids=["variable", "foreign keys", "commits", "mode", "charset", "lock", "temporary table"],
)
def test_a_session_that_is_used_again_is_as_a_new_one(database, left, question, answer):
    run_sql(database, "CREATE TABLE t (b int)", "CALL DOLT_COMMIT('-Am', 't')")
    number = use(database, left)

    with connect(database) as connection:
        assert connection.value("SELECT CONNECTION_ID()") == number
        assert connection.value(question) == answer


def test_nothing_of_an_open_transaction_is_left(database):
    run_sql(database, "CREATE TABLE t (a int)")
    use(database, "START TRANSACTION", "INSERT INTO t VALUES (1)")

    assert use(database, "COMMIT")
    assert run_sql(database, "SELECT * FROM t") == []


def test_a_session_is_on_the_default_branch_again(database):
    run_sql(database, "CALL DOLT_BRANCH('other')")
    number = use(database, revision="other")

    with connect(database) as connection:
        assert connection.value("SELECT CONNECTION_ID()") == number
        assert connection.value("SELECT active_branch()") == "main"


def test_a_default_branch_that_has_changed_meanwhile_is_the_sessions(database):
    name = database.rpartition("/")[2]
    use(database)
    run_sql(database, "CALL DOLT_BRANCH('other')", f"SET GLOBAL {name}_default_branch = 'other'")

    with connect(database) as connection:
        assert connection.value("SELECT active_branch()") == "other"


def test_an_idle_session_keeps_no_branch_from_being_deleted(database):
    run_sql(database, "CALL DOLT_BRANCH('other')")
    use(database, revision="other")

    run_sql(database, "CALL DOLT_BRANCH('-d', 'other')")


def test_a_block_that_raises_ends_its_session(database):
    with connect(database) as connection:
        number = connection.value("SELECT CONNECTION_ID()")
    with pytest.raises(DoltError), connect(database) as connection:
        connection.rows("no statement")

    assert use(database) != number


def test_a_connection_is_of_no_use_after_its_block(database):
    with connect(database) as connection:
        pass

    with pytest.raises(DoltError):
        connection.value("SELECT 1")


def test_a_session_that_the_server_ended_is_replaced(database):
    number = use(database)
    run_sql(database, f"KILL {number}")

    assert use(database) != number


def test_a_server_that_has_started_again_is_connected_to_again(repository):
    first = start_server(repository.path)
    use(first.url)
    first.kill()
    second = start_server(repository.path, port=first.port)
    try:
        assert use(second.url)
    finally:
        second.kill()


def test_a_server_that_has_gone_is_an_error_of_ours(repository):
    server = start_server(repository.path)
    use(server.url)
    server.kill()

    with pytest.raises(ServerUnreachableError):
        use(server.url)


def test_a_session_that_was_idle_for_long_is_not_used(database, set_limits):
    number = use(database)
    set_limits(idle_seconds=0)
    time.sleep(0.01)

    assert use(database) != number


def test_an_idle_session_ends_in_a_program_that_does_not_come_back(database, set_limits):
    pool.POOL.empty()
    set_limits(idle_seconds=0.1)
    number = use(database)

    watcher, deadline = open_session(database), time.monotonic() + 20
    with watcher.cursor() as cursor:
        while True:
            cursor.execute("SHOW PROCESSLIST")
            if number not in [row[0] for row in cursor.fetchall()]:
                break
            assert time.monotonic() < deadline
    watcher.close()


def test_few_sessions_are_kept(database):
    name = database.rpartition("/")[2]
    connections = [connect(database) for _ in range(limits().idle_sessions + 3)]
    for connection in connections:
        with connection:
            pass

    watcher = open_session(database)
    with watcher.cursor() as cursor:
        deadline = time.monotonic() + 20
        while True:
            cursor.execute("SHOW PROCESSLIST")
            idle = [row for row in cursor.fetchall() if row[3] == name and row[0] != watcher.thread_id()]
            if len(idle) <= limits().idle_sessions:
                break
            assert time.monotonic() < deadline
    watcher.close()


def test_a_session_that_may_send_files_is_not_used_by_one_that_may_not(database):
    with Connection(parse_location(database), local_infile=True) as connection:
        number = connection.value("SELECT CONNECTION_ID()")

    assert use(database) != number


def test_a_forked_child_has_sessions_of_its_own(database):
    number = use(database)
    child = os.fork()
    if child == 0:
        os._exit(0 if use(database) != number else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert use(database) == number


def test_a_private_server_is_left_without_sessions(repository):
    with open_database(repository.path) as database:
        port = database.address.port
        with database.connect(), database.connect("main"):
            pass

    assert [idle for idle in pool.POOL._idle if idle.address.port == port] == []
