"""Ports of private servers that other programs take."""

import socket

from dolt_integrations.engine import open_database
from dolt_integrations.engine.server import private
from tests.conftest import new_repository


def test_a_server_starts_elsewhere_if_another_dolt_has_taken_its_port(tmp_path, server, monkeypatch):
    other = new_repository(tmp_path / "other")
    free_port, ports = private._free_port, [server.port]
    monkeypatch.setattr(private, "_free_port", lambda: ports.pop() if ports else free_port())

    with open_database(other.path) as database, database.connect() as connection:
        assert connection.value("SELECT database()") == "other"
    assert not ports
    socket.create_connection(("127.0.0.1", server.port), timeout=2).close()
