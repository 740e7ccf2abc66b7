"""A cache that several machines share: S3, other filesystems of fsspec, and their failures."""

import io
import logging
import threading
from pathlib import Path

import fsspec
import pyarrow as pa
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import cache, shared_cache
from dolt_integrations.core.rows import version_rows as rows
from dolt_integrations.core.rows.arrow_file import write_rows
from dolt_integrations.engine import parse_location
from tests.helpers.saves.caches import HASH, OTHER, frame, stored, table
from tests.helpers.threads import in_threads
from tests.helpers.values.samples import assert_same


@pytest.fixture(autouse=True)
def first_time():
    """Forget failures of places in earlier tests."""
    shared_cache.forget()


@pytest.fixture
def shared(object_store, monkeypatch, tmp_path):
    """A bucket as the shared cache, behind a local directory, which `another_machine` empties."""
    monkeypatch.setenv(cache.LOCATION, f"{tmp_path / 'local'},{object_store.url}/cache")
    return object_store


@pytest.fixture
def another_machine(monkeypatch, shared, tmp_path):
    """Return a function that empties the local cache, as on a new machine."""
    numbers = iter(range(100))

    def move(url=f"{shared.url}/cache"):
        monkeypatch.setenv(cache.LOCATION, f"{tmp_path / f'machine{next(numbers)}'},{url}")

    return move


def test_what_one_machine_wrote_another_one_does_not_fetch(shared, another_machine, database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    another_machine()
    no_fetch()

    assert_same(read_table(database, "t").data, frame())
    assert len(shared.keys()) == 2  # the rows, and the list of versions


def test_what_came_from_it_is_kept_in_the_directory(shared, another_machine):
    cache.store(HASH, table())
    another_machine()
    cache.find(HASH)
    another = cache.local_place()

    assert cache.find_here(HASH).equals(table()), another


def test_an_object_is_written_once(shared, another_machine):
    cache.store(HASH, table())
    (key,) = shared.keys()
    shared.write(key, b"as it was")
    another_machine()

    cache.store(HASH, table())

    assert shared.read(key) == b"as it was"


def test_an_object_above_the_size_of_the_cache_is_not_fetched(shared, another_machine, monkeypatch):
    cache.store(HASH, table())
    another_machine()

    monkeypatch.setenv(cache.SIZE, "100")

    assert cache.find(HASH) is None


@pytest.mark.parametrize("content", [b"", b"dolt-integrations 1\n", b"0" * 1000])
def test_a_damaged_object_is_not_used_and_made_anew(content, shared, another_machine, caplog):
    cache.store(HASH, table())
    (key,) = shared.keys()
    shared.write(key, content)
    another_machine()

    assert cache.find(HASH) is None
    cache.store(HASH, table())
    another_machine()
    assert cache.find(HASH).equals(table())
    assert [record.levelname for record in caplog.records if "not used" in record.message] == ["WARNING"]


def test_another_versions_object_under_its_name_is_not_used(shared, another_machine):
    cache.store(HASH, table())
    (first,) = shared.keys()
    cache.store(OTHER, table(1))
    (second,) = {*shared.keys()} - {first}
    shared.write(second, shared.read(first))
    another_machine()

    assert cache.find(OTHER) is None


def test_with_a_key_nothing_is_used_that_was_made_without_it(shared, another_machine, monkeypatch):
    monkeypatch.setenv(shared_cache.SECRET, "a key")
    cache.store(HASH, table())
    (key,) = shared.keys()
    another_machine()
    assert cache.find(HASH).equals(table())

    file = io.BytesIO()
    write_rows(file, table(7), Path(key).stem)
    shared.write(key, file.getvalue())
    another_machine()

    assert cache.find(HASH) is None


def test_with_another_key_an_object_has_another_name(shared, another_machine, monkeypatch):
    for secret in ("", "one", "two"):
        monkeypatch.setenv(shared_cache.SECRET, secret)
        another_machine()
        assert cache.find(HASH) is None
        cache.store(HASH, table())

    assert len(shared.keys()) == 3


def test_it_stays_out_of_use_for_a_while_after_it_failed_with_one_warning(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv(cache.LOCATION, f"{tmp_path / 'local'},nosuchprotocol://place/cache")

    cache.store(HASH, table())
    cache.store(OTHER, table(1))

    assert cache.find(HASH).equals(table())
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert not cache.is_shared()


def test_a_place_that_does_not_answer_is_waited_for_in_bounded_time(monkeypatch, caplog):
    release = threading.Event()
    monkeypatch.setattr(shared_cache, "_read", lambda *arguments: release.wait(60))
    monkeypatch.setenv(shared_cache.TIMEOUT, "0.2")
    monkeypatch.setenv(cache.LOCATION, "off,memory://never")

    assert cache.find(HASH) is None
    assert "no answer within 0.2 s" in caplog.text
    release.set()


@pytest.mark.parametrize("url", ["memory://cache", "file://{}/shared"])
def test_any_file_system_will_do(url, monkeypatch, tmp_path):
    monkeypatch.setenv(cache.LOCATION, f"off,{url.format(tmp_path)}")

    cache.store(HASH, table())

    assert cache.find(HASH).equals(table())
    assert cache.find(OTHER) is None


def test_a_url_alone_has_the_default_directory_in_front_of_it(monkeypatch, home):
    monkeypatch.setenv(cache.LOCATION, "memory://front")

    cache.store(HASH, table())

    assert (home / ".cache/dolt-integrations" / f"{HASH}.arrow").is_file()
    assert fsspec.filesystem("memory").glob("/front/*/*.arrow")


def test_a_directory_may_have_a_comma(monkeypatch, tmp_path):
    monkeypatch.setenv(cache.LOCATION, str(tmp_path / "a,b"))

    cache.store(HASH, table())

    assert stored() == [f"{HASH}.arrow"]


def test_a_secret_in_a_url_is_not_shown(monkeypatch, caplog):
    monkeypatch.setenv(cache.LOCATION, "off,nosuchprotocol://me:geheim@place/cache")

    cache.find(HASH)

    assert "nosuchprotocol" in caplog.text
    assert "geheim" not in caplog.text


def test_readers_at_once_fetch_a_version_once(shared, another_machine, database, monkeypatch):
    monkeypatch.setattr(cache, "_store_here", lambda *arguments: None)
    monkeypatch.setattr(cache, "find_here", lambda *arguments: None)
    with monkeypatch.context() as alone:
        alone.setenv(cache.LOCATION, "off")
        write_table(database, "t", frame(), primary_key="n")
    fetched = []
    monkeypatch.setattr(rows, "fetch", lambda *given, fetch=rows.fetch: fetched.append(1) or fetch(*given))
    read = []
    in_threads([lambda: read.append(read_table(database, "t").data)] * 4)

    assert len(read) == 4
    assert len(fetched) == 1
    assert_same(read[-1], frame())


def test_rows_without_columns_of_the_table_are_not_used(shared, another_machine, database):
    version = write_table(database, "t", frame(), primary_key="n")
    another_machine()
    cache.store(
        cache.version_key(parse_location(database).source, version.table_hash), pa.table({"other": range(100_000)})
    )

    assert_same(read_table(database, "t").data, frame())
