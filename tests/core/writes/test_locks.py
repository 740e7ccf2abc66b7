"""The server-wide locks that each way to write takes, in order. What excludes another way has one in common with it."""

from contextlib import contextmanager

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, NewBranch, Transaction, write_table
from dolt_integrations.core.branches.private import PREFIX
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.core.transaction.attempt_name import AttemptWrite
from dolt_integrations.core.transaction.attempted import AttemptBlock
from dolt_integrations.engine import DEFAULT_AUTHOR
from dolt_integrations.engine.session import connection, locks
from tests.conftest import run_sql

FEW, MANY = (pd.DataFrame({"id": range(rows), "n": 1}) for rows in (3, 12_000))


def frames():
    yield FEW


def block(url, **given):
    with Transaction(url, **given) as work:
        work.write("u", FEW, primary_key="id")


def task(url):
    landing = AttemptBlock(url, "main", Attempt("node", 1), "Save", None, None, None, DEFAULT_AUTHOR)
    landing.land([AttemptWrite("t", FEW, None, "replace")])


OPERATIONS = {
    "few rows": lambda url: write_table(url, "t", FEW),
    "append": lambda url: write_table(url, "t", FEW.assign(id=7 + FEW["id"]), mode="append"),
    "many rows": lambda url: write_table(url, "t", MANY),
    "new table": lambda url: write_table(url, "u", FEW),
    "write id": lambda url: write_table(url, "t", FEW, write_id="w"),
    "attempt": lambda url: write_table(url, "t", FEW, attempt=Attempt("node", 1)),
    "stream": lambda url: write_table(url, "t", frames()),
    "new branch": lambda url: write_table(url, "t", FEW, branch_conf=NewBranch("b")),
    "merge": lambda url: write_table(url, "t", FEW, branch_conf=MergeBranch("main", "main")),
    "block": block,
    "block with a write id": lambda url: block(url, write_id="w"),
    "restore": lambda url: Repository(url).restore("t", "HEAD~1"),
    "revert": lambda url: Repository(url).revert("HEAD"),
    "promote": lambda url: Repository(url).promote("side"),
    "attempt of a task": task,
    "branch": lambda url: Repository(url).branches.create("b"),
    "branch that is renamed": lambda url: Repository(url).branches.rename("side", "b"),
    "branch that is deleted": lambda url: Repository(url).branches.delete("side", force=True),
    "tag": lambda url: Repository(url).tags.create("v1"),
    "tag that is renamed": lambda url: Repository(url).tags.rename("v0", "v1"),
}


LOCKS = {
    "few rows": ["main t", "main"],
    "append": ["main"],
    "many rows": ["main t", "main"],
    "new table": ["main u", "main", "main u", "main"],
    "write id": ["write w", "main t", "main"],
    "attempt": ["write node t", "main t", "main"],
    "stream": ["main", "main"],
    "new branch": ["b t", "case b", "b"],
    "merge": ["main", "main merge", "main"],
    "block": ["main", "main merge", "main"],
    "block with a write id": ["write w", "main", "main merge", "main"],
    "restore": ["main", "main"],
    "revert": ["main", "main"],
    "promote": ["main merge", "main", "main"],
    "attempt of a task": ["main block", "write node t", "main", "main merge", "main"],
    "branch": ["case b", "b"],
    "branch that is renamed": ["side", "b"],
    "branch that is deleted": ["side"],
    "tag": ["tag v1"],
    "tag that is renamed": ["tag v1"],
}


@pytest.fixture
def held(monkeypatch):
    """The names of the locks that are taken."""
    found = []

    @contextmanager
    def noting(session, names, timeout):
        found.extend(names)
        with locks.held(session, names, timeout):
            yield

    monkeypatch.setattr(connection, "held", noting)
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_way_to_write_takes_its_locks(name, database, held):
    write_table(database, "t", FEW.head(1), primary_key="id")
    write_table(database, "t", FEW.head(2))
    write_table(database, "t", FEW.head(1), branch_conf=NewBranch("side"))
    run_sql(database, "CALL DOLT_TAG('v0')")
    held.clear()

    OPERATIONS[name](database)

    of_database = [each[1:] for each in held if each[0] == database.rpartition("/")[2]]
    assert [" ".join(each) for each in of_database if not each[0].startswith(PREFIX)] == LOCKS[name]
