"""Databases that all tests of a module share, because none of them writes to it."""

from contextlib import contextmanager

from tests.conftest import new_database, run_sql


@contextmanager
def shared_database(server, name, *statements):
    """Yield the URL of a new database of a server, in which the statements have been run. It is dropped at the end."""
    with new_database(server, name) as url:
        run_sql(url, *statements)
        yield url
