"""A private server next to the user's own dolt: servers, sessions, the CLI."""

import shutil
import subprocess
import threading
import time

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.errors import DatabaseLockedError, ServerUnreachableError, StorageError
from tests.conftest import eventually, processes_of, start_server
from tests.helpers.servers.users import servers_of


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
    # On a busy machine the server may not have reported the reason by then.
    with pytest.raises((DatabaseLockedError, ServerUnreachableError)), open_database(repository.path, timeout=3):
        pass

    eventually(lambda: not [path for path in temporary.rglob("*") if path.is_file()])


def test_a_full_disk_is_named_where_no_server_starts(repository, dolt_session, monkeypatch):
    full = shutil.disk_usage(repository.path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    with pytest.raises(StorageError, match="is full"), open_database(repository.path, timeout=0.2):
        pass
