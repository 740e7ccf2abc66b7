"""Faults in the middle of saves: killed servers and processes, full and read-only disks. Nothing is left half done."""

import importlib
import os
import signal
import subprocess
import threading

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine import open_database
from dolt_integrations.errors import DatabaseNotFoundError, DoltError, ServerError, StorageError
from tests.conftest import eventually, processes_of, run_sql, start_server, use_temporary

OLD = pd.DataFrame({"id": range(10), "text": ["old"] * 10})
NEW = pd.DataFrame({"id": range(10), "text": ["new"] * 10})
LARGE = pd.DataFrame({"id": range(200_000), "text": ["a rather long text for a row"] * 200_000})

SAVE = """
import sys
import pandas as pd
from dolt_integrations.core import write_table
frame = pd.DataFrame({"id": range(200_000), "text": ["a rather long text for a row"] * 200_000})
print("ready", flush=True)
write_table(sys.argv[1], "t", frame)
"""


def servers_of(directory):
    """Return the ids of the `dolt` processes that work in a directory."""
    found = []
    for pid in processes_of(directory):
        try:
            with open(f"/proc/{pid}/comm") as file:
                found += [pid] if file.read().strip() == "dolt" else []
        except OSError:
            continue
    return found


def mount(*arguments):
    """Mount something during the test, or skip the test if that is not allowed."""
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount: {done.stderr.strip()}")


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 64 kB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def read_only(repository):
    """A database in a read-only directory."""
    write_table(repository.path, "t", OLD)
    mount("--bind", repository.path, repository.path)
    mount("-o", "remount,ro,bind", repository.path)
    yield repository
    subprocess.run(["umount", "-l", str(repository.path)], check=True)


def assert_unchanged(url):
    assert set(read_table(url, "t").data["text"]) == {"old"}
    assert run_sql(url, "SELECT name FROM dolt_branches") == [("main",)]
    assert run_sql(url, "SELECT * FROM dolt_status") == []


def test_a_save_after_a_killed_save_works_and_nothing_half_done_is_seen(repository, script):
    write_table(repository.path, "t", OLD)
    saving = script(SAVE, repository.path)
    saving.expect("ready")
    eventually(lambda: servers_of(repository.path))

    saving.kill()

    eventually(lambda: not processes_of(repository.path))
    assert len(read_table(repository.path, "t").data) in (len(OLD), len(LARGE))
    write_table(repository.path, "t", NEW)
    assert set(read_table(repository.path, "t").data["text"]) == {"new"}
    assert repository.branches() == ["main"]
    assert repository.sql("select * from dolt_status") == []


def test_a_private_server_that_is_killed_during_a_save_loses_nothing(repository):
    write_table(repository.path, "t", OLD)
    failures = []

    def save():
        try:
            write_table(repository.path, "t", LARGE)
        except DoltError as error:
            failures.append(error)

    saving = threading.Thread(target=save)
    saving.start()
    eventually(lambda: servers_of(repository.path) or not saving.is_alive())
    for pid in servers_of(repository.path):
        os.kill(pid, signal.SIGKILL)
    saving.join()

    found = read_table(repository.path, "t").data
    assert len(found) == (len(OLD) if failures else len(LARGE))
    assert all(isinstance(failure, ServerError) for failure in failures)
    write_table(repository.path, "t", NEW)
    assert repository.branches() == ["main"]
    assert repository.sql("select * from dolt_status") == []


def test_a_private_server_that_is_killed_inside_a_block_is_a_clear_error_or_is_replaced(repository):
    with open_database(repository.path):
        for pid in servers_of(repository.path):
            os.kill(pid, signal.SIGKILL)
        try:
            write_table(repository.path, "t", NEW)
        except ServerError as error:
            assert str(repository.path) in str(error)  # noqa: PT017 - either is right

    write_table(repository.path, "t", NEW)
    assert read_table(repository.path, "t").data["text"].tolist() == NEW["text"].tolist()


def test_a_server_that_is_killed_during_a_save_is_a_clear_error_and_loses_nothing(repository):
    server = start_server(repository.path)
    write_table(server.url, "t", OLD)
    failures = []

    def save():
        try:
            write_table(server.url, "t", LARGE)
        except DoltError as error:
            failures.append(error)

    saving = threading.Thread(target=save)
    saving.start()
    working = "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'INSERT%' OR info LIKE 'LOAD%'"
    eventually(lambda: run_sql(server.url, working) or not saving.is_alive())
    server.kill()
    saving.join(60)

    assert all(isinstance(failure, ServerError) for failure in failures)
    found = read_table(repository.path, "t").data
    assert len(found) == (len(OLD) if failures else len(LARGE))
    write_table(repository.path, "t", NEW)
    assert repository.branches() == ["main"]


def test_a_server_that_comes_back_takes_the_save_after_all_or_says_no(repository):
    server = start_server(repository.path)
    write_table(server.url, "t", OLD)
    server.kill()

    with pytest.raises(ServerError, match=str(server.port)):
        write_table(server.url, "t", NEW)

    assert set(read_table(repository.path, "t").data["text"]) == {"old"}


def test_a_session_that_is_killed_during_a_save_loses_nothing(database):
    write_table(database, "t", OLD)
    over = threading.Event()

    def kill():
        writing = "(info LIKE 'INSERT%' OR info LIKE 'LOAD%') AND id <> CONNECTION_ID()"
        others = f"SELECT id FROM information_schema.processlist WHERE {writing}"
        while not over.is_set():
            for (number,) in run_sql(database, others):
                run_sql(database, f"KILL {number}")
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        write_table(database, "t", LARGE)
    except ServerError:
        assert_unchanged(database)
    else:
        assert len(read_table(database, "t").data) == len(LARGE)
    over.set()
    killer.join()
    write_table(database, "t", NEW)
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_full_disk_of_temporary_files_is_an_error_and_the_table_is_unchanged(
    loading_database, tiny_disk, monkeypatch
):
    write_table(loading_database, "t", OLD)
    use_temporary(tiny_disk, monkeypatch)

    with pytest.raises(StorageError, match=f"`t`.*{tiny_disk}"):
        write_table(loading_database, "t", LARGE)

    assert_unchanged(loading_database)
    assert list(tiny_disk.iterdir()) == []


def test_a_full_disk_of_temporary_files_is_an_error_for_a_directory_too(repository, tiny_disk, monkeypatch):
    write_table(repository.path, "t", OLD)
    with monkeypatch.context() as patch:
        use_temporary(tiny_disk, patch)
        with pytest.raises(StorageError, match=str(tiny_disk)):
            write_table(repository.path, "t", LARGE)

    assert set(read_table(repository.path, "t").data["text"]) == {"old"}
    assert repository.branches() == ["main"]
    assert [path for path in tiny_disk.rglob("*") if path.is_file()] == []


def test_no_room_at_all_for_temporary_files_is_an_error_of_ours(repository, tiny_disk, monkeypatch):
    write_table(repository.path, "t", OLD)
    monkeypatch.setattr("tempfile.tempdir", str(tiny_disk))
    (tiny_disk / "full").write_bytes(b"x" * 64 * 1024)

    with pytest.raises(DoltError, match=str(tiny_disk)):
        write_table(repository.path, "t", NEW)


def test_a_full_disk_of_the_database_is_an_error_of_ours_and_the_table_is_unchanged(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", folder)
    try:
        write_table(folder / "shop", "t", OLD)
        text = np.random.default_rng(1).bytes(4_000_000).hex()  # random, because Dolt compresses
        long = pd.DataFrame({"id": range(20_000), "text": [text[at : at + 200] for at in range(0, 4_000_000, 200)]})
        with pytest.raises(DoltError, match=str(folder / "shop")):
            write_table(folder / "shop", "t", long)
        assert set(read_table(folder / "shop", "t").data["text"]) == {"old"}
    finally:
        eventually(lambda: not processes_of(folder / "shop"))
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_directory_that_is_read_only_is_an_error_that_names_it_and_stays(read_only):
    with pytest.raises(DoltError, match=str(read_only.path)):
        write_table(read_only.path, "t", NEW)

    eventually(lambda: not processes_of(read_only.path))


def test_a_directory_that_is_read_only_is_read_or_is_an_error_that_says_so(read_only):
    try:
        found = read_table(read_only.path, "t").data
    except DoltError as error:
        assert "read-only" in str(error)  # noqa: PT017 - either is right
    else:
        assert set(found["text"]) == {"old"}


def test_a_database_is_not_made_on_a_read_only_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "ro", "tmpfs", folder)
    try:
        with pytest.raises(DoltError, match=r"(?i)read-only"):
            write_table(folder / "shop", "t", OLD)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_half_made_database_is_an_error_or_is_finished(tmp_path):
    (tmp_path / "shop" / ".dolt").mkdir(parents=True)

    try:
        write_table(tmp_path / "shop", "t", OLD)
    except DatabaseNotFoundError:
        assert [path.name for path in (tmp_path / "shop").iterdir()] == [".dolt"]
    else:
        assert len(read_table(tmp_path / "shop", "t").data) == len(OLD)


def test_an_interrupted_save_leaves_nothing(repository, script):
    write_table(repository.path, "t", OLD)
    saving = script(SAVE, repository.path)
    saving.expect("ready")
    eventually(lambda: servers_of(repository.path))

    saving.process.send_signal(signal.SIGINT)
    saving.process.communicate()

    eventually(lambda: not processes_of(repository.path))
    assert len(read_table(repository.path, "t").data) in (len(OLD), len(LARGE))
    assert repository.branches() == ["main"]
    assert repository.sql("select * from dolt_status") == []


@pytest.mark.parametrize("step", ["in_place.put_rows", "build.put_rows"])
def test_a_save_survives_a_schema_that_another_client_changes_meanwhile(step, database, monkeypatch, set_limits):
    """It changes during the transaction on the branch, or on the private branch."""
    write_table(database, "t", OLD, primary_key="id")
    if step.startswith("build"):
        set_limits(in_place_rows=0, compared_rows=0, delete_cost=1000)
    module = importlib.import_module(f"dolt_integrations.core.writes.{step.partition('.')[0]}")
    real, altered = module.put_rows, []

    def put(*arguments, **options):
        if not altered:
            altered.append(True)
            run_sql(database, "ALTER TABLE t ADD COLUMN theirs int", "CALL DOLT_COMMIT('-am', 'theirs')")
        real(*arguments, **options)

    monkeypatch.setattr(module, "put_rows", put)

    version = write_table(database, "t", NEW)

    assert altered
    pd.testing.assert_frame_equal(read_table(database, "t", as_of=version.commit).data, NEW, check_dtype=False)
