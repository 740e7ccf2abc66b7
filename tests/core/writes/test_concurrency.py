"""Concurrency: threads and processes, on a directory and on a server, on one table and on several."""

import threading
import time
import traceback
from functools import partial

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from tests.conftest import eventually, processes_of, run_sql
from tests.helpers.script import run_together
from tests.helpers.threads import in_threads

WRITER = """
import sys
import pandas as pd
from dolt_integrations.core import write_table
location, table = sys.argv[1:3]
writer, saves, widen = int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "True"
print("ready", flush=True)
sys.stdin.readline()
for number in range(saves):
    frame = pd.DataFrame({"writer": [writer] * 5, "number": [number] * 5, "row": range(5)})
    if widen:
        frame[f"column_{writer}"] = 1.5
    version = write_table(location, table, frame, message=f"{table} {writer} {number}", primary_key=["row"])
    assert version.changed
"""


def frame_of(writer, number):
    return pd.DataFrame({"writer": [writer] * 5, "number": [number] * 5, "row": range(5)})


def run_threads(count, work):
    """Run `work(number)` in threads that start together. Returns what they raised."""
    together, failures = threading.Barrier(count), []

    def run(number):
        together.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - any failure is what the test is about
            failures.append("".join(traceback.format_exception(error)))

    in_threads(partial(run, number) for number in range(count))
    return failures


def run_processes(script, location, tables, saves, widen=False):
    """Run a writer per table, all started together, and check that all succeed."""
    writers = [script(WRITER, location, table, number, saves, widen) for number, table in enumerate(tables)]
    run_together(writers, 120)


def messages(url):
    return [row[0] for row in run_sql(url, "SELECT message FROM dolt_log")]


def expected_messages(tables, saves):
    return {f"{table} {writer} {number}" for writer, table in enumerate(tables) for number in range(saves)}


def assert_whole(frame):
    """Check that a frame is exactly what one writer wrote in one save."""
    assert len(frame) == 5
    assert frame["writer"].nunique() == 1
    assert frame["number"].nunique() == 1


def assert_nothing_is_left(url):
    assert run_sql(url, "SELECT name FROM dolt_branches") == [("main",)]
    assert run_sql(url, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize(
    ("tables", "widen"),
    [(["a", "b", "c"], False), (["t", "t", "t"], False), (["t", "t", "t"], True)],
    ids=["tables of their own", "one table", "columns of one table"],
)
def test_processes_save_to_one_server_at_once(tables, widen, database, script):
    run_processes(script, database, tables, 4, widen)

    assert set(messages(database)) >= expected_messages(tables, 4)
    for table in set(tables):
        assert_whole(read_table(database, table).data)
    assert_nothing_is_left(database)


@pytest.mark.parametrize("tables", [["a", "b", "c"], ["t", "t", "t"]], ids=["tables of their own", "one table"])
def test_processes_save_to_one_directory_at_once(tables, repository, script):
    run_processes(script, repository.path, tables, 3)

    eventually(lambda: not processes_of(repository.path))
    assert set(repository.messages()) >= expected_messages(tables, 3)
    for table in set(tables):
        assert_whole(read_table(repository.path, table).data)
    assert repository.branches() == ["main"]
    assert repository.sql("select * from dolt_status") == []


def test_processes_make_one_missing_directory_together(tmp_path, script):
    run_processes(script, tmp_path / "shop", ["a", "b", "c", "d"], 1)

    for table in "abcd":
        assert_whole(read_table(tmp_path / "shop", table).data)


@pytest.mark.parametrize("tables", ["abcd", "tttt"], ids=["tables of their own", "one table"])
def test_threads_save_to_one_server_at_once(tables, database):
    failures = run_threads(
        4,
        lambda writer: [
            write_table(
                database, tables[writer], frame_of(writer, number), message=f"{tables[writer]} {writer} {number}"
            )
            for number in range(4)
        ],
    )

    assert failures == []
    assert set(messages(database)) >= expected_messages(tables, 4)
    for table in set(tables):
        assert_whole(read_table(database, table).data)
    assert_nothing_is_left(database)


@pytest.mark.parametrize("tables", ["abcd", "tttt"], ids=["tables of their own", "one table"])
def test_threads_save_to_one_directory_at_once(tables, repository):
    failures = run_threads(
        4, lambda writer: write_table(repository.path, tables[writer], frame_of(writer, 0), message=f"by {writer}")
    )

    assert failures == []
    assert {f"by {writer}" for writer in range(4)} <= set(repository.messages())
    assert repository.branches() == ["main"]
    eventually(lambda: not processes_of(repository.path))


def test_threads_make_one_missing_directory_together(tmp_path):
    failures = run_threads(4, lambda writer: write_table(tmp_path / "shop", f"t{writer}", frame_of(writer, 0)))

    assert failures == []
    for writer in range(4):
        assert_whole(read_table(tmp_path / "shop", f"t{writer}").data)


def test_threads_make_one_new_branch_together(database):
    failures = run_threads(
        6, lambda writer: write_table(database, f"t{writer}", frame_of(writer, 0), branch_conf=NewBranch("run/1"))
    )

    assert failures == []
    for writer in range(6):
        assert_whole(read_table(database, f"t{writer}", branch_conf=NewBranch("run/1")).data)


def test_threads_make_branches_of_their_own(database):
    failures = run_threads(
        6, lambda writer: write_table(database, "t", frame_of(writer, 0), branch_conf=NewBranch(f"run/{writer}"))
    )

    assert failures == []
    for writer in range(6):
        found = read_table(database, "t", branch_conf=NewBranch(f"run/{writer}")).data
        assert set(found["writer"]) == {writer}


def test_every_version_that_a_save_returns_is_what_it_wrote(database):
    versions = {}

    def save(writer):
        for number in range(3):
            versions[writer, number] = write_table(database, "t", frame_of(writer, number), primary_key=["row"])

    assert run_threads(4, save) == []
    for (writer, number), version in versions.items():
        found = read_table(database, "t", as_of=version.commit).data
        assert (set(found["writer"]), set(found["number"])) == ({writer}, {number})


@pytest.mark.parametrize("widen", [False, True], ids=["rows", "columns"])
def test_a_reader_sees_whole_versions_only(widen, database):
    write_table(database, "t", frame_of(0, 0), primary_key=["row"])
    over, seen, failures = threading.Event(), set(), []

    def read():
        while not over.is_set():
            frame = read_table(database, "t").data
            if (
                len(frame) != 5
                or frame["number"].nunique() != 1
                or (("extra" in frame) != (widen and frame["number"][0] % 2 == 1))
            ):
                failures.append(frame)
            seen.add(int(frame["number"][0]))

    def look():
        while not over.is_set():
            rows = run_sql(database, "SELECT count(*), count(DISTINCT number) FROM t")
            if rows != [(5, 1)]:
                failures.append(rows)

    readers = [threading.Thread(target=work) for work in (read, look)]
    for reader in readers:
        reader.start()
    for number in range(1, 16):
        frame = frame_of(0, number)
        write_table(database, "t", frame.assign(extra=1.5) if widen and number % 2 else frame)
    over.set()
    for reader in readers:
        reader.join()

    assert failures == []
    assert len(seen) > 1


def test_a_foreign_client_that_writes_the_table_in_between_breaks_nothing(database):
    write_table(database, "t", frame_of(0, 0), primary_key=["row"])
    over, commits = threading.Event(), []

    def write():
        number = 0
        while not over.is_set():
            number += 1
            try:
                run_sql(
                    database,
                    "START TRANSACTION",
                    f"REPLACE INTO t (writer, number, `row`) VALUES (99, 99, {100 + number})",
                    f"CALL DOLT_COMMIT('-am', 'foreign {number}')",
                )
                commits.append(f"foreign {number}")
                time.sleep(0.02)  # a client that never pauses leaves no time for a save between two of its commits
            except Exception as error:  # noqa: BLE001 - a foreign client has no retries
                assert "conflict" in str(error) or "nothing to commit" in str(error), error  # noqa: PT017

    client = threading.Thread(target=write)
    client.start()
    versions = [write_table(database, "t", frame_of(1, number)) for number in range(1, 9)]
    over.set()
    client.join()

    for number, version in enumerate(versions, 1):
        found = read_table(database, "t", as_of=version.commit).data
        assert set(found["number"]) == {number}
        assert_whole(found)
    assert set(commits) <= set(messages(database))
    assert_nothing_is_left(database)


def test_a_foreign_client_that_writes_other_tables_in_between_loses_nothing(database):
    run_sql(database, "CREATE TABLE mine (a int PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'mine')")
    over, rows = threading.Event(), []

    def write():
        while not over.is_set():
            try:
                run_sql(database, f"INSERT INTO mine VALUES ({len(rows)})")
            except Exception as error:  # noqa: BLE001 - a foreign client has no retries
                assert "conflict" in str(error), error  # noqa: PT017
            else:
                rows.append((len(rows),))

    client = threading.Thread(target=write)
    client.start()
    for number in range(12):
        frame = frame_of(1, number)
        write_table(database, "t", frame.assign(extra=1.5) if number % 2 else frame)
    over.set()
    client.join()

    assert sorted(run_sql(database, "SELECT a FROM mine")) == rows
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_directory_is_read_while_it_is_written(repository):
    write_table(repository.path, "t", frame_of(0, 0))

    def work(number):
        if number % 2:
            write_table(repository.path, "t", frame_of(number, number))
        else:
            assert_whole(read_table(repository.path, "t").data)

    assert run_threads(6, work) == []


def test_directories_are_written_at_once(tmp_path):
    assert run_threads(4, lambda number: write_table(tmp_path / str(number), "t", frame_of(number, 0))) == []

    for number in range(4):
        assert set(read_table(tmp_path / str(number), "t").data["writer"]) == {number}
