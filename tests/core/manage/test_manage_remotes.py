"""Changes of whole branches in a repository with a remote: what others pushed is there, and the result is pushed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import NewBranch


def users(*ids: int) -> pd.DataFrame:
    return pd.DataFrame({"id": list(ids)})


@pytest.fixture
def shops(tmp_path: Path) -> tuple[Repository, Repository]:
    """Two clones of a remote with a table."""
    remote = (tmp_path / "remote").as_uri()
    ours, theirs = (Repository(tmp_path / name, remote=remote) for name in ("ours", "theirs"))
    theirs.table("users").write(users(1), key="id", message="Run: Flow/1/start/1")
    return ours, theirs


def ids(shop: Repository) -> list[int]:
    return sorted(shop.table("users").read()["id"])


def test_a_promotion_merges_what_others_have_pushed_of_the_branch(shops: tuple[Repository, Repository]) -> None:
    ours, theirs = shops
    run = theirs.table("users", NewBranch("run/1", "HEAD"))
    run.write(users(1, 2))
    assert len(ours.table("users", "run/1").read()) == 2
    run.write(users(1, 2, 3))

    ours.promote("run/1")

    assert ids(theirs) == [1, 2, 3]


def test_a_branch_that_only_the_remote_has_is_promoted(shops: tuple[Repository, Repository]) -> None:
    ours, theirs = shops
    theirs.table("users", NewBranch("run/1", "HEAD")).write(users(1, 2))

    ours.promote("run/1")

    assert ids(theirs) == [1, 2]


def test_a_revert_and_a_restore_are_of_what_others_have_pushed_and_are_pushed(
    shops: tuple[Repository, Repository],
) -> None:
    ours, theirs = shops
    assert ids(ours) == [1]
    theirs.table("users").write(users(2), mode="append", message="Run: Flow/2/start/1")

    ours.revert("Flow/2")
    assert ids(theirs) == [1]

    theirs.table("users").write(users(3), mode="append")
    ours.restore("users", "HEAD~2")
    assert ids(theirs) == [1, 2]


def test_what_is_looked_at_on_a_branch_is_pulled_and_what_is_changed_there_is_pushed(
    shops: tuple[Repository, Repository],
) -> None:
    ours, theirs = shops
    theirs.table("users", NewBranch("run/1", "HEAD")).write(users(1, 2), message="Run: Flow/2/start/1")

    assert ours.tables("run/1") == ["users"]
    theirs.table("users", "run/1").write(users(1, 2, 3), message="Run: Flow/3/start/1")
    ours.revert("Flow/3", "run/1")

    assert len(theirs.table("users", "run/1").read()) == 2
