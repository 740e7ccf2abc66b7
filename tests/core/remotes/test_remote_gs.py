"""A remote in Google's object store (`gs://bucket/database`), on the emulator of `make gcs`; skipped without it."""

import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

from dolt_integrations.core import Remote, read_table, write_table
from tests.conftest import free_port

EMULATOR = Path(__file__).parents[3] / ".tools/gcs/fake-gcs-server"


@pytest.fixture
def remote(tmp_path, monkeypatch):
    """An empty remote."""
    if not EMULATOR.exists():
        pytest.skip(f"{EMULATOR} is not installed: run `make gcs`")
    (tmp_path / "objects" / "bucket").mkdir(parents=True)
    address = f"127.0.0.1:{free_port()}"
    places = ["-data", tmp_path / "objects", "-filesystem-root", tmp_path / "root"]
    listen = ["-scheme", "http", "-host", "127.0.0.1", "-port", address.rpartition(":")[2], "-public-host", address]
    process = subprocess.Popen([EMULATOR, *places, *listen], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not answers(f"http://{address}/storage/v1/b"):
        assert time.monotonic() < deadline, "the emulator does not answer"
        time.sleep(0.05)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
    yield Remote(url="gs://bucket/shop")
    process.kill()
    process.wait()


def answers(url):
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def frame(*ids):
    return pd.DataFrame({"id": list(ids)})


def test_pods_without_a_server_share_a_table_by_it(remote, tmp_path):
    write_table(tmp_path / "one", "users", frame(1), primary_key="id", remote_conf=remote)
    read_table(tmp_path / "two", "users", remote_conf=remote)
    write_table(tmp_path / "one", "users", frame(2), mode="append", remote_conf=remote)

    write_table(tmp_path / "two", "users", frame(3), mode="append", remote_conf=remote)

    assert read_table(tmp_path / "three", "users", remote_conf=remote).data["id"].tolist() == [1, 2, 3]
