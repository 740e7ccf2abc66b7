"""A remote in S3 and DynamoDB (`aws://[table:bucket]/database`), on moto: the only state that a pipeline has."""

import pandas as pd
import pytest

from dolt_integrations.core import Remote, read_table, write_table
from dolt_integrations.errors import RemoteError


@pytest.fixture
def remote(object_store):
    """An empty remote."""
    object_store.make_table(object_store.bucket)
    return Remote(url=f"aws://[{object_store.bucket}:{object_store.bucket}]/shop")


def frame(*ids):
    return pd.DataFrame({"id": list(ids), "name": [f"user {at}" for at in ids]})


def test_what_one_pod_saves_and_pushes_another_reads(remote, tmp_path):
    saved = write_table(tmp_path / "one", "users", frame(1, 2), primary_key="id", remote_conf=remote)

    found = read_table(tmp_path / "two", "users", remote_conf=remote)

    assert (found.data["id"].tolist(), found.version.commit) == ([1, 2], saved.commit)


def test_the_one_that_loses_the_race_to_push_keeps_the_rows_of_both(remote, tmp_path):
    write_table(tmp_path / "one", "users", frame(1), primary_key="id", remote_conf=remote)
    read_table(tmp_path / "two", "users", remote_conf=remote)
    write_table(tmp_path / "one", "users", frame(2), mode="append", remote_conf=remote)

    write_table(tmp_path / "two", "users", frame(3), mode="append", remote_conf=remote)

    assert read_table(tmp_path / "three", "users", remote_conf=remote).data["id"].tolist() == [1, 2, 3]


def test_a_bucket_that_is_not_there_is_an_error_that_says_so(object_store, tmp_path):
    object_store.make_table("no-bucket")
    remote = Remote(url="aws://[no-bucket:no-such-bucket]/shop")

    with pytest.raises(RemoteError, match="NoSuchBucket"):
        write_table(tmp_path / "one", "users", frame(1), remote_conf=remote)


def test_without_credentials_it_is_an_error_and_nothing_is_pushed(remote, object_store, tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with pytest.raises(RemoteError, match="credentials"):
        write_table(tmp_path / "one", "users", frame(1), remote_conf=remote)

    assert object_store.keys() == []


def test_a_load_from_a_remote_without_data_is_an_error_that_asks_for_a_push(remote, tmp_path):
    with pytest.raises(RemoteError, match=r"has no data to clone into.*Push to it first"):
        read_table(tmp_path / "two", "users", remote_conf=remote)

    assert not (tmp_path / "two").exists()
