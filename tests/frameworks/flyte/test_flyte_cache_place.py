"""`DOLT_INTEGRATIONS_CACHE=flyte`: the tasks of all executions share versions in the bucket of their files."""

import pytest
from flytekit import FlyteContextManager, task
from flytekit.core.data_persistence import FileAccessProvider

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.rows import shared_cache
from dolt_integrations.core.rows import version_rows as rows
from dolt_integrations.core.rows.cache import LOCATION
from dolt_integrations.core.rows.cache_places import shared_places
from flytekitplugins.dolt.cache_place import cache_url
from tests.helpers.saves.caches import frame


@pytest.fixture
def in_pod(tmp_path, monkeypatch):
    """Return a function that runs a function as a task with a prefix for its files, in a pod without a cache."""
    shared_cache.forget()
    numbers = iter(range(9))

    def run(function, prefix):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"pod{next(numbers)}"))
        context = FlyteContextManager.current_context()
        access = FileAccessProvider(str(tmp_path / "sandbox"), raw_output_prefix=prefix)
        with FlyteContextManager.with_context(context.with_file_access(access)):
            return function()

    return run


def test_another_execution_does_not_fetch_what_one_has_read(in_pod, object_store, database, monkeypatch):
    with monkeypatch.context() as alone:
        alone.setenv(LOCATION, "off")
        write_table(database, "t", frame(), primary_key="n")
    monkeypatch.setenv(LOCATION, "flyte")

    @task
    def count() -> int:
        return len(read_table(database, "t").data)

    first = in_pod(count, f"{object_store.url}/files/ab/f1a2b3-n0-0")
    monkeypatch.setattr(rows, "fetch", None)

    assert in_pod(count, f"{object_store.url}/files/x7/another-n1-2") == first == len(frame())
    assert {tuple(key.split("/")[:2]) for key in object_store.keys()} == {("files", "dolt-integrations")}


@pytest.mark.parametrize(
    ("prefix", "url"),
    [
        ("s3://bucket/ab/f1a2b3-n0-0", "s3://bucket/dolt-integrations"),
        ("s3://bucket/files/ab/f1a2b3-n0-0/", "s3://bucket/files/dolt-integrations"),
        ("gs://bucket/files/run", "gs://bucket/files/run/dolt-integrations"),
        ("s3://bucket", "s3://bucket/dolt-integrations"),
        ("s3://ab/run", "s3://ab/run/dolt-integrations"),
        ("/var/flyte/raw/ab/run", None),
        ("file:///var/flyte/raw/ab/run", None),
    ],
)
def test_the_place_is_what_executions_have_in_common(in_pod, prefix, url):
    assert in_pod(cache_url, prefix) == url


def test_outside_of_a_cluster_nothing_is_shared_and_loads_go_on(database, monkeypatch):
    monkeypatch.setenv(LOCATION, "flyte")
    write_table(database, "t", frame(), primary_key="n")

    assert shared_places() == []
    assert len(read_table(database, "t").data) == len(frame())
