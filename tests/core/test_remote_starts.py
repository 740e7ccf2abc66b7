"""A save with a remote starts from what the remote has: of its branch, and of the one that it begins at."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, NewBranch


def users(*ids: int) -> pd.DataFrame:
    return pd.DataFrame({"id": list(ids)})


@pytest.fixture
def stale(tmp_path: Path) -> Repository:
    """A clone whose branches `main` and `dev` are behind those of the remote."""
    remote = (tmp_path / "remote").as_uri()
    ours, theirs = (Repository(tmp_path / name, remote=remote) for name in ("ours", "theirs"))
    theirs.table("users").write(users(1), key="id")
    theirs.table("users", NewBranch("dev", "main")).write(users(1, 5))
    assert len(ours.table("users").read()) == 1
    assert len(ours.table("users", "dev").read()) == 2
    theirs.table("users").write(users(1, 2))
    theirs.table("users", "dev").write(users(1, 5, 6))
    return ours


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
