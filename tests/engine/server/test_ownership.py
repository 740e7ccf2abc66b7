"""Directories of other users, and those that others may write to."""

import grp
import json
import logging
import os
import pwd
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations.core import Remote, read_table, write_table
from dolt_integrations.engine import open_database
from dolt_integrations.engine.server.deepen import deepen
from dolt_integrations.engine.server.dolt import Source
from dolt_integrations.engine.server.ownership import SAFE, check_ownership, make_private
from dolt_integrations.engine.server.private import REPLICATION
from dolt_integrations.engine.server.running import running_server
from dolt_integrations.errors import UnsafeDirectoryError
from tests.conftest import new_repository
from tests.helpers.servers.others import OTHER, as_other, as_root, give_away

FRAME = pd.DataFrame({"n": [1]})
MADE_BY_DOLT = ["config.json", "repo_state.json"]


def mode(path):
    return path.stat().st_mode & 0o777


def test_what_dolt_init_lets_everybody_write_is_made_private_and_used(repository):
    (repository.path / ".dolt" / "config.json").chmod(0o777)

    write_table(repository.path, "t", FRAME)

    assert [mode(repository.path / ".dolt" / name) for name in MADE_BY_DOLT] == [0o600, 0o600]
    assert repository.messages()


def test_a_directory_that_a_save_makes_is_private(tmp_path):
    old = os.umask(0)
    try:
        write_table(tmp_path / "db", "t", FRAME)
    finally:
        os.umask(old)

    loose = [path for path in (tmp_path / "db").rglob("*") if mode(path) & 0o022]
    assert loose == []
    assert [mode(tmp_path / "db" / ".dolt" / name) for name in MADE_BY_DOLT] == [0o600, 0o600]


def test_a_clone_is_private(tmp_path, replicating):
    read_table(tmp_path / "db", "t", remote_conf=Remote(url=replicating[1]))

    assert [mode(tmp_path / "db" / ".dolt" / name) for name in MADE_BY_DOLT] == [0o600, 0o600]


def test_files_are_private_while_a_server_runs(repository):
    with open_database(repository.path):
        assert [mode(repository.path / ".dolt" / name) for name in MADE_BY_DOLT] == [0o600, 0o600]


@pytest.mark.parametrize(
    "name", [".", ".dolt", ".dolt/noms", ".dolt/noms/oldgen", ".dolt/noms/manifest", ".dolt/noms/journal.idx"]
)
def test_a_place_that_everybody_may_write_is_refused_with_what_mends_it(name, repository):
    (repository.path / name).chmod(0o777)

    with pytest.raises(UnsafeDirectoryError, match=f"run `chmod -R go-w {repository.path}"):
        write_table(repository.path, "t", FRAME)

    os.system(f"chmod -R go-w {repository.path}")  # noqa: S605 - as the hint says
    check_ownership(repository.path)


def test_a_new_database_is_not_made_where_everybody_may_write(tmp_path):
    (tmp_path / "db").mkdir()
    (tmp_path / "db").chmod(0o777)

    with pytest.raises(UnsafeDirectoryError):
        write_table(tmp_path / "db", "t", FRAME)

    assert list((tmp_path / "db").iterdir()) == []


def test_a_clone_is_not_made_where_everybody_may_write(tmp_path, replicating):
    (tmp_path / "db").mkdir()
    (tmp_path / "db").chmod(0o777)

    with pytest.raises(UnsafeDirectoryError):
        read_table(tmp_path / "db", "t", remote_conf=Remote(url=replicating[1]))

    assert list((tmp_path / "db").iterdir()) == []


def test_a_clone_gets_no_history_where_everybody_may_write(repository):
    (repository.path / ".dolt").chmod(0o777)

    with pytest.raises(UnsafeDirectoryError):
        deepen(repository.path, Source("file:///nowhere"))


def test_a_group_without_other_members_may_write(repository):
    (repository.path / ".dolt").chmod(0o770)

    check_ownership(repository.path)


@as_root
def test_a_group_with_other_members_may_not(repository):
    shared = next((group for group in grp.getgrall() if set(group.gr_mem) - {"root"}), None)
    if shared is None:
        pytest.skip("no group here has members")
    (repository.path / ".dolt").chmod(0o770)
    os.chown(repository.path / ".dolt", 0, shared.gr_gid)

    with pytest.raises(UnsafeDirectoryError):
        check_ownership(repository.path)


@as_root
def test_the_first_group_of_another_user_may_not(repository):
    """The users whose first group it is are not in the group's own list of members."""
    listed = {group.gr_gid for group in grp.getgrall() if group.gr_mem}
    group = next((user.pw_gid for user in pwd.getpwall() if user.pw_uid and user.pw_gid not in {0, *listed}), None)
    if group is None:
        pytest.skip("no other user here has a group")
    (repository.path / ".dolt").chmod(0o770)
    os.chown(repository.path / ".dolt", 0, group)

    with pytest.raises(UnsafeDirectoryError):
        check_ownership(repository.path)


@as_root
@pytest.mark.parametrize("name", [".", ".dolt", ".dolt/config.json", ".dolt/noms/manifest"])
def test_what_another_user_owns_is_refused(name, repository, monkeypatch):
    monkeypatch.delenv("SUDO_UID", raising=False)
    give_away(repository.path / name)

    with pytest.raises(UnsafeDirectoryError, match=f"{OTHER}.*{SAFE}"), open_database(repository.path):
        pass


@as_root
@pytest.mark.parametrize("said", ["*", "{}", "/nowhere:{}", "{}/../shop"])
def test_a_named_exception_is_used(said, repository, monkeypatch):
    give_away(repository.path)
    monkeypatch.setenv(SAFE, said.format(repository.path))

    with open_database(repository.path) as database, database.connect() as connection:
        assert connection.value("SELECT 1") == 1


@as_root
def test_an_exception_for_all_below_a_directory(repository, monkeypatch):
    give_away(repository.path)
    monkeypatch.setenv(SAFE, f"{repository.path.parent}/*")

    check_ownership(repository.path)


@as_root
@pytest.mark.parametrize("said", ["", "/nowhere", "{}x", "{}/below", "{}/*"])
def test_another_exception_is_none(said, repository, monkeypatch):
    give_away(repository.path)
    monkeypatch.setenv(SAFE, said.format(repository.path))

    with pytest.raises(UnsafeDirectoryError):
        check_ownership(repository.path)


@as_root
def test_who_became_root_by_sudo_keeps_their_directories(repository, monkeypatch):
    give_away(repository.path)
    monkeypatch.setenv("SUDO_UID", str(OTHER))

    check_ownership(repository.path)


@pytest.fixture
def reachable():
    """A database that other users can reach, unlike pytest's temporary directories."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield new_repository(Path(folder) / "shop")


@as_root
def test_a_directory_of_root_is_read_by_another_user(reachable):
    make_private(reachable.path)

    as_other(lambda: check_ownership(reachable.path))


@as_root
def test_another_user_does_not_mend_what_root_left_open(reachable):
    (reachable.path / ".dolt" / "config.json").chmod(0o777)

    with pytest.raises(UnsafeDirectoryError):
        as_other(lambda: check_ownership(reachable.path))


@as_root
def test_another_user_cannot_change_what_a_server_reads(reachable):
    config = reachable.path / ".dolt" / "config.json"

    def attack():
        config.write_text("{}")

    with open_database(reachable.path), pytest.raises(PermissionError):
        as_other(attack)


def describe_server(directory, port=3306):
    """Write the file of a server that does not run, with the id of a process that does."""
    path = directory / ".dolt" / "sql-server.info"
    path.write_text(f"{os.getpid()}:{port}:secret")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("permissions", [0o620, 0o602, 0o666])
def test_a_server_that_others_may_have_named_is_ignored(permissions, repository, server_socket, caplog):
    path = describe_server(repository.path, server_socket)
    assert running_server(repository.path) is not None
    path.chmod(permissions)

    with caplog.at_level(logging.WARNING):
        assert running_server(repository.path) is None

    assert "other users may have written" in caplog.text


@as_root
def test_a_server_that_another_user_named_is_ignored(repository, server_socket):
    give_away(describe_server(repository.path, server_socket))

    assert running_server(repository.path) is None


def test_a_pipe_in_the_place_of_the_file_does_not_keep_us(repository):
    os.mkfifo(repository.path / ".dolt" / "sql-server.info", 0o600)

    assert running_server(repository.path) is None


@pytest.fixture
def server_socket():
    """The port of a server that accepts connections and sends no greeting."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def replicating(tmp_path):
    """A database that is configured to push each commit to a remote, and that remote."""
    repository = new_repository(tmp_path / "shop")
    repository.sql("create table t (n int primary key); call dolt_commit('-Am', 'first')")
    (tmp_path / "remote").mkdir()
    repository.dolt("remote", "add", "origin", f"file://{tmp_path}/remote")
    repository.dolt("push", "origin", "main")
    return repository, f"file://{tmp_path}/remote"


def persist(repository, **settings):
    path = repository.path / ".dolt" / "config.json"
    said = {f"sqlserver.global.{name}": value for name, value in settings.items()}
    path.write_text(json.dumps({**json.loads(path.read_text()), **said}))


def pushed_messages(url, tmp_path):
    repository = new_repository(tmp_path / "look")
    repository.dolt("remote", "add", "origin", url)
    repository.dolt("fetch", "origin")
    return repository.messages("remotes/origin/main")


def test_a_directory_does_not_make_a_private_server_push(replicating, tmp_path):
    repository, url = replicating
    persist(repository, dolt_replicate_to_remote="origin", dolt_replicate_heads="main")

    write_table(repository.path, "t", FRAME, message="second")

    assert pushed_messages(url, tmp_path)[0] == "first"


def test_a_directory_does_not_make_a_private_server_pull(replicating, tmp_path):
    repository, url = replicating
    other = new_repository(tmp_path / "other")
    other.dolt("remote", "add", "origin", url)
    other.sql("create table theirs (n int primary key); call dolt_commit('-Am', 'theirs')")
    other.dolt("push", "--force", "origin", "main")
    persist(repository, dolt_read_replica_remote="origin", dolt_replicate_heads="main")

    write_table(repository.path, "t", FRAME, message="second")

    with open_database(repository.path) as database, database.connect() as connection:
        assert [table for (table,) in connection.rows("SHOW TABLES")] == ["t"]
        assert connection.value("SELECT message FROM dolt_log LIMIT 1") == "second"


def test_replication_that_was_asked_for_is_done(replicating, tmp_path, monkeypatch):
    repository, url = replicating
    persist(repository, dolt_replicate_to_remote="origin", dolt_replicate_heads="main")
    monkeypatch.setenv(REPLICATION, "on")

    write_table(repository.path, "t", FRAME, message="second")

    assert pushed_messages(url, tmp_path)[0] == "second"
