"""Saves finish where a server takes few sessions: none waits for a second one while it holds one."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, read_table, write_table
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.engine import open_database
from dolt_integrations.engine.session.held import NoSessionError, starting_again
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.errors import ServerUnreachableError
from tests.conftest import new_repository, start_server

WRITERS = 6


@pytest.fixture
def few(tmp_path):
    """A server with two sessions, which disconnects further clients."""
    running = start_server(new_repository(tmp_path / "shop").path, "--max-connections", "2", "--back-log", "0")
    yield f"{running.url}?connect_timeout=60"
    running.process.terminate()
    running.process.wait(timeout=60)


def frame(first):
    return pd.DataFrame({"id": range(first, first + 5), "value": 0.5})


def writer(url, number):
    """Save as the pods of map tasks do: shared tables and a table of its own, with a retry."""
    for attempt in (0, 1):
        again = Attempt(f"ex:many/s3/n0/data/{number}+{number}", attempt)
        write_table(url, "appended", frame(number * 5), mode="append", attempt=again)
        write_table(url, "upserted", frame(number * 5), primary_key="id", mode="upsert", attempt=again)
        write_table(url, f"own_{number}", frame(0), primary_key="id", attempt=again)
        write_table(url, "named", frame(number * 5), mode="append", write_id=f"named-{number}")


def test_more_writers_than_a_server_has_sessions_all_finish(few):
    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(lambda number: writer(few, number), range(WRITERS)))

    for table in ("appended", "upserted", "named"):
        assert sorted(read_table(few, table).data["id"]) == list(range(WRITERS * 5))
    assert all(read_table(few, f"own_{number}").data.equals(frame(0)) for number in range(WRITERS))


def test_readers_that_need_two_sessions_all_finish(few):
    write_table(few, "t", frame(0), primary_key="id")
    write_table(few, "t", frame(5), primary_key="id")

    with ThreadPoolExecutor(WRITERS) as threads:
        found = list(threads.map(lambda _: read_table(few, "t", as_of="HEAD~1").data, range(WRITERS)))

    assert all(each.equals(frame(0)) for each in found)


def test_work_that_can_start_again_releases_its_session_instead_of_waiting_for_another(few):
    with open_database(few) as database, database.connect(), database.connect(), starting_again():
        with pytest.raises(NoSessionError, match="no second session free for this work"):
            database.connect()


def test_work_that_has_released_its_session_waits_for_another(few):
    with open_database(few) as database:
        released = database.connect()
        released.close()
        with ThreadPoolExecutor() as others:
            held = [others.submit(database.connect).result() for _ in range(2)]
        threading.Timer(0.5, held[0].close).start()
        with starting_again(), database.connect() as third:
            assert third.value("SELECT 1") == 1
        held[1].close()
    assert not released.is_open


def test_other_work_waits(few):
    with open_database(few) as database, database.connect():
        other = database.connect()
        threading.Timer(1, other.close).start()
        with database.connect() as third:
            assert third.value("SELECT 1") == 1


def test_what_needs_more_sessions_than_there_are_ends_with_an_error_that_says_so(few, monkeypatch):
    monkeypatch.setattr("dolt_integrations.core.retry._LONGEST_WAIT", 1.0)
    write_table(few, "t", frame(0), primary_key="id")
    with open_database(few) as database, database.connect() as connection:
        create_branch(connection, "work", "main")

    with pytest.raises(ServerUnreachableError, match=r"no second session.*max_connections"):
        write_table(few, "t", frame(5), branch_conf=MergeBranch("work", "main"))

    assert read_table(few, "t").data.equals(frame(0))
