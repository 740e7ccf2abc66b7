import contextlib
import logging
import pickle
import socket
import threading
import time

import pytest
from pymysql.constants import CLIENT

from dolt_integrations.engine import Connection, open_database, parse_location
from dolt_integrations.errors import (
    AccessDeniedError,
    BranchNotFoundError,
    ConfigError,
    DatabaseLockedError,
    DatabaseNotFoundError,
    LostRaceError,
    QueryError,
    QuerySyntaxError,
    ServerError,
    ServerLostError,
    ServerUnreachableError,
    WriteQueryError,
)
from tests.conftest import free_port, run_sql, start_server
from tests.helpers.servers.hostile import hostile


def connect(url, revision=None):
    return Connection(parse_location(url), revision)


@pytest.fixture
def silent_port():
    """The port of a listener that accepts connections and never sends anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def guarded(database):
    """The URL of a database, without the password that its user has."""
    run_sql(
        database,
        "CREATE USER keeper@'%' IDENTIFIED BY 'open sesame'",
        "GRANT ALL ON *.* TO keeper@'%'",
    )
    yield database.replace("root@", "keeper@")
    run_sql(database, "DROP USER keeper@'%'")


def test_a_session_is_on_the_default_branch(database):
    with connect(database) as connection:
        assert connection.value("SELECT active_branch()") == "main"


def test_a_session_offers_no_files_unless_it_is_to_send_some(database):
    address = parse_location(database)

    with open_database(database) as opened, opened.connect() as plain, Connection(address) as other:
        assert not any(each.loads_files or each._session.client_flag & CLIENT.LOCAL_FILES for each in (plain, other))
    with Connection(address, local_infile=True) as sending:
        assert sending._session.client_flag & CLIENT.LOCAL_FILES


def test_a_session_can_be_on_another_branch(database):
    run_sql(database, "CALL DOLT_BRANCH('run/a_is_1')")

    with connect(database, "run/a_is_1") as connection:
        assert connection.value("SELECT active_branch()") == "run/a_is_1"


def test_a_session_on_a_commit_only_reads(database):
    commit = run_sql(database, "SELECT HASHOF('main')")[0][0]

    with connect(database, commit) as connection, pytest.raises(WriteQueryError):
        connection.execute("CREATE TABLE t (a int)")


def test_an_unknown_branch_is_an_error(database):
    with pytest.raises(BranchNotFoundError, match="'nowhere'"):
        connect(database, "nowhere")


def test_an_unknown_database_is_an_error_that_names_it(shared_server):
    with pytest.raises(DatabaseNotFoundError, match="warehouse"):
        connect(shared_server.url.removesuffix("shared") + "warehouse")


def test_a_wrong_password_is_an_error(guarded):
    with pytest.raises(AccessDeniedError, match="password"):
        connect(guarded.replace("keeper@", "keeper:open@"))


def test_a_missing_password_is_an_error(guarded):
    with pytest.raises(AccessDeniedError, match="DOLT_CLI_PASSWORD"):
        connect(guarded)


def test_an_unknown_user_is_an_error(database):
    with pytest.raises(AccessDeniedError, match="nobody"):
        connect(database.replace("root@", "nobody@"))


def test_the_password_of_the_environment_opens_the_door(guarded, monkeypatch):
    monkeypatch.setenv("DOLT_CLI_PASSWORD", "open sesame")

    with connect(guarded) as connection:
        assert connection.value("SELECT 1") == 1


def test_the_password_of_the_url_opens_the_door(guarded):
    with connect(guarded.replace("keeper@", "keeper:open%20sesame@")) as connection:
        assert connection.value("SELECT 1") == 1


def test_what_the_user_may_not_do_is_an_error(guarded, database):
    run_sql(database, "REVOKE ALL ON *.* FROM keeper@'%'", "GRANT SELECT ON *.* TO keeper@'%'")

    with (
        connect(guarded.replace("keeper@", "keeper:open%20sesame@")) as connection,
        pytest.raises(AccessDeniedError),
    ):
        connection.execute("CREATE TABLE t (a int)")


@pytest.mark.parametrize("failure", ["password", "database", "branch", "nothing listens", "statement"])
def test_no_error_and_no_log_shows_the_password(failure, guarded, caplog):
    caplog.set_level(logging.DEBUG)
    url = guarded.replace("keeper@", "keeper:open%20sesame@")
    calls = {
        "password": lambda: connect(guarded.replace("keeper@", "keeper:open%20sesame!@")),
        "database": lambda: connect(url.rpartition("/")[0] + "/warehouse"),
        "branch": lambda: connect(url, "nowhere"),
        "nothing listens": lambda: connect(f"mysql://keeper:open%20sesame@127.0.0.1:{free_port()}/shop"),
        "statement": lambda: connect(url).execute("SELECT * FROM nowhere"),
    }

    with pytest.raises((ServerError, QueryError, LookupError, Exception)) as caught:
        calls[failure]()

    shown = [caplog.text]
    error = caught.value
    while error is not None:
        shown += [str(error), repr(error), repr(error.__dict__)]
        error = error.__cause__ or error.__context__
    assert "sesame" not in "".join(shown)


def test_a_closed_port_is_an_error_that_names_it():
    port = free_port()

    with pytest.raises(ServerUnreachableError, match=str(port)):
        connect(f"mysql://root@127.0.0.1:{port}/shop")


def test_a_host_that_does_not_exist_is_an_error_that_names_it():
    with pytest.raises(ServerUnreachableError, match=r"no-such-host.invalid"):
        connect("mysql://root@no-such-host.invalid/shop")


def test_a_listener_that_never_answers_is_an_error_in_time(silent_port):
    started = time.monotonic()

    with pytest.raises(ServerUnreachableError, match="connect_timeout"):
        connect(f"mysql://root@127.0.0.1:{silent_port}/shop?connect_timeout=0.3")

    assert time.monotonic() - started < 3


class SilentTls:
    """Begins encryption, and never says a word of it."""

    def wrap_socket(self, client, server_side):
        while client.recv(1024):
            pass
        raise OSError("the client has gone")


@pytest.mark.parametrize("option", ["&tls=required", "&tls=skip-verify"])
def test_a_server_that_begins_encryption_and_falls_silent_is_an_error_in_time(option):
    with hostile(tls=SilentTls()) as server, pytest.raises(ServerUnreachableError, match="timed out"):
        connect(server.url.replace("connect_timeout=5", "connect_timeout=0.3") + option)


def test_a_listener_that_is_no_database_server_is_an_error():
    def greet():
        with contextlib.suppress(OSError):
            client, _ = listener.accept()
            client.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
            client.recv(100)
            client.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(ServerError):
            connect(f"mysql://root@127.0.0.1:{listener.getsockname()[1]}/shop?connect_timeout=1")
        thread.join()


def test_tls_that_the_server_does_not_offer_is_an_error(database):
    with pytest.raises(ServerError):
        connect(database + "?tls=true")


def test_an_error_of_a_connection_survives_pickling(database):
    with pytest.raises(DatabaseNotFoundError) as caught:
        connect(database + "x")

    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301 - made here


def test_a_statement_that_does_not_parse_is_an_error_that_names_the_database(database):
    with connect(database) as connection, pytest.raises(QuerySyntaxError, match=database):
        connection.execute("SELEC 1")


def test_a_value_of_no_row_is_an_error(database):
    with connect(database) as connection, pytest.raises(QueryError, match="no row"):
        connection.value("SELECT 1 WHERE FALSE")


def test_percent_signs_are_text_where_there_are_no_arguments(database):
    with connect(database) as connection:
        assert connection.value("SELECT '100 % %s'") == "100 % %s"


def test_an_argument_may_hold_anything(database):
    text = "a'b\"c\\d%s\n\0é🍣--;"

    with connect(database) as connection:
        assert connection.value("SELECT %s", (text,)) == text


def test_a_transaction_is_committed_at_its_end(database):
    run_sql(database, "CREATE TABLE t (a int)")

    with connect(database) as connection, connection.transaction():
        connection.execute("INSERT INTO t VALUES (1)")

    assert run_sql(database, "SELECT a FROM t") == [(1,)]


def test_a_transaction_that_raises_is_rolled_back(database):
    run_sql(database, "CREATE TABLE t (a int)")

    def fail(connection):
        with connection.transaction():
            connection.execute("INSERT INTO t VALUES (1)")
            raise KeyError

    with contextlib.closing(connect(database)) as connection:
        with pytest.raises(KeyError):
            fail(connection)

        assert connection.rows("SELECT a FROM t") == []  # another session never saw the row


def test_transactions_that_conflict_are_a_lost_race(database):
    run_sql(database, "CREATE TABLE t (a int PRIMARY KEY, b int)", "INSERT INTO t VALUES (1, 1)")

    def update(connection):
        with connection.transaction():
            connection.execute("UPDATE t SET b = 2")
            run_sql(database, "UPDATE t SET b = 3")

    with connect(database) as connection, pytest.raises(LostRaceError):
        update(connection)

    assert run_sql(database, "SELECT b FROM t") == [(3,)]


def test_a_lock_is_held_by_one_session_at_a_time(database):
    with connect(database) as one, connect(database) as other, one.lock("a", "b"):
        with pytest.raises(DatabaseLockedError, match="a b"), other.lock("a", "b", timeout=0):
            pass


def test_locks_of_other_names_are_free(database):
    with connect(database) as one, connect(database) as other, one.lock("a", "b"), other.lock("ab", timeout=0):
        pass


def test_a_lock_is_free_again_after_its_block(database):
    with connect(database) as one, connect(database) as other:
        with one.lock("a"):
            pass
        with other.lock("a", timeout=0):
            pass


def test_a_lock_ends_with_a_killed_session(database):
    with connect(database) as one, connect(database) as other, contextlib.ExitStack() as stack:
        stack.enter_context(one.lock("a"))
        run_sql(database, f"KILL {one.value('SELECT CONNECTION_ID()')}")
        with other.lock("a", timeout=20):
            pass


def test_a_statement_on_a_connection_that_is_gone_is_an_error(database):
    with connect(database) as connection:
        run_sql(database, f"KILL {connection.value('SELECT CONNECTION_ID()')}")
        with pytest.raises(ServerLostError):
            connection.execute("DO SLEEP(10)")


def test_a_statement_on_a_closed_connection_is_an_error(database):
    connection = connect(database)
    connection.close()

    with pytest.raises(ServerLostError):
        connection.value("SELECT 1")


def test_a_connection_may_be_closed_twice(database):
    connection = connect(database)

    connection.close()
    connection.close()


def test_a_long_statement_is_waited_for(database):
    with connect(database + "?connect_timeout=0.5") as connection:
        assert connection.value("SELECT SLEEP(0.8)") == 0


def test_a_server_that_dies_in_the_middle_is_an_error(repository):
    server = start_server(repository.path)

    with connect(server.url) as connection:
        server.kill()
        with pytest.raises(ServerLostError):
            connection.value("SELECT 1")


def test_a_url_opens_without_a_server_and_fails_at_its_first_use():
    with open_database(f"mysql://root@127.0.0.1:{free_port()}/shop") as database, pytest.raises(ServerError):
        database.connect()


def test_a_branch_in_the_url_is_refused(database):
    with pytest.raises(ConfigError):
        connect(database + "/main")
