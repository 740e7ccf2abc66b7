"""A branch that moves between a merge and its landing is merged again; one that was moved back is left so."""

import pytest

from dolt_integrations.core import MergeBranch, Transaction, find_version, read_table, write_table
from dolt_integrations.core.branches.forward import MovedError
from dolt_integrations.core.branches.merges import merge as merging
from dolt_integrations.core.writes import landing
from dolt_integrations.errors import MergeConflictError, NotFoundError
from tests.conftest import run_sql
from tests.helpers.saves.paths import found, frame


def block(url):
    with Transaction(url) as work:
        work.write("t", frame(), primary_key="id")


WAYS = {
    "block": block,
    "merge": lambda url: write_table(url, "t", frame(), primary_key="id", branch_conf=MergeBranch("main", "main")),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_branch_that_moved_once_is_merged_again_with_what_others_committed(way, database, monkeypatch):
    real, attempts = merging.forward, []

    def forward(connection, branch, commit, tables):
        attempts.append(commit)
        if len(attempts) == 1:
            make = ("CREATE TABLE others (id bigint PRIMARY KEY)", "INSERT INTO others VALUES (7)")
            run_sql(database, *make, "CALL DOLT_COMMIT('-Am', 'others')")
            raise MovedError("it moved")
        return real(connection, branch, commit, tables)

    monkeypatch.setattr(merging, "forward", forward)
    WAYS[way](database)

    assert len(attempts) == 2
    assert (found(database, "t"), found(database, "others")) == ([1, 2], [7])


ALONE = {
    "frame": lambda url: write_table(url, "t", frame(), primary_key="id"),
    "stream": lambda url: write_table(url, "t", iter([frame()]), primary_key="id"),
}


@pytest.mark.parametrize("way", ALONE)
def test_a_branch_that_moves_again_while_work_is_put_on_top_of_it_gets_it_once(way, database, monkeypatch):
    real, attempts = landing.forward, []

    def forward(connection, branch, commit, tables, state=None):
        attempts.append(commit)
        if len(attempts) < 3:
            make = (f"CREATE TABLE others{len(attempts)} (id bigint PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'others')")
            run_sql(database, *make)
            raise MovedError("it moved")
        return real(connection, branch, commit, tables, state)

    monkeypatch.setattr(landing, "forward", forward)
    ALONE[way](database)

    assert len(attempts) == 3
    assert found(database, "t") == [1, 2]
    messages = [message for (message,) in run_sql(database, "SELECT message FROM dolt_log")]
    assert messages == ["Automated commit", "others", "others", "Initialize data repository"]
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def transaction(url, meanwhile):
    with Transaction(url) as work:
        work.write("t", frame(rows=1, first=10), mode="append")
        meanwhile()


def transaction_of_a_merge(url, meanwhile):
    with Transaction(url, merge_to=MergeBranch("main", "main")) as work:
        work.write("t", frame(rows=1, first=10), mode="append")
        meanwhile()


def stream(url, meanwhile, conf=None):
    def batches():
        yield frame(rows=1, first=10)
        meanwhile()
        yield frame(rows=1, first=11)

    write_table(url, "t", batches(), mode="append", branch_conf=conf)


def stream_of_a_merge(url, meanwhile):
    stream(url, meanwhile, MergeBranch("main", "main"))


LONG = [transaction, transaction_of_a_merge, stream, stream_of_a_merge]
BACK = {
    "reset": ("CALL DOLT_RESET('--hard', 'HEAD~1')",),
    "amended": ("DELETE FROM t WHERE id = 5", "CALL DOLT_COMMIT('-a', '--amend', '-m', 'amended')"),
}


@pytest.mark.parametrize("back", BACK.values(), ids=BACK)
@pytest.mark.parametrize("way", LONG)
def test_rows_of_a_commit_that_others_drop_from_the_branch_do_not_come_back(way, back, database):
    write_table(database, "t", frame(), primary_key="id")
    write_table(database, "t", frame(rows=1, first=5), mode="append")

    with pytest.raises(MergeConflictError, match=r"no longer has commit .*\(dolt reset --hard\)") as error:
        way(database, lambda: run_sql(database, *back))

    assert found(database, "t") == [1, 2]
    assert set(found(database, "t", error.value.branch)) >= {1, 2, 5, 10}
    assert "Do the work again" in str(error.value)


@pytest.mark.parametrize("way", LONG)
def test_work_is_merged_into_a_branch_that_only_went_on(way, database):
    write_table(database, "t", frame(), primary_key="id")

    way(database, lambda: write_table(database, "t", frame(rows=1, first=5), mode="append"))

    assert set(found(database, "t")) >= {1, 2, 5, 10}


def test_work_of_another_branch_is_merged_into_one_that_was_moved_back_further(database):
    """What the work is built on is still there: it began before what was dropped."""
    write_table(database, "t", frame(), primary_key="id")
    start = find_version(database).commit
    write_table(database, "t", frame(rows=1, first=5), mode="append")

    with Transaction(database, merge_to=MergeBranch(start, "main")) as work:
        work.write("t", frame(rows=1, first=10), mode="append")
        run_sql(database, "CALL DOLT_RESET('--hard', 'HEAD~1')")

    assert found(database, "t") == [1, 2, 10]


def test_a_branch_that_does_not_exist_is_not_answered_with_those_of_running_saves(database):
    write_table(database, "t", frame(), primary_key="id")

    with Transaction(database) as work:
        work.write("t", frame(rows=1, first=10), mode="append")
        for given in ({"branch_conf": "zzz"}, {"as_of": "zzz"}):
            with pytest.raises(NotFoundError, match=r"Available: `main`\."):
                read_table(database, "t", **given)
