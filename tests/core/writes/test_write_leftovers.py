"""A save leaves no branch, no file and no output behind, even if a process was killed."""

import json
import os

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DoltError
from tests.conftest import eventually, processes_of, run_sql
from tests.helpers.saves.saves import ONE, TWO, WIDER, rows
from tests.helpers.saves.state import branches, is_clean


@pytest.mark.parametrize("frame", [TWO, WIDER, ONE])
def test_no_branch_and_no_uncommitted_work_stays_after_a_save(frame, database):
    write_table(database, "t", ONE)

    write_table(database, "t", frame)

    assert branches(database) == ["main"]
    assert is_clean(database)


def test_no_branch_and_no_uncommitted_work_stays_after_a_failure(database):
    run_sql(
        database, "CREATE TABLE t (name varchar(20) UNIQUE, count bigint NOT NULL)", "CALL DOLT_COMMIT('-Am', 'mine')"
    )
    frame = pd.DataFrame({"name": ["a", "a"], "count": [1, 2]})

    try:
        write_table(database, "t", frame)
    except DoltError:
        assert rows(database) == []
    else:
        assert rows(database) == [("a", 1), ("a", 2)]

    assert branches(database) == ["main"]
    assert is_clean(database)


# Private branches left by dead processes.

DIE = """
import os, sys
import pandas as pd
from dolt_integrations.core.writes import build
from dolt_integrations.core import write_table
def die(*arguments):
    os.kill(os.getpid(), 9)
build.stage = die
write_table(sys.argv[1], "t", pd.DataFrame({"a": [1]}))
"""


def test_what_a_killed_save_left_is_not_seen_and_is_removed_by_the_next(database, script):
    run_sql(database, "CREATE TABLE t (b int)", "CALL DOLT_COMMIT('-Am', 'mine')")
    killed = script(DIE, database)
    killed.process.wait(timeout=60)
    assert len(branches(database)) == 2

    assert run_sql(database, "SHOW COLUMNS FROM t")[0][0] == "b"
    write_table(database, "u", ONE)

    assert branches(database) == ["main"]
    assert is_clean(database)


def test_what_a_killed_save_of_a_directory_left_is_removed_by_the_next(repository, script):
    killed = script(DIE, repository.path)
    killed.process.wait(timeout=60)
    eventually(lambda: not processes_of(repository.path))

    write_table(repository.path, "u", ONE)

    assert repository.branches() == ["main"]
    assert repository.sql("select * from dolt_status") == []


def test_the_private_branch_of_a_living_process_is_left_alone(database, script):
    from dolt_integrations.core.branches.private import private_branch
    from dolt_integrations.engine import open_database

    with open_database(database) as opened, private_branch(opened, run_sql(database, "SELECT HASHOF('main')")[0][0]):
        write_table(database, "t", ONE)
        assert len(branches(database)) == 2

    assert branches(database) == ["main"]


def test_a_branch_of_the_users_that_looks_alike_is_left_alone(database):
    for name in ("dolt-integrations/mine", "dolt-integrations/work/mine", "dolt-integrations/work/vm/1/x"):
        run_sql(database, f"CALL DOLT_BRANCH('{name}')")
    before = branches(database)

    write_table(database, "t", ONE)

    assert branches(database) == before


def test_nothing_is_printed(repository, capfd):
    write_table(repository.path, "t", ONE)
    read_table(repository.path, "t")

    assert capfd.readouterr() == ("", "")


def test_no_file_is_left_in_the_place_of_temporary_files(repository, temporary):
    write_table(repository.path, "t", ONE)
    write_table(repository.path, "t", WIDER)

    left = [path for path in temporary.rglob("*") if path.name != f"dolt-integrations-{os.getuid()}"]
    assert left == []


def test_the_state_of_the_directory_stays_readable_json(repository):
    write_table(repository.path, "t", ONE)

    assert json.loads((repository.path / ".dolt" / "repo_state.json").read_text())["head"] == "refs/heads/main"
