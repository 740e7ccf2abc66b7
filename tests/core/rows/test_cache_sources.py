"""Cached versions belong to their source: a server that lies about a hash affects only itself."""

import os

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, read_table, write_table
from dolt_integrations.core.rows import cache
from dolt_integrations.engine.names.location import parse_location
from tests.conftest import new_repository, run_sql
from tests.helpers.saves.caches import HASH, file_of, frame, stored, table

pytestmark = pytest.mark.usefixtures("own_cache")


def test_equal_tables_of_two_databases_are_kept_twice(database, shared_server):
    run_sql(shared_server.url, "CREATE DATABASE other_source")
    other = shared_server.url.removesuffix("shared") + "other_source"

    one = write_table(database, "t", frame(), primary_key="n")
    two = write_table(other, "t", frame(), primary_key="n")
    run_sql(shared_server.url, "DROP DATABASE other_source")

    assert one.table_hash == two.table_hash
    assert len(stored()) == 2


def test_a_hash_that_another_server_gave_names_nothing(database, monkeypatch):
    version = write_table(database, "t", frame(), primary_key="n")
    lie = cache.version_key("mysql://evil.example:3306/db?tls=False", version.table_hash)
    cache.store(lie, table())

    assert read_table(database, "t").data["text"].tolist() == frame()["text"].tolist()


def test_a_directory_is_found_again_by_its_real_path(tmp_path, monkeypatch):
    repository = new_repository(tmp_path / "db")
    (tmp_path / "link").symlink_to(repository.path)
    write_table(repository.path, "t", frame(), primary_key="n")

    read_table(tmp_path / "link", "t")

    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mysql://h/d", "mysql://h/e"),
        ("mysql://h/d", "mysql://i/d"),
        ("mysql://h/d", "mysql://h:3307/d"),
    ],
)
def test_sources_differ(one, other):
    assert parse_location(one).source != parse_location(other).source


def test_users_of_a_server_share_what_is_kept():
    assert parse_location("mysql://a:x@H/d").source == parse_location("mysql://b:y@h/d").source


def test_a_password_is_in_no_source():
    assert "secret" not in parse_location("mysql://a:secret@h/d").source


def test_no_other_user_may_read_the_cache(own_cache):
    old = os.umask(0)
    try:
        cache.store(HASH, table())
    finally:
        os.umask(old)

    assert own_cache.stat().st_mode & 0o777 == 0o700
    assert file_of().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o755, 0o740, 0o710, 0o704, 0o701])
def test_a_folder_that_others_may_read_or_enter_is_narrowed(mode, own_cache):
    own_cache.mkdir()
    own_cache.chmod(mode)

    cache.store(HASH, table())

    assert own_cache.stat().st_mode & 0o777 == 0o700


def test_a_folder_with_other_files_is_neither_used_nor_closed(own_cache, caplog):
    own_cache.mkdir()
    own_cache.chmod(0o755)
    (own_cache / "notes.txt").write_text("mine")

    cache.store(HASH, table())

    assert own_cache.stat().st_mode & 0o777 == 0o755
    assert not file_of().exists()
    assert "chmod 700" in caplog.text


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o707])
def test_a_folder_that_others_may_write_to_is_not_used(mode, own_cache, caplog):
    cache.store(HASH, table())
    own_cache.chmod(mode)

    assert cache.find(HASH) is None
    assert "other users may write" in caplog.text


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_read():
    cache.store(HASH, table())
    os.chown(file_of(), 4711, 4711)

    assert cache.find(HASH) is None


def test_a_merged_save_is_not_kept_as_what_it_wrote(database, set_limits):
    """The merge contains other writers' rows, which the frame lacks."""
    set_limits(cached_bytes=0)
    base = write_table(database, "t", pd.DataFrame({"n": [1, 2, 3], "a": [0, 0, 0]}), primary_key="n")
    write_table(database, "t", pd.DataFrame({"n": [1, 2, 3], "a": [7, 0, 0]}))
    work = MergeBranch(branch_from=base.commit, merge_to=base.branch)

    write_table(database, "t", pd.DataFrame({"n": [1, 2, 3], "a": [0, 0, 9]}), branch_conf=work)

    assert read_table(database, "t").data.set_index("n")["a"].to_dict() == {1: 7, 2: 0, 3: 9}


def test_timestamps_are_not_kept(database, set_limits):
    """A TIMESTAMP is read in the server's current time zone."""
    set_limits(cached_bytes=0)
    run_sql(
        database, "CREATE TABLE t (n INT PRIMARY KEY, at TIMESTAMP)", "INSERT INTO t VALUES (1, '2020-01-01 12:00:00')",
        "CALL dolt_commit('-Am', 'by hand')",
    )  # fmt: skip

    read_table(database, "t")
    write_table(database, "t", pd.DataFrame({"n": [1, 2], "at": pd.to_datetime(["2020-01-01", "2021-01-01"])}))

    assert stored() == []
