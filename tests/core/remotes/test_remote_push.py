"""Push, with a remote that is a folder."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, write_table
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.remotes import exchange
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.engine.server.remote_folder import folder_of
from dolt_integrations.errors import (
    ConfigError,
    MergeConflictError,
    PushError,
    PushLaterError,
    RemoteError,
    ServerLostError,
)
from tests.conftest import Repository
from tests.helpers.saves.clones import add, names, pulled, pushed
from tests.helpers.script import run_together

NEW = pd.DataFrame({"id": [3], "name": ["Carol"]})


def test_a_push_brings_the_commits_to_the_remote(remote, clone):
    ours = clone("ours")
    add(ours, "Carol")

    pushed(ours, remote)

    assert names(clone("later")) == ["Alice", "Bob", "Carol"]


class Release(logging.Handler):
    """Closes a file when the first attempt has failed."""

    def __init__(self, file):
        super().__init__()
        self.file = file

    def emit(self, _record):
        if self.file is not None:
            os.close(self.file)
            self.file = None


def test_a_push_is_tried_again_if_the_remote_was_locked(remote, clone, request, caplog):
    """Dolt waits for 0.1 seconds. It does so, too, if the machine is too busy to take a free lock."""
    ours, logger = clone("ours"), logging.getLogger("dolt_integrations.core.retry")
    add(ours, "Carol")
    lock = os.open(folder_of(remote.url) / "LOCK", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    release = Release(lock)
    logger.addHandler(release)
    request.addfinalizer(lambda: logger.removeHandler(release))

    with caplog.at_level(logging.INFO, logger.name):
        pushed(ours, remote)

    assert release.file is None
    assert names(clone("later")) == ["Alice", "Bob", "Carol"]


def test_a_new_branch_is_pushed(remote, clone):
    ours = clone("ours")
    ours.dolt("branch", "mine")

    pushed(ours, remote, "mine")

    later = clone("later")
    pulled(later, remote, "mine")
    assert later.branches() == ["main", "mine"]


def test_a_save_to_a_branch_that_the_remote_has_deleted_warns_that_it_is_pushed_again(remote, clone, caplog):
    ours, theirs = clone("ours"), clone("theirs")
    pulled(ours, remote, "side")
    theirs.dolt("push", "origin", ":side")

    for _ in range(2):
        write_table(ours.path, "users", NEW, mode="upsert", branch_conf="side", remote_conf=remote)

    assert caplog.text.count("remote origin had no branch side") == 1
    assert "dolt push origin :side" in caplog.text
    assert names(clone("later")) == ["Alice", "Bob"]


def test_a_save_that_creates_a_branch_or_a_remote_logs_no_warning(remote, clone, repository, tmp_path, caplog):
    write_table(clone().path, "users", NEW, branch_conf=NewBranch("mine"), remote_conf=remote)
    write_table(repository.path, "users", NEW, remote_conf=Remote(url=f"file://{tmp_path / 'backup'}"))

    assert "had no branch" not in caplog.text


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
    from dolt_integrations.core.remotes.exchange import push
    from dolt_integrations.core.configs.remote import Remote
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
    run_together(processes)

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


def test_a_push_to_a_remote_that_the_database_does_not_have_is_an_error_of_the_config(clone):
    with pytest.raises(ConfigError, match=r"no remote 'backup'.*name one of its remotes: origin"):
        pushed(clone(), Remote("backup"))


def test_a_push_that_fails_with_its_database_says_that_the_commits_are_safe_there(remote, clone, monkeypatch):
    ours = clone()

    def lost(*arguments):
        raise ServerLostError("the server has gone away")

    monkeypatch.setattr(exchange, "push_branch", lambda *arguments, **options: lost())
    monkeypatch.setattr(exchange, "branch_head", lost)

    with pytest.raises(PushLaterError, match="its commits are safe there: the server has gone away"):
        pushed(ours, remote)


@pytest.mark.parametrize("same", [True, False])
def test_a_remote_that_another_process_adds_meanwhile_is_used_only_if_it_is_the_same(
    same, remote, repository, monkeypatch
):
    url = remote.url if same else f"{remote.url}-other"
    real = exchange.add_remote

    def second(connection, name, wanted):
        real(connection, name, url)
        real(connection, name, wanted)

    monkeypatch.setattr(exchange, "add_remote", second)
    if same:
        pulled(repository, remote, "side")
        assert names(repository, "side") == ["Alice"]
    else:
        with pytest.raises(ConfigError, match=f"is {url}, not {remote.url}"):
            pulled(repository, remote, "side")
