"""Faults of the cache (files, directories, disks) go unnoticed, and the rows are always right."""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import cache, cache_folder
from dolt_integrations.core.rows.kept_versions import KeptVersion, kept_versions, note_version, table_key
from tests.conftest import run_sql
from tests.helpers.saves.caches import HASH, OTHER, SIZE, file_of, folder, frame, stored, table
from tests.helpers.script import run_together
from tests.helpers.temporary import PYTEST_ROOT
from tests.helpers.threads import in_threads
from tests.helpers.values.samples import assert_same

pytestmark = pytest.mark.usefixtures("own_cache")


def _flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "only the magic": lambda path: path.write_bytes(path.read_bytes()[:20]),
    "cut in the digest": lambda path: path.write_bytes(path.read_bytes()[:30]),
    "cut behind the digest": lambda path: path.write_bytes(path.read_bytes()[:52]),
    "cut in the middle": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "cut at the end": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "a bit of the magic": lambda path: _flip(path, 0),
    "a bit of the digest": lambda path: _flip(path, 25),
    "a bit of the schema": lambda path: _flip(path, 100),
    "a bit of the rows": lambda path: _flip(path, -5_000),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "noise": lambda path: path.write_bytes(os.urandom(path.stat().st_size)),
    "of a later format": lambda path: path.write_bytes(path.read_bytes().replace(b"s 1\n", b"s 2\n", 1)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_not_used_and_made_anew(damage):
    cache.store(HASH, table())
    DAMAGE[damage](file_of())

    assert cache.find(HASH) is None
    cache.store(HASH, table())
    assert cache.find(HASH).equals(table())


def test_another_versions_file_under_its_name_is_not_used():
    cache.store(HASH, table())
    cache.store(OTHER, table(1))
    file_of(HASH).write_bytes(file_of(OTHER).read_bytes())

    assert cache.find(HASH) is None


def test_a_directory_under_its_name_is_not_used(own_cache):
    cache.store(OTHER, table())
    (own_cache / f"{HASH}.arrow").mkdir()

    cache.store(HASH, table())

    assert cache.find(HASH) is None


def test_a_file_in_the_directorys_place_is_left_alone(own_cache):
    own_cache.write_text("mine")

    cache.store(HASH, table())

    assert cache.find(HASH) is None
    assert own_cache.read_text() == "mine"


def test_a_directory_below_a_file_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv(cache.LOCATION, str(tmp_path / "file" / "cache"))

    cache.store(HASH, table())

    assert cache.find(HASH) is None


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o1777])
def test_a_directory_that_others_may_write_to_is_not_used(own_cache, mode):
    cache.store(HASH, table())
    own_cache.chmod(mode)

    cache.store(OTHER, table())

    assert cache.find(HASH) is None
    assert stored() == [f"{HASH}.arrow"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives a directory to another user")
def test_a_directory_of_another_user_is_not_used(own_cache):
    cache.store(HASH, table())
    os.chown(own_cache, 12345, 12345)

    cache.store(OTHER, table())

    assert cache.find(HASH) is None
    assert stored() == [f"{HASH}.arrow"]


@pytest.mark.parametrize("other", [-1, 1], ids=["a lower number", "a higher number"])
def test_what_belongs_to_a_user_of_another_number_is_not_used(other, own_cache, monkeypatch):
    cache.store(HASH, table())
    user = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: user - other)

    assert cache_folder.folder(make=False) is None
    with pytest.raises(ValueError, match="another user"):
        cache_folder.read_own(file_of(HASH))


def test_a_link_into_a_directory_of_others_is_not_used(own_cache, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)
    own_cache.symlink_to(tmp_path / "shared")

    cache.store(HASH, table())

    assert list((tmp_path / "shared").iterdir()) == []


@pytest.mark.parametrize("room", [0, 10, 60, 5_000, 300_000])
def test_a_full_disk_leaves_nothing(room):
    """The kernel limits files to `room` bytes, so writes fail as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        cache.store(HASH, table())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert stored() == []
    assert cache.find(HASH) is None


def test_an_interruption_leaves_nothing(own_cache, monkeypatch):
    write = cache._write

    def interrupted(*arguments):
        write(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        cache.store(HASH, table())

    assert list(own_cache.iterdir()) == []


def test_it_may_be_deleted_while_it_is_in_use(own_cache):
    cache.store(HASH, table())
    found = cache.find(HASH)

    file_of().unlink()
    own_cache.rmdir()
    cache.store(HASH, table())

    assert found.equals(table())
    assert cache.find(HASH).equals(table())


def test_many_threads_store_and_find_one_version():
    wrong = []

    def work():
        for _ in range(20):
            cache.store(HASH, table())
            found = cache.find(HASH)
            if found is not None and not found.equals(table()):
                wrong.append(found)
            file_of().unlink(missing_ok=True)

    in_threads([work] * 8)

    assert wrong == []
    assert not [name for name in stored() if name.endswith(".part")]


def test_many_processes_store_one_version(script):
    code = """
        import sys
        from tests.helpers.saves.caches import HASH, cache, table
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(20):
            cache.store(HASH, table())
            found = cache.find(HASH)
            assert found is None or found.equals(table())
            cache._remove(cache.folder(make=True) / f"{HASH}.arrow")
        cache.store(HASH, table())
    """
    running = [script(code) for _ in range(3)]
    run_together(running)

    assert cache.find(HASH).equals(table())
    assert stored() == [f"{HASH}.arrow"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs a process as another user")
def test_a_read_only_directory_is_read(own_cache):
    """Run as a user who may not write to it, because root may write everywhere."""
    cache.store(HASH, table())
    for path in (own_cache, file_of()):
        os.chown(path, 12345, 12345)
    own_cache.chmod(0o555)
    code = (
        "import os, sys; from dolt_integrations.core.rows import cache\n"
        "os.setgroups([]); os.setgid(12345); os.setuid(12345)\n"
        f"import pyarrow as pa; cache.store({OTHER!r}, pa.table({{'n': range({SIZE})}}))\n"
        f"print(cache.find({HASH!r}).num_rows, cache.find({OTHER!r}))"
    )
    root = os.environ.get(PYTEST_ROOT, tempfile.gettempdir())
    for parent in own_cache.parents:
        if parent.stat().st_uid == os.getuid() and parent.is_relative_to(root):
            parent.chmod(parent.stat().st_mode | 0o055)

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3]
    )

    assert done.stdout == f"{SIZE} None\n", done.stderr


@pytest.mark.parametrize("damage", ["empty", "cut in the middle", "a bit of the rows", "of a later format"])
def test_a_read_with_a_damaged_file_is_right(database, damage):
    write_table(database, "t", frame(), primary_key="n")
    (path,) = folder().glob("*.arrow")
    DAMAGE[damage](path)

    assert_same(read_table(database, "t").data, frame())


@pytest.fixture
def swapped(database):
    """A database in whose cache the newest version, `frame(1)`, has the file of the previous one."""
    write_table(database, "t", frame(), primary_key="n")
    (first,) = folder().glob("*.arrow")
    content = first.read_bytes()
    write_table(database, "t", frame(1), primary_key="n")
    (second,) = set(folder().glob("*.arrow")) - {first}
    second.write_bytes(content)
    return database


def test_another_versions_file_under_the_name_is_not_read(swapped):
    assert_same(read_table(swapped, "t").data, frame(1))


def test_a_save_over_another_versions_file_under_the_name_loses_nothing(swapped):
    write_table(swapped, "t", frame(), primary_key="n")

    assert run_sql(swapped, "SELECT MIN(n), MAX(n) FROM t") == [(0, SIZE - 1)]


def test_a_directory_in_the_place_of_the_list_of_versions_is_left_alone(own_cache):
    cache.store(HASH, table())
    (own_cache / f"{table_key('db', 't')}.versions").mkdir()

    note_version("db", "t", KeptVersion(HASH, HASH))

    assert kept_versions("db", "t") == []
    assert sorted(path.suffix for path in own_cache.iterdir()) == [".arrow", ".versions"]
