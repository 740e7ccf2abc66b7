"""The server of a directory is found by its port, and its database by its name."""

import os
import socket

import pytest

from dolt_integrations.engine.server.running import listens, running_server
from dolt_integrations.engine.server.shared import _database_of
from dolt_integrations.errors import DatabaseNotFoundError
from tests.conftest import free_port


def test_a_port_where_nothing_listens_is_told_from_one_where_something_does():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert listens(listener.getsockname()[1])
    assert not listens(free_port())


def test_a_process_that_does_not_listen_is_no_running_server(tmp_path):
    (tmp_path / ".dolt").mkdir()
    info = tmp_path / ".dolt" / "sql-server.info"
    info.touch(mode=0o600)
    info.write_text(f"{os.getpid()}:{free_port()}:secret")

    assert running_server(tmp_path) is None


@pytest.mark.parametrize(
    ("directory", "names", "found"),
    [
        ("shop", ["anything"], "anything"),
        ("shop", ["inner", "shop"], "shop"),
        ("Shop", ["inner", "shop"], "shop"),
        ("my-shop", ["inner", "my_shop"], "my_shop"),
        ("my-shop", ["my_shop", "my-shop"], "my-shop"),
    ],
)
def test_the_database_of_a_directory_is_the_one_of_its_name(directory, names, found, tmp_path):
    assert _database_of(tmp_path / directory, names) == found


def test_a_directory_whose_database_its_server_does_not_serve_is_an_error_that_names_a_similar_one(tmp_path):
    with pytest.raises(DatabaseNotFoundError, match=r"shop serves no database of that name.*shops"):
        _database_of(tmp_path / "shop", ["inner", "shops"])
