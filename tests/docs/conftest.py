"""The place that the examples of a page run in: a database `foo`, a server, a remote."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Repository, Server, run_sql

PASSWORD = "not a secret"

SEED = """
CREATE TABLE users (id INT PRIMARY KEY, name VARCHAR(255), count BIGINT);
INSERT INTO users VALUES (1, 'Ann', 4);
CALL DOLT_COMMIT('-A', '-m', 'Add Ann', '--date', '2025-11-02T12:00:00', '--author', 'Ann <ann@example.com>');
INSERT INTO users VALUES (2, 'Bo', 2);
CALL DOLT_COMMIT('-A', '-m', 'Add Bo', '--date', '2025-11-10T12:00:00', '--author', 'Ann <ann@example.com>');
UPDATE users SET name = 'Bob' WHERE id = 2;
CALL DOLT_COMMIT('-A', '-m', 'Correct Bob', '--date', '2025-11-25T12:00:00', '--author', 'Ann <ann@example.com>');
"""


@dataclasses.dataclass(frozen=True)
class Place:
    """A working directory, and substitutes for the addresses that the pages name."""

    folder: Path
    url: str
    remote: str

    def adapted(self, text: str) -> str:
        """Return an example with addresses that exist here."""
        for address in ("mysql://flyte@dolt.internal:3306/shop", "mysql://flyte@dolt.internal/shop"):
            text = text.replace(address, self.url)
        text = text.replace("dolt://flyte@dolt.internal:3306/shop", self.url.replace("mysql://", "dolt://"))
        return text.replace('"owner/repo"', f'"{self.remote}"')


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database `foo`, which has some history, and its remote."""
    folder = tmp_path_factory.mktemp("seed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("DOLT_ROOT_PATH", raising=False)
        foo = Repository(folder / "foo")
        foo.path.mkdir()
        foo.dolt("init", "--name", "Ann", "--email", "ann@example.com", "--date", "2025-11-01T12:00:00")
        foo.dolt("sql", "-q", SEED)
        (folder / "remote").mkdir()
        foo.dolt("remote", "add", "seed", f"file://{folder}/remote")
        foo.dolt("push", "seed", "main")
        foo.dolt("remote", "remove", "seed")
    return folder


@pytest.fixture
def place(
    seed: Path, home: Path, tmp_path: Path, shared_server: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """A folder for the page, with a home that configures a user for `dolt`."""
    folder = tmp_path / "work"
    shutil.copytree(seed, folder)
    (home / ".dolt").mkdir()
    user = {"user.name": "Ann", "user.email": "ann@example.com"}
    (home / ".dolt" / "config_global.json").write_text(json.dumps(user))
    monkeypatch.chdir(folder)
    for name, value in _metaflow(home, folder).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DOLT_CLI_PASSWORD", PASSWORD)
    monkeypatch.setenv("DOLT_PASSWORD", PASSWORD)  # the secret dolt/password of a local run
    monkeypatch.setenv("DOLT_CONNECTION_SHOP", "")  # an example sets it
    run_sql(
        shared_server.url,
        "CREATE DATABASE shop",
        f"CREATE USER flyte@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT ALL ON shop.* TO flyte@'%'",
    )
    url = shared_server.url.replace("root@", "flyte@").replace("/shared", "/shop")
    yield Place(folder, url, f"file://{folder}/remote")
    users = ", ".join(f"{name}@'%'" for name in ("flyte", "reader", "writer"))
    run_sql(shared_server.url, "DROP DATABASE shop", f"DROP USER IF EXISTS {users}")


def _metaflow(home: Path, folder: Path) -> dict[str, str]:
    return {
        "METAFLOW_USER": "tester",
        "METAFLOW_HOME": str(home / "metaflowconfig"),
        "METAFLOW_DEFAULT_METADATA": "local",
        "METAFLOW_DEFAULT_DATASTORE": "local",
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(folder),
    }
