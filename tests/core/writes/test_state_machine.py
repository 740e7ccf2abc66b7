"""A state machine that saves, appends, upserts, branches, merges, retries and reads, against a plain-Python model.

`STATE_MACHINE_EXAMPLES` and `STATE_MACHINE_STEPS` make it longer; then it is random, too.
"""

import pandas as pd
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, Transaction, read_table, write_table
from dolt_integrations.errors import MergeConflictError, PrimaryKeyError
from tests.conftest import run_sql
from tests.helpers.saves.state_machines import make_empty, run_on

KEYS = st.integers(1, 6)
ROWS = st.dictionaries(KEYS, st.sampled_from("abc"), max_size=4)
TABLES = st.sampled_from(["t", "other"])
NAMES = st.sampled_from(["main", "dev", "run/1"])
DRAFT = [(1, "mine")]


def frame_of(rows):
    return pd.DataFrame({"id": list(rows), "value": list(rows.values())}).astype({"id": "int64", "value": "str"})


def merged(base, ours, theirs):
    """Merge two tables row by row, as Dolt does. None if both changed a row in different ways."""
    result = {}
    for key in {*base, *ours, *theirs}:
        was, our, their = base.get(key), ours.get(key), theirs.get(key)
        if our != their and was not in (our, their):
            return None
        value = their if our == was else our
        if value is not None:
            result[key] = value
    return result


def merged_all(base, ours, theirs):
    """Merge all tables. None if one conflicts. A missing table has no rows, and reading does not create it."""
    found = {}
    for table in {*ours, *theirs}:
        rows = merged(base.get(table, {}), ours.get(table, {}), theirs.get(table, {}))
        if rows is None:
            return None
        found[table] = rows
    return found


class Saves(RuleBasedStateMachine):
    """The model: the tables and the number of commits of each branch and of each commit."""

    url = ""

    @initialize()
    def begin(self):
        """Make an empty database, with a user's uncommitted work in a table of their own."""
        make_empty(self.url)
        run_sql(self.url, "CREATE TABLE draft (id int, text varchar(9))", "INSERT INTO draft VALUES (1, 'mine')")
        start = run_sql(self.url, "SELECT HASHOF('main')")[0][0]
        self.branches = {"main": {}}
        self.commits = {start: {}}
        self.heads = {"main": start}
        self.parents = {start: ()}
        self.writes = []
        self.number = 0

    def history(self, commit):
        found, todo = set(), [commit]
        while todo:
            at = todo.pop()
            if at not in found:
                found.add(at)
                todo.extend(self.parents[at])
        return found

    @staticmethod
    def any_of(data, several):
        """Draw by number, because the hashes of commits differ between runs."""
        return list(several)[data.draw(st.integers(0, len(several) - 1))]

    def next_id(self):
        self.number += 1
        return f"write {self.number}%_'"

    def land(self, branch, tables, commit, parents):
        """Record a new commit of a branch."""
        self.commits[commit], self.parents[commit] = tables, parents
        self.branches[branch], self.heads[branch] = tables, commit

    def expected(self, tables, table, rows, mode):
        before = tables.get(table, {})
        return {**tables, table: dict(rows) if mode == "replace" else {**before, **rows}}

    @rule(branch=NAMES, table=TABLES, rows=ROWS, mode=st.sampled_from(["replace", "append", "upsert"]))
    def save(self, branch, table, rows, mode):
        """Save to a branch, which is created if it does not exist."""
        start = branch if branch in self.branches else "main"
        before = self.branches[start]
        write = (self.next_id(), "save", branch, table, rows, mode)
        if mode == "append" and set(rows) & set(before.get(table, {})):
            with pytest.raises(PrimaryKeyError):
                self.do_save(write)
            return
        version = self.do_save(write)
        after = self.expected(before, table, rows, mode)
        assert version.changed == (after != before)
        if version.changed:
            self.land(branch, after, version.commit, (self.heads[start],))
            self.writes.append((write, version))
        elif branch not in self.branches:
            self.branches[branch], self.heads[branch] = before, self.heads[start]
        assert version.commit == self.heads[branch]

    def do_save(self, write):
        write_id, _, branch, table, rows, mode = write
        config = NewBranch(branch)
        return write_table(
            self.url, table, frame_of(rows), primary_key="id", mode=mode, branch_conf=config, write_id=write_id
        )

    @rule(branch=NAMES, data=st.data())
    def branch(self, branch, data):
        """Create a branch at any commit with SQL, as a user does."""
        if branch not in self.branches:
            start = self.any_of(data, self.commits)
            run_sql(self.url, f"CALL DOLT_BRANCH('{branch}', '{start}')")
            self.branches[branch], self.heads[branch] = self.commits[start], start

    @rule(data=st.data(), table=TABLES, rows=ROWS, mode=st.sampled_from(["replace", "upsert"]), block=st.booleans())
    def merge(self, data, table, rows, mode, block):
        """Save at a commit of the target's history, and merge."""
        target = self.any_of(data, self.branches)
        start = self.any_of(data, [commit for commit in self.commits if commit in self.history(self.heads[target])])
        base, ours = self.commits[start], self.branches[target]
        theirs = self.expected(base, table, rows, mode)
        write = (self.next_id(), "block" if block else "merge", target, table, rows, mode, start)
        if theirs == base:
            assert not self.do_merge(write).changed
            return
        after = merged_all(base, ours, theirs)
        if after is None:
            self.conflict(write, base, ours, theirs)
            return
        version = self.do_merge(write)
        assert version.changed
        self.writes.append((write, version))
        self.land_merge(target, start, after, theirs, version.commit)

    def land_merge(self, target, start, after, theirs, commit):
        # Dolt 1.83 cannot look up both parents by the commit's hash.
        every = run_sql(self.url, "SELECT commit_hash, parent_index, parent_hash FROM dolt_commit_ancestors")
        found = [row[1:] for row in every if row[0] == commit]
        parents = tuple(parent for _, parent in sorted(found))
        assert parents[0] == self.heads[target]
        if len(parents) == 1:
            assert start == self.heads[target]
        else:
            self.commits[parents[1]], self.parents[parents[1]] = theirs, (start,)
        self.land(target, after, commit, parents)

    def conflict(self, write, base, ours, theirs):
        with pytest.raises(MergeConflictError) as caught:
            self.do_merge(write)
        kept, table = caught.value.branch, write[3]
        assert [conflict.table for conflict in caught.value.conflicts] == [table]
        rows = [(base.get(table, {}), ours.get(table, {}), theirs.get(table, {}))]
        wrong = [key for old, our, their in rows for key in {*old, *our, *their}
                 if our.get(key) != their.get(key) and old.get(key) not in (our.get(key), their.get(key))]  # fmt: skip
        assert caught.value.conflicts[0].count == len(wrong)
        assert dict(run_sql(self.url, f"SELECT id, value FROM {table}", revision=kept)) == theirs[table]
        run_sql(self.url, f"CALL DOLT_BRANCH('-D', '{kept}')")

    def do_merge(self, write):
        write_id, kind, target, table, rows, mode, start = write
        if kind == "block":
            with Transaction(self.url, target, branch_from=start, write_id=write_id) as block:
                block.write(table, frame_of(rows), primary_key="id", mode=mode)
            return block.version
        config = MergeBranch(start, target)
        return write_table(
            self.url, table, frame_of(rows), primary_key="id", mode=mode, branch_conf=config, write_id=write_id
        )

    @precondition(lambda self: self.writes)
    @rule(data=st.data())
    def retry(self, data):
        """Repeat an earlier save: nothing happens, and it returns the same commit."""
        write, made = self.any_of(data, self.writes)
        version = (self.do_save if write[1] == "save" else self.do_merge)(write)
        assert not version.changed
        assert version.commit == made.commit

    @rule(data=st.data())
    def read(self, data):
        """Read a table at any commit, or at the head of a branch."""
        commit = self.any_of(data, self.commits)
        for table, rows in self.commits[commit].items():
            found = read_table(self.url, table, as_of=commit).data
            assert dict(zip(found["id"], found["value"], strict=True)) == rows
        name = self.any_of(data, self.branches)
        for table, rows in self.branches[name].items():
            found = read_table(self.url, table, branch_conf=AppendBranch(name))
            assert dict(zip(found.data["id"], found.data["value"], strict=True)) == rows
            assert found.version.commit == self.heads[name]

    @invariant()
    def every_branch_has_its_rows_and_its_commits(self):
        """Check from outside: no other branches or commits, and only the user's work is uncommitted."""
        assert dict(run_sql(self.url, "SELECT name, hash FROM dolt_branches")) == self.heads
        for name, tables in self.branches.items():
            found = {table for (table,) in run_sql(self.url, "SHOW TABLES", revision=name)} - {"draft"}
            assert found == set(tables)
            for table, rows in tables.items():
                assert dict(run_sql(self.url, f"SELECT id, value FROM {table}", revision=name)) == rows
            count = run_sql(self.url, f"SELECT COUNT(*) FROM dolt_log('{name}')")[0][0]
            assert count == len(self.history(self.heads[name]))
            status = run_sql(self.url, "SELECT * FROM dolt_status", revision=name)
            assert status == ([("draft", 0, "new table")] if name == "main" else [])
        assert run_sql(self.url, "SELECT * FROM draft") == DRAFT
        assert run_sql(self.url, "SELECT active_branch()") == [("main",)]


def test_whatever_is_done_the_database_is_as_the_model(database):
    run_on(database, Saves)
