"""Faults of the cache (files, directories, disks) go unnoticed, and the rows are always right."""

import os

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import cache
from tests.conftest import run_sql
from tests.helpers.saves.caches import HASH, SIZE, file_of, folder, frame, table
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


@pytest.fixture
def swapped(database):
    """A database whose newest version, `frame(1)`, has the file of the version before it in the cache."""
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
