"""Shallow clones, with a remote that is a folder: they have the newest version, and their history when it is needed."""

from __future__ import annotations

import os

import pandas as pd
import pytest

from dolt_integrations.core import AppendBranch, NewBranch, read_table, write_table
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.engine import open_database
from dolt_integrations.engine.server.clone import is_shallow
from dolt_integrations.errors import RemoteError
from tests.conftest import Repository
from tests.helpers.saves.clones import add, names, pulled, pushed


def test_a_shallow_clone_reads_the_newest_version(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    pulled(Repository(tmp_path / "shop"), remote)

    loaded = read_table(tmp_path / "shop", "users")

    assert list(loaded.data["name"]) == ["Alice", "Bob"]
    with pytest.raises(AssertionError, match="shallow clone"):
        Repository(tmp_path / "shop").sql("select hashof('HEAD~1')")


def test_a_shallow_clone_gets_a_branch_with_commits_of_its_own(tmp_path, remote, clone):
    other = clone("other")
    pulled(other, remote, "side")
    add(other, "Carol", branch="side")
    pushed(other, remote, "side")
    clone_if_missing(remote, tmp_path / "shop", shallow=True)

    pulled(Repository(tmp_path / "shop"), remote, "side")

    found = read_table(tmp_path / "shop", "users", branch_conf=AppendBranch("side"))
    assert list(found.data["name"]) == ["Alice", "Carol"]


def test_a_shallow_clone_does_not_have_a_branch_that_stayed_behind_and_says_so(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)

    with pytest.raises(RemoteError, match=r"without its history.*clone it anew"):
        pulled(Repository(tmp_path / "shop"), remote, "side")


def test_a_shallow_clone_takes_saves_merges_and_pushes(tmp_path, remote, clone):
    clone_if_missing(remote, tmp_path / "shallow", shallow=True)
    shallow, other = Repository(tmp_path / "shallow"), clone("other")
    add(other, "Carol")
    pushed(other, remote)

    add(shallow, "Dave")
    pushed(shallow, remote)

    pulled(other, remote)
    assert names(other) == ["Alice", "Bob", "Carol", "Dave"]


def test_what_needs_the_history_of_a_shallow_clone_says_so(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    shallow = Repository(tmp_path / "shop")

    with pytest.raises(RemoteError, match=r"shallow clone.*clone it anew"):
        write_table(shallow.path, "users", pd.DataFrame({"name": ["Eve"]}), branch_conf=NewBranch("new", "HEAD~1"))


def test_a_shallow_clone_gets_its_history_when_it_is_needed(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    shop = Repository(tmp_path / "shop")
    shop.dolt("checkout", "-b", "mine")
    before = os.listdir(shop.path)

    clone_if_missing(remote, shop.path)
    pulled(shop, remote, "side")

    assert names(shop, "HEAD~1") == names(shop, "side") == ["Alice"]
    assert shop.dolt("branch", "--show-current").strip() == "mine"
    assert shop.branches() == ["main", "mine", "side"]
    assert sorted(os.listdir(shop.path)) == sorted(before)


@pytest.mark.parametrize("committed", [False, True])
def test_a_shallow_clone_with_work_that_is_not_pushed_stays_as_it_is(tmp_path, remote, committed):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    shop = Repository(tmp_path / "shop")
    shop.sql("insert into users values (7, 'Carol')" + ("; call dolt_commit('-am', 'Add Carol')" if committed else ""))

    clone_if_missing(remote, shop.path)

    assert names(shop, "WORKING") == ["Alice", "Bob", "Carol"]
    assert os.listdir(shop.path) == [".dolt"]


def test_a_shallow_clone_that_is_in_use_stays_as_it_is(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)

    with open_database(tmp_path / "shop") as database, database.connect() as connection:
        clone_if_missing(remote, tmp_path / "shop")

        assert connection.value("SELECT COUNT(*) FROM users") == 2
    assert is_shallow(tmp_path / "shop")


def test_an_exchange_that_was_killed_is_undone(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    (tmp_path / "shop" / ".dolt").rename(tmp_path / "shop" / ".dolt-integrations-replaced")

    clone_if_missing(remote, tmp_path / "shop", shallow=True)

    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]
    assert os.listdir(tmp_path / "shop") == [".dolt"]


def test_a_shallow_clone_with_a_stash_keeps_it(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    shallow = Repository(tmp_path / "shop")
    shallow.sql("insert into users values (9, 'Stashed')")
    shallow.dolt("stash")

    clone_if_missing(remote, tmp_path / "shop")

    assert "stash@{0}" in shallow.dolt("stash", "list")


def test_a_shallow_clone_with_a_tag_of_its_own_keeps_it(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    shallow = Repository(tmp_path / "shop")
    shallow.dolt("tag", "of-its-own")

    clone_if_missing(remote, tmp_path / "shop")

    assert "of-its-own" in shallow.dolt("tag")


def test_a_query_that_looks_back_is_loaded_from_a_clone_with_its_history(tmp_path, remote):
    found = read_table(tmp_path / "shop", sql="SELECT name FROM users AS OF 'HEAD~1'", remote_conf=remote)

    assert found.data["name"].tolist() == ["Alice"]


def test_a_pull_of_a_branch_that_the_remote_does_not_have_leaves_a_shallow_clone_as_it_is(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    shop = Repository(tmp_path / "shop")
    shop.dolt("branch", "mine")

    pulled(shop, remote, "mine")

    assert names(shop, "mine") == ["Alice", "Bob"]
    assert is_shallow(shop.path)
