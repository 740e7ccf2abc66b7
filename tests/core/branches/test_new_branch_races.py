"""Concurrent creation of one branch: every commit that a save reports is on the branch."""

import os
import subprocess
import threading
from functools import partial

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, Transaction, read_table, write_table
from dolt_integrations.core.branches.private import keep_branch
from dolt_integrations.engine import open_database
from dolt_integrations.engine.session.connection import Connection
from dolt_integrations.engine.versions.branches import create_branch
from dolt_integrations.errors import LostRaceError
from tests.conftest import run_sql
from tests.helpers import warm
from tests.helpers.threads import in_threads

AT_ONCE = 6
ROUNDS = int(os.environ.get("NEW_BRANCH_ROUNDS", "4"))


def rows(number):
    return pd.DataFrame({"id": [number], "name": [f"writer {number}"]})


def by_table(url, branch, number):
    return write_table(url, f"t{number}", rows(number), branch_conf=NewBranch(branch))


def by_append(url, branch, number):
    return write_table(url, "t", rows(number), branch_conf=NewBranch(branch), mode="append", primary_key="id")


def by_stream(url, branch, number):
    return write_table(url, f"t{number}", iter([rows(number), rows(number + 100)]), branch_conf=NewBranch(branch))


def by_transaction(url, branch, number):
    with Transaction(url, branch, create=True) as block:
        block.write(f"t{number}", rows(number))
    return block.version


def at_once(work):
    """Run work in threads that start together. Returns what each returned or raised."""
    found, barrier = {}, threading.Barrier(AT_ONCE)

    def run(number):
        barrier.wait()
        try:
            found[number] = work(number)
        except Exception as error:  # noqa: BLE001 - any is one too many
            found[number] = error

    in_threads(partial(run, number) for number in range(AT_ONCE))
    return [found[number] for number in range(AT_ONCE)]


def commits(url, branch):
    return {commit for (commit,) in run_sql(url, f"SELECT commit_hash FROM dolt_log('{branch}')")}


@pytest.mark.parametrize("way", [by_table, by_append, by_stream, by_transaction])
def test_what_saves_report_that_make_one_branch_at_once_is_on_it(way, database):
    run_sql(database, "CREATE TABLE other (a int)", "CALL DOLT_COMMIT('-Am', 'other')")

    for number in range(ROUNDS):
        branch = f"run/{number}"
        versions = at_once(lambda writer, branch=branch: way(database, branch, writer))

        assert {version.commit for version in versions} <= commits(database, branch), versions


def test_processes_that_make_one_branch_at_once_are_all_on_it(database):
    code = (
        "import sys; from tests.core.branches.test_new_branch_races import by_table\n"
        "sys.stdin.readline(); print(by_table(sys.argv[1], 'run/1', int(sys.argv[2])).commit)"
    )
    started = [
        subprocess.Popen(
            [warm.python(), "-c", code, database, str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(3)
    ]  # fmt: skip

    told = [process.communicate("go\n", timeout=120)[0].strip() for process in started]

    assert set(told) <= commits(database, "run/1")
    assert len({name for (name,) in run_sql(database, "SHOW TABLES", revision="run/1")}) == 3


def test_of_sessions_that_create_one_branch_at_once_one_succeeds(database):
    made = []
    for number in range(AT_ONCE):
        run_sql(database, f"CREATE TABLE t{number} (a int)", f"CALL DOLT_COMMIT('-Am', 'commit {number}')")
        made.append(run_sql(database, "SELECT HASHOF('main')")[0][0])

    def create(number, branch):
        with open_database(database) as opened, opened.connect() as connection:
            create_branch(connection, branch, made[number])
        return made[number]

    for number in range(ROUNDS):
        found = at_once(lambda writer, branch=f"run/{number}": create(writer, branch))

        (winner,) = [each for each in found if isinstance(each, str)]
        assert run_sql(database, f"SELECT HASHOF('run/{number}')") == [(winner,)]
        assert all(isinstance(each, LostRaceError) for each in found if each != winner)


def test_a_branch_that_another_client_moves_at_the_same_time_is_a_lost_race(database, monkeypatch):
    run_sql(database, "CREATE TABLE t (a int)", "CALL DOLT_COMMIT('-Am', 'second')")
    first = run_sql(database, "SELECT HASHOF('main~1')")[0][0]
    second = run_sql(database, "SELECT HASHOF('main')")[0][0]
    execute = Connection.execute

    def overtaken(self, statement, arguments=()):
        affected = execute(self, statement, arguments)
        if statement.startswith("CALL DOLT_BRANCH"):
            run_sql(database, f"CALL DOLT_BRANCH('-f', '{arguments[0]}', '{first}')")
        return affected

    monkeypatch.setattr(Connection, "execute", overtaken)
    with (
        open_database(database) as opened,
        opened.connect() as connection,
        pytest.raises(LostRaceError, match="another client created branch 'mine'"),
    ):
        create_branch(connection, "mine", second)


def test_work_that_is_kept_twice_is_on_one_branch(database):
    commit = run_sql(database, "SELECT HASHOF('main')")[0][0]

    with open_database(database) as opened:
        kept = at_once(lambda _: keep_branch(opened, commit))

    assert len(set(kept)) == 1
    assert run_sql(database, f"SELECT HASHOF('{kept[0]}')") == [(commit,)]


def test_a_private_branch_that_dolt_has_made_by_half_is_made_again(database, monkeypatch):
    """Dolt fails with "optimistic lock failed" after it has created the branch, but not its working set."""
    real, seen = Connection.execute, []

    def execute(connection, statement, arguments=()):
        done = real(connection, statement, arguments)
        if "DOLT_BRANCH(%s, %s)" in statement and not seen:
            seen.append(arguments[0])
            raise LostRaceError("optimistic lock failed on database Root update")
        return done

    monkeypatch.setattr(Connection, "execute", execute)
    write_table(database, "t", iter([rows(1)]))

    assert seen[0].startswith("dolt-integrations/work/")
    assert read_table(database, "t").data.equals(rows(1))
