"""Private branches are kept while their session lives, wherever it runs, and removed afterwards."""

import subprocess
import sys
import time

import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.branches.private import PREFIX, private_branch
from dolt_integrations.engine import open_database
from dolt_integrations.errors import ServerLostError
from tests.conftest import eventually, run_sql
from tests.helpers.saves.saves import ONE, TWO
from tests.helpers.saves.state import branches
from tests.helpers.script import Script

HOLD = """
import sys
from dolt_integrations.core.branches.private import private_branch
from dolt_integrations.engine import open_database
with open_database(sys.argv[1]) as database:
    with database.connect() as connection:
        start = connection.value("SELECT HASHOF('main')")
    with private_branch(database, start) as workspace:
        print("holding", flush=True)
        sys.stdin.readline()
        workspace.execute("CREATE TABLE made (a int)")
        print("made", flush=True)
"""
SAVE = "import sys; from tests.helpers.saves.saves import ONE; from dolt_integrations.core import write_table\n" + (
    'write_table(sys.argv[1], "t", ONE); print("saved", flush=True)'
)
APART = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def head(url):
    return run_sql(url, "SELECT HASHOF('main')")[0][0]


def apart():
    """Whether this machine allows namespaces of process ids."""
    try:
        return subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def test_a_branch_whose_process_lives_is_left_alone(database, script):
    holder = script(HOLD, database)
    holder.expect("holding")

    write_table(database, "t", ONE)

    assert len(branches(database)) == 2
    holder.tell("go on")
    holder.expect("made")
    holder.finish()
    assert branches(database) == ["main"]


def test_a_branch_whose_process_was_killed_is_removed_by_a_save(database, script):
    holder = script(HOLD, database)
    holder.expect("holding")
    holder.kill()

    def is_removed():
        write_table(database, "t", ONE)
        return branches(database) == ["main"]

    eventually(is_removed)  # the server may take a moment to notice that the client has gone


@pytest.mark.skipif(not apart(), reason="this machine makes no namespaces of process ids for us")
def test_processes_with_one_host_name_and_one_id_leave_each_others_work_alone(database, tmp_path):
    class Apart(Script):
        def __init__(self, code, *arguments):
            run = "import os, subprocess, sys; os.dup2(2, 2); sys.exit(subprocess.call(sys.argv[1:]))"
            super().__init__(run, *APART, sys.executable, "-c", code, *arguments)

    holder, saver = Apart(HOLD, database), None
    try:
        holder.expect("holding")
        saver = Apart(SAVE, database)
        saver.expect("saved")
        saver.finish()
        assert len(branches(database)) == 2
        holder.tell("go on")
        holder.expect("made")
        holder.finish()
    finally:
        for each in filter(None, (holder, saver)):
            each.kill()


def test_a_branch_whose_session_is_lost_in_a_living_process_is_removed(database):
    def lose_the_session():
        with open_database(database) as opened, private_branch(opened, head(database)) as workspace:
            run_sql(database, f"KILL {workspace.value('SELECT CONNECTION_ID()')}")
            eventually(lambda: write_table(database, "t", ONE) and branches(database) == ["main"])
            workspace.execute("CREATE TABLE made (a int)")

    with pytest.raises(ServerLostError):
        lose_the_session()

    assert branches(database) == ["main"]


def test_a_stream_whose_session_is_lost_leaves_the_table_as_it_was(database):
    write_table(database, "t", ONE)
    before = head(database)

    def batches():
        yield ONE
        for number, *_, info in run_sql(database, "SHOW PROCESSLIST"):
            if info != "SHOW PROCESSLIST":
                run_sql(database, f"KILL {number}")
        yield ONE

    with pytest.raises(ServerLostError):
        write_table(database, "t", batches())

    assert head(database) == before
    assert read_table(database, "t").data.equals(ONE)


@pytest.mark.parametrize(("age", "stays"), [(0, True), (23, True), (49, False)])
def test_a_branch_of_an_earlier_version_has_a_day(age, stays, database):
    name = f"{PREFIX}otherhost/7/{int(time.time()) - age * 3600}-0a1b2c3d"
    run_sql(database, f"CALL DOLT_BRANCH('{name}')")

    write_table(database, "t", ONE)

    assert branches(database) == ([name, "main"] if stays else ["main"])


def test_of_many_leftovers_one_save_removes_some(database, set_limits):
    set_limits(leftover_branches=3)
    for number in range(5):
        run_sql(database, f"CALL DOLT_BRANCH('{PREFIX}1-{number:016x}')")

    write_table(database, "t", ONE)
    assert len(branches(database)) == 3
    write_table(database, "t", ONE)
    assert branches(database) == ["main"]


def test_what_a_transaction_that_was_killed_left_is_removed_by_a_transaction(database):
    from dolt_integrations.core import Transaction

    run_sql(database, f"CALL DOLT_BRANCH('{PREFIX}1-00000000000000aa')")

    with Transaction(database) as block:
        block.write("t", ONE)

    assert branches(database) == ["main"]


def test_a_process_looks_for_leftovers_once_in_a_while(database, monkeypatch, set_limits):
    set_limits(leftover_seconds=3600)
    write_table(database, "t", ONE)
    name = f"{PREFIX}1-00000000000000aa"
    run_sql(database, f"CALL DOLT_BRANCH('{name}')")

    write_table(database, "t", TWO)
    assert branches(database) == [name, "main"]

    set_limits(leftover_seconds=0)
    write_table(database, "t", ONE)
    assert branches(database) == ["main"]


def test_many_branches_of_others_do_not_hide_a_leftover(database):
    names = [f"run/{number}" for number in range(60)] + ["dolt-integrations/kept/abc", f"{PREFIX}1-00000000000000aa"]
    run_sql(database, *[f"CALL DOLT_BRANCH('{name}')" for name in names])

    write_table(database, "t", ONE)

    assert set(branches(database)) == {*names[:-1], "main"}
