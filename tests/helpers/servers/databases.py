"""New databases of a running server, for one test or for all of a module."""

import functools
from contextlib import contextmanager

import pymysql

from tests.conftest import run_sql


@contextmanager
def shared_database(server, name, *statements):
    """Yield the URL of a new database of a server, in which the statements have been run. It is dropped at the end."""
    with new_database(server, name) as url:
        run_sql(url, *statements)
        yield url


@contextmanager
def new_database(server, name):
    """Yield the URL of a new database of a server. It is dropped at the end."""
    url = f"{server.url.rpartition('/')[0]}/{name}"
    run_sql(server.url, f"CREATE DATABASE {name}")
    while not _is_old(server.url) and not _takes_numbers(url):
        run_sql(server.url, f"DROP DATABASE {name}", f"CREATE DATABASE {name}")
    yield url
    run_sql(server.url, f"DROP DATABASE {name}")


@functools.cache
def _is_old(url):
    """Whether the server is Dolt 1, which has no new databases that refuse AUTO_INCREMENT."""
    return run_sql(url, "SELECT dolt_version()")[0][0].startswith("1.")


def _takes_numbers(url):
    """Whether a new database takes AUTO_INCREMENT.

    Dolt 2.3 looks for the highest numbers in the background, in the context of the CREATE DATABASE. If that statement
    ends first, the database answers "context canceled" until the server is started again (`sequence_tracker.go`).
    """
    try:
        run_sql(url, "CREATE TABLE probe (id INT AUTO_INCREMENT PRIMARY KEY)", "INSERT INTO probe VALUES (NULL)")
    except pymysql.err.OperationalError:
        return False
    run_sql(url, "DROP TABLE probe")
    return True
