"""The S3 server of the tests works with Dolt and fsspec, so that tests can rely on it."""

import fsspec

from tests.helpers.servers.object_store import ObjectStore


def test_a_database_is_pushed_to_it_and_cloned_from_it(object_store: ObjectStore, repository, tmp_path):
    object_store.make_table("chunks")
    url = f"aws://[chunks:{object_store.bucket}]/shop"
    repository.sql("CREATE TABLE t (id INT PRIMARY KEY)")
    repository.dolt("commit", "-Am", "Add t")

    repository.dolt("remote", "add", "origin", url)
    repository.dolt("push", "origin", "main")
    repository.dolt("clone", url, str(tmp_path / "clone"))

    assert (tmp_path / "clone" / ".dolt").is_dir()
    assert object_store.keys()


def test_fsspec_reads_what_was_written_to_it(object_store: ObjectStore):
    object_store.write("folder/one", b"content")

    with fsspec.open(f"{object_store.url}/folder/one") as file:
        assert file.read() == b"content"
    assert object_store.keys() == ["folder/one"]
