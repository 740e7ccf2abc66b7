"""A branch that moves between a merge and its landing is merged again."""

import pytest

from dolt_integrations.core import MergeBranch, Transaction, write_table
from dolt_integrations.core.branches.forward import MovedError
from dolt_integrations.core.branches.merges import merge as merging
from dolt_integrations.core.writes import landing
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
