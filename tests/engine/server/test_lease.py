import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from dolt_integrations.engine.server.supervision import lease as lease_module
from dolt_integrations.engine.server.supervision import supervisor
from dolt_integrations.engine.server.supervision.lease import Lease, runtime_folder
from dolt_integrations.errors import DatabaseLockedError, DoltError
from tests.conftest import eventually, use_temporary
from tests.helpers.servers.users import USE
from tests.helpers.threads import in_threads

HOLD = """
import pathlib, sys, time
from dolt_integrations.engine.server.supervision.lease import Lease
lease = Lease(pathlib.Path(sys.argv[1]), time.monotonic() + 20)
print("held", flush=True)
sys.stdin.readline()
lease.release()
"""

START = """
import pathlib, sys, time
from dolt_integrations.engine.server.supervision.lease import Lease
lease = Lease(pathlib.Path(sys.argv[1]), time.monotonic() + 20)
with lease.starting(time.monotonic() + 20):
    print("starting", flush=True)
    sys.stdin.readline()
lease.release()
"""


@contextlib.contextmanager
def abandoned_connection(directory):
    """Yield the server's end of a connection that its client has closed while the server still works for it."""
    (directory / ".dolt").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        (directory / ".dolt" / "sql-server.info").write_text(f"1:{listening.getsockname()[1]}:secret")
        client = socket.create_connection(listening.getsockname())
        working, _ = listening.accept()
        client.close()
        assert working.recv(1) == b""
        yield working


@pytest.fixture
def folder(temporary, tmp_path):
    return runtime_folder(tmp_path / "shop")


def soon(seconds=20):
    return time.monotonic() + seconds


def test_a_runtime_folder_lies_in_a_folder_of_the_users_own(temporary, tmp_path):
    folder = runtime_folder(tmp_path / "shop")

    assert folder.parent.parent == temporary
    assert folder.parent.stat().st_mode & 0o777 == 0o700


def test_directories_have_runtime_folders_of_their_own(temporary, tmp_path):
    assert runtime_folder(tmp_path / "a") != runtime_folder(tmp_path / "b")


def test_a_place_for_temporary_files_that_is_gone_is_an_error_of_ours(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))

    with pytest.raises(DoltError, match="gone"):
        runtime_folder(tmp_path / "shop")


def test_several_may_hold_a_lease(folder, script):
    lease = Lease(folder, soon())

    script(HOLD, folder).expect("held")

    lease.release()
    assert lease.is_held_by_others()


def test_a_released_lease_is_free(folder):
    lease = Lease(folder, soon())

    lease.release()

    assert not lease.is_held_by_others()


def test_a_killed_process_holds_no_lease(folder, script):
    other = script(HOLD, folder)
    other.expect("held")
    lease = Lease(folder, soon())

    other.kill()
    lease.release()

    assert not lease.is_held_by_others()


def test_a_folder_that_served_no_process_is_removed(folder):
    Lease(folder, soon()).release()

    assert not folder.exists()


def test_a_lease_may_be_released_twice(folder):
    lease = Lease(folder, soon())

    lease.release()
    lease.release()


def test_one_at_a_time_may_start(folder, script):
    lease = Lease(folder, soon())
    script(START, folder).expect("starting")

    with pytest.raises(DatabaseLockedError, match="starting"), lease.starting(soon(0.05)):
        pass
    lease.release()


def test_a_killed_starter_gives_way(folder, script):
    other = script(START, folder)
    other.expect("starting")
    lease = Lease(folder, soon())

    other.kill()

    with lease.starting(soon()):
        pass
    lease.release()


def test_one_thread_at_a_time_may_start(folder):
    lease = Lease(folder, soon())
    running, most = [], []

    def start():
        with lease.starting(soon()):
            running.append(1)
            most.append(len(running))
            running.pop()

    in_threads([start] * 8)
    lease.release()

    assert max(most) == 1


def test_a_forked_child_does_not_prolong_a_lease(folder):
    lease = Lease(folder, soon())
    to_child, from_test = os.pipe()
    child = os.fork()
    if not child:
        os.close(from_test)
        os.read(to_child, 1)
        os._exit(0)

    lease.release()

    held = lease.is_held_by_others()
    os.close(from_test)
    os.waitpid(child, 0)
    os.close(to_child)
    assert not held


def test_newcomers_during_a_removal_get_a_lease(folder):
    failures = []

    def use():
        try:
            for _ in range(50):
                Lease(folder, soon()).release()
        except Exception as error:  # noqa: BLE001 - any failure is what the test is about
            failures.append(error)

    in_threads([use] * 6)

    assert failures == []


def test_another_place_for_temporary_files_is_another_folder(folder, tmp_path, monkeypatch):
    (tmp_path / "other").mkdir()
    use_temporary(tmp_path / "other", monkeypatch)

    assert runtime_folder(tmp_path / "shop") != folder


def test_a_folder_that_is_removed_before_its_lock_is_taken_is_made_anew(folder, monkeypatch):
    real, raced = lease_module._try_lock, []

    def race(path, kind):
        lock = real(path, kind)
        if not raced:
            raced.append(path)
            folder.rename(folder.with_name("gone"))
        return lock

    monkeypatch.setattr(lease_module, "_try_lock", race)

    lease = Lease(folder, soon())

    assert (folder / "lease").exists()
    lease.release()


def test_a_statement_that_goes_on_without_its_client_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "LAST_STATEMENT", 600.0)
    monkeypatch.setattr(supervisor, "NOTICE", 0.0)
    with abandoned_connection(tmp_path) as working:
        waiting = threading.Thread(target=supervisor._wait_for_statements, args=(str(tmp_path),))
        waiting.start()
        waiting.join(0.2)
        waited = waiting.is_alive()
        working.close()
        waiting.join(60)

    assert waited
    assert not waiting.is_alive()


def test_a_supervisor_waits_for_the_statement_of_a_user_that_was_killed(folder, tmp_path):
    folder.mkdir()
    (folder / "lease").touch()
    order = supervisor.pack(str(tmp_path), [shutil.which("sleep"), "600"], {})
    program = [supervisor.START, os.path.dirname(supervisor.__file__)]
    command = [sys.executable, "-I", "-S", "-c", *program, str(folder)]
    with abandoned_connection(tmp_path) as working, subprocess.Popen(command, stdin=subprocess.PIPE) as running:
        running.stdin.write(order)
        running.stdin.close()
        eventually((folder / "server.log").exists)
        time.sleep(0.3)
        waited = running.poll() is None
        working.close()

    assert waited
    assert not folder.exists()


@pytest.mark.parametrize(
    ("on_term", "grace", "code"), [("sleep 0.3; exit 3", 60.0, 3), ("", 0.2, -signal.SIGKILL)], ids=["stops", "hangs"]
)
def test_a_server_is_asked_to_stop_and_only_killed_if_it_does_not(on_term, grace, code, monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", grace)
    program = f"trap '{on_term}' TERM; echo ready; while :; do sleep 0.1; done"
    with subprocess.Popen(["sh", "-c", program], stdout=subprocess.PIPE) as server:
        server.stdout.readline()

        assert supervisor._stop(server.pid) == code


def test_a_folder_that_was_made_again_meanwhile_is_not_removed(folder):
    """A process that waited for the lock of a removed folder gets the lock of a file that no longer has a path."""
    lease = Lease(folder, soon())
    os.rename(folder, f"{folder}.removed")
    other = Lease(folder, soon())

    supervisor.remove_unused(str(folder), lease._file)

    assert folder.exists()
    other.release()
    lease.drop()


def test_a_supervisor_removes_its_folder_after_the_last_user_was_killed(repository, temporary, script):
    user = script(USE, repository.path)
    user.process.stdout.readline()
    user.expect("open")
    assert runtime_folder(repository.path).exists()

    user.kill()

    eventually(lambda: not runtime_folder(repository.path).exists())
    eventually(lambda: [path.name for path in temporary.iterdir()] == [runtime_folder(repository.path).parent.name])


def test_what_a_link_leads_to_is_not_removed_with_a_folder(folder, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").touch()
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "link").symlink_to(tmp_path / "theirs")

    supervisor._remove_tree(str(folder))

    assert not folder.exists()
    assert (tmp_path / "theirs" / "file").exists()
