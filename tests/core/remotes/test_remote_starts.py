"""A save or a load with a remote starts from what the remote has of each branch that it names, not of its own only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, NewBranch


def users(*ids: int) -> pd.DataFrame:
    return pd.DataFrame({"id": list(ids)})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a remote and a clone whose branches `main` and `dev` are behind those of it, and a copy of that."""
    folder = tmp_path_factory.mktemp("starts") / "now"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder.parent))
        ours, theirs = (Repository(folder / name, remote=(folder / "remote").as_uri()) for name in ("ours", "theirs"))
        theirs.table("users").write(users(1), key="id")
        theirs.table("users", NewBranch("dev", "main")).write(users(1, 5))
        assert len(ours.table("users").read()) == 1
        assert len(ours.table("users", "dev").read()) == 2
        theirs.table("users").write(users(1, 2))
        theirs.table("users", "dev").write(users(1, 5, 6))
    return folder, shutil.copytree(folder, folder.parent / "before")


@pytest.fixture
def stale(made: tuple[Path, Path]) -> Repository:
    """The clone, as it was made: its remote's URL is that of the one folder."""
    folder, before = made
    shutil.rmtree(folder)
    shutil.copytree(before, folder)
    return Repository(folder / "ours", remote=(folder / "remote").as_uri())


def ids(shop: Repository, branch: str = "main") -> list[int]:
    return sorted(shop.table("users", branch).read()["id"])


def test_a_new_branch_starts_from_what_the_remote_has_of_its_base(stale: Repository) -> None:
    stale.table("users", NewBranch("run/1", "dev~1")).write(users(3), mode="append")
    stale.table("users", NewBranch("run/2")).write(users(4), mode="append")

    assert ids(stale, "run/1") == [1, 3, 5]
    assert ids(stale, "run/2") == [1, 2, 4]


def test_a_merged_save_starts_from_what_the_remote_has_of_its_branch(stale: Repository) -> None:
    stale.table("users", MergeBranch("dev", "main")).write(users(3), mode="append")

    assert ids(stale) == [1, 2, 3, 5, 6]


def test_a_transaction_starts_from_what_the_remote_has(stale: Repository) -> None:
    with stale.transaction(NewBranch("run/1", "dev")) as work:
        work.write("users", users(3), mode="append")
    with stale.transaction("run/2", create=True) as work:
        work.write("users", users(4), mode="append")

    assert ids(stale, "run/1") == [1, 3, 5, 6]
    assert ids(stale, "run/2") == [1, 2, 4]


LOOKS = {
    "read": lambda shop: shop.table("users").read(as_of="dev"),
    "read before": lambda shop: shop.table("users").read(as_of="dev~0"),
    "batches": lambda shop: pd.concat(shop.table("users").scan(as_of="dev").batches(10)),
    "query": lambda shop: shop.sql("select id from users", as_of="dev").to_pandas(),
    "blame": lambda shop: shop.table("users").blame(as_of="dev").reset_index(),
    "added": lambda shop: pd.concat([users(1, 5), shop.table("users").added("dev")]),
    "version": lambda shop: shop.table("users").read(as_of=shop.version(as_of="dev").commit),
    "tag": lambda shop: (shop.tags.create("now", at="dev"), shop.table("users").read(as_of="now"))[1],
    "branch": lambda shop: (shop.branches.create("now", at="dev"), shop.table("users", "now").read())[1],
    "restore": lambda shop: (shop.restore("users", "dev"), shop.table("users").read())[1],
}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_another_branch_that_is_named_is_what_the_remote_has(look, stale: Repository) -> None:
    assert sorted(look(stale)["id"].astype(int)) == [1, 5, 6]


def test_a_difference_to_another_branch_is_to_what_the_remote_has(stale: Repository) -> None:
    found = stale.table("users").diff("main", "dev")

    assert sorted(found["to_id"].dropna().astype(int)) == [5, 6]
    assert found["from_id"].dropna().astype(int).tolist() == [2]


def test_a_comparison_with_another_branch_is_of_what_the_remote_has(stale: Repository) -> None:
    assert stale.compare("main", "dev")[["rows_added", "rows_removed"]].to_numpy().tolist() == [[2, 1]]


def test_the_history_of_another_branch_is_what_the_remote_has(stale: Repository) -> None:
    assert len(stale.table("users").history(as_of="dev")) == 3
