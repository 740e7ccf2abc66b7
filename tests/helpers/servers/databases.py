"""Databases that all tests of a module share, because none of them writes to it."""

from contextlib import contextmanager

from tests.conftest import run_sql


@contextmanager
def shared_database(server, name, *statements):
    """Yield the URL of a new database of a server, in which the statements have been run. It is dropped at the end."""
    run_sql(server.url, f"CREATE DATABASE {name}", f"USE {name}", *statements)
    yield f"{server.url.rpartition('/')[0]}/{name}"
    run_sql(server.url, f"DROP DATABASE {name}")
