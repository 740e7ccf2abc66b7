"""Constraints of tables that others created: errors name the constraint, the value and the row."""

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import ConstraintError, DataError
from tests.conftest import run_sql
from tests.helpers.saves.ways import block, left, merge, plain, stream

WAYS = [plain, stream, merge, block]
MODES = ["append", "upsert", "replace"]


@pytest.fixture
def theirs(database):
    """A database with a table that has constraints of every kind."""
    run_sql(
        database,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "INSERT INTO p VALUES (1)",
        "CREATE TABLE t (a int PRIMARY KEY, b int, s enum('x','y'), n int NOT NULL, u int UNIQUE, pid int, "
        "CONSTRAINT positive CHECK (b > 0), CONSTRAINT of_p FOREIGN KEY (pid) REFERENCES p (id))",
        "INSERT INTO t VALUES (1, 1, 'x', 1, 1, 1)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )
    return database


def rows(count, **last):
    frame = pd.DataFrame({"a": range(10, 10 + count), "b": 1, "s": "x", "n": 1, "u": range(10, 10 + count), "pid": 1})
    for name, value in last.items():
        frame.loc[count - 1, name] = value
    return frame


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [3, 300])
@pytest.mark.parametrize(
    ("wrong", "told"),
    [({"b": -5}, ["positive", "-5", "row {last}"]), ({"s": "z"}, ["enum", "'z'", "row {last}"]),
     ({"pid": 99}, ["of_p", "99"])],
    ids=["check", "enum", "foreign key"],
)  # fmt: skip
def test_a_row_that_breaks_a_constraint_is_named(way, mode, count, wrong, told, theirs):
    with pytest.raises(DataError) as caught:
        way(theirs, rows(count, **wrong), mode)

    assert [text for text in told if text.format(last=count - 1) not in str(caught.value)] == []
    assert left(theirs) == ([(1,)], [], [("main",)])


@pytest.mark.parametrize("way", WAYS)
def test_a_column_without_a_default_is_asked_for(way, theirs):
    with pytest.raises(ConstraintError, match="lacks column 'n', which is NOT NULL"):
        way(theirs, rows(3).drop(columns="n"), "append")

    assert left(theirs) == ([(1,)], [], [("main",)])


@pytest.mark.parametrize("way", WAYS)
def test_the_source_of_a_generated_column_is_asked_for(way, database):
    run_sql(
        database,
        "CREATE TABLE t (a int PRIMARY KEY, net int, gross int AS (net * 2) STORED)",
        "INSERT INTO t (a, net) VALUES (1, 10)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )

    with pytest.raises(DataError, match="lacks column 'net', from which column 'gross' is computed"):
        way(database, pd.DataFrame({"a": [1, 2]}), "replace")
    way(database, pd.DataFrame({"a": [2], "net": [20]}), "append")

    assert read_table(database, "t").data["gross"].tolist() == [20, 40]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [2, 300])
def test_new_numbers_follow_those_that_a_merge_brought(way, count, database):
    run_sql(
        database,
        "CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, v int)",
        "INSERT INTO t (v) VALUES (1)",
        "CALL DOLT_COMMIT('-Am', 'made')",
        "CALL DOLT_CHECKOUT('-b', 'side')",
        "INSERT INTO t VALUES (2, 2), (3, 3), (4, 4)",
        "CALL DOLT_COMMIT('-am', 'more')",
        "CALL DOLT_CHECKOUT('main')",
        "CALL DOLT_MERGE('side')",
    )

    way(database, pd.DataFrame({"v": range(5, 5 + count)}), "append")

    assert read_table(database, "t").data["v"].tolist() == list(range(1, 5 + count))


def test_a_table_that_is_too_wide_is_refused_before_anything_is_sent(tmp_path):
    wide = pd.DataFrame([range(4100)], columns=[f"c{n}" for n in range(4100)])

    with pytest.raises(DataError, match="4100 columns; Dolt allows at most 4095"):
        write_table(str(tmp_path / "db"), "t", wide)

    assert not (tmp_path / "db").exists()


def test_columns_that_come_to_a_row_that_is_full_are_refused(database):
    run_sql(database, "CREATE TABLE t (a int PRIMARY KEY, x varchar(16370))", "CALL DOLT_COMMIT('-Am', 'made')")

    with pytest.raises(DataError, match="may take"):
        write_table(database, "t", pd.DataFrame({"a": [1], "y": ["b"]}), mode="append")

    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_another_key_is_refused_where_a_foreign_key_refers_to_the_table_and_nothing_changes(theirs):
    before = left(theirs)

    with pytest.raises(DataError, match="foreign key from or to it") as caught:
        write_table(theirs, "p", pd.DataFrame({"name": ["a"], "id": [1]}), primary_key="name")

    assert "with SQL first" in str(caught.value)
    assert left(theirs) == before


def test_to_overwrite_a_table_of_the_same_columns_keeps_its_constraints(database, set_limits):
    set_limits(compared_rows=0, in_place_rows=0)
    frame = pd.DataFrame({"id": [1, 2]})
    write_table(database, "t", frame, primary_key="id")
    run_sql(database, "ALTER TABLE t ADD CONSTRAINT few CHECK (id < 9)", "CALL DOLT_COMMIT('-am', 'few')")

    write_table(database, "t", frame + 1, primary_key="id", overwrite=True)

    assert run_sql(database, "SELECT id FROM t") == [(2,), (3,)]
    assert "`few`" in run_sql(database, "SHOW CREATE TABLE t")[0][1]
