"""The cache of versions: what is in it is used, what is wrong with it is not noticed, and the data is always right."""

import decimal
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import NewBranch, cache, read_table, rows, write_table
from dolt_integrations.errors import ServerError
from tests.conftest import run_sql
from tests.samples import FAMILIES, TYPES, assert_same

HASH = "0123456789abcdefghijklmnopqrstuv"
OTHER = HASH[::-1]
SIZE = 40_000


def table(start=0, size=SIZE):
    return pa.table({"n": range(start, start + size)})


def frame(start=0, size=SIZE):
    return pd.DataFrame({"n": range(start, start + size), "text": [f"text {n}" for n in range(size)]})


def file_of(key=HASH):
    return folder() / f"{key}.arrow"


def folder():
    return Path(os.environ[cache.LOCATION])


def stored():
    return sorted(path.name for path in folder().iterdir()) if folder().is_dir() else []


def empty(place):
    for path in place.iterdir():
        path.unlink()


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv(cache.LOCATION, str(tmp_path / "cache"))
    monkeypatch.delenv(cache.SIZE, raising=False)
    return tmp_path / "cache"


@pytest.fixture
def no_fetch(monkeypatch):
    """Lets every fetch of a whole table fail from its call on."""

    def refuse():
        def fetch(*arguments, **options):
            raise ServerError("it was fetched")

        monkeypatch.setattr(rows, "fetch", fetch)

    return refuse


# The store by itself


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


def test_a_link_into_a_directory_of_others_is_not_used(own_cache, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o777)
    own_cache.symlink_to(tmp_path / "shared")

    cache.store(HASH, table())

    assert list((tmp_path / "shared").iterdir()) == []


@pytest.mark.parametrize("room", [0, 10, 60, 5_000, 300_000])
def test_a_full_disk_leaves_nothing(room):
    """No file may grow beyond `room` bytes: the kernel refuses, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        cache.store(HASH, table())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert stored() == []
    assert cache.find(HASH) is None


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

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert not [name for name in stored() if name.endswith(".part")]


def test_many_processes_store_one_version(script):
    code = """
        import sys
        from tests.core.test_cache import HASH, cache, table
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(20):
            cache.store(HASH, table())
            found = cache.find(HASH)
            assert found is None or found.equals(table())
            cache._remove(cache._folder(make=True) / f"{HASH}.arrow")
        cache.store(HASH, table())
    """
    running = [script(code) for _ in range(3)]
    for each in running:
        each.expect("ready")
    for each in running:
        each.tell("go")
    for each in running:
        each.finish()

    assert cache.find(HASH).equals(table())
    assert stored() == [f"{HASH}.arrow"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs a process as another user")
def test_a_read_only_directory_is_read(own_cache):
    """Of a user that may not write to it: root may write everywhere."""
    cache.store(HASH, table())
    for path in (own_cache, file_of()):
        os.chown(path, 12345, 12345)
    own_cache.chmod(0o555)
    code = (
        "import os, sys; from dolt_integrations.core import cache\n"
        "os.setgroups([]); os.setgid(12345); os.setuid(12345)\n"
        f"import pyarrow as pa; cache.store({OTHER!r}, pa.table({{'n': range({SIZE})}}))\n"
        f"print(cache.find({HASH!r}).num_rows, cache.find({OTHER!r}))"
    )
    for parent in own_cache.parents:
        if parent.stat().st_uid == os.getuid() and parent.is_relative_to(tempfile.gettempdir()):
            parent.chmod(parent.stat().st_mode | 0o055)

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )

    assert done.stdout == f"{SIZE} None\n", done.stderr


# What is read and written goes through it


def test_a_version_that_was_read_is_not_fetched_again(database, own_cache, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    empty(own_cache)
    read_table(database, "t")
    no_fetch()

    assert_same(read_table(database, "t").data, frame())


def test_without_it_each_read_fetches(database, monkeypatch, no_fetch):
    monkeypatch.setenv(cache.LOCATION, "off")
    write_table(database, "t", frame(), primary_key="n")
    read_table(database, "t")
    no_fetch()

    with pytest.raises(ServerError, match="it was fetched"):
        read_table(database, "t")


def test_a_version_that_was_written_is_not_fetched(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()

    assert_same(read_table(database, "t").data, frame())


def test_an_unchanged_save_of_what_was_written_fetches_nothing(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()

    assert not write_table(database, "t", frame(), primary_key="n").changed


def test_a_changed_save_of_what_was_written_fetches_nothing(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()
    changed = frame()
    changed.loc[7, "text"] = "another"

    write_table(database, "t", changed, primary_key="n")

    assert_same(read_table(database, "t").data, changed)


def test_the_same_content_on_another_branch_is_not_fetched(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()

    write_table(database, "t", frame(), primary_key="n", branch_conf=NewBranch("b"))

    assert_same(read_table(database, "t", branch_conf=NewBranch("b")).data, frame())


def test_a_read_after_somebody_elses_commit_is_of_that(database):
    write_table(database, "t", frame(), primary_key="n")
    run_sql(database, "UPDATE t SET text = 'theirs' WHERE n = 5", "CALL dolt_commit('-Am', 'theirs')")

    assert read_table(database, "t").data["text"][5] == "theirs"


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_read_with_a_damaged_file_is_right(database, damage):
    write_table(database, "t", frame(), primary_key="n")
    (path,) = folder().iterdir()
    DAMAGE[damage](path)

    assert_same(read_table(database, "t").data, frame())


def test_another_versions_file_under_the_name_is_not_read(database):
    write_table(database, "t", frame(), primary_key="n")
    (first,) = folder().iterdir()
    content = first.read_bytes()
    write_table(database, "t", frame(1), primary_key="n")
    (second,) = set(folder().iterdir()) - {first}

    second.write_bytes(content)

    assert_same(read_table(database, "t").data, frame(1))


def test_a_save_over_another_versions_file_under_the_name_loses_nothing(database):
    write_table(database, "t", frame(), primary_key="n")
    (first,) = folder().iterdir()
    content = first.read_bytes()
    write_table(database, "t", frame(1), primary_key="n")
    (second,) = set(folder().iterdir()) - {first}
    second.write_bytes(content)

    write_table(database, "t", frame(), primary_key="n")

    assert run_sql(database, "SELECT MIN(n), MAX(n) FROM t") == [(0, SIZE - 1)]


def test_what_is_read_from_it_may_be_changed_in_place(database):
    write_table(database, "t", frame(), primary_key="n")

    data = read_table(database, "t").data
    data.loc[3, "n"] = -1
    data["n"].to_numpy()

    assert read_table(database, "t").data["n"][3] == 3


def both_ways(url, place, tablename="t"):
    """Read what was remembered, and what a fetch gives."""
    assert stored(), "it was not remembered"
    remembered = read_table(url, tablename).data
    empty(place)
    return remembered, read_table(url, tablename).data


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("key", ["number", None])
def test_what_was_written_is_read_as_a_fetch_gives_it(database, own_cache, monkeypatch, name, key):
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    values = TYPES[name]
    data = pd.DataFrame({"number": range(len(values))[::-1], "value": values.reset_index(drop=True)})
    write_table(database, "t", data, primary_key=key)

    first = read_table(database, "t").data
    empty(own_cache) if own_cache.exists() else None
    second = read_table(database, "t").data

    by = ["number"]
    assert_same(first.sort_values(by, ignore_index=not key), second.sort_values(by, ignore_index=not key))
    if key:
        assert first["number"].tolist() == second["number"].tolist() == sorted(data["number"])


KEYS = {
    "int8": pd.Series([3, -128, 127, 0], dtype="int8"),
    "uint64": pd.Series([2**64 - 1, 0, 2**63], dtype="uint64"),
    "text": pd.Series(["b", "a", "B", "é", "e\u0301", "日本", "🍣", "", " ", "a ", "\uffff", "z"]),
    "float": pd.Series([0.5, -1.5, 1e308, 5e-324, 0.0]),
    "float32": pd.Series([0.5, -1.5, 3e38, 0.1], dtype="float32"),
    "bool": pd.Series([True, False]),
    "date": TYPES["dates"],
    "moment": TYPES["time zone in microseconds"],
    "decimal": TYPES["money"],
    "wide decimal": TYPES["decimals of 65 digits"],
    "bytes": pd.Series([b"b", b"", b"a\0", b"\xff", b"a"], dtype=object),
    "categories": pd.Series(pd.Categorical(["x", "y", "z"], categories=["z", "y", "x"])),
    "times": TYPES["times"],
    "UUIDs": TYPES["UUIDs"],
    "spans": TYPES["spans in us"],
}


@pytest.mark.parametrize("name", KEYS)
def test_what_was_written_is_in_the_order_that_a_fetch_gives(database, own_cache, monkeypatch, name):
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    data = pd.DataFrame({"value": range(len(KEYS[name])), "key": KEYS[name].reset_index(drop=True)})
    write_table(database, "t", data, primary_key="key")

    first = read_table(database, "t").data
    empty(own_cache) if own_cache.exists() else None

    assert_same(first, read_table(database, "t").data)


def test_a_key_of_two_columns_is_in_the_order_of_the_key(database, own_cache, monkeypatch):
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    pairs = list(itertools.product(["b", "a", "c"], [2, -1, 3]))
    data = pd.DataFrame({"text": [a for a, _ in pairs], "n": [b for _, b in pairs]})
    write_table(database, "t", data, primary_key=["n", "text"])

    first, second = both_ways(database, own_cache)

    assert_same(first, second)
    assert first["n"].is_monotonic_increasing


FOREIGN = {
    "a trigger": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "CREATE TRIGGER twice BEFORE INSERT ON t FOR EACH ROW SET NEW.v = NEW.v * 2",
    ),
    "AUTO_INCREMENT": ("CREATE TABLE t (k bigint AUTO_INCREMENT PRIMARY KEY, v bigint)",),
    "a generated column": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v + 1) STORED)",),
    "a collation in the key": ("CREATE TABLE t (k varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",),
    "a secondary index": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint, KEY (v))",),
    "a covering index": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint, UNIQUE KEY (v, k))",),
    "FLOAT": ("CREATE TABLE t (k bigint PRIMARY KEY, v float)",),
    "a short DECIMAL": ("CREATE TABLE t (k bigint PRIMARY KEY, v decimal(20,4))",),
    "CHAR": ("CREATE TABLE t (k char(20) PRIMARY KEY, v bigint)",),
    "BINARY": ("CREATE TABLE t (k bigint PRIMARY KEY, v binary(8))",),
    "DATETIME of seconds": ("CREATE TABLE t (k bigint PRIMARY KEY, v datetime)",),
    "TIMESTAMP": ("CREATE TABLE t (k bigint PRIMARY KEY, v timestamp(6) NULL)",),
    "ENUM": ("CREATE TABLE t (k enum('z', 'y', 'x') PRIMARY KEY, v bigint)",),
    "TIME": ("CREATE TABLE t (k bigint PRIMARY KEY, v time(6))",),
    "latin1": ("CREATE TABLE t (k varchar(20) CHARACTER SET latin1 PRIMARY KEY, v bigint)",),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_table_that_was_written_is_read_as_a_fetch_gives_it(database, own_cache, monkeypatch, what):
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    run_sql(database, *FOREIGN[what], "CALL dolt_commit('-Am', 'theirs')")
    texts = what in ("a collation in the key", "CHAR", "ENUM", "latin1")
    data = pd.DataFrame({"k": ["x", "Y", "z"] if texts else [0, 9, 5], "v": [3, 2, 1]})
    if what == "ENUM":
        data["k"] = ["x", "y", "z"]
    if what == "BINARY":
        data["v"] = [b"a", b"b\0", b""]
    if "DATETIME" in what or what == "TIMESTAMP":
        moments = ["2020-01-01T00:00:01", "1999-12-31T00:00:00", "2020-01-01T00:00:00"]
        data["v"] = pd.Series(moments, dtype="datetime64[us]")
    if what == "a short DECIMAL":
        data["v"] = [decimal.Decimal("1.5"), decimal.Decimal("-2.25"), None]
    if what == "FLOAT":
        data["v"] = pd.Series([0.1, -0.0, None], dtype="float32")
    if what == "TIME":
        data["v"] = pd.to_timedelta([1, 2, -1], unit="s").astype("timedelta64[us]")
    write_table(database, "t", data)

    first = read_table(database, "t").data
    if own_cache.exists():
        empty(own_cache)

    assert_same(first, read_table(database, "t").data)
