"""What is done with a clone: pull, push, rows that another client adds."""

from __future__ import annotations

from dolt_integrations.core.remotes.exchange import pull, push
from dolt_integrations.engine import DEFAULT_AUTHOR, open_database


def add(repository, name, branch="main", key=None):
    """Commit a row on a branch, as a user of the CLI does."""
    key = key or abs(hash(name)) % 1_000_000 + 10
    with open_database(repository.path) as database, database.connect(branch) as connection:
        connection.execute("INSERT INTO users VALUES (%s, %s)", (key, name))
        connection.execute("CALL DOLT_COMMIT('-am', %s)", (f"Add {name}",))


def pulled(repository, remote, branch=None):
    with open_database(repository.path) as database:
        pull(remote, database, branch, author=DEFAULT_AUTHOR)


def pushed(repository, remote, branch="main"):
    with open_database(repository.path) as database:
        push(remote, database, branch, author=DEFAULT_AUTHOR)


def names(repository, branch="main"):
    return sorted(row["name"] for row in repository.sql(f"select name from users as of '{branch}'"))
