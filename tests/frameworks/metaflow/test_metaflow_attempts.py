"""Attempts of a Metaflow task: blocks are known by what they write, and the last attempt counts."""

import contextlib
import threading

import polars as pl
import pyarrow as pa
import pytest

from dolt_integrations.core import history, read_table, write_table
from dolt_integrations.core.provenance import reads
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.errors import ConfigError, MergeConflictError
from dolt_integrations.metaflow import DoltConfig
from dolt_integrations.metaflow.block import Block
from dolt_integrations.metaflow.client import RunningTask
from tests.conftest import run_sql
from tests.helpers.saves.attempts import Scope, contents, rows
from tests.helpers.saves.modes import commits


@pytest.fixture(autouse=True)
def own_reads(monkeypatch):
    """Reads are noted for the attempt of the test alone, not for flytekit's execution outside of tasks."""
    monkeypatch.setattr(Scope, "now", None)
    monkeypatch.setattr(reads, "_SCOPES", [lambda: Scope.now])


class Scoped:
    """The scope in which an attempt's reads are recorded, because each attempt has its own process."""


class Task:
    """A task of a run, attempt by attempt, without the processes that Metaflow starts for it."""

    def __init__(self, url, run="1", task="2", position=(), origin=(), step="work"):
        self.config, self.position = DoltConfig(url), position
        self.path, self.origin, self.number = f"Flow{url.rpartition('/')[2]}/{run}/{step}/{task}", origin, -1
        self.again()

    def again(self):
        self.number += 1
        Scope.now = self.scope = Scoped()
        return self

    def block(self, *writes, read=None, meanwhile=None):
        """Run a block that writes (table, frame, mode, key), after it has read a table and something has happened."""
        task = RunningTask(self.path, self.number, tuple(self.origin))
        block = Block(self.config, task, self.position)
        block.begin()
        try:
            if read is not None:
                block.read("read", block.source, read, None, None)
            if meanwhile is not None:
                meanwhile()
            for number, (table, frame, mode, key) in enumerate(writes):
                block.write(f"key {number}", table, frame, key, mode, "")
            block.land()
        finally:
            block.end()
        return block.actions["key 0"].commit if writes else None


def message(url, commit):
    return run_sql(url, f"SELECT message FROM dolt_log WHERE commit_hash = '{commit}'")[0][0]


@pytest.mark.parametrize("key", [["id"], None], ids=["key", "no key"])
@pytest.mark.parametrize("mode", ["append", None], ids=["append", "replace"])
def test_blocks_of_a_later_attempt_are_known_by_their_rows_not_by_their_number(mode, key, database):
    task = Task(database)
    task.block(("t", rows(1), mode, key))
    second = task.block(("u", rows(2), mode, key))
    task.again()

    assert task.block(("u", rows(2), mode, key)) == second
    task.block(("t", rows(3), mode, key))

    assert contents(database, "t") == [(3, "v3")]
    assert contents(database, "u") == [(2, "v2")]


@pytest.mark.parametrize("key", [["id"], None], ids=["key", "no key"])
def test_rows_of_an_earlier_attempt_are_taken_back_and_those_of_others_stay(key, database):
    write_table(database, "t", rows(100), primary_key=key)
    task = Task(database)
    first = task.block(("t", rows(1, 2), "append", key), ("u", rows(5), "append", key))
    write_table(database, "t", rows(7), mode="append")

    second = task.again().block(("t", rows(2, 3, value="w"), "append", key))

    assert contents(database) == [(2, "w2"), (3, "w3"), (7, "v7"), (100, "v100")]
    assert f"Supersedes: {first}" in message(database, second).splitlines()
    assert contents(database, "u") == [(5, "v5")]


def test_a_block_that_reads_begins_where_the_one_of_the_attempt_before_did(database):
    write_table(database, "t", rows(1), primary_key="id")
    task = Task(database)
    first = task.block(("t", rows(2), "upsert", None), read="t")

    assert task.again().block(("t", rows(2), "upsert", None), read="t") == first
    task.again().block(("t", rows(3), "upsert", None), read="t")

    assert contents(database) == [(1, "v1"), (3, "v3")]


def test_a_commit_is_by_the_author_of_the_config_or_by_metaflow(database):
    task = Task(database)
    task.block(("t", rows(1), "append", None))
    task.config = DoltConfig(database, author="Ann <ann@example.com>", message="Add two")
    task.block(("t", rows(2), "append", None))

    found = history(database)
    assert found["author"].tolist()[:2] == ["Ann", "metaflow"]
    assert found["message"].iloc[0].splitlines()[2] == "Add two"


@pytest.mark.parametrize("at_a_commit", [False, True])
def test_a_retried_block_reads_what_the_attempt_before_has_read(at_a_commit, database):
    first = write_table(database, "t", rows(1), primary_key="id").commit
    write_table(database, "t", rows(1, 2))
    task = Task(database)
    if at_a_commit:
        task.config = DoltConfig(database, branch="main", commit=first)
    task.block(("t", rows(3), "append", None), read="t")

    block = Block(task.config, RunningTask(task.again().path, 1))
    block.begin()
    found = block.read("read", block.source, "t", None, None)
    block.end()

    assert len(found) == (1 if at_a_commit else 2)


@pytest.mark.parametrize(("read", "at_a_commit"), [("t", False), (None, False), ("t", True)])
def test_a_replace_of_what_others_have_changed_is_refused_only_if_the_branch_was_read(read, at_a_commit, database):
    first = write_table(database, "t", rows(1), primary_key="id").commit
    task = Task(database)
    if at_a_commit:
        task.config = DoltConfig(database, branch="main", commit=first)

    is_built_upon = read is not None and not at_a_commit
    with pytest.raises(MergeConflictError) if is_built_upon else contextlib.nullcontext():
        others = lambda: write_table(database, "t", rows(1, value="theirs"))  # noqa: E731
        task.block(("t", rows(1, value="ours"), None, None), read=read, meanwhile=others)

    assert contents(database) == [(1, "theirs1" if is_built_upon else "ours1")]


def test_rows_are_added_to_a_table_that_others_have_changed_since_it_was_read(database):
    write_table(database, "t", rows(1), primary_key="id")

    Task(database).block(
        ("t", rows(2), "append", None), read="t", meanwhile=lambda: write_table(database, "t", rows(3), mode="append")
    )

    assert contents(database) == [(1, "v1"), (2, "v2"), (3, "v3")]


def test_a_replace_after_a_read_wins_over_the_attempt_before(database):
    write_table(database, "t", rows(1), primary_key="id")
    task = Task(database)
    task.block(("t", rows(2), None, None), read="t")

    task.again().block(("t", rows(3), None, None), read="t")

    assert contents(database) == [(3, "v3")]


def test_a_read_outside_of_a_block_is_built_upon(database):
    task = Task(database)
    task.block(("t", rows(1), "append", None))

    task.again()
    read_table(database, "t")
    task.block(("t", rows(2), "append", None))

    assert contents(database) == [(1, "v1"), (2, "v2")]


def test_rows_that_others_have_changed_are_a_conflict(database):
    task = Task(database)
    first = task.block(("t", rows(1, 2), "append", ["id"]))
    other = write_table(database, "t", rows(2, value="x"), mode="upsert").commit
    before = commits(database)

    with pytest.raises(MergeConflictError) as caught:
        task.again().block(("t", rows(3), "append", ["id"]))

    assert first in str(caught.value)
    assert other in str(caught.value)
    assert (commits(database), contents(database)) == (before, [(1, "v1"), (2, "x2")])


@pytest.mark.parametrize("library", [pl.DataFrame, pa.table])
def test_frames_of_polars_and_arrow_are_written(library, database):
    Task(database).block(("t", library({"id": [1], "value": ["v1"]}), None, None))

    assert contents(database) == [(1, "v1")]


def test_a_frame_of_polars_is_written_as_it_was_when_it_was_given(database):
    task, frame = Task(database), pl.DataFrame({"id": [1], "value": ["v1"]})
    block = Block(task.config, RunningTask(task.path, 0), ())
    block.begin()

    block.write("t", "t", frame, None, None, "")
    frame[0, "value"] = "v2"
    block.land()
    block.end()

    assert contents(database) == [(1, "v1")]


def test_threads_write_blocks_of_one_attempt(database):
    task = Task(database)
    for attempt in range(2):
        workers = [
            threading.Thread(target=task.block, args=(("t", rows(number + 10 * attempt), "append", None),))
            for number in range(4)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        task.again()

    assert [row[0] for row in contents(database)] == [10, 11, 12, 13]


@pytest.mark.parametrize("key", [["id"], None], ids=["key", "no key"])
def test_the_first_task_of_a_foreach_that_is_retried_leaves_the_rows_of_the_others(key, database):
    write_table(database, "t", rows(100), primary_key=key)
    tasks = [Task(database, task=str(number), position=(number,)) for number in range(3)]
    for number, task in enumerate(tasks):
        task.block(("t", rows(number), None, key))

    tasks[0].again().block(("t", rows(50), None, key))

    assert [row[0] for row in contents(database)] == [1, 2, 50]


@pytest.mark.parametrize("who", ["another run", "a person"])
def test_a_foreach_does_not_put_its_rows_among_those_of_others(who, database):
    Task(database, task="1", position=(0,)).block(("t", rows(1), None, None))
    if who == "another run":
        Task(database, run="9", position=(0,)).block(("t", rows(2), None, None))
    else:
        run_sql(database, "INSERT INTO t VALUES (2, 'v2')", "CALL DOLT_COMMIT('-am', 'by hand')")
    before = contents(database)

    with pytest.raises(MergeConflictError, match=r"has rows of run Flow\w+/1") as caught:
        Task(database, task="2", position=(1,)).block(("t", rows(3), None, None))

    assert contents(database) == before
    assert caught.value.branch in str(caught.value)
    with unrecorded_reads():
        kept = read_table(database, "t", branch_conf=caught.value.branch).data
    assert sorted(kept["id"]) == [1, 3]


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "foreach"])
def test_a_resumed_task_appends_once(shared, database):
    position = (0,) if shared else ()
    mode = None if shared else "append"
    first = Task(database, run="1", task="2", position=position).block(("t", rows(1, 1), mode, None))

    again = Task(database, run="5", task="7", position=position, origin=["1"]).block(("t", rows(1, 1), mode, None))

    with unrecorded_reads():
        assert len(read_table(database, "t").data) == 2
    assert again == first


@pytest.mark.parametrize("between", ["nothing", "the same", "other rows"])
@pytest.mark.parametrize("shared", [False, True], ids=["alone", "foreach"])
def test_a_resumed_run_that_is_resumed_appends_once(shared, between, database):
    """The second run failed before the block, adopted the rows, or wrote others. The third run resumes the second."""
    position, mode = ((0,), None) if shared else ((), "append")
    first = Task(database, run="1", task="2", position=position).block(("t", rows(1, 1), mode, None))
    second = first
    if between != "nothing":
        frame = rows(1, 1) if between == "the same" else rows(2, 2)
        second = Task(database, run="5", task="7", position=position, origin=["1"]).block(("t", frame, mode, None))

    third = Task(database, run="8", task="9", position=position, origin=["5", "1"])
    again = third.block(("t", rows(1, 1), mode, None))

    assert [row[0] for row in contents(database)] == [1, 1]
    assert (again == first) == (between != "other rows")
    assert (second == first) == (between != "other rows")


@pytest.mark.parametrize("key", [["id"], None], ids=["key", "no key"])
def test_a_resumed_foreach_goes_on_with_the_table_of_the_run_that_it_resumes(key, database):
    write_table(database, "t", rows(100), primary_key=key)
    for number in range(2):
        Task(database, run="1", task=str(number), position=(number,)).block(("t", rows(number), None, key))

    for number, ids in enumerate([(50,), (1,)]):
        resumed = Task(database, run="5", task=f"1{number}", position=(number,), origin=["1"])
        resumed.block(("t", rows(*ids), None, key))

    assert [row[0] for row in contents(database)] == [1, 50]


def test_an_unknown_mode_is_refused_in_the_block_and_nothing_is_written(database):
    with pytest.raises(ConfigError, match="'apend'"):
        Task(database).block(("t", rows(1), "append", None), ("t", rows(2), "apend", None))

    assert run_sql(database, "SHOW TABLES") == []
