"""Managing a repository: what is refused because names are taken, or tables were renamed or lost their columns."""

from __future__ import annotations

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import added_rows
from dolt_integrations.core.manage import branches
from dolt_integrations.errors import (
    BranchNotFoundError,
    ConfigError,
    InvalidNameError,
    MergeConflictError,
    NameTakenError,
    NotFoundError,
    RevisionNotFoundError,
)
from tests.conftest import run_sql
from tests.helpers.saves.manage import lines, orders


@pytest.fixture
def shop(database: str) -> Repository:
    shop = Repository(database)
    shop.table("orders").write(orders(1), key="id", message="Run: A/1/s/1")
    return shop


def test_a_branch_is_not_created_though_another_client_takes_its_name_meanwhile(
    shop: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_the_name(*given: object) -> object:
        run_sql(str(shop.location), "CALL DOLT_BRANCH('new', 'HEAD~1')")
        return real(*given)  # type: ignore[arg-type]

    real = branches.find_commit
    monkeypatch.setattr(branches, "find_commit", take_the_name)

    with pytest.raises(NameTakenError, match=r"branch 'new' already exists .*delete that one first"):
        shop.branches.create("new")


def test_names_that_differ_by_case_only_are_refused_unless_they_are_of_the_same_branch(shop: Repository) -> None:
    shop.branches.create("one")
    shop.branches.create("two")

    with pytest.raises(InvalidNameError, match="One"):
        shop.branches.rename("two", "One")
    assert shop.branches.rename("one", "ONE").branch == "ONE"


@pytest.mark.parametrize("at", ["v9", "nowhere~2", "0123456789abcdefghijklmnopqrstuv"])
def test_a_branch_or_tag_is_not_made_at_what_does_not_exist(shop: Repository, at: str) -> None:
    for make in (shop.branches.create, shop.tags.create):
        with pytest.raises(NotFoundError):
            make("new", at=at)
    assert (len(shop.branches.list()), len(shop.tags.list())) == (1, 0)


def test_what_is_renamed_has_to_exist_and_keeps_its_commit(shop: Repository) -> None:
    start = shop.history()["commit"].iloc[-1]
    shop.branches.create("old", at=start)
    shop.tags.create("v1", at=start, message="first")

    assert (shop.branches.rename("old", "new"), shop.tags.rename("v1", "v2").commit) == (shop.version("new"), start)
    found = shop.tags.list()
    assert found[["tag", "commit", "author", "message"]].to_numpy().tolist() == [["v2", start, "flyte", "first"]]
    assert str(found["date"].dtype) == "datetime64[us, UTC]"
    with pytest.raises(BranchNotFoundError, match="new"):
        shop.branches.rename("nwe", "x")
    with pytest.raises(RevisionNotFoundError, match="v2"):
        shop.tags.rename("v3", "x")
    with pytest.raises(NameTakenError, match=f"tag 'v2' already exists .* at commit {start}.*delete that one first"):
        shop.tags.rename("v2", "V2")


def test_a_table_that_was_renamed_since_is_not_restored_over_its_rows(shop: Repository) -> None:
    before = shop.version().commit
    run_sql(str(shop.location), "RENAME TABLE orders TO bills", "CALL DOLT_COMMIT('-Am', 'rename')")
    shop.table("bills").write(orders(2), mode="append")
    head = shop.version()

    with pytest.raises(MergeConflictError, match=r"orders cannot be restored: .*`bills`.*Rename the table back first"):
        shop.restore("orders", before)

    assert shop.version() == head
    assert shop.tables() == ["bills"]


def test_the_newest_commit_that_cannot_be_reverted_has_no_later_ones_to_blame(shop: Repository) -> None:
    run_sql(str(shop.location), "RENAME TABLE orders TO bills", "CALL DOLT_COMMIT('-Am', 'rename')")

    with pytest.raises(MergeConflictError, match="to an earlier version, or undo the rows by hand") as caught:
        shop.revert("HEAD")

    assert [conflict.kind for conflict in caught.value.conflicts] == ["schema"]
    assert shop.tables() == ["bills"]


def test_lines_whose_column_is_gone_are_not_reverted(database: str) -> None:
    log = Repository(database).table("log")
    log.write(lines("a").assign(n=1), message="Run: A/1/s/1")
    log.write(lines("bad").assign(n=2), mode="append", message="Run: A/2/s/1")
    run_sql(database, "ALTER TABLE log DROP COLUMN n", "CALL DOLT_COMMIT('-am', 'drop n')")

    with pytest.raises(MergeConflictError, match="Nothing is changed") as caught:
        log.repository.revert("A/2")

    assert [(conflict.table, conflict.kind) for conflict in caught.value.conflicts] == [("log", "schema")]
    assert sorted(log.read()["line"]) == ["a", "bad"]


def test_a_table_of_the_first_commit_is_new_as_a_whole_and_is_not_reverted(database: str) -> None:
    run_sql(database, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    run_sql(database, "CALL DOLT_ADD('-A')", "CALL DOLT_COMMIT('--amend', '-m', 'start')")
    first = Repository(database).version().commit

    assert added_rows(database, "t", first).to_dict("list") == {"id": [1, 2]}
    assert Repository(database).table("t").blame()["commit"].tolist() == [first, first]
    with pytest.raises(ConfigError, match="the first commit, which cannot be reverted"):
        Repository(database).revert(first)


def test_a_merge_is_not_reverted_by_its_commit(shop: Repository) -> None:
    run_sql(str(shop.location), "CALL DOLT_BRANCH('side')")
    shop.table("orders", branch="side").write(orders(2), mode="append")
    run_sql(str(shop.location), "CALL DOLT_MERGE('side', '--no-ff', '-m', 'merge')")

    with pytest.raises(ConfigError, match=r"is a merge, which cannot be reverted.*Name an execution"):
        shop.revert("HEAD")


def test_a_reverted_commit_has_the_message_that_is_given_and_names_what_it_reverts(shop: Repository) -> None:
    wrote = shop.table("orders").write(orders(2), mode="append", message="Run: A/2/s/1").commit

    shop.revert("A/2", message="Undo it")

    assert shop.history()["message"].iloc[0] == f"Undo it\n\nReverts: {wrote}"
    pd.testing.assert_frame_equal(shop.table("orders").read(), orders(1))
