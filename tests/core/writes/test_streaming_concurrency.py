"""Streams while others write: their commits and their uncommitted work are kept."""

import dataclasses

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.state import log
from tests.helpers.saves.streams import batches, ns, numbers, rows


def meanwhile(*statements, url):
    yield numbers(0, 2)
    run_sql(url, *statements)
    yield numbers(2, 4)


def test_others_commits_to_other_tables_meanwhile_are_kept(database):
    theirs = ("CREATE TABLE other (n int)", "CALL dolt_commit('-Am', 'theirs')")

    write_table(database, "t", meanwhile(*theirs, url=database), message="ours")

    assert log(database) == ["ours", "theirs", "Initialize data repository"]
    assert rows(database) == ns(0, 1, 2, 3)
    assert run_sql(database, "SHOW TABLES") == [("other",), ("t",)]


def test_a_replace_is_the_later_one(database):
    write_table(database, "t", numbers(50, 52), primary_key="n")
    theirs = ("INSERT INTO t VALUES (100, 'theirs')", "CALL dolt_commit('-Am', 'theirs')")

    version = write_table(database, "t", meanwhile(*theirs, url=database), message="ours")

    assert rows(database) == ns(0, 1, 2, 3)
    assert log(database)[:2] == ["ours", "theirs"]
    assert dataclasses.replace(version, changed=False) == read_table(database, "t").version


def test_an_append_keeps_what_others_append_meanwhile(database):
    write_table(database, "t", numbers(50, 52), primary_key="n")
    theirs = ("INSERT INTO t VALUES (100, 'theirs')", "CALL dolt_commit('-Am', 'theirs')")

    write_table(database, "t", meanwhile(*theirs, url=database), mode="append")

    assert rows(database) == ns(0, 1, 2, 3, 50, 51, 100)


def test_uncommitted_work_of_the_same_table_is_refused(database):
    write_table(database, "t", numbers(0, 2), primary_key="n")
    run_sql(database, "INSERT INTO t VALUES (100, 'theirs')")

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", batches(0, 2, 4))

    assert rows(database) == ns(0, 1, 100)


@pytest.mark.parametrize("mode", ["replace", "append"])
def test_uncommitted_work_that_comes_meanwhile_is_not_lost(database, mode):
    write_table(database, "t", numbers(50, 52), primary_key="n")

    with pytest.raises(UncommittedChangesError):
        write_table(database, "t", meanwhile("INSERT INTO t VALUES (100, 'x')", url=database), mode=mode)

    assert rows(database) == ns(50, 51, 100)


def test_uncommitted_work_in_other_tables_stays(database):
    run_sql(database, "CREATE TABLE other (n int)", "CALL dolt_commit('-Am', 'x')", "INSERT INTO other VALUES (1)")

    write_table(database, "t", batches(0, 2, 4))

    assert run_sql(database, "SELECT * FROM other") == [(1,)]
    assert [row[0] for row in run_sql(database, "SELECT table_name FROM dolt_status")] == ["other"]


def test_two_streams_to_one_table_at_once_are_one_after_the_other(database):
    def outer():
        yield numbers(0, 2)
        write_table(database, "t", batches(10, 12, 14), primary_key="n", message="inner")
        yield numbers(2, 4)

    write_table(database, "t", outer(), primary_key="n", message="outer")

    assert rows(database) == ns(0, 1, 2, 3)
    assert log(database)[:2] == ["outer", "inner"]


def test_the_iterator_may_read_the_table_it_writes(repository):
    write_table(repository.path, "t", numbers(0, 4), primary_key="n")

    def doubled():
        for start in (0, 2):
            yield read_table(repository.path, "t", where=f"n >= {start} AND n < {start + 2}").data.assign(text="x")

    write_table(repository.path, "t", doubled(), primary_key="n")

    assert read_table(repository.path, "t").data["text"].tolist() == ["x"] * 4


def test_a_stream_that_cannot_land_is_refused_before_its_second_batch_is_read(database):
    write_table(database, "t", numbers(0, 2), primary_key="n")
    run_sql(database, "INSERT INTO t VALUES (100, 'theirs')")
    read = []

    with pytest.raises(UncommittedChangesError, match="has uncommitted changes"):
        write_table(database, "t", (read.append(n) or numbers(n, n + 2) for n in (0, 2, 4)))

    assert read == [0]
