"""Processes that use a directory."""

from tests.conftest import processes_of

USE = """
import sys
from dolt_integrations.engine import open_database
with open_database(sys.argv[1]) as database, database.connect() as connection:
    print(database.address.port, flush=True)
    print("open", flush=True)
    sys.stdin.readline()
    print(connection.value("SELECT active_branch()"), flush=True)
"""


def servers_of(directory):
    """Return the ids of the `dolt` processes that work in a directory."""
    found = []
    for pid in processes_of(directory):
        try:
            with open(f"/proc/{pid}/comm") as file:
                if file.read().strip() == "dolt":
                    found.append(pid)
        except OSError:
            continue
    return found
