"""Remotes of a database: their URLs and branches, fetching and pushing."""

from __future__ import annotations

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.names.remote_url import parse_remote_url
from dolt_integrations.engine.versions.remotes import (
    add_remote,
    fetch_remote,
    merge_base,
    push_branch,
    remote_branches,
    remotes,
)
from dolt_integrations.errors import ConfigError, LostRaceError, RemoteError, RevisionNotFoundError


@pytest.fixture
def connection(repository):
    """A session on a new database with an empty remote `origin`."""
    with open_database(repository.path) as database, database.connect() as session:
        add_remote(session, "origin", f"file://{repository.path.parent}/backup")
        yield session


def test_the_remotes_of_a_database_are_listed(connection, repository):
    assert remotes(connection) == {"origin": f"file://{repository.path.parent}/backup"}


def test_a_pushed_branch_is_one_of_the_remote(connection):
    push_branch(connection, "origin", "main")

    assert remote_branches(connection, "origin") == {"main": connection.value("SELECT HASHOF('main')")}


def test_a_branch_of_a_remote_is_fetched_or_missed(connection):
    push_branch(connection, "origin", "main")

    fetch_remote(connection, "origin", branch="main")
    with pytest.raises(RevisionNotFoundError):
        fetch_remote(connection, "origin", branch="nowhere")


def test_a_push_of_what_is_behind_loses_the_race(connection):
    connection.execute("CALL DOLT_COMMIT('--allow-empty', '-m', 'one')")
    push_branch(connection, "origin", "main")
    connection.execute("CALL DOLT_RESET('--hard', 'HEAD~1')")
    connection.execute("CALL DOLT_COMMIT('--allow-empty', '-m', 'another')")

    with pytest.raises(LostRaceError):
        push_branch(connection, "origin", "main")

    push_branch(connection, "origin", "main", force=True)


def test_a_remote_that_is_not_there_is_an_error(connection):
    with pytest.raises(RemoteError):
        fetch_remote(connection, "nowhere")
    with pytest.raises(RemoteError):
        push_branch(connection, "nowhere", "main")


def test_the_merge_base_is_the_newest_common_commit(connection):
    start = connection.value("SELECT HASHOF('main')")
    connection.execute("CALL DOLT_COMMIT('--allow-empty', '-m', 'one')")

    assert merge_base(connection, connection.value("SELECT HASHOF('main')"), start) == start


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("owner/repo", "https://doltremoteapi.dolthub.com/owner/repo"),
        ("https://www.dolthub.com/repositories/owner/repo", "https://doltremoteapi.dolthub.com/owner/repo"),
        ("file:///a/./b/", "file:///a/b"),
        ("file:///a%20b", "file:///a b"),
        ("http://host:80/db/", "http://host:80/db"),
        ("aws://[t:b]/db", "aws://[t:b]/db"),
    ],
)
def test_a_url_is_what_dolt_keeps(connection, url, kept):
    assert parse_remote_url(url) == kept

    add_remote(connection, "other", parse_remote_url(url))

    assert remotes(connection)["other"] == kept


def test_a_file_url_with_a_host_is_none():
    with pytest.raises(ConfigError, match="file:///path"):
        parse_remote_url("file://relative/path")
