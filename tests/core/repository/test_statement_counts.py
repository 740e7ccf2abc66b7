"""Saves and loads send few statements, and no more of them when branches, commits and tables are many."""

import re

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, diff, history, read_table, write_table
from dolt_integrations.engine.wire.session import Session
from tests.conftest import run_sql

MANY = pd.DataFrame({"id": range(20_000), "value": [0.5] * 20_000})


class Statements:
    """The statements that this process sends, and the sessions that it opens."""

    def __init__(self, monkeypatch):
        self.sent, self.opened, self.rows = [], 0, 0
        query, connect, read = Session.query, Session.connect, Session._read_query_result

        def counted_query(session, sql, *args, **options):
            self.sent.append(sql if isinstance(sql, str) else bytes(sql).decode(errors="replace"))
            return query(session, sql, *args, **options)

        def counted_connect(session, *args, **options):
            self.opened += 1
            return connect(session, *args, **options)

        def counted_read(session, *args, **options):
            found = read(session, *args, **options)
            self.rows += len(session._result.rows or ())
            return found

        monkeypatch.setattr(Session, "_read_query_result", counted_read)
        monkeypatch.setattr(Session, "query", counted_query)
        monkeypatch.setattr(Session, "connect", counted_connect)

    def of(self, work):
        """Return the statements that some work sends."""
        self.sent.clear()
        self.rows = 0
        work()
        return list(self.sent)

    def cost_of(self, work):
        """Return the number of statements that some work sends, and of the rows that they return."""
        return len(self.of(work)), self.rows


@pytest.fixture
def statements(monkeypatch, set_limits):
    set_limits(leftover_seconds=float("inf"))  # leftovers are looked for at the first save only
    return Statements(monkeypatch)


@pytest.fixture
def used(database, statements):
    """A database on which this process has already done everything that is counted."""
    write_table(database, "few", few(0), primary_key="id")
    for work in works(database, 50).values():
        work()
    return database


def few(first, rows=5):
    return pd.DataFrame({"id": range(first, first + rows), "value": [float(first)] * rows})


def works(url, start):
    """Return saves and loads of a few rows by name."""
    return {
        "save": lambda: write_table(url, "few", few(start), primary_key="id"),
        "append": lambda: write_table(url, "few", few(start + 10), primary_key="id", mode="append"),
        "write id": lambda: write_table(
            url, "few", few(start + 20), primary_key="id", mode="append", write_id=f"run-{start}"
        ),
        "retry": lambda: write_table(
            url, "few", few(start + 20), primary_key="id", mode="append", write_id=f"run-{start}"
        ),
        "load": lambda: read_table(url, "few"),
        "load of a branch": lambda: read_table(url, "few", branch_conf="main"),
        "history": lambda: history(url, limit=1),
        "history of a table": lambda: history(url, "few", limit=1),
        "diff": lambda: diff(url, "few", "HEAD~1", limit=1),
        "new branch": lambda: write_table(url, "few", few(start + 30), branch_conf=NewBranch(f"new/{start}")),
    }


def grow(url):
    run_sql(
        url,
        *(f"CREATE TABLE other_{at} (id INT PRIMARY KEY)" for at in range(20)),
        "CREATE VIEW a_view AS SELECT 1",
        "CALL DOLT_COMMIT('-Am', 'Add tables')",
        *(f"CALL DOLT_COMMIT('--allow-empty', '-m', 'Commit {at}')" for at in range(40)),
        *(f"CALL DOLT_BRANCH('run/{at}', 'main')" for at in range(40)),
    )


def test_statements_do_not_grow_with_branches_commits_and_tables(used, statements):
    before = {name: statements.cost_of(work) for name, work in works(used, 100).items()}
    grow(used)

    after = {name: statements.cost_of(work) for name, work in works(used, 200).items()}

    assert after == before


WALKS = ("dolt_branches", "dolt_tags", "active_branch()", "HASHOF('", "SHOW FULL TABLES", "dolt_log('", "USE `")
"""What goes through the names of all branches, tags or tables, whatever is asked for (`docs/internals/saves.md`)."""

NEEDED = {
    "new branch": ["HASHOF('"],  # no branch may have the new name in another case
    "history of a table": ["dolt_log('"],  # nothing else tells which commits changed a table
    "retry": ["USE `"],  # the tables of the commit that it finds, and of its parents
}


def statement_has(statement, walk):
    """Whether a statement calls a function: `DOLT_HASHOF_TABLE('` is not `HASHOF('`."""
    return re.search(rf"(?<![A-Z_]){re.escape(walk)}", statement) is not None


def test_no_save_or_load_goes_through_all_names(used, statements):
    for name, work in works(used, 100).items():
        sent = statements.of(work)
        found = {walk for statement in sent for walk in WALKS if statement_has(statement, walk)}
        assert found <= set(NEEDED.get(name, ())), name


MOST = {
    "save": 13,
    "append": 12,
    "write id": 19,
    "retry": 25,  # also looks for reverts, which a new write id does not need
    "load": 8,
    "load of a branch": 10,
    "history": 4,
    "history of a table": 7,
    "diff": 8,
    "new branch": 29,
}


def test_a_save_or_load_of_a_few_rows_takes_few_statements(used, statements):
    found = {name: len(statements.of(work)) for name, work in works(used, 100).items()}

    assert {name: count for name, count in found.items() if count > MOST[name]} == {}


def test_a_large_save_takes_few_statements(loading_database, statements):
    write_table(loading_database, "few", few(0), primary_key="id")
    changed = MANY.assign(value=MANY["value"].where(MANY["id"] >= 100, 1.5))

    first = statements.of(lambda: write_table(loading_database, "many", MANY, primary_key="id"))
    again = statements.of(lambda: write_table(loading_database, "many", changed, primary_key="id"))

    assert len(first) <= 29
    assert len(again) <= 19
    assert statements.opened <= 2


def test_a_save_with_a_write_id_looks_at_no_reverts_unless_the_id_is_found(used, statements, set_limits):
    set_limits(index_commits=2)

    def save(at):
        write_table(used, "named", few(at, 1), mode="append", primary_key="id", write_id=f"run-{at}")

    save(0)
    save(1)
    run_sql(used, *["CALL DOLT_REVERT('HEAD')"] * 12)
    save(2)  # indexes the reverts

    sent = statements.of(lambda: save(3))

    assert sum("DOLT_MERGE_BASE" in each for each in sent) < 12
