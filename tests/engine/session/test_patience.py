"""Sessions with a server that restarts, or has reached its maximum of connections."""

import logging
import socket
import threading

import pytest

from dolt_integrations.engine import parse_location
from dolt_integrations.engine.session.connection import Connection
from dolt_integrations.engine.session.patience import open_patiently
from dolt_integrations.engine.session.pool import POOL
from dolt_integrations.errors import ServerUnreachableError
from tests.conftest import eventually, free_port, start_server

CLUSTER = "FLYTE_INTERNAL_EXECUTION_ID"
URL = "mysql://me@db.local/shop"


@pytest.mark.parametrize(
    ("on_cluster", "option", "expected"),
    [
        (False, "", (10, 0.5)),
        (False, "?connect_timeout=3", (3, 3)),
        (True, "", (60, 60)),
        (True, "?connect_timeout=3", (3, 3)),
    ],
)
def test_a_server_has_a_minute_on_a_cluster_and_what_is_asked_for_everywhere(on_cluster, option, expected, monkeypatch):
    if on_cluster:
        monkeypatch.setenv(CLUSTER, "f1")
    address = parse_location(URL + option)

    assert (address.connect_timeout, address.wait) == expected


class Connecting(threading.Thread):
    """Connects in its own thread."""

    def __init__(self, url):
        super().__init__()
        self.address, self.found = parse_location(url), None
        self.start()

    def run(self):
        with Connection(self.address) as connection:
            self.found = connection.value("SELECT 1")

    def result(self):
        self.join(timeout=60)
        return self.found


def has_waited(caplog):
    return "accepts no session yet" in caplog.text


def test_a_server_that_is_started_meanwhile_is_waited_for(repository, caplog):
    caplog.set_level(logging.INFO)
    port = free_port()
    connecting = Connecting(f"mysql://root@127.0.0.1:{port}/shop?connect_timeout=60")
    eventually(lambda: has_waited(caplog))

    server = start_server(repository.path, port=port)

    assert connecting.result() == 1
    server.process.terminate()
    server.process.wait(timeout=20)


@pytest.fixture
def full_server(repository):
    """A server that accepts two sessions, and disconnects further ones."""
    server = start_server(repository.path, "--max-connections", "2", "--back-log", "0")
    POOL.empty()  # the one that waited for the server's start
    yield server
    POOL.empty()
    server.process.terminate()
    server.process.wait(timeout=20)


def test_a_full_server_is_waited_for(full_server, caplog):
    caplog.set_level(logging.INFO)
    address = parse_location(full_server.url)
    first, second = Connection(address), Connection(address)
    connecting = Connecting(full_server.url + "?connect_timeout=60")
    eventually(lambda: has_waited(caplog))

    first.close()

    assert connecting.result() == 1
    second.close()


def test_a_server_that_stays_full_is_an_error(full_server):
    address = parse_location(full_server.url)
    first, second = Connection(address), Connection(address)

    with pytest.raises(ServerUnreachableError, match="no answer from"):
        Connection(address)

    first.close()
    second.close()


def test_own_idle_sessions_make_room(full_server):
    address = parse_location(full_server.url)
    with Connection(address), Connection(address):
        pass

    with Connection(address, local_infile=True) as connection:
        assert connection.value("SELECT 1") == 1


def test_a_silent_server_has_the_whole_time_in_two_parts(set_limits):
    set_limits(silent_seconds=0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = parse_location(f"mysql://root@127.0.0.1:{listener.getsockname()[1]}/shop?connect_timeout=0.5")
        listener.settimeout(10)

        with pytest.raises(Exception, match="timed out"):
            open_patiently(address, "shop", local_infile=False)

        listener.accept()[0].close()
        listener.accept()[0].close()


def test_a_refused_user_is_an_error_at_once(database):
    url = database.replace("root@", "nobody@") + "?connect_timeout=3000"

    with pytest.raises(Exception, match="nobody"):
        Connection(parse_location(url))
