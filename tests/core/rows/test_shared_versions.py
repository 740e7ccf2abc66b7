"""A machine without any version builds a new one from an older one in the shared cache, exactly as a fetch gives it."""

from functools import partial

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import cache, shared_cache, shared_versions
from dolt_integrations.core.rows import version_rows as rows
from dolt_integrations.core.rows.cache_places import SharedPlace
from dolt_integrations.core.rows.kept_versions import KeptVersion, table_key
from dolt_integrations.engine import parse_location
from tests.helpers.saves import caches
from tests.helpers.saves.caches import HASH, OTHER, table
from tests.helpers.saves.exact import assert_exact, commit
from tests.helpers.servers.faulty_store import FAULTS
from tests.helpers.threads import in_threads
from tests.helpers.values.samples import assert_same

CHANGE = "UPDATE t SET text = CONCAT(text, ' changed') WHERE n % 100 = 7"


@pytest.fixture(autouse=True)
def no_failure_is_remembered(set_limits):
    """Cache tables of any size, and forget failures of places in earlier tests."""
    set_limits(cached_bytes=0)
    shared_cache.forget()
    yield
    shared_cache.forget()


def frame(start=0):
    return caches.frame(start, 400)


@pytest.fixture
def place(monkeypatch, tmp_path):
    """A folder as the shared cache."""
    (tmp_path / "shared").mkdir()
    monkeypatch.setenv(cache.LOCATION, f"{tmp_path / 'first'},file://{tmp_path / 'shared'}")
    return tmp_path / "shared"


@pytest.fixture
def empty_machine(monkeypatch, tmp_path, place):
    """Return a function that empties the local cache, as on a new machine."""
    numbers = iter(range(100))
    return lambda: monkeypatch.setenv(cache.LOCATION, f"{tmp_path / f'machine{next(numbers)}'},file://{place}")


@pytest.fixture
def fetched(monkeypatch):
    """The tables that are fetched as a whole from now on."""
    found = []
    monkeypatch.setattr(rows, "fetch", lambda *given, fetch=rows.fetch: found.append(given[1]) or fetch(*given))
    return found


def listing(place, url):
    """Return the file with the list of the table's versions."""
    name = shared_cache._name(table_key(parse_location(url).source, "t"))
    return place / name[:2] / f"{name}.arrow"


def listed(place, url):
    shared = SharedPlace(f"file://{place}")
    found = shared_versions._listed(shared, table_key(parse_location(url).source, "t"))
    return [each.table_hash for each in found]


def test_only_what_differs_from_a_version_in_the_shared_cache_is_fetched(place, empty_machine, database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    commit(database, CHANGE)
    empty_machine()
    no_fetch()

    changed = frame()
    changed.loc[7::100, "text"] += " changed"
    assert_same(read_table(database, "t").data, changed)


def test_the_version_that_it_was_built_from_is_not_copied_to_the_machine(place, empty_machine, database):
    write_table(database, "t", frame(), primary_key="n")
    commit(database, CHANGE)
    empty_machine()

    read_table(database, "t")

    assert len(list(cache.folder(make=False).glob("*.arrow"))) == 1


def test_where_the_versions_on_the_machine_differ_too_much_one_in_the_shared_cache_is_taken(
    place, empty_machine, database, no_fetch
):
    write_table(database, "t", frame(), primary_key="n")
    on_this_machine = cache.local_place()
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setenv(cache.LOCATION, f"{place.parent / 'elsewhere'},file://{place}")
        version = write_table(database, "t", frame().assign(text="all of them"), primary_key="n")
    commit(database, CHANGE)
    assert cache.local_place() == on_this_machine
    no_fetch()

    assert read_table(database, "t").data["text"].value_counts().to_dict() == {
        "all of them": len(frame()) - len(frame()) // 100,
        "all of them changed": len(frame()) // 100,
    }
    assert version.table_hash in listed(place, database)


def test_the_list_has_the_newest_versions_and_does_not_grow(place, database, set_limits):
    set_limits(kept_versions=3)
    versions = [write_table(database, "t", frame(start), primary_key="n").table_hash for start in range(4)]

    assert listed(place, database) == versions[:0:-1]


def test_another_branch_and_another_case_have_the_same_list(place, empty_machine, database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    version = commit(database, "CALL DOLT_CHECKOUT('-b', 'theirs')", CHANGE)
    empty_machine()
    no_fetch()

    assert len(read_table(database, "T", as_of=version).data) == len(frame())


def test_machines_that_list_versions_at_once_leave_a_list_of_some(place):
    version = [KeptVersion(f"{n:032}", f"{n:032}") for n in range(8)]
    in_threads(partial(shared_versions.share_version, "db", "t", each) for each in version)
    shared_cache.forget()
    shared_versions.share_version("db", "t", KeptVersion(HASH, HASH))

    ((_, found),) = shared_versions.shared_versions("db", "t")
    assert found[0] == KeptVersion(HASH, HASH)
    assert set(found[1:]) <= set(version)


def copy_of_rows(place, url):
    """Store a valid object under the name of the list."""
    (rows_file,) = {*place.glob("*/*.arrow")} - {listing(place, url)}
    return rows_file.read_bytes()


BROKEN = {
    "empty": lambda place, url: b"",
    "truncated": lambda place, url: listing(place, url).read_bytes()[:-40],
    "flipped": lambda place, url: listing(place, url).read_bytes()[:-1] + b"\xff",
    "another object": copy_of_rows,
    "too large": lambda place, url: bytes(1 << 20),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_list_is_not_used_and_made_anew(what, place, empty_machine, database, fetched, monkeypatch):
    write_table(database, "t", frame(), primary_key="n")
    listing(place, database).write_bytes(BROKEN[what](place, database))
    version = commit(database, CHANGE)
    empty_machine()

    assert_exact(database, version, monkeypatch)
    assert len(fetched) == 2
    assert len(listed(place, database)) == 1


LIES = {
    "of another form": pa.table({"commit": [1], "table_hash": [2]}),
    "without values": pa.table({"commit": pa.array([None], pa.string()), "table_hash": pa.array([None], pa.string())}),
    "no hashes": pa.table({"commit": ["main` --"], "table_hash": ["'; DROP TABLE t"]}),
    "a commit that is not there": pa.table({"commit": [HASH], "table_hash": [OTHER]}),
}


@pytest.mark.parametrize("what", LIES)
def test_a_list_that_is_wrong_gives_no_wrong_rows(what, place, empty_machine, database, fetched, monkeypatch):
    write_table(database, "t", frame(), primary_key="n")
    key = table_key(parse_location(database).source, "t")
    shared_cache.replace(SharedPlace(f"file://{place}"), key, LIES[what])
    version = commit(database, CHANGE)
    empty_machine()

    assert_exact(database, version, monkeypatch)
    assert len(fetched) == 2


def test_a_commit_with_another_version_than_listed_is_not_built_on(
    place, empty_machine, database, fetched, monkeypatch
):
    old = write_table(database, "t", frame(), primary_key="n")
    between = commit(database, CHANGE)
    key = table_key(parse_location(database).source, "t")
    wrong = shared_versions._rows([KeptVersion(between, old.table_hash)])
    shared_cache.replace(SharedPlace(f"file://{place}"), key, wrong)
    version = commit(database, CHANGE)
    empty_machine()

    assert_exact(database, version, monkeypatch)
    assert len(fetched) == 2


def test_with_a_key_a_list_that_was_made_without_it_is_not_used(place, database, monkeypatch):
    write_table(database, "t", frame(), primary_key="n")
    made_without = listing(place, database).read_bytes()
    monkeypatch.setenv(shared_cache.SECRET, "a key")
    assert listed(place, database) == []

    listing(place, database).parent.mkdir(exist_ok=True)
    listing(place, database).write_bytes(made_without)
    assert listed(place, database) == []


def test_rows_that_have_expired_are_no_failure(place, empty_machine, database, fetched, monkeypatch):
    write_table(database, "t", frame(), primary_key="n")
    for path in {*place.glob("*/*.arrow")} - {listing(place, database)}:
        path.unlink()
    version = commit(database, CHANGE)
    empty_machine()

    assert_exact(database, version, monkeypatch)
    assert len(fetched) == 2


def requests_of_a_read(store, url, version):
    store.requests.clear()
    read_table(url, "t", as_of=version)
    return list(store.requests)


def test_the_number_of_requests_does_not_grow_with_the_number_of_versions(faulty, database):
    write_table(database, "t", frame(), primary_key="n")
    few = requests_of_a_read(faulty, database, commit(database, CHANGE))
    for n in range(12):
        cache.store(f"{n:032}", table(n, 400))
        write_table(database, "t", frame(n), primary_key="n")
    many = requests_of_a_read(faulty, database, commit(database, CHANGE))

    assert len(many) <= len(few), many


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    writing=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=7),
    reading=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=7),
)
def test_an_object_store_with_faults_never_gives_wrong_rows(faulty, database, monkeypatch, writing, reading):
    faulty.faults = writing
    write_table(database, "t", frame(), primary_key="n")
    version = commit(database, CHANGE)
    shared_cache.forget()

    faulty.faults = reading
    try:
        assert_exact(database, version, monkeypatch)
    finally:
        faulty.settle()  # botocore's threads use `random`, which Hypothesis forbids while it draws
    shared_cache.forget()
