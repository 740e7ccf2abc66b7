"""A real S3 server on loopback (moto), and DynamoDB beside it; moto has an environment of its own (`make moto`).

moto and s3fs, which flytekit requires, pin botocore each, so that pip finds no versions for both in one environment.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

MOTO = Path(__file__).parents[3] / ".tools/moto/bin/moto_server"


@dataclass(frozen=True)
class ObjectStore:
    """An empty bucket and its server.

    Attributes:
        endpoint: The server's URL, as in AWS_ENDPOINT_URL.
        bucket: The bucket's name.
    """

    endpoint: str
    bucket: str

    @property
    def url(self) -> str:
        """The bucket, as fsspec names it."""
        return f"s3://{self.bucket}"

    def keys(self) -> list[str]:
        """Return the names of the bucket's objects."""
        listing = request(f"{self.endpoint}/{self.bucket}?list-type=2").decode()
        return re.findall(r"<Key>(.*?)</Key>", listing)

    def read(self, key: str) -> bytes:
        """Return an object's content."""
        return request(f"{self.endpoint}/{self.bucket}/{key}")

    def has(self, key: str) -> bool:
        """Whether there is an object of that name."""
        try:
            request(f"{self.endpoint}/{self.bucket}/{key}", "HEAD")
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return False
        return True

    def write(self, key: str, content: bytes) -> None:
        """Create or replace an object."""
        request(f"{self.endpoint}/{self.bucket}/{key}", "PUT", content)

    def make_table(self, name: str) -> None:
        """Create the DynamoDB table that Dolt's remote `aws://[name:bucket]/database` needs."""
        definition = {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "db", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "db", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        headers = {
            **_by_owner("dynamodb"),
            "X-Amz-Target": "DynamoDB_20120810.CreateTable",
            "Content-Type": "application/x-amz-json-1.0",
        }
        request(f"{self.endpoint}/", "POST", json.dumps(definition).encode(), headers)


def _by_owner(service: str) -> dict[str, str]:
    """Return the header by which moto finds the user and the service of a request; it does not check signatures."""
    scope = f"tester/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"}


_BYTES = {**_by_owner("s3"), "Content-Type": "application/octet-stream"}


def request(url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
    """Send a request to a server on loopback, ignoring the machine's proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(url, method=method, data=body, headers=headers or _BYTES)  # noqa: S310
    with opener.open(asked, timeout=60) as answer:
        content: bytes = answer.read()
        return content


@pytest.fixture(scope="session")
def object_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one S3 server for all tests of a worker."""
    if not MOTO.exists():
        pytest.skip(f"{MOTO} is not installed: run `make moto`, as `make test` does")
    port = free_port()
    with (tmp_path_factory.mktemp("moto") / "log").open("wb") as log:
        process = subprocess.Popen([MOTO, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _wait(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            request(f"{endpoint}/moto-api/data.json")
            return
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, "moto's server ended"
            assert time.monotonic() < deadline, "moto's server does not answer"
            time.sleep(0.05)


_made: list[str] = []


@pytest.fixture
def object_store(object_server: str, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    """A new bucket, which Dolt, s3fs and flytekit find by the environment."""
    store = ObjectStore(object_server, f"bucket{len(_made)}")
    _made.append(store.bucket)
    request(f"{object_server}/{store.bucket}", "PUT")
    use_store(store.endpoint, monkeypatch)
    return store


def use_store(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and its children use a server in place of AWS."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")  # for obstore, which Flyte 2 lets fsspec use once it is imported
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    import fsspec

    fsspec.get_filesystem_class("s3").clear_instance_cache()
