"""Edge cases of loads: clock differences, servers that go away or are read-only, server settings."""

import datetime
import importlib

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows import version_rows as rows
from dolt_integrations.engine import open_database
from dolt_integrations.errors import DoltError, RevisionNotFoundError, ServerLostError
from tests.conftest import run_sql, start_server


def minutes_ahead(minutes):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)


def test_a_clock_that_is_four_minutes_ahead_does_not_matter(database):
    write_table(database, "t", pd.DataFrame({"n": [1]}))

    assert read_table(database, "t", as_of=minutes_ahead(4)).data["n"].tolist() == [1]


def test_six_minutes_ahead_is_the_future(database):
    write_table(database, "t", pd.DataFrame({"n": [1]}))

    with pytest.raises(RevisionNotFoundError, match="future"):
        read_table(database, "t", as_of=minutes_ahead(6))


def test_a_load_that_loses_its_server_once_is_made_again(database, monkeypatch):
    write_table(database, "t", pd.DataFrame({"n": [1]}))
    monkeypatch.setenv(cache.LOCATION, "off")
    real, lost = importlib.import_module("dolt_integrations.engine.tables.fetch").fetch, []

    def fetch(*arguments, **options):
        if not lost:
            lost.append(True)
            raise ServerLostError("it went away")
        return real(*arguments, **options)

    monkeypatch.setattr(rows, "fetch", fetch)

    assert read_table(database, "t").data["n"].tolist() == [1]


@pytest.fixture
def read_only_server(repository):
    """The URL of a read-only server with two versions, and the first one's commit."""
    first = write_table(repository.path, "t", pd.DataFrame({"n": [1]}))
    write_table(repository.path, "t", pd.DataFrame({"n": [2]}))
    running = start_server(repository.path, "--readonly")
    yield running.url, first.commit
    running.process.terminate()
    running.process.wait(timeout=20)


def test_head_of_a_server_that_takes_no_writes_is_that_of_the_commit_or_an_error(read_only_server):
    url, first = read_only_server

    assert read_table(url, sql="SELECT n FROM t AS OF 'HEAD'").data["n"].tolist() == [2]
    assert read_table(url, "t", as_of=first).data["n"].tolist() == [1]
    with pytest.raises(DoltError, match="query of history"):
        read_table(url, sql="SELECT n FROM t AS OF 'HEAD'", as_of=first)
    with pytest.raises(DoltError, match="query of history"):
        read_table(url, sql="SELECT n FROM t AS OF 'HEAD'", as_of="HEAD~1")


def test_a_server_whose_sql_mode_is_empty_is_strict_to_us(server):
    run_sql(server.url, "SET GLOBAL sql_mode = ''")

    with open_database(server.url) as database, database.connect() as connection:
        mode = str(connection.value("SELECT @@SESSION.sql_mode"))

    assert "STRICT_TRANS_TABLES" in mode
    assert "NO_AUTO_VALUE_ON_ZERO" in mode
