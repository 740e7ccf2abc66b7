"""Clone, pull and push, with a remote that is a folder."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from concurrent import futures

import pandas as pd
import pytest

from dolt_integrations.core import AppendBranch, NewBranch, read_table, write_table
from dolt_integrations.core.exchange import clone_if_missing, pull, push
from dolt_integrations.core.remote import Remote
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.errors import (
    ConfigError,
    DatabaseNotFoundError,
    MergeConflictError,
    PushError,
    RemoteError,
    UncommittedChangesError,
)
from tests.conftest import Repository, eventually, new_repository, run_sql


@pytest.fixture(scope="module")
def pushed_folder(tmp_path_factory):
    """What `dolt push` makes of a folder: table `users` with two rows, the first one on branch `side` too."""
    folder = tmp_path_factory.mktemp("pushed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        source = new_repository(folder / "source")
        source.sql(
            "create table users (id int primary key, name text);"
            "insert into users values (1, 'Alice'); call dolt_commit('-Am', 'Add Alice'); call dolt_branch('side');"
            "insert into users values (2, 'Bob'); call dolt_commit('-Am', 'Add Bob');"
        )
        source.dolt("remote", "add", "origin", f"file://{folder}/backup")
        source.dolt("push", "origin", "main", "side")
    return folder / "backup"


@pytest.fixture
def remote(tmp_path, pushed_folder, monkeypatch):
    """A remote of the test's own that is a folder."""
    monkeypatch.delenv("DOLT_REMOTE_PASSWORD", raising=False)
    shutil.copytree(pushed_folder, tmp_path / "backup")
    return Remote(url=f"file://{tmp_path}/backup")


@pytest.fixture
def clone(tmp_path, remote):
    """Makes a clone of the remote, the CLI in it."""

    def make(name="shop"):
        clone_if_missing(remote, tmp_path / name)
        return Repository(tmp_path / name)

    return make


def add(repository, name, branch="main", key=None):
    """Commit a row as somebody with the CLI does, on a branch."""
    key = key or abs(hash(name)) % 1_000_000 + 10
    with open_database(repository.path) as database, database.connect(branch) as connection:
        connection.execute("INSERT INTO users VALUES (%s, %s)", (key, name))
        connection.execute("CALL DOLT_COMMIT('-am', %s)", (f"Add {name}",))


def pulled(repository, remote, branch=None):
    with open_database(repository.path) as database:
        pull(remote, database, branch, author=DEFAULT_AUTHOR)


def pushed(repository, remote, branch="main"):
    with open_database(repository.path) as database:
        push(remote, database, branch, author=DEFAULT_AUTHOR)


def names(repository, branch="main"):
    return sorted(row["name"] for row in repository.sql(f"select name from users as of '{branch}'"))


# Clone


def test_a_missing_directory_becomes_a_clone(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "deep" / "shop")

    cloned = Repository(tmp_path / "deep" / "shop")
    assert names(cloned) == ["Alice", "Bob"]
    assert cloned.messages()[:2] == ["Add Bob", "Add Alice"]
    assert os.listdir(cloned.path) == [".dolt"]


def test_an_empty_directory_becomes_a_clone(tmp_path, remote):
    (tmp_path / "shop").mkdir()

    clone_if_missing(remote, tmp_path / "shop")

    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]


def test_the_clone_names_the_remote_as_the_config_does(tmp_path, remote):
    clone_if_missing(Remote("backup", remote.url), tmp_path / "shop")

    assert "backup" in Repository(tmp_path / "shop").dolt("remote")


def test_a_database_that_is_there_is_left_alone(repository, remote):
    before = repository.head()

    clone_if_missing(remote, repository.path)

    assert repository.head() == before
    assert repository.dolt("remote") == ""


def test_a_directory_with_other_files_is_left_alone(tmp_path, remote):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "notes.txt").write_text("mine")

    with pytest.raises(DatabaseNotFoundError, match="other files"):
        clone_if_missing(remote, tmp_path / "shop")

    assert os.listdir(tmp_path / "shop") == ["notes.txt"]


def test_without_a_url_there_is_nothing_to_clone(tmp_path):
    with pytest.raises(ConfigError, match=r"no Dolt database.*no url"):
        clone_if_missing(Remote(), tmp_path / "shop")

    assert not (tmp_path / "shop").exists()


def test_a_remote_that_nobody_has_pushed_to_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(RemoteError, match="no data"):
        clone_if_missing(Remote(url=f"file://{tmp_path}/nowhere"), tmp_path / "a" / "shop")

    assert not (tmp_path / "a").exists()
    assert not (tmp_path / "nowhere").exists()


def test_a_save_may_be_the_first_to_push(tmp_path):
    remote = Remote(url=f"file://{tmp_path}/backup")

    clone_if_missing(remote, tmp_path / "first", required=False)
    write_table(tmp_path / "first", "users", pd.DataFrame({"name": ["Alice"]}))
    pulled(Repository(tmp_path / "first"), remote)
    pushed(Repository(tmp_path / "first"), remote)

    clone_if_missing(remote, tmp_path / "second")
    assert names(Repository(tmp_path / "second")) == ["Alice"]


def test_an_existing_empty_folder_is_a_remote_without_data(tmp_path):
    (tmp_path / "backup").mkdir()

    with pytest.raises(RemoteError, match="no data"):
        clone_if_missing(Remote(url=f"file://{tmp_path}/backup"), tmp_path / "shop")

    assert not (tmp_path / "shop").exists()


def test_several_processes_may_clone_into_one_directory_at_once(tmp_path, remote, script):
    code = """
    import sys
    from dolt_integrations.core.exchange import clone_if_missing
    from dolt_integrations.core.remote import Remote
    print("ready", flush=True); input()
    clone_if_missing(Remote(url=sys.argv[1]), sys.argv[2])
    """
    processes = [script(code, remote.url, tmp_path / "shop") for _ in range(4)]
    for process in processes:
        process.expect("ready")
    for process in processes:
        process.tell("go")
    for process in processes:
        process.finish()

    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]
    assert os.listdir(tmp_path / "shop") == [".dolt"]


def test_a_clone_that_is_killed_is_not_taken_for_a_database_and_may_be_tried_again(
    tmp_path, remote, script, monkeypatch
):
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "dolt").write_text(f'#!/bin/sh\n"{shutil.which("dolt")}" "$@"\ntouch "{tmp_path}/cloned"\nexec sleep 60\n')
    (slow / "dolt").chmod(0o755)
    code = """
    import sys
    from dolt_integrations.core.exchange import clone_if_missing
    from dolt_integrations.core.remote import Remote
    clone_if_missing(Remote(url=sys.argv[1]), sys.argv[2])
    """
    shop = tmp_path / "shop"
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(slow), prepend=os.pathsep)
        process = script(code, remote.url, shop)
        eventually((tmp_path / "cloned").exists)  # a clone that is still being written would be written to below
        process.kill()

    with pytest.raises(DatabaseNotFoundError), open_database(shop):
        pass
    clone_if_missing(remote, shop)

    assert names(Repository(shop)) == ["Alice", "Bob"]
    assert os.listdir(shop) == [".dolt"]


def test_nothing_but_the_directory_is_touched(tmp_path, remote, home):
    clone_if_missing(remote, tmp_path / "shop")

    assert sorted(os.listdir(tmp_path)) == ["backup", "shop"]
    assert os.listdir(home) == []


# Shallow


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

    with pytest.raises(RemoteError, match=r"without its history.*Clone it anew"):
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

    with pytest.raises(RemoteError, match=r"shallow clone.*Clone it anew"):
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


def test_an_exchange_that_was_killed_is_undone(tmp_path, remote):
    clone_if_missing(remote, tmp_path / "shop", shallow=True)
    (tmp_path / "shop" / ".dolt").rename(tmp_path / "shop" / ".dolt-integrations-replaced")

    clone_if_missing(remote, tmp_path / "shop", shallow=True)

    assert names(Repository(tmp_path / "shop")) == ["Alice", "Bob"]
    assert os.listdir(tmp_path / "shop") == [".dolt"]


# Pull


def test_a_branch_that_is_behind_is_moved_forward(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)

    pulled(ours, remote)

    assert names(ours) == ["Alice", "Bob", "Carol"]
    assert ours.head() == theirs.head()


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


def test_a_branch_that_nobody_has_is_not_made(remote, clone):
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


def test_nobodys_checkout_moves(remote, clone):
    ours = clone()
    ours.dolt("checkout", "-b", "mine")

    pulled(ours, remote, "main")
    pushed(ours, remote, "main")

    assert ours.dolt("branch", "--show-current").strip() == "mine"


def test_a_url_is_added_to_a_database_without_that_remote(remote, clone):
    ours = clone()

    pulled(ours, Remote("backup", f"{remote.url}2"))

    assert f"backup {remote.url}2" in ours.dolt("remote", "-v")


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


# Push


def test_a_push_brings_the_commits_to_the_remote(remote, clone):
    ours = clone("ours")
    add(ours, "Carol")

    pushed(ours, remote)

    assert names(clone("later")) == ["Alice", "Bob", "Carol"]


def test_a_new_branch_is_pushed(remote, clone):
    ours = clone("ours")
    ours.dolt("branch", "mine")

    pushed(ours, remote, "mine")

    later = clone("later")
    pulled(later, remote, "mine")
    assert later.branches() == ["main", "mine"]


def test_a_push_that_comes_second_merges_and_pushes_again(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)
    add(ours, "Dave")

    pushed(ours, remote)

    assert names(clone("later")) == ["Alice", "Bob", "Carol", "Dave"]


def test_pushes_of_several_processes_all_arrive(tmp_path, remote, clone, script):
    code = """
    import sys
    from dolt_integrations.core.exchange import push
    from dolt_integrations.core.remote import Remote
    from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
    directory, url, number = sys.argv[1:]
    with open_database(directory) as database:
        with database.connect("main") as connection:
            connection.execute("INSERT INTO users VALUES (%s, %s)", (number, "user " + number))
            connection.execute("CALL DOLT_COMMIT('-am', 'Add one')")
        print("ready", flush=True); input()
        push(Remote(url=url), database, "main", author=DEFAULT_AUTHOR)
    """
    directories = [clone(name).path for name in ("a", "b", "c")]
    processes = [script(code, path, remote.url, 100 + number) for number, path in enumerate(directories)]
    for process in processes:
        process.expect("ready")
    for process in processes:
        process.tell("go")
    for process in processes:
        process.finish()

    assert names(clone("later")) == ["Alice", "Bob", "user 100", "user 101", "user 102"]


def test_a_push_that_fails_says_which_commit_is_safe_where(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol", key=7)
    pushed(theirs, remote)
    add(ours, "Dave", key=7)

    with pytest.raises(PushError) as caught:
        pushed(ours, remote)

    assert isinstance(caught.value.__cause__, MergeConflictError)
    for text in (str(ours.path), "'main'", ours.head(), "dolt push origin main", "conflict"):
        assert text in str(caught.value)
    assert ours.messages()[0] == "Add Dave"


def test_force_pushes_over_what_the_remote_has(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol", key=7)
    pushed(theirs, remote)
    add(ours, "Dave", key=7)

    pulled(ours, Remote(force=True))
    pushed(ours, Remote(force=True))

    assert names(clone("later")) == ["Alice", "Bob", "Dave"]


def test_force_still_takes_over_what_only_the_remote_has(remote, clone):
    ours, theirs = clone("ours"), clone("theirs")
    add(theirs, "Carol")
    pushed(theirs, remote)

    pulled(ours, Remote(force=True))

    assert names(ours) == ["Alice", "Bob", "Carol"]


def test_nothing_says_a_password(tmp_path, remote, caplog):
    caplog.set_level(logging.DEBUG)
    remote = Remote(url=remote.url, user="me", password="sesame")
    shop = Repository(tmp_path / "shop")

    with contextlib.suppress(RemoteError), remote.credentials():
        clone_if_missing(remote, shop.path)
        add(shop, "Carol")
        pulled(shop, remote)
        pushed(shop, remote)

    assert "sesame" not in caplog.text
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"sesame" in path.read_bytes()]
    assert "sesame" not in "".join(shop.messages())
