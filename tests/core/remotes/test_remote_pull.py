"""Pull, with a remote that is a folder."""

from __future__ import annotations

import shutil
from concurrent import futures

import pandas as pd
import pytest

from dolt_integrations.core import Repository as repository_of
from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.core.remotes.exchange import pull, push
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.errors import (
    ConfigError,
    DatabaseNotFoundError,
    MergeConflictError,
    RemoteError,
    UncommittedChangesError,
)
from tests.conftest import Repository, run_sql
from tests.helpers.saves.clones import add, names, pulled, pushed


def test_a_branch_that_is_behind_is_moved_forward(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)

    pulled(ours, remote)

    assert names(ours) == ["Alice", "Bob", "Carol"]
    assert ours.head() == theirs.head()


def test_a_replace_replaces_what_the_remote_has_by_then(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)

    write_table(ours.path, "users", pd.DataFrame({"id": [1], "name": ["Dora"]}), remote_conf=remote)

    assert names(ours) == ["Dora"]


def test_a_branch_that_is_ahead_is_left_alone(remote, clone):
    ours = clone()
    add(ours, "Carol")
    before = ours.head()

    pulled(ours, remote)

    assert ours.head() == before


def test_branches_that_have_both_moved_are_merged(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)
    add(ours, "Dave")

    pulled(ours, remote)

    assert names(ours) == ["Alice", "Bob", "Carol", "Dave"]
    assert ours.messages()[0] == "Merge branch 'main' of remote origin"


def test_a_conflict_is_an_error_and_leaves_the_branch_as_it_is(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol", key=7)
    pushed(theirs, remote)
    add(ours, "Dave", key=7)
    before = ours.head()

    with pytest.raises(MergeConflictError, match="users"):
        pulled(ours, remote)

    assert ours.head() == before
    assert ours.branches() == ["main"]


def test_a_branch_that_only_the_remote_has_is_made(remote, clone):
    ours = clone()

    pulled(ours, remote, "side")

    assert ours.branches() == ["main", "side"]
    assert names(ours, "side") == ["Alice"]


def test_a_branch_that_only_the_database_has_is_left_alone(remote, clone):
    ours = clone()
    ours.dolt("branch", "mine")

    pulled(ours, remote, "mine")

    assert ours.branches() == ["main", "mine"]


def test_a_branch_that_the_remote_has_deleted_is_not_made_again(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    theirs.dolt("push", "origin", ":side")

    pulled(ours, remote, "side")

    assert ours.branches() == ["main"]


def test_a_load_of_a_branch_that_the_remote_has_deleted_warns_each_time(remote, clone, caplog):
    ours, theirs = clone("ours"), clone("theirs")
    pulled(ours, remote, "side")
    theirs.dolt("push", "origin", ":side")

    for _ in range(2):
        caplog.clear()
        read_table(ours.path, "users", branch_conf="side", remote_conf=remote)

        assert "remote origin has no branch side" in caplog.text


def test_a_load_of_a_branch_that_the_remote_has_logs_no_warning(remote, clone, caplog):
    read_table(clone().path, "users", branch_conf="side", remote_conf=remote)

    assert "has no branch" not in caplog.text


def test_a_remote_that_is_gone_is_named(remote, clone, tmp_path):
    ours = clone()
    shutil.rmtree(tmp_path / "backup")

    with pytest.raises(RemoteError, match="remote 'origin'"):
        pulled(ours, remote)


def test_several_sessions_may_pull_at_once(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)

    with open_database(ours.path) as database, futures.ThreadPoolExecutor(6) as pool:
        branches = ["main", "side", None] * 4
        results = [pool.submit(pull, remote, database, branch, author=DEFAULT_AUTHOR) for branch in branches]
        assert [result.exception() for result in results] == [None] * 12

    assert ours.head() == theirs.head()
    assert ours.branches() == ["main", "side"]


def test_a_branch_that_exists_nowhere_is_not_created(remote, clone):
    ours = clone()

    pulled(ours, remote, "nobodys")

    assert ours.branches() == ["main"]


def test_the_users_uncommitted_work_survives(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)
    ours.sql("create table notes (id int primary key); insert into notes values (1)")
    ours.dolt("add", "notes")

    pulled(ours, remote)

    assert names(ours) == ["Alice", "Bob", "Carol"]
    assert ours.sql("select table_name, staged from dolt_status") == [{"table_name": "notes", "staged": "1"}]
    assert ours.sql("select id from notes") == [{"id": "1"}]


def test_uncommitted_work_in_what_the_remote_changed_is_an_error(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)
    ours.sql("insert into users values (99, 'Zoe')")
    before = ours.head()

    with pytest.raises(UncommittedChangesError, match="users"):
        pulled(ours, remote)

    assert ours.head() == before
    assert ours.sql("select name from users where id = 99") == [{"name": "Zoe"}]


def test_no_checkout_moves(remote, clone):
    ours = clone()
    ours.dolt("checkout", "-b", "mine")

    pulled(ours, remote, "main")
    pushed(ours, remote, "main")

    assert ours.dolt("branch", "--show-current").strip() == "mine"


def test_a_url_is_added_to_a_database_without_that_remote(remote, clone):
    ours = clone()

    pulled(ours, Remote("backup", f"{remote.url}2"))

    assert f"backup {remote.url}2" in ours.dolt("remote", "-v")


@pytest.mark.parametrize("exists", [True, False])
def test_a_read_from_a_remote_without_data_is_refused_before_anything_is_made(remote, clone, tmp_path, exists):
    ours, mistyped = clone(), tmp_path / "mistyped"
    if exists:
        mistyped.mkdir()

    with pytest.raises(RemoteError, match="no data" if exists else "does not exist"):
        read_table(ours.path, "users", remote_conf=Remote("backup", f"file://{mistyped}"))

    assert "backup" not in ours.dolt("remote", "-v").replace(remote.url, "")
    assert list(tmp_path.glob("mistyped/*")) == []
    assert mistyped.exists() == exists


def test_another_url_than_the_databases_is_an_error_and_changes_nothing(remote, clone):
    ours = clone()

    with pytest.raises(ConfigError, match="not file:///elsewhere"):
        pulled(ours, Remote(url="file:///elsewhere"))

    assert remote.url in ours.dolt("remote", "-v")


def test_a_name_that_the_database_does_not_know_is_an_error(clone):
    with pytest.raises(ConfigError, match=r"no remote 'backup'.*origin"):
        pulled(clone(), Remote("backup"))


def test_the_databases_own_url_needs_no_config(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, Remote())

    pulled(ours, Remote())

    assert names(ours) == ["Alice", "Bob", "Carol"]


def test_a_server_pulls_and_pushes_too(server, tmp_path):
    run_sql(server.url, "CREATE TABLE users (id int PRIMARY KEY, name text)", "CALL DOLT_COMMIT('-Am', 'Make users')")
    remote = Remote(url=f"file://{tmp_path}/backup")

    with open_database(server.url) as database:
        clone_if_missing(remote, server.url)
        pull(remote, database, None, author=DEFAULT_AUTHOR)
        push(remote, database, "main", author=DEFAULT_AUTHOR)

    clone_if_missing(remote, tmp_path / "clone")
    assert Repository(tmp_path / "clone").messages()[0] == "Make users"


def test_a_database_that_a_server_does_not_have_is_not_cloned_to_it(server, remote):
    with pytest.raises(DatabaseNotFoundError, match="DOLT_CLONE"):
        clone_if_missing(remote, server.url + "2")


@pytest.mark.parametrize("use", ["save", "load"])
def test_a_merge_is_by_whom_dolt_config_names(use, remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)
    add(ours, "Dave")
    ours.dolt("config", "--local", "--add", "user.name", "Diane")
    ours.dolt("config", "--local", "--add", "user.email", "diane@girlcroosh.com")

    if use == "load":
        read_table(ours.path, "users", remote_conf=remote)
    else:
        write_table(ours.path, "t", pd.DataFrame({"n": [1]}), remote_conf=remote)

    merge = (
        "select committer, email from dolt_log join dolt_commit_ancestors using (commit_hash) where parent_index = 1"
    )
    assert ours.sql(merge) == [{"committer": "Diane", "email": "diane@girlcroosh.com"}]


LOOKS = {
    "history of all": lambda shop: shop.history(),
    "version": lambda shop: shop.version(),
    "query": lambda shop: shop.sql("select 1").to_pandas(),
    "tables": lambda shop: shop.tables(),
    "runs": lambda shop: shop.runs(),
    "scan": lambda shop: shop.table("users").scan().to_arrow(),
    "summary": lambda shop: shop.table("users").summary(),
    "history": lambda shop: shop.table("users").history(),
    "diff": lambda shop: shop.table("users").diff("HEAD"),
    "blame": lambda shop: shop.table("users").blame(),
    "added": lambda shop: shop.table("users").added(),
    "who_wrote": lambda shop: shop.table("users").who_wrote(1),
    "lineage": lambda shop: shop.table("users").lineage(),
    "transaction": lambda shop: shop.transaction().__enter__().__exit__(None, None, None),
}


def test_whatever_looks_at_a_database_with_a_remote_pulls_before(remote, clone):
    ours = clone()
    newest, shop, behind = ours.head(), repository_of(ours.path, remote=remote), []
    with open_database(ours.path) as database, database.connect() as session:
        for name, look in LOOKS.items():
            session.execute("CALL DOLT_RESET('--hard', 'HEAD~1')")
            look(shop)
            behind += [name] * (session.value("SELECT HASHOF('main')") != newest)

    assert behind == []
