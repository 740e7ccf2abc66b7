"""What Dolt has noted about rows of a branch, and cannot commit: a save is refused at once, and moves nothing."""

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.writes import in_place
from dolt_integrations.errors import ConstraintError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.paths import PATHS, branch_of, found, frame, rows_on

MAKE = (
    "CREATE TABLE parent (id INT PRIMARY KEY)",
    "CREATE TABLE child (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES parent (id))",
    "CALL DOLT_COMMIT('-Am', 'Add tables that refer to each other')",
)
BREAK = (
    "SET foreign_key_checks = 0, dolt_force_transaction_commit = 1",
    "INSERT INTO child VALUES (1, 1)",
    "CALL DOLT_VERIFY_CONSTRAINTS('--all')",
)
CLASH = (
    "SET dolt_allow_commit_conflicts = 1",
    "CALL DOLT_MERGE('clash')",
    "CALL DOLT_COMMIT('-Am', 'Merge with conflicts', '--force')",
)


def state(url):
    asked = ("SELECT HASHOF('main')", "SELECT * FROM dolt_status", "SELECT name FROM dolt_branches")
    return [run_sql(url, query) for query in asked]


@pytest.mark.parametrize("path", [path for path in PATHS if branch_of(path) == "main"])
def test_a_save_to_a_branch_with_noted_violations_is_refused_and_moves_nothing(path, database):
    write_table(database, "t", frame(), primary_key="id")
    run_sql(database, *MAKE, *BREAK)
    before = state(database)

    with pytest.raises(UncommittedChangesError, match=r"violations are noted for table `child`"):
        PATHS[path](database, "t", frame(rows_on(path), first=10))

    assert state(database) == before
    run_sql(database, "DELETE FROM `dolt_constraint_violations_child`", "DELETE FROM child")
    PATHS[path](database, "t", frame(rows_on(path), first=10))
    assert 10 in found(database, "t")


@pytest.mark.parametrize("mode", ["replace", "append"])
@pytest.mark.parametrize("table", ["t", "new"])
def test_a_save_to_a_branch_whose_commit_has_violations_is_refused(table, mode, database):
    write_table(database, "t", frame(), primary_key="id")
    run_sql(database, *MAKE, *BREAK, "CALL DOLT_COMMIT('-Am', 'Break it', '--force')")
    before = state(database)

    with pytest.raises(ConstraintError, match="dolt_constraint_violations"):
        write_table(database, table, frame(first=10), mode=mode)

    assert state(database)[:2] == before[:2]


def test_a_row_whose_parent_is_deleted_meanwhile_breaks_the_constraint(database, monkeypatch):
    run_sql(database, *MAKE, "INSERT INTO parent VALUES (1)", "CALL DOLT_COMMIT('-am', 'Add a parent')")
    real = in_place.put_rows

    def put(*arguments, **options):
        real(*arguments, **options)
        run_sql(database, "DELETE FROM parent", "CALL DOLT_COMMIT('-am', 'Remove the parent')")

    monkeypatch.setattr(in_place, "put_rows", put)

    with pytest.raises(ConstraintError, match="save again"):
        write_table(database, "child", pd.DataFrame({"id": [1], "parent": [1]}), mode="append")

    assert found(database, "child") == []


@pytest.mark.parametrize("table", ["t", "new"])
def test_conflicts_in_a_table_with_uncommitted_changes_are_an_error_at_once(table, database):
    write_table(database, "t", frame(), primary_key="id")
    write_table(database, "o", frame(), primary_key="id")
    run_sql(database, "CALL DOLT_BRANCH('clash')", "UPDATE o SET value = 'main'", "CALL DOLT_COMMIT('-am', 'Change')")
    run_sql(f"{database}/clash", "UPDATE o SET value = 'clash'", "CALL DOLT_COMMIT('-am', 'Change')")
    run_sql(database, *CLASH, "INSERT INTO o VALUES (9, 'mine')")
    before = state(database)

    with pytest.raises(UncommittedChangesError, match=r"`o` has both conflicts and uncommitted changes") as caught:
        write_table(database, table, frame(first=10), primary_key="id")

    assert not caught.value.is_transient
    assert state(database) == before
