"""Branches and tags of a repository."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from dolt_integrations import Repository
from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.errors import (
    BranchNotFoundError,
    ConfigError,
    DoltError,
    InvalidNameError,
    NameTakenError,
    RevisionNotFoundError,
    UnmergedBranchError,
)
from tests.conftest import run_sql
from tests.helpers.saves.manage import names


def test_branches_are_created_listed_renamed_and_deleted(shop: Repository) -> None:
    made = shop.branches.create("again", at="HEAD~1")
    assert shop.branches.rename("again", "Again").commit == made.commit
    with pytest.raises(NameTakenError, match="run/1"):
        shop.branches.rename("Again", "run/1")
    assert shop.branches.delete("Again").commit == made.commit

    found = shop.branches.list()
    assert found[["branch", "execution_id", "is_default", "is_dirty"]].to_numpy().tolist() == [
        ["main", "A/1/s/1", True, False],
        ["run/1", "A/2/s/1", False, False],
    ]


def test_a_branch_that_is_not_merged_is_deleted_by_force_only(shop: Repository) -> None:
    with pytest.raises(UnmergedBranchError, match="Promote it, tag it, or use force=True"):
        shop.branches.delete("run/1")
    shop.tags.create("kept", at="run/1")
    shop.branches.delete("run/1")
    shop.branches.create("run/1", at="kept")
    shop.tags.delete("kept")

    commit = shop.branches.delete("run/1", force=True).commit

    shop.branches.create("run/1", at=commit)
    run_sql(f"{shop.location}", "UPDATE orders SET amount = 0", revision="run/1")
    shop.tags.create("kept", at="run/1")
    with pytest.raises(UnmergedBranchError, match="uncommitted work"):
        shop.branches.delete("run/1")


def test_the_index_of_write_ids_keeps_no_branch_and_is_not_pruned(shop: Repository) -> None:
    shop.branches.create("dolt-integrations/index", at="run/1")

    with pytest.raises(UnmergedBranchError):
        shop.branches.delete("run/1")
    assert shop.prune(older_than=0, like="*")["branch"].tolist() == ["run/1"]


def test_branches_that_cannot_be_are_errors(shop: Repository) -> None:
    with pytest.raises(NameTakenError, match="branch 'main' already exists"):
        shop.branches.create("main")
    with pytest.raises(InvalidNameError):
        shop.branches.create("Main")
    with pytest.raises(InvalidNameError):
        shop.branches.create("a b")
    with pytest.raises(BranchNotFoundError, match="run/1"):
        shop.branches.delete("run-1")
    with pytest.raises(ConfigError, match="default branch"):
        shop.branches.delete("main", force=True)
    with pytest.raises(ConfigError, match="default branch"):
        shop.branches.rename("main", "trunk")
    assert names(shop) == ["main", "run/1"]


def test_a_branch_and_a_tag_do_not_get_one_name(shop: Repository) -> None:
    shop.tags.create("good")
    made = ((shop.tags.create, ("run/1",)), (shop.branches.create, ("good",)))
    renamed = ((shop.tags.rename, ("good", "run/1")), (shop.branches.rename, ("run/1", "good")))
    for make, given in (*made, *renamed):
        with pytest.raises(NameTakenError, match="would hide"):
            make(*given)


def test_tags_are_created_listed_renamed_and_deleted(shop: Repository) -> None:
    made = shop.tags.create("good", message="checked")
    with pytest.raises(NameTakenError):
        shop.tags.create("good", at="run/1")
    with pytest.raises(InvalidNameError):
        shop.tags.create("so so")
    shop.tags.rename("good", "best")

    assert shop.tags.list()[["tag", "commit", "message"]].to_numpy().tolist() == [["best", made.commit, "checked"]]
    with pytest.raises(RevisionNotFoundError, match="best"):
        shop.tags.delete("bst")
    shop.tags.delete("best")
    assert shop.tags.list().empty


def test_a_tag_does_not_get_the_name_of_another_in_another_case(shop: Repository) -> None:
    shop.tags.create("v1")

    with pytest.raises(NameTakenError, match="tag 'v1' already exists"):
        shop.tags.create("V1")


@pytest.mark.parametrize(("locked", "change"), [
    (("run/1",), lambda shop: shop.branches.delete("run/1", force=True)),
    (("run/1",), lambda shop: shop.branches.rename("run/1", "other")),
    (("other",), lambda shop: shop.branches.rename("run/1", "other")),
    (("tag", "v1"), lambda shop: shop.tags.create("v1")),
], ids=["delete", "rename from", "rename to", "tag"])  # fmt: skip
def test_a_branch_or_tag_that_another_writer_has_locked_is_changed_afterwards(
    shop: Repository, locked: tuple[str, ...], change: Callable[[Repository], object]
) -> None:
    database, before = parse_location(shop.location).database, names(shop)
    with Connection(parse_location(shop.location)) as saving:
        with saving.lock(database, *locked):
            changing = threading.Thread(target=change, args=(shop,))
            changing.start()
            changing.join(0.3)
            assert changing.is_alive()
            assert (names(shop), shop.tags.list().empty) == (before, True)
        changing.join(60)

    assert (names(shop), shop.tags.list().empty) != (before, True)


CALLS = {
    "branches.create": lambda shop, wrong: shop.branches.create(wrong),
    "branches.delete": lambda shop, wrong: shop.branches.delete(wrong),
    "branches.rename": lambda shop, wrong: shop.branches.rename("run/1", wrong),
    "branches.rename from": lambda shop, wrong: shop.branches.rename(wrong, "run/2"),
    "tags.create": lambda shop, wrong: shop.tags.create(wrong),
    "tags.delete": lambda shop, wrong: shop.tags.delete(wrong),
    "tags.rename": lambda shop, wrong: shop.tags.rename("v1", wrong),
    "tags.rename from": lambda shop, wrong: shop.tags.rename(wrong, "v2"),
    "promote": lambda shop, wrong: shop.promote(wrong),
    "promote into": lambda shop, wrong: shop.promote("run/1", into=wrong),
    "promote message": lambda shop, wrong: shop.promote("run/1", message=wrong),
    "revert": lambda shop, wrong: shop.revert(wrong),
    "revert message": lambda shop, wrong: shop.revert("A/1", message=wrong),
    "restore": lambda shop, wrong: shop.restore(wrong, "HEAD"),
    "restore message": lambda shop, wrong: shop.restore("orders", "HEAD", message=wrong),
    "compare": lambda shop, wrong: shop.compare(wrong, "main"),
    "compare with": lambda shop, wrong: shop.compare("main", wrong),
    "inputs": lambda shop, wrong: shop.inputs(wrong),
    "prune like": lambda shop, wrong: shop.prune(like=wrong),
    "prune dry_run": lambda shop, wrong: shop.prune(like="*", dry_run=wrong),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_argument_of_another_type_is_an_error_and_changes_nothing(call, shop: Repository) -> None:
    shop.tags.create("v1")
    before = names(shop), shop.tags.list()["tag"].tolist(), shop.version()

    for wrong in (7, b"run/1", " "):
        with pytest.raises(DoltError):
            call(shop, wrong)

    assert (names(shop), shop.tags.list()["tag"].tolist(), shop.version()) == before
