"""Branches and tags of a repository, promoting a branch, comparing, pruning, collecting garbage."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, NewBranch, read_table
from dolt_integrations.core.manage import prune
from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.errors import (
    AuditError,
    BranchNotFoundError,
    ConfigError,
    DoltError,
    InvalidNameError,
    MergeConflictError,
    NameTakenError,
    NotFoundError,
    RevisionNotFoundError,
    UnmergedBranchError,
)
from tests.conftest import open_session, run_sql
from tests.helpers.saves.manage import orders, three_runs


@pytest.fixture
def shop(database: str) -> Repository:
    """A table on main, and a branch of a run that adds a row."""
    shop = Repository(database)
    shop.table("orders").write(orders(1), key="id", message="Run: A/1/s/1")
    shop.table("orders", branch=NewBranch("run/1")).write(orders(2), mode="append", message="Run: A/2/s/1")
    return shop


def names(shop: Repository) -> list[str]:
    return list(shop.branches.list()["branch"])


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


def test_a_branch_is_promoted_forward_and_then_has_been(shop: Repository) -> None:
    version = shop.promote("run/1")

    assert (version.changed, version.branch) == (True, "main")
    assert version.commit == shop.version("run/1").commit
    assert shop.promote("run/1") == type(version)(version.commit, "main")


def test_a_promotion_beside_other_commits_is_a_merge(shop: Repository) -> None:
    shop.table("orders").write(orders(3), mode="append")

    shop.promote("run/1", message="Land run 1")

    assert shop.table("orders").read()["id"].tolist() == [1, 2, 3]
    assert shop.history()["message"].iloc[0] == "Land run 1"


def test_an_audit_sees_what_would_land_and_may_refuse_it(shop: Repository) -> None:
    shop.table("orders").write(orders(3), mode="append")
    head, seen = shop.version().commit, []

    def audit(new):
        seen.append((new.tables, sorted(new.read("orders").data["id"]), len(new.diff("orders"))))
        return False

    with pytest.raises(AuditError, match="'main' is unchanged"):
        shop.promote("run/1", audit=audit)

    assert seen == [(("orders",), [1, 2, 3], 1)]
    assert (shop.version().commit, names(shop)) == (head, ["main", "run/1"])


def test_an_audit_that_raises_refuses_what_would_land(shop: Repository) -> None:
    head = shop.version().commit

    with pytest.raises(AuditError, match=r"the audit raised KeyError: 'amount'.*'main' is unchanged") as caught:
        shop.promote("run/1", audit=lambda new: {}["amount"])

    assert isinstance(caught.value.__cause__, KeyError)
    assert shop.version().commit == head


def test_what_others_commit_during_the_audit_is_audited_too(shop: Repository) -> None:
    seen = []

    def audit(new):
        seen.append(sorted(new.read("orders").data["id"]))
        if len(seen) == 1:
            shop.table("orders").write(orders(3), mode="append")

    shop.promote("run/1", audit=audit)

    assert seen == [[1, 2], [1, 2, 3]]
    assert shop.table("orders").read()["id"].tolist() == [1, 2, 3]


def test_a_promotion_that_conflicts_changes_nothing_unless_a_side_wins(shop: Repository) -> None:
    shop.table("orders").write(orders(2, amounts=[0]), mode="append")
    head = shop.version().commit

    with pytest.raises(MergeConflictError, match="'run/1' does not merge into 'main'") as caught:
        shop.promote("run/1")
    assert caught.value.conflicts[0].rows[0].theirs == {"id": 2, "amount": 20}
    assert shop.version().commit == head

    shop.promote("run/1", on_conflict="theirs")
    assert shop.table("orders").read()["amount"].tolist() == [10, 20]


def test_promotions_that_cannot_be_are_errors(shop: Repository) -> None:
    with pytest.raises(BranchNotFoundError, match="run/1"):
        shop.promote("run1")
    with pytest.raises(BranchNotFoundError, match="main"):
        shop.promote("run/1", into="mian")
    with pytest.raises(ConfigError, match="itself"):
        shop.promote("main")
    with pytest.raises(ConfigError, match="audit"):
        shop.promote("run/1", audit="strict")


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


def test_a_tag_does_not_get_the_name_of_another_in_another_case(shop: Repository) -> None:
    shop.tags.create("v1")

    with pytest.raises(NameTakenError, match="tag 'v1' already exists"):
        shop.tags.create("V1")


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
