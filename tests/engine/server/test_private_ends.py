"""Private servers end with their users, however those end."""

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import warnings

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.errors import DoltError, ServerLostError
from tests.conftest import eventually, processes_of
from tests.helpers.servers.users import USE, servers_of


def test_a_block_that_raises_leaves_no_server(repository):
    with pytest.raises(KeyError), open_database(repository.path):
        raise KeyError

    assert processes_of(repository.path) == []


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


def kill_supervisor(directory):
    for pid in set(processes_of(directory)) - set(servers_of(directory)):
        os.kill(pid, signal.SIGKILL)


def test_a_killed_supervisor_leaves_no_server_and_the_next_block_has_a_new_one(repository):
    with open_database(repository.path) as database, database.connect() as connection:
        kill_supervisor(repository.path)
        eventually(lambda: not processes_of(repository.path))
        with pytest.raises(ServerLostError):
            connection.value("SELECT 1")

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1
    assert processes_of(repository.path) == []


def test_a_user_and_a_supervisor_that_are_killed_at_once_leave_no_server(repository, script, temporary):
    user = script(USE, repository.path)
    user.process.stdout.readline()
    user.expect("open")

    user.process.kill()
    kill_supervisor(repository.path)

    eventually(lambda: not processes_of(repository.path))
    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1
    assert processes_of(repository.path) == []
    assert [name for _, _, names in os.walk(temporary) for name in names] == []


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
        interpreter=sys.executable,
    )
    user.process.stdout.readline()
    user.expect("open")

    os.killpg(user.process.pid, signal.SIGTERM)
    user.process.communicate()

    eventually(lambda: not processes_of(repository.path))


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
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 and later warn about forking with threads
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


def test_a_program_that_is_being_started_keeps_no_server(repository):
    """Until it runs, it has copies of all files of the process that starts it."""
    with open_database(repository.path):
        copies = [os.dup(file) for file in leases()]

    left = processes_of(repository.path)
    for copy in copies:
        os.close(copy)
    assert copies
    assert left == []


def leases():
    """Return the descriptors of the leases that this process holds."""
    paths = {int(entry.name): os.path.realpath(entry) for entry in os.scandir("/proc/self/fd")}
    return [file for file, path in paths.items() if path.endswith("/lease")]


def test_a_directory_that_is_removed_meanwhile_leaves_no_server(repository):
    with open_database(repository.path):
        shutil.rmtree(repository.path)

    assert processes_of(repository.path) == []


def test_a_forked_child_that_leaves_its_parents_block_has_no_part_in_the_server(repository):
    child, code = None, 0
    try:
        with open_database(repository.path) as database:
            child = os.fork()
            if child:
                _, code = os.waitpid(child, 0)
                with database.connect() as connection:
                    assert connection.value("SELECT 1") == 1
    except BaseException:
        if child != 0:
            raise
        code = 1
    finally:
        if child == 0:
            os._exit(code)

    assert code == 0
    assert processes_of(repository.path) == []
