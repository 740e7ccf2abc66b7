"""Comparing and reverting what runs have left."""

from __future__ import annotations

import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch
from dolt_integrations.errors import (
    NotFoundError,
)
from tests.helpers.saves.manage import orders, three_runs


def test_runs_are_compared_by_the_tables_that_they_wrote(database: str) -> None:
    shop = three_runs(database)

    assert shop.compare("Import/1", "Import/2").to_numpy().tolist() == [
        ["log", "modified", 2, 0, 0, ""],
        ["orders", "modified", 1, 1, 0, ""],
        ["users", "added", 1, 0, 0, ""],
    ]
    with pytest.raises(NotFoundError, match="Import/9"):
        shop.compare("Import/1", "Import/9")
    with pytest.raises(NotFoundError, match="main"):
        shop.compare("mian", "main")


def test_versions_are_compared_with_their_columns(database: str) -> None:
    shop = three_runs(database)
    shop.table("orders").write(orders(1).assign(note="n").drop(columns="amount"))

    found = shop.compare("HEAD~1", "HEAD").set_index("table")

    assert found.loc["orders"].tolist() == ["modified", 0, 1, 3, "+note varchar(255), -amount bigint"]
    assert found["change"].tolist() == ["same", "modified", "same"]


def test_a_run_is_compared_by_what_it_left_of_each_table(database: str) -> None:
    shop = Repository(database)
    for number in (1, 2):  # the tables of the two runs in turn
        shop.table("orders").write(orders(number), key="id", message=f"Run: A/{number}/s/1")
    for number in (1, 2):
        shop.table("users").write(orders(number), key="id", message=f"Run: A/{number}/s/2")

    found = shop.compare("A/1", "A/2")

    assert found[["table", "rows_added", "rows_removed"]].to_numpy().tolist() == [["orders", 1, 1], ["users", 1, 1]]


def test_a_run_that_wrote_a_table_twice_is_compared_by_what_it_left_also_with_a_version(database: str) -> None:
    shop = Repository(database)
    shop.table("users").write(orders(1), key="id")
    for ids, step in (([1], "1/s/1"), ([1, 2], "1/s/2"), ([1, 2, 3], "2/s/1")):
        shop.table("orders").write(orders(*ids), key="id", message=f"Run: A/{step}")

    found = shop.compare("A/1", "A/2")
    assert found[["table", "rows_added"]].to_numpy().tolist() == [["orders", 1]]
    assert shop.compare("A/1", "main")["change"].tolist() == ["modified", "same"]


def test_a_run_is_reverted_when_all_of_its_commits_are(database: str) -> None:
    shop = three_runs(database)
    wrote = [each.commit for each in shop.history().itertuples() if str(each.execution_id) == "Import/2/load/3"]
    shop.revert(wrote[0])
    assert not shop.runs()["reverted"].any()

    shop.revert("Import/2")

    assert shop.runs().set_index("run")["reverted"].to_dict() == {
        "Import/1": False, "Import/2": True, "Import/3": False,
    }  # fmt: skip


def test_a_run_whose_work_was_merged_has_one_commit(shop: Repository) -> None:
    shop.table("orders", branch=MergeBranch("run/1", "main")).write(orders(5), mode="append", message="Run: A/3/s/1")
    shop.table("users").write(orders(1), key="id", message="Run: A/4/s/1")
    shop.table("orders", branch=MergeBranch("run/1", "main")).write(orders(6), mode="append", message="Run: A/5/s/1")

    assert shop.runs().set_index("run")["commits"].loc["A/5"] == 1
