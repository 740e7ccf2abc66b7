"""Merges of tables with generated columns. With stored ones, Dolt mixes up columns that are in other places."""

import pytest

from dolt_integrations import Repository
from dolt_integrations.errors import MergeConflictError
from tests.conftest import run_sql

STORED = "ADD COLUMN g varchar(9) GENERATED ALWAYS AS (CONCAT(a, '!')) STORED"


def commit(url, *statements, revision=None):
    run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'change')", revision=revision)


def begun(url, *statements, key="PRIMARY KEY"):
    columns = f"(id int {key}, a varchar(9), b varchar(9), c varchar(9))"
    commit(url, f"CREATE TABLE t {columns}", "INSERT INTO t VALUES (1, 'A', 'B', 'C')", *statements)
    run_sql(url, "CALL DOLT_BRANCH('side')")


MOVED = {
    "moved": ["ALTER TABLE t MODIFY COLUMN a varchar(9) AFTER c"],
    "added first": ["ALTER TABLE t ADD COLUMN n varchar(9) DEFAULT 'N' FIRST"],
    "added last": ["ALTER TABLE t ADD COLUMN n varchar(9) DEFAULT 'N'"],
    "dropped": ["ALTER TABLE t DROP COLUMN b"],
    "dropped and replaced": ["ALTER TABLE t DROP COLUMN b", "ALTER TABLE t RENAME COLUMN c TO b"],
}


@pytest.mark.parametrize("moved", MOVED)
@pytest.mark.parametrize("on_main", [True, False], ids=["by the target", "by the branch"])
def test_a_stored_column_beside_columns_in_other_places_is_a_conflict(on_main, moved, database):
    begun(database)
    commit(database, *MOVED[moved], revision="main" if on_main else "side")
    commit(database, f"ALTER TABLE t {STORED}", revision="side" if on_main else "main")
    before = run_sql(database, "SELECT * FROM t")

    with pytest.raises(MergeConflictError, match="column `g` is generated and stored"):
        Repository(database).promote("side")

    assert run_sql(database, "SELECT * FROM t") == before


@pytest.mark.parametrize("key", ["PRIMARY KEY", ""])
@pytest.mark.parametrize("other", [STORED.replace("STORED", "VIRTUAL"), STORED.replace("(a", "(b"), "ADD COLUMN g int"])
def test_a_stored_column_beside_another_of_its_name_is_a_conflict(other, key, database):
    begun(database, key=key)
    commit(database, f"ALTER TABLE t {STORED}")
    commit(database, f"ALTER TABLE t {other}", revision="side")

    with pytest.raises(MergeConflictError, match="column `g` is generated and stored"):
        Repository(database).promote("side")


@pytest.mark.parametrize("winner", ["ours", "theirs"])
def test_on_conflict_decides_whose_columns_a_table_with_a_stored_column_has(winner, database):
    begun(database, f"ALTER TABLE t {STORED}")
    commit(database, *MOVED["moved"])
    commit(database, "UPDATE t SET a = 'new'", revision="side")

    Repository(database).promote("side", on_conflict=winner)

    assert run_sql(database, "SELECT id, a, b, c, g FROM t") == [(1, "new", "B", "C", "new!")]


def test_a_stored_column_is_merged_with_rows_and_with_a_column_that_comes_last(database):
    begun(database, f"ALTER TABLE t {STORED}")
    commit(database, *MOVED["added last"])
    commit(database, "UPDATE t SET a = 'new'", "INSERT INTO t (id, a) VALUES (2, 'x')", revision="side")

    Repository(database).promote("side")

    assert sorted(run_sql(database, "SELECT id, a, c, g FROM t")) == [(1, "new", "C", "new!"), (2, "x", None, "x!")]


def test_a_conflict_in_a_table_without_a_key_with_a_virtual_column_is_named(database):
    begun(database, key="")
    commit(database, "UPDATE t SET a = 'x'")
    commit(database, f"ALTER TABLE t {STORED.replace('STORED', 'VIRTUAL')}", revision="side")

    with pytest.raises(MergeConflictError, match="`t`: 1 data conflict"):
        Repository(database).promote("side")
