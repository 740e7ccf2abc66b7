"""Pruning branches, and collecting garbage."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from dolt_integrations import Repository
from dolt_integrations.core import NewBranch, read_table
from dolt_integrations.core.branches.private import KEPT
from dolt_integrations.core.manage import prune
from dolt_integrations.engine import Connection
from dolt_integrations.errors import (
    ConfigError,
    RevisionNotFoundError,
)
from tests.conftest import open_session, run_sql
from tests.helpers.saves.manage import names, orders


def test_branches_are_pruned_when_they_are_merged_or_old_and_their_commits_stay_readable(shop: Repository) -> None:
    shop.branches.create("by-hand", at=shop.table("users", branch=NewBranch("tmp")).write(orders(1), key="id").commit)
    shop.branches.delete("tmp")
    shop.table("orders", branch=NewBranch("run/2")).write(orders(5), mode="append", message="Run: A/3/s/1")
    shop.promote("run/2")
    pinned = shop.version("run/1").commit
    tag = f"dolt-integrations/pinned/{pinned}"

    assert shop.prune()[["branch", "action", "reason"]].to_numpy().tolist() == [
        ["run/1", "keep", "not merged"],
        ["run/2", "delete", "merged"],
    ]
    assert shop.prune(older_than=0)["tags"].tolist() == [tag, ""]
    assert names(shop) == ["by-hand", "main", "run/1", "run/2"]

    shop.prune(older_than=0, dry_run=False)
    shop.gc()

    assert (names(shop), shop.tags.list()["tag"].tolist()) == (["by-hand", "main"], [tag])
    assert read_table(shop.location, "orders", as_of=pinned).data["id"].tolist() == [1, 2]


def test_the_default_branch_is_not_pruned_though_it_is_merged_into_another(shop: Repository) -> None:
    shop.branches.create("release", at="main")

    assert shop.prune(into="release", older_than=0)["branch"].tolist() == ["run/1"]


def test_pruning_keeps_only_the_commits_that_are_asked_for(tmp_path: Path) -> None:
    shop = Repository(tmp_path / "shop")
    shop.table("orders").write(orders(1), key="id")
    shop.table("orders", branch=NewBranch("run/1")).write(orders(2), mode="append", message="Run: A/2/s/1")
    first = shop.version("run/1").commit
    shop.table("orders", branch="run/1").write(orders(7), mode="append", message="Run: A/2/s/2")
    last = shop.version("run/1").commit

    shop.prune(older_than=0, keep_commits=[first], dry_run=False)
    shop.gc()

    assert len(read_table(shop.location, "orders", as_of=first).data) == 2
    with pytest.raises(RevisionNotFoundError, match="dolt gc"):
        read_table(shop.location, "orders", as_of=last)
    with pytest.raises(ConfigError, match="keep_commits"):
        shop.prune(keep_commits="all")
    with pytest.raises(ConfigError, match="older_than"):
        shop.prune(older_than=-1)


def test_saves_and_loads_go_on_after_a_collection(shop: Repository) -> None:
    table = shop.table("orders")
    with open_session(str(shop.location)) as other, other.cursor() as cursor:
        cursor.execute("CALL DOLT_GC()")  # another client collects, and ends the idle sessions of this process

    table.write(orders(8), mode="append")
    shop.gc(full=True)

    assert table.read()["id"].tolist() == [1, 8]


def test_a_collection_in_a_directory_says_how_much_it_freed(tmp_path: Path) -> None:
    shop = Repository(tmp_path / "shop")
    shop.table("orders").write(orders(*range(1, 3000)), key="id")
    shop.table("orders", branch=NewBranch("run/1")).write(orders(*range(9000, 20_000)))
    shop.branches.delete("run/1", force=True)

    freed = shop.gc()

    assert freed is not None
    assert freed > 0
    assert state_of(shop) == 2999


def state_of(shop: Repository) -> int:
    return len(shop.table("orders").read())


def test_branches_with_uncommitted_work_are_not_pruned(shop: Repository) -> None:
    run_sql(str(shop.location), "UPDATE orders SET amount = 0", revision="run/1")

    found = shop.prune(older_than=0, dry_run=False)

    assert found[["branch", "action", "reason"]].values.tolist() == [["run/1", "keep", "has uncommitted work"]]
    assert names(shop) == ["main", "run/1"]


def test_the_age_of_a_branch_is_in_days(shop: Repository) -> None:
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=30)
    message, date = "Run: A/2/s/2", f"{old:%Y-%m-%dT%H:%M:%S}"
    run_sql(str(shop.location), "UPDATE orders SET amount = 0", revision="run/1")
    call = f"CALL DOLT_COMMIT('-am', '{message}', '--date', '{date}', '--author', 'Ann <ann@localhost>')"
    run_sql(str(shop.location), call, revision="run/1")

    assert shop.prune(older_than=1)["action"].tolist() == ["delete"]
    assert shop.prune(older_than=2)["action"].tolist() == ["keep"]
    assert shop.prune(older_than=2)["age"].between(1.2, 1.3).all()


def test_a_branch_that_gets_commits_while_it_is_pruned_stays(shop: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    real = prune.find_tags

    def write_meanwhile(connection: Connection) -> object:
        shop.table("orders", branch="run/1").write(orders(3), mode="append", message="Run: A/2/s/2")
        return real(connection)

    monkeypatch.setattr(prune, "find_tags", write_meanwhile)
    found = shop.prune(older_than=0, dry_run=False)

    assert found["action"].tolist() == ["keep"]
    assert shop.table("orders", branch="run/1").read()["id"].tolist() == [1, 2, 3]


def test_a_commit_that_only_pruned_branches_have_is_kept(shop: Repository) -> None:
    shop.branches.create("run/2", at="run/1")
    commit = shop.version("run/1").commit

    shop.prune(older_than=0, dry_run=False)

    assert names(shop) == ["main"]
    assert shop.tags.list()[["tag", "commit"]].to_numpy().tolist() == [[f"dolt-integrations/pinned/{commit}", commit]]


def test_branches_that_keep_work_of_a_conflict_are_pruned_whoever_made_them(shop: Repository) -> None:
    shop.branches.create(f"{KEPT}abc")
    shop.table("orders", branch=f"{KEPT}abc").write(orders(3), mode="append", message="Mine")

    assert shop.prune()["branch"].tolist() == [f"{KEPT}abc", "run/1"]


def test_a_full_collection_removes_what_an_earlier_one_kept(shop: Repository) -> None:
    shop.gc()
    commit = shop.branches.delete("run/1", force=True).commit
    shop.gc(full=True)

    with pytest.raises(RevisionNotFoundError):
        read_table(shop.location, "orders", as_of=commit)


def test_a_commit_that_a_tag_keeps_already_gets_no_other_tag(shop: Repository) -> None:
    shop.tags.create("release", at="run/1")

    assert shop.prune(older_than=0)[["action", "tags"]].to_numpy().tolist() == [["delete", ""]]
