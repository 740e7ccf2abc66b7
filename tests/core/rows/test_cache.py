"""The cache of versions alone: what is stored, where, and what is removed when it is full."""

import os

import pytest

from dolt_integrations.core.rows import cache
from dolt_integrations.core.rows.kept_versions import KeptVersion, kept_versions, note_version
from tests.helpers.saves.caches import HASH, OTHER, file_of, folder, stored, table

pytestmark = pytest.mark.usefixtures("own_cache")


def test_what_was_stored_is_found():
    cache.store(HASH, table())

    assert cache.find(HASH).equals(table())


def test_what_was_not_stored_is_not_found():
    cache.store(HASH, table())

    assert cache.find(OTHER) is None


@pytest.mark.parametrize("key", [None, "", "../../../etc/passwd", "x" * 32, HASH.upper(), HASH + "\n"])
def test_what_is_no_hash_is_neither_stored_nor_found(key):
    cache.store(key, table())

    assert cache.find(key) is None
    assert stored() == []


@pytest.mark.parametrize("said", ["off", "OFF", "0", "false", "no"])
def test_it_can_be_off(said, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(cache.LOCATION, said)

    cache.store(HASH, table())

    assert cache.find(HASH) is None
    assert list(tmp_path.iterdir()) == []


def test_it_is_in_the_cache_directory_of_the_user(home, monkeypatch):
    monkeypatch.delenv(cache.LOCATION)

    cache.store(HASH, table())

    assert (home / ".cache" / "dolt-integrations" / f"{HASH}.arrow").is_file()


def test_it_is_in_the_cache_directory_that_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.delenv(cache.LOCATION)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))

    cache.store(HASH, table())

    assert (tmp_path / "xdg" / "dolt-integrations" / f"{HASH}.arrow").is_file()


def test_others_may_not_read_what_it_makes(own_cache):
    cache.store(HASH, table())

    assert own_cache.stat().st_mode & 0o077 == 0


def test_a_user_without_a_home_has_no_cache(monkeypatch):
    monkeypatch.delenv(cache.LOCATION)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", lambda uid: {}[uid])

    cache.store(HASH, table())

    assert cache.find(HASH) is None


def test_a_small_table_is_not_stored():
    cache.store(HASH, table(size=100))

    assert stored() == []


def test_a_table_that_would_fill_it_is_not_stored(monkeypatch):
    monkeypatch.setenv(cache.SIZE, str(table().nbytes * 2))

    cache.store(HASH, table())

    assert stored() == []


@pytest.mark.parametrize("said", ["", "much", "-1", "1e9", "²"])
def test_a_size_that_is_no_number_is_the_usual_one(said, monkeypatch):
    monkeypatch.setenv(cache.SIZE, said)

    cache.store(HASH, table())

    assert cache.find(HASH) is not None


def test_what_was_used_longest_ago_goes_first(monkeypatch):
    keys = [str(number) * 32 for number in range(6)]
    monkeypatch.setenv(cache.SIZE, str(int(table().nbytes * 4.5)))
    for age, key in enumerate(keys[:4]):
        cache.store(key, table(age))
        os.utime(file_of(key), (age + 1, age + 1))
    cache.find(keys[0])

    cache.store(keys[4], table(4))
    cache.store(keys[5], table(5))

    assert stored() == [f"{keys[at]}.arrow" for at in (0, 3, 4, 5)]


def test_it_never_takes_more_than_it_may(monkeypatch):
    limit = table().nbytes * 5
    monkeypatch.setenv(cache.SIZE, str(limit))

    for number in range(12):
        cache.store(f"{number:032d}", table(number))
        assert sum(path.stat().st_size for path in folder().iterdir()) <= limit


def test_what_a_dead_process_left_half_written_goes(own_cache, monkeypatch):
    cache.store(HASH, table())
    left = own_cache / f"{OTHER}.0badf00d.part"
    left.write_bytes(b"x" * table().nbytes * 4)
    os.utime(left, (1, 1))
    monkeypatch.setenv(cache.SIZE, str(table().nbytes * 5))

    cache.store(OTHER, table(1))

    assert not left.exists()
    assert cache.find(OTHER).equals(table(1))


def test_a_foreign_file_in_it_stays(own_cache, monkeypatch):
    cache.store(HASH, table())
    (own_cache / "thesis.doc").write_bytes(b"x" * 10_000_000)
    monkeypatch.setenv(cache.SIZE, str(table().nbytes * 4))

    for number in range(8):
        cache.store(f"{number:032d}", table(number))

    assert (own_cache / "thesis.doc").exists()


def test_its_usage_is_its_directory_and_the_size_of_all_files_in_it(own_cache, monkeypatch):
    assert cache.usage() is None
    cache.store(HASH, table())
    (own_cache / "another").write_bytes(b"12345")

    assert cache.usage() == (own_cache, file_of(HASH).stat().st_size + 5)

    monkeypatch.setenv(cache.LOCATION, "off")
    assert cache.usage() is None


def test_it_lists_the_versions_of_a_table_newest_first_and_each_once():
    cache.store(HASH, table())
    one, two = KeptVersion(HASH, HASH), KeptVersion(OTHER, OTHER)

    for version in (one, two, one):
        note_version("db", "t", version)

    assert kept_versions("db", "T") == [two, one]
    assert kept_versions("db", "u") == kept_versions("other", "t") == []
