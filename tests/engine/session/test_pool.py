"""Sessions that are kept for reuse."""

import os
import time

import pytest

from dolt_integrations.engine import Connection, open_database, parse_location
from dolt_integrations.engine.session import pool, reuse
from dolt_integrations.engine.session.opening import _COM_RESET_CONNECTION as RESET
from dolt_integrations.engine.session.visiting import visiting
from dolt_integrations.engine.wire.session import Session
from dolt_integrations.errors import BranchNotFoundError, DoltError, ServerLostError, ServerUnreachableError
from dolt_integrations.limits import limits
from tests.conftest import open_session, run_sql, start_server


def connect(url, revision=None):
    return Connection(parse_location(url), revision)


def use(url, *statements, revision=None):
    """Run statements in a session, return it to the pool, and return its number."""
    with connect(url, revision) as connection:
        for statement in statements:
            connection.rows(statement)
        return connection.value("SELECT CONNECTION_ID()")


def test_a_session_is_used_again(database):
    assert use(database) == use(database)


def test_two_uses_at_a_time_have_two_sessions(database):
    with connect(database) as one, connect(database) as other:
        assert one.value("SELECT CONNECTION_ID()") != other.value("SELECT CONNECTION_ID()")


@pytest.fixture
def resets(monkeypatch):
    """The resets of sessions. Each makes Dolt go through the names of all branches."""
    sent, command = [], Session._execute_command

    def noted(session, kind, *arguments):
        if kind == RESET:
            sent.append(session)
        return command(session, kind, *arguments)

    monkeypatch.setattr(Session, "_execute_command", noted)
    return sent


def test_a_session_that_can_only_be_as_a_new_one_is_not_reset(database, resets):
    run_sql(database, "CREATE TABLE t (a int)", "CALL DOLT_COMMIT('-Am', 't')", "CALL DOLT_BRANCH('other')")
    number = use(database)
    assert use(database) == number
    resets.clear()

    for branch in (None, "other", "main"):
        with connect(database, branch) as session, session.lock("mine"):
            session.execute("START TRANSACTION")
            session.execute("INSERT INTO t VALUES (1)")
            assert session.value("SELECT active_branch()") == branch or "main"
    assert use(database) == number

    assert resets == []


def test_a_variable_that_a_trigger_sets_is_gone_at_the_next_use(database):
    run_sql(
        database,
        "CREATE TABLE t (a int, nth int)",
        "CREATE TRIGGER n BEFORE INSERT ON t FOR EACH ROW BEGIN SET @n = IFNULL(@n, 0) + 1; SET NEW.nth = @n; END",
        "CALL DOLT_COMMIT('-Am', 't')",
    )
    assert use(database) == use(database)

    for _ in range(2):
        with connect(database) as session:
            session.execute("INSERT INTO t (a) VALUES (1), (2)")

    assert run_sql(database, "SELECT nth, COUNT(*) FROM t GROUP BY nth ORDER BY nth") == [(1, 2), (2, 2)]


@pytest.mark.parametrize("query", ["SELECT GET_LOCK ('mine', 1)", "SELECT LAST_INSERT_ID(5)"])
def test_a_session_is_reset_after_a_query_with_a_side_effect(query, database, resets):
    assert use(database) == use(database)
    resets.clear()

    use(database, query)
    use(database)

    assert len(resets) == 1


def test_a_session_is_reset_after_many_uses(database, resets, monkeypatch):
    monkeypatch.setattr(reuse, "MOST_USES", 3)

    numbers = {use(database) for _ in range(8)}

    assert len(numbers) == 1
    assert len(resets) == 3  # once, to find out at which commit a new session begins


def number_and_rows(session):
    """Return the session's number, and the rows that it sees in table `t`."""
    return session.value("SELECT CONNECTION_ID()"), session.value("SELECT COUNT(*) FROM t")


def test_a_session_that_has_committed_sees_what_others_commit(database):
    run_sql(database, "CREATE TABLE t (a int)", "CALL DOLT_COMMIT('-Am', 't')")
    for _ in range(2):
        with connect(database) as session:
            with session.transaction():
                session.execute("INSERT INTO t VALUES (1)")
                session.rows("CALL DOLT_COMMIT('-am', 'ours')")
                session.in_transaction = False
            number, seen = number_and_rows(session)
        run_sql(database, "INSERT INTO t VALUES (2)", "CALL DOLT_COMMIT('-am', 'theirs')")

        with connect(database) as session:
            assert number_and_rows(session) == (number, seen + 1)


def test_a_session_sees_a_branch_that_was_made_again(database):
    run_sql(database, "CREATE TABLE t (a int)", "CALL DOLT_COMMIT('-Am', 't')", "CALL DOLT_BRANCH('other')")
    number = use(database, revision="other")
    assert use(database, revision="other") == number
    run_sql(
        database,
        "CALL DOLT_BRANCH('-D', 'other')",
        "INSERT INTO t VALUES (1)",
        "CALL DOLT_COMMIT('-am', 'row')",
        "CALL DOLT_BRANCH('other')",
    )

    with connect(database, "other") as session:
        assert number_and_rows(session) == (number, 1)


def test_a_branch_that_was_made_again_in_another_case_is_found_at_the_next_try(database):
    run_sql(database, "CALL DOLT_BRANCH('Other')")
    assert use(database, revision="Other") == use(database, revision="Other")
    run_sql(database, "CALL DOLT_BRANCH('-D', 'Other')", "CALL DOLT_BRANCH('other')")

    with pytest.raises(ServerLostError, match="made again in another case"):
        connect(database, "other")
    with connect(database, "other") as session:
        assert session.value("SELECT active_branch()") == "other"


def test_a_branch_that_is_deleted_while_a_session_is_on_it_is_not_there(database):
    run_sql(database, "CALL DOLT_BRANCH('other')")
    session = connect(database, "other")
    run_sql(database, "CALL DOLT_BRANCH('-D', 'other')")

    with pytest.raises(BranchNotFoundError, match="'other'"), session:
        session.value("SELECT DOLT_HASHOF_DB()")


def test_a_branch_that_is_not_there_is_an_error_that_names_it(database):
    use(database)
    for _ in range(2):
        with pytest.raises(BranchNotFoundError, match="no branch or commit 'nowhere'"):
            connect(database, "nowhere")


def test_a_session_goes_on_where_it_was_after_a_branch_that_is_not_there(database):
    run_sql(database, "CALL DOLT_BRANCH('other')")
    with connect(database, "other") as session:
        with pytest.raises(BranchNotFoundError), visiting(session, "nowhere"):
            pass
        assert session.value("SELECT active_branch()") == "other"


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
