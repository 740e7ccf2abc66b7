import multiprocessing
import os
import shutil
import signal
import subprocess
import threading
import time
import warnings

import pytest

from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.private import PrivateServer, running_server
from dolt_integrations.errors import (
    DatabaseLockedError,
    DatabaseNotFoundError,
    DoltError,
    ServerLostError,
    ServerUnreachableError,
)
from tests.conftest import eventually, new_repository, processes_of, run_sql, start_server, use_temporary

USE = """
import sys
from dolt_integrations.engine import open_database
with open_database(sys.argv[1]) as database, database.connect() as connection:
    print(database.address.port, flush=True)
    print("open", flush=True)
    sys.stdin.readline()
    print(connection.value("SELECT active_branch()"), flush=True)
"""


def servers_of(directory):
    """Return the ids of the `dolt` processes that work in a directory."""
    found = []
    for pid in processes_of(directory):
        try:
            with open(f"/proc/{pid}/comm") as file:
                if file.read().strip() == "dolt":
                    found.append(pid)
        except OSError:
            continue
    return found


@pytest.fixture
def dolt_session(repository):
    """A `dolt sql` session that a user keeps open in the directory."""
    process = subprocess.Popen(
        ["dolt", "sql", "-r", "csv"], cwd=repository.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write("SELECT 'ready' AS said;\n")
    process.stdin.flush()
    while "ready" not in process.stdout.readline():
        pass
    yield process
    process.stdin.close()
    process.stdout.close()
    process.wait(timeout=20)


def test_a_block_has_a_server_and_none_is_left(repository):
    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT active_branch()") == "main"
        assert len(servers_of(repository.path)) == 1

    assert processes_of(repository.path) == []


def test_a_block_that_raises_leaves_no_server(repository):
    with pytest.raises(KeyError), open_database(repository.path):
        raise KeyError

    assert processes_of(repository.path) == []


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

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ports) == 8
    assert len(set(ports)) == 1
    assert processes_of(repository.path) == []


def test_a_second_process_shares_the_server_of_the_first(repository, script):
    with open_database(repository.path) as database:
        other = script(USE, repository.path)
        other.expect(str(database.address.port))
        other.expect("open")
        other.tell("go on")
        assert other.finish().strip() == "main"


def test_a_second_process_keeps_the_server_when_the_first_ends(repository, script):
    with open_database(repository.path) as database:
        other = script(USE, repository.path)
        other.expect(str(database.address.port))
        other.expect("open")

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


def test_a_killed_user_leaves_no_server(repository, script):
    user = script(USE, repository.path)
    user.process.stdout.readline()
    user.expect("open")
    assert servers_of(repository.path)

    user.kill()

    eventually(lambda: not processes_of(repository.path))


def test_a_directory_is_open_to_the_next_after_a_user_was_killed(repository, script):
    user = script(USE, repository.path)
    user.process.stdout.readline()
    user.expect("open")

    user.kill()

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_a_killed_server_is_an_error_and_the_next_block_has_a_new_one(repository):
    with open_database(repository.path) as database, database.connect() as connection:
        for pid in servers_of(repository.path):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(ServerLostError):
            connection.value("SELECT 1")

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1
    assert processes_of(repository.path) == []


def test_a_killed_server_and_supervisor_do_not_lock_the_directory(repository):
    with open_database(repository.path):
        for pid in processes_of(repository.path):
            os.kill(pid, signal.SIGKILL)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1
    assert processes_of(repository.path) == []


def test_an_interrupted_user_leaves_no_server(repository, script):
    user = script(USE, repository.path)
    user.process.stdout.readline()
    user.expect("open")

    user.process.send_signal(signal.SIGINT)
    user.process.communicate()

    eventually(lambda: not processes_of(repository.path))


def test_a_signal_to_the_whole_process_group_leaves_no_server(repository, script):
    user = script(
        "import os; os.setpgrp()\n" + USE,
        repository.path,
    )
    user.process.stdout.readline()
    user.expect("open")

    os.killpg(user.process.pid, signal.SIGTERM)
    user.process.communicate()

    eventually(lambda: not processes_of(repository.path))


def test_a_server_of_the_users_own_is_used_and_left_running(repository):
    running = start_server(repository.path)

    with open_database(repository.path) as database, database.connect() as connection:
        assert database.address.port == running.port
        assert connection.value("SELECT active_branch()") == "main"

    assert running.process.poll() is None
    assert servers_of(repository.path) == [running.process.pid]
    running.kill()


def test_what_a_killed_server_of_the_users_left_does_not_mislead(repository):
    start_server(repository.path).kill()

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_the_cli_works_beside_a_private_server(repository):
    with open_database(repository.path):
        assert "Initialize data repository" in repository.dolt("log")


def test_a_dolt_session_of_the_users_is_waited_for(repository, dolt_session):
    opened = []

    def use():
        with open_database(repository.path) as database, database.connect() as connection:
            opened.append(connection.value("SELECT active_branch()"))

    thread = threading.Thread(target=use)
    thread.start()
    thread.join(0.5)
    waiting = thread.is_alive() or opened == ["main"]
    dolt_session.stdin.close()
    thread.join(30)

    assert waiting
    assert opened == ["main"]


def test_a_directory_that_stays_locked_is_an_error_in_time(repository, dolt_session):
    started = time.monotonic()

    with (
        pytest.raises(DatabaseLockedError, match="another dolt process") as caught,
        open_database(repository.path, timeout=5),
    ):
        pass

    assert time.monotonic() - started < 60
    assert str(repository.path) in str(caught.value)
    eventually(lambda: processes_of(repository.path) == [dolt_session.pid])


def test_a_refused_user_leaves_nothing_behind(repository, dolt_session, temporary):
    # On a busy machine the server may not have come to say why in that time.
    with pytest.raises((DatabaseLockedError, ServerUnreachableError)), open_database(repository.path, timeout=3):
        pass

    eventually(lambda: not [path for path in temporary.rglob("*") if path.is_file()])


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
def test_a_directory_with_another_database_below_is_told_from_it(outer, inner, tmp_path):
    repository = new_repository(tmp_path / outer)
    repository.dolt("sql", "-q", "create table mine (a int)")
    nested = new_repository(tmp_path / outer / inner)
    nested.dolt("sql", "-q", "create table others (a int)")

    with open_database(repository.path) as database, database.connect() as connection:
        mine = connection.rows("SHOW TABLES")
    with open_database(nested.path) as database, database.connect() as connection:
        others = connection.rows("SHOW TABLES")

    assert (mine, others) == ([("mine",)], [("others",)])


def test_a_directory_with_many_databases_below_is_told_from_them(tmp_path):
    repository = new_repository(tmp_path / "warehouse.v1")
    repository.dolt("sql", "-q", "create table mine (a int)")
    for name in ("a", "warehouse", "v1", "warehouse_v2"):
        new_repository(repository.path / name)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.rows("SHOW TABLES") == [("mine",)]


def everything_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if ".dolt/noms" not in str(path))


def test_nothing_is_left_in_the_directory(repository):
    before = everything_below(repository.path)

    with open_database(repository.path) as database, database.connect() as connection:
        connection.execute("CREATE TABLE t (a int)")

    left = set(everything_below(repository.path)) - set(before)
    assert left <= {".dolt/temptf", ".dolt/sql-server.info", ".dolt/stats"}


def test_nothing_is_left_among_the_temporary_files(repository, temporary):
    with open_database(repository.path) as database, database.connect() as connection:
        connection.value("SELECT 1")

    left = [path for path in temporary.rglob("*") if path.name != f"dolt-integrations-{os.getuid()}"]
    assert left == []


def test_nothing_is_left_in_the_home(repository, home):
    before = everything_below(home)

    with open_database(repository.path) as database, database.connect() as connection:
        connection.value("SELECT 1")

    assert everything_below(home) == before


def test_the_private_server_wants_a_password(repository):
    with open_database(repository.path) as database:
        url = f"mysql://root@127.0.0.1:{database.address.port}/information_schema"
        with pytest.raises(Exception, match=r"(?i)access denied|authentication"):
            run_sql(url, "SELECT 1")


def test_the_private_server_listens_on_this_machine_only(repository):
    with open_database(repository.path) as database:
        port = f"{database.address.port:04X}"
        lines = []
        for name in ("/proc/net/tcp", "/proc/net/tcp6"):
            if os.path.exists(name):
                with open(name) as file:
                    lines += [line.split() for line in file]
        listening = {line[1] for line in lines if line[3] == "0A" and line[1].endswith(":" + port)}

    assert listening == {f"0100007F:{port}"}


def test_no_secret_is_in_the_arguments_of_a_process(repository):
    with open_database(repository.path) as database:
        secret = database.address.password.encode()
        for pid in processes_of(repository.path):
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                assert secret not in file.read()


def test_a_database_does_not_show_its_password(repository):
    with open_database(repository.path) as database:
        assert database.address.password not in repr(database) + str(database)


def use_in_child(path, queue):
    try:
        with open_database(path) as database, database.connect() as connection:
            queue.put(connection.value("SELECT active_branch()"))
    except DoltError as error:
        queue.put(repr(error))


def fork(target, *arguments):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=target, args=(*arguments, queue))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads, from Python 3.12 on
        child.start()
    said = queue.get(timeout=60)
    child.join()
    return said


def test_a_forked_child_opens_the_directory_itself(repository):
    with open_database(repository.path) as database, database.connect() as connection:
        assert fork(use_in_child, repository.path) == "main"
        assert connection.value("SELECT 1") == 1

    assert processes_of(repository.path) == []


def test_a_forked_child_opens_the_directory_after_its_parent_did(repository):
    with open_database(repository.path):
        pass

    assert fork(use_in_child, repository.path) == "main"
    assert processes_of(repository.path) == []


def test_a_forked_child_that_outlives_its_parent_block_keeps_no_server(repository):
    to_child, from_test = os.pipe()
    with open_database(repository.path):
        child = os.fork()
        if not child:
            os.close(from_test)
            os.read(to_child, 1)
            os._exit(0)

    left = processes_of(repository.path)
    os.close(from_test)
    os.waitpid(child, 0)
    os.close(to_child)
    assert left == []


def test_a_program_that_the_block_starts_keeps_no_server(repository):
    with open_database(repository.path):
        other = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)

    left = processes_of(repository.path)
    other.communicate()
    assert left == []


def test_a_directory_that_is_gone_is_an_error(tmp_path):
    with pytest.raises(DatabaseNotFoundError, match="dolt init"), open_database(tmp_path / "gone"):
        pass


def test_a_directory_that_is_removed_meanwhile_leaves_no_server(repository):
    with open_database(repository.path):
        shutil.rmtree(repository.path)

    assert processes_of(repository.path) == []


def test_a_broken_database_is_an_error_of_ours_in_time(repository):
    for path in (repository.path / ".dolt" / "noms").rglob("*"):
        if path.is_file():
            path.write_bytes(b"broken")

    with pytest.raises(DoltError) as caught, open_database(repository.path, timeout=10):
        pass

    assert str(repository.path) in str(caught.value)
    assert processes_of(repository.path) == []


def test_a_place_for_temporary_files_with_an_awkward_name_will_do(repository, tmp_path, monkeypatch):
    (tmp_path / "a b'c\"d%s é").mkdir()
    use_temporary(tmp_path / "a b'c\"d%s é", monkeypatch)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_a_long_place_for_temporary_files_will_do(repository, tmp_path, monkeypatch):
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    folder.mkdir(parents=True)
    use_temporary(folder, monkeypatch)

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


def test_users_with_different_places_for_temporary_files_share_one_server(repository, script, tmp_path, monkeypatch):
    with open_database(repository.path) as database:
        (tmp_path / "other").mkdir()
        monkeypatch.setenv("TMPDIR", str(tmp_path / "other"))
        other = script(USE, repository.path)
        other.expect(str(database.address.port))
        other.expect("open")
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
