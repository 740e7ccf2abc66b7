"""Frames larger than memory: all batches become one commit, or nothing does."""

import dataclasses

import pandas as pd
import polars as pl
import pytest

from dolt_integrations.core import SerialBranch, read_table, write_table
from dolt_integrations.errors import ConfigError, DataError, DoltError, PrimaryKeyError, ServerLostError
from tests.conftest import eventually, processes_of, run_sql
from tests.helpers.saves.state import branches, log
from tests.helpers.saves.streams import batches, failing, nothing_landed, ns, numbers, rows
from tests.helpers.values.samples import assert_same


@pytest.mark.parametrize("key", ["n", None])
def test_batches_are_one_commit(database, key):
    version = write_table(database, "t", batches(0, 3, 6, 7), primary_key=key, message="all")

    assert version.changed
    assert log(database) == ["all", "Initialize data repository"]
    assert_same(read_table(database, "t").data.sort_values("n", ignore_index=True), numbers(0, 7))
    assert branches(database) == ["main"]
    assert run_sql(database, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize("key", ["n", None])
def test_the_version_is_that_of_the_same_frame(database, key):
    first = write_table(database, "t", numbers(0, 7), primary_key=key)

    second = write_table(database, "t", batches(0, 3, 6, 7), primary_key=key)

    assert (second.changed, second.commit, second.table_hash) == (False, first.commit, first.table_hash)
    assert len(log(database)) == 2


def test_the_hash_is_that_of_what_is_read(database):
    version = write_table(database, "t", batches(0, 3, 6), primary_key="n")

    assert dataclasses.replace(version, changed=False) == read_table(database, "t").version


def test_batches_replace_what_is_there(database):
    write_table(database, "t", numbers(0, 20), primary_key="n")

    write_table(database, "t", batches(3, 5, 7), primary_key="n")

    assert rows(database) == ns(3, 4, 5, 6)


def test_kinds_of_frames_may_be_mixed(database):
    one = pl.DataFrame({"n": [1], "text": ["a"]})

    write_table(database, "t", iter([one, one.to_arrow(), one.to_pandas()]))

    assert rows(database) == ns(1, 1, 1)


def test_an_iterator_without_frames_is_an_error(database):
    with pytest.raises(DataError, match="no frames"):
        write_table(database, "t", iter([]))

    assert nothing_landed(database)


def test_a_first_batch_without_rows_is_no_harm(database):
    write_table(database, "t", batches(0, 0, 3), primary_key="n")

    assert rows(database) == ns(0, 1, 2)


def test_batches_without_rows_make_a_table(database):
    write_table(database, "t", batches(0, 0, 0), primary_key="n")

    assert rows(database) == []
    assert_same(read_table(database, "t").data, numbers(0, 0))


@pytest.mark.parametrize("wrong", [5, "text", None, [numbers(0, 1)], {"n": 1}])
@pytest.mark.parametrize("at", [0, 1])
def test_an_iterator_of_something_else_is_an_error(database, wrong, at):
    data = [numbers(0, 2), numbers(2, 4)]
    data[at] = wrong

    with pytest.raises(DataError, match="`t`"):
        write_table(database, "t", iter(data))

    assert nothing_landed(database)


@pytest.mark.parametrize("data", [[numbers(0, 1)], (numbers(0, 1),)])
def test_a_list_of_frames_is_an_error(database, data):
    with pytest.raises(DataError):
        write_table(database, "t", data)


# Failures in the middle


@pytest.mark.parametrize("after", [0, 1, 2])
@pytest.mark.parametrize("error", [ZeroDivisionError("mine"), KeyboardInterrupt(), OSError("mine"), DataError("mine")])
def test_an_error_of_the_iterator_is_shown_as_it_is(database, after, error):
    with pytest.raises(type(error)) as raised:
        write_table(database, "t", failing(error, after))

    assert raised.value is error
    assert nothing_landed(database)


def test_a_server_that_is_lost_between_two_batches_is_an_error_and_no_half_is_written(database):
    """The iterator cannot be read again, so a retry would write only the rest of it."""
    write_table(database, "t", numbers(0, 20), primary_key="n")

    with pytest.raises(ServerLostError, match="it went away"):
        write_table(database, "t", failing(ServerLostError("it went away"), after=1))

    assert len(rows(database)) == 20


@pytest.mark.parametrize("mode", ["replace", "append", "upsert"])
def test_an_error_leaves_what_was_there(database, mode):
    write_table(database, "t", numbers(10, 12), primary_key="n")

    with pytest.raises(ZeroDivisionError):
        write_table(database, "t", failing(ZeroDivisionError()), mode=mode)

    assert rows(database) == ns(10, 11)
    assert len(log(database)) == 2
    assert branches(database) == ["main"]


def test_an_error_leaves_no_server(repository):
    with pytest.raises(ZeroDivisionError):
        write_table(repository.path, "t", failing(ZeroDivisionError()))

    eventually(lambda: processes_of(repository.path) == [])


@pytest.mark.parametrize("later", [numbers(2, 5), numbers(0, 1)])
@pytest.mark.parametrize("mode", ["replace", "append"])
def test_a_key_in_two_batches_is_an_error(database, later, mode):
    with pytest.raises(PrimaryKeyError, match="`t`"):
        write_table(database, "t", iter([numbers(0, 3), later]), primary_key="n", mode=mode)

    assert nothing_landed(database)


def test_a_key_in_two_batches_of_an_upsert_is_its_last(database):
    later = numbers(2, 5).assign(text="later")

    write_table(database, "t", iter([numbers(0, 3), later]), primary_key="n", mode="upsert")

    assert run_sql(database, "SELECT n, text FROM t WHERE n >= 1 ORDER BY n") == [
        (1, "text 1"), (2, "later"), (3, "later"), (4, "later"),
    ]  # fmt: skip


def test_a_value_that_cannot_be_held_names_its_column(database):
    wrong = pd.DataFrame({"n": [1.5, float("inf")]})

    with pytest.raises(DataError, match="'n'"):
        write_table(database, "t", iter([wrong.head(1), wrong]))

    assert nothing_landed(database)


# Batches that are not read, kills, memory


def test_a_write_that_is_there_already_asks_for_no_second_batch(database):
    asked = []

    def counting():
        for number in range(3):
            asked.append(number)
            yield numbers(number, number + 1)

    first = write_table(database, "t", counting(), mode="append", write_id="w")
    asked.clear()
    second = write_table(database, "t", counting(), mode="append", write_id="w")

    assert (second.commit, second.changed) == (first.commit, False)
    assert asked == [0]
    assert rows(database) == ns(0, 1, 2)


def test_what_is_killed_in_the_middle_leaves_nothing_for_long(repository, script):
    write_table(repository.path, "t", numbers(0, 2), primary_key="n")
    killed = script(
        """
        import sys, time
        from dolt_integrations.core import write_table
        from tests.helpers.saves.streams import numbers

        def slow():
            yield numbers(0, 3)
            yield numbers(3, 6)
            print("halfway", flush=True)
            time.sleep(600)

        write_table(sys.argv[1], "t", slow(), primary_key="n")
        """,
        repository.path,
    )
    killed.expect("halfway")
    killed.kill()

    assert read_table(repository.path, "t").data["n"].tolist() == [0, 1]
    write_table(repository.path, "t", batches(0, 2, 4), primary_key="n")
    assert repository.branches() == ["main"]
    assert len(repository.messages()) == 3


def test_an_unknown_branch_consumes_only_one_batch(database):
    asked = []

    def counting():
        for number in range(3):
            asked.append(number)
            yield numbers(number, number + 1)

    with pytest.raises(DoltError, match="nowhere"):
        write_table(database, "t", counting(), branch_conf=SerialBranch("nowhere"))

    assert len(asked) <= 1


def test_a_bad_mode_asks_for_no_batch(database):
    asked = []

    with pytest.raises(ConfigError):
        write_table(database, "t", (asked.append(n) for n in range(3)), mode="nothing")

    assert asked == []


def test_memory_is_that_of_a_batch(repository, script):
    code = """
        import resource, sys
        import numpy as np, pandas as pd
        from dolt_integrations.core import read_batches, write_table

        def made(batches, rows):
            for number in range(batches):
                start = number * rows
                yield pd.DataFrame({"n": np.arange(start, start + rows), "text": "text " * 8})

        peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        write_table(sys.argv[1], "t", made(1, 20_000), primary_key="n")
        before = peak()
        write_table(sys.argv[1], "t", made(10, 20_000), primary_key="n")
        assert sum(map(len, read_batches(sys.argv[1], "t", 20_000))) == 200_000
        print(peak() - before)
    """

    grown = int(script(code, repository.path).finish(120))

    assert grown < 60  # MB; ten batches are 100 MB as pandas holds them
