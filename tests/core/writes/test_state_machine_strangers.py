"""A state machine in which another client changes the database between our steps, and in the middle of our streams.

It renames, drops, alters, ignores, stages, merges and branches in two cases. After every step, no one has lost a row,
and each reported commit contains what was saved. The variables of the other state machine make it longer.
"""

import contextlib
import itertools

import pandas as pd
import pymysql
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, Transaction, read_table, write_table
from dolt_integrations.errors import DoltError, MergeConflictError
from tests.conftest import run_sql
from tests.helpers.saves.state_machines import make_empty, run_on

TABLES = st.sampled_from(["t", "T", "tmp_a", "other"])
MODES = st.sampled_from(["append", "upsert"])
WAYS = st.sampled_from(["small", "stream", "block", "merge", "new branch"])
DEEDS = st.sampled_from(
    ["insert", "rename", "drop", "add a column", "drop a column", "ignore", "stage", "unstage", "merge", "branch"]
)


class Strangers(RuleBasedStateMachine):
    """The model: which ids each table of main has, under the name that it has now."""

    url = ""

    @initialize()
    def begin(self):
        """Make an empty database, in which the other client ignores tables and has work of its own."""
        make_empty(self.url)
        self.sql("CREATE TABLE draft (id bigint PRIMARY KEY)", "INSERT INTO draft VALUES (1)")
        self.ids, self.names = itertools.count(1), itertools.count(1)
        self.tables: dict[str, set[int]] = {}
        self.staged = False
        self.starts = [self.head()]

    def sql(self, *statements, revision=None):
        return run_sql(self.url, *statements, revision=revision)

    def head(self):
        return self.sql("SELECT HASHOF('main')")[0][0]

    def frame(self):
        return pd.DataFrame({"id": [next(self.ids), next(self.ids)], "value": "ours"}).astype({"id": "int64"})

    def known(self, table):
        """Return the name of a table of main in the case that it has."""
        return next((name for name in self.tables if name.lower() == table.lower()), table)

    # Steps of the other client.

    def deed(self, what, table):
        """Do something to a table, commit it, and record the new contents of main."""
        name = self.known(table)
        if what in ("stage", "unstage"):
            if self.staged != (what == "stage"):
                self.sql("CALL DOLT_ADD('draft')" if what == "stage" else "CALL DOLT_RESET('draft')")
            self.staged = what == "stage"
        elif what == "ignore":
            self.sql("REPLACE INTO dolt_ignore VALUES ('tmp_%', true)", *self.commit("dolt_ignore"))
        elif what == "branch":
            number = next(self.names)
            self.sql(f"CALL DOLT_BRANCH('run/{number}x')")
            with contextlib.suppress(pymysql.err.OperationalError):  # Dolt 2.3 does not create two of them
                self.sql(f"CALL DOLT_BRANCH('run/{number}X')")
        elif name in self.tables:
            self.change(what, name)

    def change(self, what, name):
        key = next(self.ids)
        if what == "insert":
            self.sql(f"INSERT INTO `{name}` (id) VALUES ({key})", *self.commit(name))
            self.tables[name].add(key)
        elif what == "rename":
            new = f"renamed_{next(self.names)}"
            self.sql(f"RENAME TABLE `{name}` TO {new}", *self.commit(name, new))
            self.tables[new] = self.tables.pop(name)
        elif what == "drop":
            self.sql(f"DROP TABLE `{name}`", *self.commit(name))
            del self.tables[name]
        elif what == "add a column":
            self.sql(f"ALTER TABLE `{name}` ADD COLUMN c{key} int", *self.commit(name))
        elif what == "drop a column":
            if "value" in {column for column, *_ in self.sql(f"SHOW COLUMNS FROM `{name}`")}:
                self.sql(f"ALTER TABLE `{name}` DROP COLUMN value", *self.commit(name))
        elif what == "merge":
            self.merge_aside(name, key)

    def merge_aside(self, name, key):
        """Merge a branch of the other client into main."""
        branch = f"theirs/{key}"
        self.sql(f"CALL DOLT_BRANCH('{branch}', 'main')")
        insert, commit = f"INSERT INTO `{name}` (id) VALUES ({key})", "CALL DOLT_COMMIT('-am', 'theirs')"
        self.sql(insert, f"CALL DOLT_ADD('-f', '{name}')", commit, revision=branch)
        self.sql(f"CALL DOLT_MERGE('{branch}')", f"CALL DOLT_BRANCH('-D', '{branch}')")
        if self.staged:
            self.sql("CALL DOLT_ADD('draft')")  # Dolt's merge unstages what the client has staged
        self.tables[name].add(key)

    def commit(self, *names):
        """Return the statements that commit some tables, and none of the client's drafts."""
        unstage, again = ("CALL DOLT_RESET('draft')",), ("CALL DOLT_ADD('draft')",)
        added = tuple(f"CALL DOLT_ADD('-f', '{name}')" for name in names)
        return (
            *(unstage if self.staged else ()),
            *added,
            "CALL DOLT_COMMIT('--skip-empty', '-m', 'theirs')",
            *(again if self.staged else ()),
        )

    @rule(what=DEEDS, table=TABLES)
    def stranger(self, what, table):
        """Let the other client do something between our steps."""
        self.deed(what, table)

    # Our own steps.

    @rule(way=WAYS, table=TABLES, mode=MODES, data=st.data())
    def save(self, way, table, mode, data):
        """Save two rows in some way. Record that main has them, or check that nothing has changed."""
        start = data.draw(st.integers(0, len(self.starts) - 1))
        self.attempt(table, lambda rows: self.by(way, table, rows, mode, self.starts[start]), way != "new branch")

    @rule(table=TABLES, mode=MODES, what=DEEDS, which=TABLES)
    def stream(self, table, mode, what, which):
        """Save a stream, during which the other client does something."""

        def write(rows):
            def batches():
                yield rows[:1]
                self.deed(what, which)
                yield rows[1:]

            return write_table(self.url, table, batches(), primary_key="id", mode=mode)

        self.attempt(table, write, lands=True)

    def by(self, way, table, rows, mode, start):
        if way == "block":
            with Transaction(self.url, branch_from=start) as block:
                block.write(table, rows, primary_key="id", mode=mode)
            return block.version
        config = {"merge": MergeBranch(start, "main"), "new branch": NewBranch("run/fresh")}.get(way)
        work = iter([rows[:1], rows[1:]]) if way == "stream" else rows
        return write_table(self.url, table, work, primary_key="id", mode=mode, branch_conf=config)

    def attempt(self, table, write, lands):
        rows = self.frame()
        given = set(rows["id"])
        try:
            version = write(rows)
        except DoltError as error:
            self.check_refusal(error, given, table)
        else:
            assert version.changed
            assert given <= set(read_table(self.url, table, as_of=version.commit).data["id"])
            if lands:
                self.tables.setdefault(self.known(table), set()).update(given)
        self.starts.append(self.head())

    def check_refusal(self, error, given, table):
        """A conflict keeps the work on a branch, and no error suggests a retry that cannot succeed."""
        assert "Try again" not in str(error), error
        if isinstance(error, MergeConflictError):
            assert error.branch in str(error)
            assert given <= self.at(error.branch, table), error
            self.sql(f"CALL DOLT_BRANCH('-D', '{error.branch}')")

    def at(self, revision, table):
        names = [name for (name,) in self.sql("SHOW TABLES", revision=revision) if name.lower() == table.lower()]
        return {key for name in names for (key,) in self.sql(f"SELECT id FROM `{name}`", revision=revision)}

    @invariant()
    def nobody_has_lost_a_row(self):
        """Check from outside: main has all rows of both, and the other client's work is unchanged."""
        if not hasattr(self, "tables"):
            return
        commit = self.head()
        names = {name for (name,) in self.sql("SHOW TABLES", revision=commit)}
        assert names == set(self.tables)
        for name, ids in self.tables.items():
            assert {key for (key,) in self.sql(f"SELECT id FROM `{name}`", revision=commit)} == ids
        pending = self.sql("SELECT table_name, staged, status FROM dolt_status")
        assert pending == [("draft", int(self.staged), "new table")]
        assert self.sql("SELECT id FROM draft") == [(1,)]
        assert not self.sql("SELECT name FROM dolt_branches WHERE name LIKE 'dolt-integrations/%'")

    @rule()
    def read_twins(self):
        """Read the branches whose names differ only by case: each is unchanged."""
        for name, commit in self.sql("SELECT name, hash FROM dolt_branches"):
            for table in {name for (name,) in self.sql("SHOW TABLES", revision=commit)}:
                assert read_table(self.url, table, branch_conf=AppendBranch(name)).version.commit == commit


def test_whatever_another_client_does_no_row_is_lost(database):
    run_on(database, Strangers)
