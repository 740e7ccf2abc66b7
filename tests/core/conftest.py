"""Fixtures that several test files of the core share: caches of versions, remotes, a table's versions, files."""

import shutil

import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.provenance import reads
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.core.rows import cache, differences, shared_cache, version_rows
from dolt_integrations.errors import ServerError
from tests.conftest import Repository, new_repository, run_sql
from tests.helpers.saves.attempts import Scope
from tests.helpers.saves.queries import FIRST, SECOND
from tests.helpers.saves.write_ids import FIRST as WITH_A_KEY
from tests.helpers.servers.faulty_store import faulty_store
from tests.helpers.servers.object_store import use_store


@pytest.fixture(autouse=True)
def every_save_looks_for_leftovers(set_limits):
    """Look for leftovers at every save. By default, a process looks once a minute."""
    set_limits(leftover_seconds=0)


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """The directory of a cache of its own for the test."""
    monkeypatch.setenv(cache.LOCATION, str(tmp_path / "cache"))
    monkeypatch.delenv(cache.SIZE, raising=False)
    return tmp_path / "cache"


@pytest.fixture
def faulty(object_store, monkeypatch):
    """A bucket behind a proxy that injects faults, as the only cache."""
    with faulty_store(object_store.endpoint) as store:
        use_store(store.endpoint, monkeypatch)
        monkeypatch.setenv(cache.LOCATION, f"off,{object_store.url}")
        monkeypatch.setenv(shared_cache.TIMEOUT, "0.7")
        shared_cache.forget()
        yield store
    shared_cache.forget()


@pytest.fixture
def no_fetch(monkeypatch):
    """Return a function after whose call every fetch of a whole table fails."""

    def refuse():
        def fetch(*arguments, **options):
            raise ServerError("it was fetched")

        monkeypatch.setattr(version_rows, "fetch", fetch)

    return refuse


@pytest.fixture
def any_cache(request, tmp_path, monkeypatch, set_limits):
    """With a cache that keeps tables of any size, or without one: see `BOTH_WAYS` in `helpers/saves/edits.py`."""
    set_limits(cached_bytes=0)
    cached = getattr(request, "param", "cached") == "cached"
    monkeypatch.setenv(cache.LOCATION, str(tmp_path / "cache") if cached else "off")


@pytest.fixture
def small(set_limits):
    """Compare tables of any size."""
    set_limits(compared_rows=0, delete_cost=0)


@pytest.fixture
def found(monkeypatch):
    """The numbers of deleted and of written rows in the differences that saves found. None if all rows are written."""
    sizes = []
    real = differences.find_differences

    def find(*arguments):
        made = real(*arguments)
        sizes.append(None if made is None else (made.gone.num_rows, made.written.num_rows))
        return made

    monkeypatch.setattr("dolt_integrations.core.writes.route.find_differences", find)
    return sizes


@pytest.fixture(params=["load", "insert"])
def url(request):
    """A database whose server takes files, and one whose server takes none."""
    return request.getfixturevalue("loading_database" if request.param == "load" else "database")


@pytest.fixture
def versions(database):
    """Two versions of a table on main, of which the first is tagged and has a branch."""
    one = write_table(database, "t", FIRST, primary_key=["id"], message="first")
    run_sql(database, "CALL DOLT_TAG('v1', 'main')", "CALL DOLT_BRANCH('old')")
    two = write_table(database, "t", SECOND, message="second")
    return [one.commit, two.commit]


@pytest.fixture
def file(tmp_path):
    """The path of a CSV file that does not exist yet."""
    return tmp_path / "data.csv"


@pytest.fixture(scope="session")
def pushed_folder(tmp_path_factory):
    """A folder that `dolt push` has made: table `users` with two rows, the first of which is also on branch `side`."""
    folder = tmp_path_factory.mktemp("pushed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        source = new_repository(folder / "source")
        source.sql(
            "create table users (id int primary key, name text);"
            "insert into users values (1, 'Alice'); call dolt_commit('-Am', 'Add Alice'); call dolt_branch('side');"
            "insert into users values (2, 'Bob'); call dolt_commit('-Am', 'Add Bob');"
        )
        source.dolt("remote", "add", "origin", f"file://{folder}/backup")
        source.dolt("push", "origin", "main", "side")
    return folder / "backup"


@pytest.fixture
def remote(tmp_path, pushed_folder, monkeypatch):
    """A remote in a folder of its own for the test."""
    monkeypatch.delenv("DOLT_REMOTE_PASSWORD", raising=False)
    shutil.copytree(pushed_folder, tmp_path / "backup")
    return Remote(url=f"file://{tmp_path}/backup")


@pytest.fixture(scope="session")
def cloned_folder(tmp_path_factory, pushed_folder):
    """A clone of the folder that `dolt push` has made."""
    folder = tmp_path_factory.mktemp("cloned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        clone_if_missing(Remote(url=f"file://{pushed_folder}"), folder / "clone")
    return folder / "clone"


@pytest.fixture
def clone(tmp_path, remote, pushed_folder, cloned_folder):
    """Return a function that clones the remote. Until somebody has pushed, it copies a clone that was made before."""
    url, manifest = f"file://{pushed_folder}", (pushed_folder / "manifest").read_bytes()

    def make(name="shop"):
        made = tmp_path / name
        if made.exists() or (tmp_path / "backup" / "manifest").read_bytes() != manifest:
            clone_if_missing(remote, made)
        else:
            state = shutil.copytree(cloned_folder, made) / ".dolt" / "repo_state.json"
            state.write_text(state.read_text().replace(url, remote.url))
        return Repository(made)

    return make


@pytest.fixture(autouse=True)
def own_reads(monkeypatch):
    """Record reads only for the test's attempt, not for flytekit's execution outside of tasks."""
    monkeypatch.setattr(Scope, "now", None)
    monkeypatch.setattr(reads, "_SCOPES", [lambda: Scope.now])


@pytest.fixture
def tagged(database):
    """A database with a table `t` that has a key, tagged `c2`."""
    write_table(database, "t", WITH_A_KEY, primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c2')")
    return database
