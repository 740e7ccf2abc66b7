"""The private server of a directory: blocks, threads and processes share one, for any directory."""

import os
import signal
import threading

import pytest

from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.server.private import PrivateServer
from dolt_integrations.engine.server.running import running_server
from dolt_integrations.errors import DatabaseNotFoundError, DoltError
from tests.conftest import eventually, new_repository, processes_of
from tests.helpers.servers.users import USE, servers_of
from tests.helpers.threads import in_threads


def test_a_block_has_a_server_and_none_is_left(repository):
    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT active_branch()") == "main"
        assert len(servers_of(repository.path)) == 1

    assert processes_of(repository.path) == []


def test_a_block_waits_for_a_supervisor_that_is_slow_to_notice_its_end(repository):
    with open_database(repository.path):
        (supervisor,) = set(processes_of(repository.path)) - set(servers_of(repository.path))
        os.kill(supervisor, signal.SIGSTOP)
        resumed = threading.Timer(0.4, os.kill, (supervisor, signal.SIGCONT))
        resumed.start()

    assert processes_of(repository.path) == []
    resumed.join()


def test_the_last_user_waits_for_the_end_of_a_server_that_another_process_started(repository, script):
    other = script(USE, repository.path)
    other.process.stdout.readline()
    other.expect("open")
    with open_database(repository.path):
        other.tell("go on")
        other.finish()
        (supervisor,) = set(processes_of(repository.path)) - set(servers_of(repository.path))
        os.kill(supervisor, signal.SIGSTOP)
        resumed = threading.Timer(0.2, os.kill, (supervisor, signal.SIGCONT))
        resumed.start()

    assert processes_of(repository.path) == []
    resumed.join()


def test_nested_blocks_share_one_server(repository):
    with open_database(repository.path) as one, open_database(str(repository.path) + "/") as other:
        assert one.address == other.address

    assert processes_of(repository.path) == []


def test_the_outer_block_keeps_the_server(repository):
    with open_database(repository.path) as one:
        with open_database(repository.path):
            pass
        with one.connect() as connection:
            assert connection.value("SELECT 1") == 1


def test_a_link_to_a_directory_shares_its_server(repository, tmp_path):
    (tmp_path / "link").symlink_to(repository.path)

    with open_database(repository.path) as one, open_database(tmp_path / "link") as other:
        assert one.address == other.address


def test_threads_share_one_server(repository):
    ports, all_open = [], threading.Barrier(8, timeout=30)

    def use():
        with open_database(repository.path) as database, database.connect() as connection:
            all_open.wait()
            ports.append((database.address.port, connection.value("SELECT 1")))

    in_threads([use] * 8)

    assert len(ports) == 8
    assert len(set(ports)) == 1
    assert processes_of(repository.path) == []


def beside(repository, database, script):
    """Return another process that uses the server of a database that is open in this one."""
    other = script(USE, repository.path)
    other.expect(str(database.address.port))
    other.expect("open")
    return other


def test_a_second_process_shares_the_server_of_the_first(repository, script):
    with open_database(repository.path) as database:
        other = beside(repository, database, script)
        other.tell("go on")
        assert other.finish().strip() == "main"


def test_a_second_process_keeps_the_server_when_the_first_ends(repository, script):
    with open_database(repository.path) as database:
        other = beside(repository, database, script)

    other.tell("go on")
    assert other.finish().strip() == "main"
    eventually(lambda: not processes_of(repository.path))


def test_processes_that_come_and_go_all_succeed(repository, script):
    running = [script(USE, repository.path) for _ in range(5)]
    for one in running:
        one.tell("go on")

    said = [one.finish().split()[1:] for one in running]

    assert said == [["open", "main"]] * 5
    eventually(lambda: not processes_of(repository.path))


@pytest.mark.parametrize(
    "name",
    ["a b", "é日本", "a.b.c", "a-b-c", "A", "a'b", 'a"b', "a`b", "$HOME", "a;b", "-rf", "1", "_", "select", ".hidden",
     "a\tb", "x" * 100, "a,b", "a/b/c", "#x", "🍣"],
)  # fmt: skip
def test_a_directory_may_have_any_name(name, tmp_path):
    repository = new_repository(tmp_path / name)
    repository.dolt("sql", "-q", "create table mine (a int)")

    with open_database(repository.path) as database, database.connect() as connection:
        assert [table for (table,) in connection.rows("SHOW TABLES")] == ["mine"]


@pytest.mark.parametrize(("outer", "inner"), [("shop", "inner"), ("a-b", "a_b"), ("a b", "a-b"), ("z", "a")])
def test_a_directory_is_distinguished_from_a_database_below_it(outer, inner, tmp_path):
    repository = new_repository(tmp_path / outer)
    repository.dolt("sql", "-q", "create table mine (a int)")
    nested = new_repository(tmp_path / outer / inner)
    nested.dolt("sql", "-q", "create table others (a int)")

    with open_database(repository.path) as database, database.connect() as connection:
        mine = connection.rows("SHOW TABLES")
    with open_database(nested.path) as database, database.connect() as connection:
        others = connection.rows("SHOW TABLES")

    assert (mine, others) == ([("mine",)], [("others",)])


def test_a_directory_with_a_database_of_its_own_name_below_is_an_error(repository):
    """Dolt serves both under one name."""
    new_repository(repository.path / repository.path.name)

    with pytest.raises(DatabaseNotFoundError, match="database of the same name"), open_database(repository.path):
        pass


def test_a_directory_is_distinguished_from_many_databases_below_it(tmp_path):
    repository = new_repository(tmp_path / "warehouse.v1")
    repository.dolt("sql", "-q", "create table mine (a int)")
    for name in ("a", "warehouse", "v1", "warehouse_v2"):
        new_repository(repository.path / name)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.rows("SHOW TABLES") == [("mine",)]


def test_a_directory_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(DatabaseNotFoundError, match="dolt init"), open_database(tmp_path / "gone"):
        pass


def test_a_broken_database_is_an_error_of_ours_in_time(repository):
    for path in (repository.path / ".dolt" / "noms").rglob("*"):
        if path.is_file():
            path.write_bytes(b"broken")

    with pytest.raises(DoltError) as caught, open_database(repository.path, timeout=10):
        pass

    assert str(repository.path) in str(caught.value)
    assert processes_of(repository.path) == []


def test_users_with_different_places_for_temporary_files_share_one_server(repository, script, tmp_path, monkeypatch):
    with open_database(repository.path) as database:
        (tmp_path / "other").mkdir()
        monkeypatch.setenv("TMPDIR", str(tmp_path / "other"))
        other = beside(repository, database, script)
        other.tell("go on")
        assert other.finish().strip() == "main"


def test_a_server_is_known_while_it_runs(repository):
    assert running_server(repository.path) is None

    server = PrivateServer(repository.path)
    assert running_server(repository.path) == server.server
    server.close()

    assert running_server(repository.path) is None


def test_the_author_is_whom_the_directory_names(repository):
    repository.dolt("config", "--local", "--add", "user.name", "Diane")
    repository.dolt("config", "--local", "--add", "user.email", "diane@girlcroosh.com")

    with open_database(repository.path) as database:
        assert str(database.author) == "Diane <diane@girlcroosh.com>"


def test_a_missing_directory_is_made_where_that_is_asked_for(tmp_path):
    with open_database(tmp_path / "a" / "shop", create=DEFAULT_AUTHOR) as database, database.connect() as connection:
        assert connection.value("SELECT committer FROM dolt_log") == DEFAULT_AUTHOR.name
