"""Remotes over HTTP: a real `dolt sql-server --remotesapi-port` on loopback, with users and passwords."""

from __future__ import annotations

import dataclasses
import itertools
import json
import socket
from concurrent import futures

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.configs.remote import Remote
from dolt_integrations.core.remotes.clone import clone_if_missing
from dolt_integrations.core.remotes.exchange import pull, push
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.server.dolt import quiet_environment
from dolt_integrations.errors import PushError, PushLaterError, RemoteError, RemoteUnreachableError
from tests.conftest import Repository, Server, eventually, free_port, new_repository, run_sql, start_server
from tests.helpers.script import run_together

_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class Hub:
    """A server with a remotes API. Its user `writer` has the password `sesame`, `reader` may only clone."""

    server: Server
    port: int

    def new(self) -> tuple[str, str]:
        """Create a database with a table `users`. Returns its `mysql://` URL and its URL as a remote."""
        name = f"hub{next(_numbers)}"
        run_sql(self.server.url, f"CREATE DATABASE {name}")
        url = self.server.url.removesuffix("hub") + name
        run_sql(
            url,
            "CREATE TABLE users (id int PRIMARY KEY, name text)",
            "INSERT INTO users VALUES (1, 'Alice')",
            "CALL DOLT_COMMIT('-Am', 'Add Alice')",
        )
        return url, f"http://127.0.0.1:{self.port}/{name}"


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A server that is a remote."""
    folder = tmp_path_factory.mktemp("hub")
    port = free_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder))
        running = start_server(new_repository(folder / "hub").path, "--remotesapi-port", str(port))
    run_sql(
        running.url,
        "CREATE USER writer@'%' IDENTIFIED BY 'sesame'",
        "GRANT ALL ON *.* TO writer@'%' WITH GRANT OPTION",
        "CREATE USER reader@'%' IDENTIFIED BY 'sesame'",
        "GRANT CLONE_ADMIN ON *.* TO reader@'%'",
    )
    eventually(lambda: _listens(port))
    yield Hub(running, port)
    running.process.terminate()
    running.process.wait(timeout=20)


@pytest.fixture(autouse=True)
def no_password(monkeypatch):
    """Remove passwords from the environment."""
    monkeypatch.delenv("DOLT_REMOTE_PASSWORD", raising=False)


def add(directory, key, name):
    with open_database(directory) as database, database.connect("main") as connection:
        connection.execute("INSERT INTO users VALUES (%s, %s)", (key, name))
        connection.execute("CALL DOLT_COMMIT('-am', %s)", (f"Add {name}",))


def pushed(directory, remote):
    with remote.credentials(), open_database(directory) as database:
        push(remote, database, "main", author=DEFAULT_AUTHOR)


def pulled(directory, remote):
    with remote.credentials(), open_database(directory) as database:
        pull(remote, database, None, author=DEFAULT_AUTHOR)


def users(url):
    return [name for (name,) in run_sql(url, "SELECT name FROM users ORDER BY id")]


@pytest.mark.parametrize("shallow", [False, True])
def test_clone_pull_and_push_with_the_password_of_the_environment(hub, tmp_path, monkeypatch, shallow):
    monkeypatch.setenv("DOLT_REMOTE_PASSWORD", "sesame")
    there, url = hub.new()
    remote = Remote(url=url, user="writer")

    clone_if_missing(remote, tmp_path / "shop", shallow=shallow)
    run_sql(there, "INSERT INTO users VALUES (2, 'Bob')", "CALL DOLT_COMMIT('-am', 'Add Bob')")
    pulled(tmp_path / "shop", remote)
    add(tmp_path / "shop", 3, "Carol")
    pushed(tmp_path / "shop", remote)

    assert users(there) == ["Alice", "Bob", "Carol"]


def test_clone_pull_and_push_with_a_password_that_is_handed_in(hub, tmp_path):
    there, url = hub.new()
    remote = Remote(url=url, user="writer", password="sesame")

    clone_if_missing(remote, tmp_path / "shop")
    pulled(tmp_path / "shop", remote)
    add(tmp_path / "shop", 2, "Bob")
    pushed(tmp_path / "shop", remote)

    assert users(there) == ["Alice", "Bob"]


def test_a_push_over_http_that_comes_second_merges_and_pushes_again(hub, tmp_path):
    there, url = hub.new()
    remote = Remote(url=url, user="writer", password="sesame")
    clone_if_missing(remote, tmp_path / "shop")
    run_sql(there, "INSERT INTO users VALUES (2, 'Bob')", "CALL DOLT_COMMIT('-am', 'Add Bob')")
    add(tmp_path / "shop", 3, "Carol")

    pushed(tmp_path / "shop", remote)

    assert users(there) == ["Alice", "Bob", "Carol"]


def test_directories_without_a_server_save_into_one_table_by_it(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("DOLT_REMOTE_PASSWORD", "sesame")
    there, url = hub.new()
    remote = Remote(url=url, user="writer")
    bob, cy = (pd.DataFrame({"id": [at], "name": [name]}) for at, name in ((2, "Bob"), (3, "Cy")))
    read_table(tmp_path / "one", "users", remote_conf=remote)
    write_table(tmp_path / "two", "users", bob, mode="append", remote_conf=remote)

    write_table(tmp_path / "one", "users", cy, mode="append", remote_conf=remote)

    assert users(there) == ["Alice", "Bob", "Cy"]
    assert len(read_table(tmp_path / "three", "users", remote_conf=remote).data) == 3
    missing = Remote(url=url + "_", user="writer")
    for wrong, text in ((Remote(url=url, user="nobody"), "Access denied"), (missing, "hub")):
        with pytest.raises(RemoteError, match=text):
            read_table(tmp_path / "four", "users", remote_conf=wrong)
    assert not (tmp_path / "four").exists()


def test_pushes_over_http_of_several_processes_all_arrive(hub, tmp_path, monkeypatch, script):
    monkeypatch.setenv("DOLT_REMOTE_PASSWORD", "sesame")
    there, url = hub.new()
    code = """
    import sys
    from dolt_integrations.core.remotes.clone import clone_if_missing
    from dolt_integrations.core.remotes.exchange import push
    from dolt_integrations.core.configs.remote import Remote
    from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
    directory, url, number = sys.argv[1:]
    remote = Remote(url=url, user="writer")
    clone_if_missing(remote, directory)
    with open_database(directory) as database:
        with database.connect("main") as connection:
            connection.execute("INSERT INTO users VALUES (%s, %s)", (number, "user " + number))
            connection.execute("CALL DOLT_COMMIT('-am', 'Add one')")
        print("ready", flush=True); input()
        push(remote, database, "main", author=DEFAULT_AUTHOR)
    """
    processes = [script(code, tmp_path / str(number), url, number) for number in (100, 101, 102)]
    run_together(processes)

    assert users(there) == ["Alice", "user 100", "user 101", "user 102"]


def test_a_wrong_password_is_refused_and_leaves_nothing(hub, tmp_path):
    _, url = hub.new()

    with pytest.raises(RemoteError, match=r"Access denied.*DOLT_REMOTE_PASSWORD") as caught:
        clone_if_missing(Remote(url=url, user="writer", password="open barley"), tmp_path / "shop")

    assert not (tmp_path / "shop").exists()
    assert "open barley" not in str(caught.value)


def test_a_user_who_may_not_push_is_refused_with_the_commit_safe(hub, tmp_path):
    there, url = hub.new()
    remote = Remote(url=url, user="reader", password="sesame")
    clone_if_missing(remote, tmp_path / "shop")
    add(tmp_path / "shop", 2, "Bob")

    with pytest.raises(PushError, match=r"commit \w{32}, its head, is safe"):
        pushed(tmp_path / "shop", remote)

    assert users(there) == ["Alice"]
    assert Repository(tmp_path / "shop").messages()[0] == "Add Bob"


def test_the_error_for_a_user_without_a_password_says_what_is_missing(hub, tmp_path):
    _, url = hub.new()

    with pytest.raises(RemoteError, match=r"DOLT_REMOTE_PASSWORD from its environment"):
        clone_if_missing(Remote(url=url, user="writer"), tmp_path / "shop")


def test_a_server_that_was_started_without_the_password_says_so(hub, tmp_path):
    _, url = hub.new()
    remote = Remote(url=url, user="writer", password="sesame")
    clone_if_missing(remote, tmp_path / "shop")

    with open_database(tmp_path / "shop"), pytest.raises(RemoteError, match="from its environment when it starts"):
        pulled(tmp_path / "shop", remote)


def test_the_password_is_forgotten_after_the_block(tmp_path):
    with Remote(user="me", password="sesame").credentials():
        inside = quiet_environment(tmp_path)

    assert inside["DOLT_REMOTE_PASSWORD"] == "sesame"
    assert "DOLT_REMOTE_PASSWORD" not in quiet_environment(tmp_path)


def test_a_database_that_the_remote_does_not_have_is_an_error(hub, tmp_path):
    remote = Remote(url=f"http://127.0.0.1:{hub.port}/nowhere", user="writer", password="sesame")

    with pytest.raises(RemoteError, match="nowhere"):
        clone_if_missing(remote, tmp_path / "shop")


def test_uncommitted_work_on_the_remote_keeps_a_push_out(hub, tmp_path):
    there, url = hub.new()
    remote = Remote(url=url, user="writer", password="sesame")
    clone_if_missing(remote, tmp_path / "shop")
    add(tmp_path / "shop", 2, "Bob")
    run_sql(there, "INSERT INTO users VALUES (9, 'Zoe')")

    with pytest.raises(PushError, match="branch of the remote has uncommitted work"):
        pushed(tmp_path / "shop", remote)

    assert users(there) == ["Alice", "Zoe"]


def test_a_remote_that_does_not_listen_is_an_error_in_time(repository):
    remote = Remote(url=f"http://127.0.0.1:{free_port()}/shop")

    with pytest.raises(PushLaterError, match="Check that the remote is up") as caught:
        pushed(repository.path, remote)

    assert isinstance(caught.value.__cause__, RemoteUnreachableError)


@pytest.fixture
def recorder():
    """A gRPC server that refuses every client and records their `authorization`."""
    import grpc

    class Refuse(grpc.GenericRpcHandler):
        def service(self, details):
            came.append(dict(details.invocation_metadata).get("authorization"))
            return grpc.unary_unary_rpc_method_handler(
                lambda _, context: context.abort(grpc.StatusCode.PERMISSION_DENIED, "not you")
            )

    came: list[str | None] = []
    server = grpc.server(futures.ThreadPoolExecutor(2), handlers=[Refuse()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}/owner/shop", came
    server.stop(None).wait()


def test_the_users_dolthub_credentials_reach_the_remote_from_the_private_server(repository, recorder):
    url, came = recorder
    repository.dolt("creds", "new")
    key = repository.dolt("creds", "ls").strip().lstrip("* ")
    repository.dolt("creds", "use", key)

    with open_database(repository.path) as database, pytest.raises(RemoteError, match="not you"):
        pull(Remote(url=url), database, None, author=DEFAULT_AUTHOR)

    assert came[0].startswith("Bearer ")


def test_without_credentials_none_are_sent(repository, recorder):
    url, came = recorder

    with open_database(repository.path) as database, pytest.raises(RemoteError, match="not you"):
        pull(Remote(url=url), database, None, author=DEFAULT_AUTHOR)

    assert came[0] is None


def test_credentials_are_linked_and_not_copied(tmp_path, home):
    (home / ".dolt" / "creds").mkdir(parents=True)
    (home / ".dolt" / "creds" / "key.jwk").write_text("secret")
    lent = {"user.creds": "key", "remotes.default_host": "dolt.example.com"}
    (home / ".dolt" / "config_global.json").write_text(json.dumps({**lent, "user.name": "Diane"}))

    quiet_environment(tmp_path)
    quiet_environment(tmp_path)

    assert (tmp_path / ".dolt" / "creds").is_symlink()
    settings = json.loads((tmp_path / ".dolt" / "config_global.json").read_text())
    assert settings == {"metrics.disabled": "true", **lent}


def test_the_credentials_survive_the_private_server(repository, home):
    (home / ".dolt" / "creds").mkdir(parents=True)
    (home / ".dolt" / "creds" / "key.jwk").write_text("secret")

    with open_database(repository.path):
        pass

    assert (home / ".dolt" / "creds" / "key.jwk").read_text() == "secret"
