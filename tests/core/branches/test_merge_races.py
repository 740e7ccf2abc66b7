"""Many concurrent merges into one branch: all land, and none loses another's rows."""

import threading
from functools import partial

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, Transaction, write_table
from dolt_integrations.errors import DoltError, MergeConflictError
from tests.conftest import eventually, processes_of, run_sql
from tests.core.writes.test_concurrency import run_threads
from tests.helpers.saves.state import branches
from tests.helpers.script import run_together
from tests.helpers.threads import in_threads

FIRST = pd.DataFrame({"id": [0], "value": ["a"]})

MERGER = """
import sys
import pandas as pd
from dolt_integrations.core import MergeBranch, write_table
location, number = sys.argv[1], int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for step in range(2):
    frame = pd.DataFrame({"id": [10 * number + step], "value": ["x"]})
    write_table(location, "t", frame, mode="append", branch_conf=MergeBranch("c2", "main"))
"""


@pytest.fixture
def base(database):
    """A database with a table `t` that has a key, tagged `c2`."""
    write_table(database, "t", FIRST, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    return database


def keys(url):
    return [key for (key,) in run_sql(url, "SELECT id FROM t ORDER BY id")]


def row(number):
    return pd.DataFrame({"id": [number], "value": ["x"]})


@pytest.mark.parametrize("start", ["c2", "main"])
def test_merges_of_many_threads_all_land(start, base):
    def work(number):
        write_table(base, "t", row(number + 1), mode="append", branch_conf=MergeBranch(start, "main"))

    assert run_threads(6, work) == []
    assert keys(base) == list(range(7))
    assert branches(base) == ["main"]
    assert run_sql(base, "SELECT * FROM dolt_status") == []


def test_merges_of_many_processes_all_land(repository, script):
    write_table(repository.path, "t", FIRST, primary_key="id")
    repository.dolt("tag", "c2")
    mergers = [script(MERGER, repository.path, number) for number in range(1, 5)]
    run_together(mergers, 120)

    found = [int(one["id"]) for one in repository.sql("select id from t order by id")]
    assert found == [0, *(10 * number + step for number in range(1, 5) for step in range(2))]
    assert repository.branches() == ["main"]
    eventually(lambda: not processes_of(repository.path))


def test_merges_and_plain_saves_of_one_table_all_land(base):
    def work(number):
        config = MergeBranch("c2", "main") if number % 2 else None
        write_table(base, "t", row(number + 1), mode="append", branch_conf=config)

    assert run_threads(6, work) == []
    assert keys(base) == list(range(7))


def test_merges_of_new_columns_and_tables_all_land(base):
    def work(number):
        data = pd.DataFrame({"x": [number]})
        write_table(base, f"table_{number}", data, branch_conf=MergeBranch("c2", "main"))

    assert run_threads(5, work) == []
    assert len(run_sql(base, "SHOW TABLES")) == 6
    assert branches(base) == ["main"]


def test_blocks_of_many_threads_all_land(base):
    def work(number):
        with Transaction(base) as block:
            block.write("t", row(number + 1), mode="append")
            block.write(f"table_{number}", row(number))

    assert run_threads(5, work) == []
    assert keys(base) == list(range(6))
    assert len(run_sql(base, "SHOW TABLES")) == 6


def test_of_many_conflicting_merges_one_lands_and_the_others_keep_their_work(base):
    together, landed, refused = threading.Barrier(4), [], []

    def work(number):
        together.wait()
        data = FIRST.assign(value=f"from {number}")
        try:
            landed.append(write_table(base, "t", data, branch_conf=MergeBranch("c2", "main")).commit)
        except MergeConflictError as error:
            refused.append(error.branch)

    in_threads(partial(work, number) for number in range(4))

    assert (len(landed), len(set(refused))) == (1, 3)
    assert sorted(branches(base)) == sorted(["main", *refused])


@pytest.mark.parametrize(("pause", "attempts"), [(0.02, 12), (0, 3)])
def test_a_target_that_a_foreign_client_keeps_moving_gets_the_merges_all_the_same(base, set_limits, pause, attempts):
    """Without a pause between the client's commits, hardly a merge ever wins: it is given up after a few attempts."""
    set_limits(attempts=attempts)
    over, moves = threading.Event(), []

    def move():
        while not over.wait(pause):
            number = 1000 + len(moves)
            try:
                run_sql(base, f"INSERT INTO t VALUES ({number}, 'foreign')", "CALL DOLT_COMMIT('-am', 'foreign')")
                moves.append(number)
            except Exception:  # noqa: BLE001 - a foreign client has no retries, and may leave work that is not committed
                run_sql(base, "CALL DOLT_CHECKOUT('t')")

    client = threading.Thread(target=move)
    client.start()
    saved = []
    try:
        for number in range(1, 5):
            try:
                write_table(base, "t", row(number), mode="append", branch_conf=MergeBranch("c2", "main"))
                saved.append(number)
            except DoltError as error:
                assert "main" in str(error)  # noqa: PT017 - a clear error is right, too
    finally:
        over.set()
        client.join()

    assert set(saved) <= set(keys(base))
    assert not [number for number in range(1, 5) if number not in saved and number in keys(base)]
    assert not [name for name in branches(base) if "/work/" in name]
