"""`kill -9` at every statement of a save, of the client and of the server: all or nothing, and only once."""

import json
import os

import pandas as pd
import pytest

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, Transaction, write_table
from dolt_integrations.engine import open_database
from tests.conftest import eventually, processes_of, run_sql

SAVER = """
import json, os, signal, sys
import pymysql
from dolt_integrations.engine.session import connection
from dolt_integrations.errors import DoltError
from tests.core.writes.test_kill import save

def die(victim):
    if victim:  # the file that describes the server
        os.kill(int(open(victim).read().split(":")[0]), signal.SIGKILL)
    else:
        os.kill(os.getpid(), signal.SIGKILL)

def attempt(location, way, branch, fatal, sent, victim):
    statements = []
    real_cursor, real_send = connection.Connection._cursor, pymysql.connections.Connection._execute_command

    def cursor(self, statement, *arguments, **named):
        statements.append(statement)
        if len(statements) == fatal and not sent:
            die(victim)
        return real_cursor(self, statement, *arguments, **named)

    def send(self, *arguments):
        real_send(self, *arguments)
        if len(statements) == fatal and sent:
            die(victim)

    connection.Connection._cursor, pymysql.connections.Connection._execute_command = cursor, send
    try:
        save(location, way, branch)
        return ["saved", statements]
    except DoltError as error:
        return ["error", type(error).__name__]

for line in sys.stdin:
    read, write = os.pipe()
    child = os.fork()  # not a new interpreter each time, whose imports take a second
    if child == 0:
        os.write(write, json.dumps(attempt(*json.loads(line)))[:60_000].encode())
        os._exit(0)
    os.close(write)
    _, status = os.waitpid(child, 0)
    with os.fdopen(read) as answer:
        print(answer.read() or json.dumps(["killed", os.WTERMSIG(status)]), flush=True)
"""

WAYS = ["replace", "append", "private branch", "new branch", "fast-forward", "merge", "transaction"]
FIRST = pd.DataFrame({"id": [1, 2], "value": ["a", "b"]})
THIRD = pd.DataFrame({"id": [3], "value": ["c"]})
ALL = bool(os.environ.get("KILL_AT_EVERY_STATEMENT"))
"""Whether to die at every statement, including those that only read, or only at some."""


def save(location, way, branch):
    """Write the third row to a branch in one of the ways."""
    if way == "transaction":
        with Transaction(location, branch, write_id="w") as block:
            block.write("t", THIRD, mode="append")
            block.write("second", THIRD)
        return
    config = {
        "new branch": NewBranch(branch),
        "fast-forward": MergeBranch(branch, branch),
        "merge": MergeBranch("c2", branch),
    }.get(way, AppendBranch(branch))
    data = THIRD.assign(more=1) if way == "private branch" else THIRD
    mode = "replace" if way == "replace" else "append"
    write_table(location, "t", data, mode=mode, branch_conf=config, write_id="w")


def sql(location, *statements, revision=None):
    """Run statements at a URL, or in a directory."""
    if isinstance(location, str):
        return run_sql(location, *statements, revision=revision)
    with open_database(location) as database, database.connect(revision) as connection:
        return [connection.rows(statement) for statement in statements][-1]


def prepare(location):
    """Create the table `t`, tag its commit `c2`, and add a commit to `main`."""
    write_table(location, "t", FIRST, primary_key="id")
    sql(location, "CALL DOLT_TAG('c2')")
    write_table(location, "other", FIRST)


def start(location, way, branch):
    if way != "new branch":
        sql(location, f"CALL DOLT_BRANCH('{branch}', 'main')")


def state(location, branch):
    """Return the keys of the branch's table and the number of its commits. None if the branch does not exist."""
    if (branch,) not in sql(location, "SELECT name FROM dolt_branches"):
        return None
    keys = [key for (key,) in sql(location, "SELECT id FROM t ORDER BY id", revision=branch)]
    return keys, sql(location, f"SELECT COUNT(*) FROM dolt_log('{branch}')")[0][0]


def moments(statements):
    """Return the statements at which to die: before, during and after each one that writes."""
    writes = [at for at, text in enumerate(statements, 1) if ALL or not text.startswith(("SELECT", "SHOW", "SET"))]
    before = {writes[0], *(at + 1 for at in writes if at < len(statements))}  # after one statement is before the next
    return sorted({(at, False) for at in before} | {(at, True) for at in writes})


class Killing:
    """Saves in processes that die, or that lose their server."""

    def __init__(self, script, location, way, victim=""):
        self.location, self.way, self.victim = location, way, victim
        self.process = script(SAVER)
        self.before = None if way == "new branch" else ([1, 2], 3)
        with open_database(location):
            prepare(location)
            start(location, way, "whole")
            said, self.statements = self.attempt("whole", 0, False)
            assert said == "saved"
            self.after = state(location, "whole")

    def check_all(self, every):
        """Die at each of the statements, or at some, each time on another branch."""
        chosen = moments(self.statements)[:: 1 if ALL else every]
        with open_database(self.location):
            for at, sent in chosen:
                start(self.location, self.way, f"{at}-{sent}")
        for at, sent in chosen:
            self.check(at, sent)

    def attempt(self, branch, at, sent):
        """Save, and return the outcome."""
        self.process.tell(json.dumps([str(self.location), self.way, branch, at, sent, self.victim]))
        return json.loads(self.process.process.stdout.readline())

    def check(self, at, sent):
        """Die at a statement and check the state, then save again and check again."""
        branch, where = f"{at}-{sent}", f"{'while' if sent else 'before'} {self.statements[at - 1]!r} ({at})"
        said, detail = self.attempt(branch, at, sent)
        if not self.victim:
            assert (said, detail) == ("killed", 9), where
        with open_database(self.location):
            found = state(self.location, branch)
            assert found in (self.before, self.after), where
            assert said != "saved" or found == self.after, where
            eventually(lambda: self.leaves_nothing(branch))  # the server notices a moment later
            assert state(self.location, branch) == self.after, where
            assert sql(self.location, "SELECT * FROM dolt_status", revision=branch) in ([], ()), where

    def leaves_nothing(self, branch):
        """Save again, and return whether no private branch is left."""
        save(self.location, self.way, branch)
        return not [name for (name,) in sql(self.location, "SELECT name FROM dolt_branches") if "/" in name]


@pytest.mark.parametrize("way", WAYS)
def test_a_process_that_dies_at_any_statement_has_saved_all_or_nothing(way, database, script):
    killing = Killing(script, database, way)

    killing.check_all(every=7)


@pytest.mark.parametrize("way", WAYS if ALL else ["append", "merge"])
def test_a_process_that_dies_with_its_private_server_has_saved_all_or_nothing(way, repository, script):
    killing = Killing(script, repository.path, way)

    killing.check_all(every=9)

    eventually(lambda: not processes_of(repository.path))
    assert repository.sql("select * from dolt_status") == []


@pytest.mark.parametrize("way", WAYS if ALL else ["replace", "private branch", "merge", "transaction"])
def test_a_private_server_that_dies_at_any_statement_has_saved_all_or_nothing(way, repository, script):
    killing = Killing(script, repository.path, way, str(repository.path / ".dolt" / "sql-server.info"))

    killing.check_all(every=18)

    eventually(lambda: not processes_of(repository.path))
    assert repository.sql("select * from dolt_status") == []


def test_a_branch_that_is_moved_when_the_last_user_dies_has_its_tables(repository, script):
    """The supervisor lets the server finish. It used to stop halfway, about once in a hundred runs under load."""
    killing = Killing(script, repository.path, "private branch")
    landing = next(at for at, text in enumerate(killing.statements, 1) if "DOLT_MERGE" in text)

    branches = [f"branch{number}" for number in range(60 if ALL else 3)]
    with open_database(repository.path):
        for branch in branches:
            start(repository.path, killing.way, branch)

    for branch in branches:
        killing.attempt(branch, landing, True)
        assert state(repository.path, branch) in (killing.before, killing.after), branch
