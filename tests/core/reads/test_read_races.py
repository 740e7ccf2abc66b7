"""Loads while another client commits between two of their statements."""

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.engine import Connection, parse_location
from dolt_integrations.engine.versions.state import branch_state
from tests.conftest import run_sql

COMMITTED = ("INSERT INTO t VALUES (2)", "CALL DOLT_COMMIT('-Am', 'theirs')")


@pytest.fixture
def commit_in_between(database, monkeypatch):
    """Return a function that lets another client commit when the next transaction has begun."""
    write_table(database, "t", pd.DataFrame({"id": [1]}), primary_key="id")
    begin, acts = Connection.execute, []

    def execute(self, statement, *arguments, **options):
        found = begin(self, statement, *arguments, **options)
        if statement == "START TRANSACTION" and acts:
            run_sql(database, *acts.pop())
        return found

    monkeypatch.setattr(Connection, "execute", execute)
    return acts.append


@pytest.mark.parametrize("branch", [None, "run"])
def test_a_load_returns_the_version_whose_rows_it_read(branch, database, commit_in_between):
    if branch is not None:
        run_sql(database, f"CALL DOLT_BRANCH('{branch}')")
    checkout = (f"CALL DOLT_CHECKOUT('{branch or 'main'}')",)
    commit_in_between((*checkout, *COMMITTED))
    conf = NewBranch(branch) if branch else None

    loaded = read_table(database, "t", branch_conf=conf)

    assert run_sql(database, f"SELECT id FROM t AS OF '{loaded.version.commit}'") == [(id,) for id in loaded.data["id"]]
    assert len(read_table(database, "t", branch_conf=conf).data) == 2


def test_a_load_of_a_view_returns_the_version_whose_rows_it_read(database, commit_in_between):
    run_sql(database, "CREATE VIEW v AS SELECT id FROM t", "CALL DOLT_COMMIT('-Am', 'a view')")
    commit_in_between(COMMITTED)

    loaded = read_table(database, "v")

    assert run_sql(database, f"SELECT id FROM t AS OF '{loaded.version.commit}'") == [(id,) for id in loaded.data["id"]]
    assert len(read_table(database, "v").data) == 2


def test_the_state_of_a_branch_is_what_the_transaction_sees(database, commit_in_between):
    commit_in_between(COMMITTED)
    with Connection(parse_location(database)) as connection, connection.transaction():
        state = branch_state(connection)
        rows = connection.rows("SELECT id FROM t")

    assert run_sql(database, f"SELECT id FROM t AS OF '{state.head}'") == list(rows)
