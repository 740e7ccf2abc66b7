"""Saves that send only differences, to tables that others created."""

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DoltError, PrimaryKeyError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.edits import BOTH_WAYS, changes
from tests.helpers.values.samples import assert_same

pytestmark = pytest.mark.usefixtures("any_cache")


def theirs(url, *statements):
    run_sql(url, *statements, "CALL dolt_commit('-Am', 'theirs')")


def saved(url, frame):
    write_table(url, "t", frame)
    return read_table(url, "t").data


def test_a_key_that_changes_its_case_under_a_collation(database, small):
    theirs(
        database,
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",
        "INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)",
    )

    saved(database, pd.DataFrame({"k": ["A", "b", "c"], "v": [1, 2, 3]}))

    assert run_sql(database, "SELECT CAST(k AS BINARY), v FROM t ORDER BY v") == [(b"A", 1), (b"b", 2), (b"c", 3)]


def test_keys_that_are_equal_in_a_collation_are_an_error(database, small):
    theirs(
        database,
        "CREATE TABLE t (k varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",
        "INSERT INTO t VALUES ('a', 1), ('b', 2)",
    )

    with pytest.raises(PrimaryKeyError):
        saved(database, pd.DataFrame({"k": ["a", "A", "b"], "v": [1, 2, 2]}))

    assert run_sql(database, "SELECT COUNT(*) FROM t") == [(2,)]


def test_values_that_two_rows_swap_under_a_unique_index(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, UNIQUE KEY (v))",
        "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)",
    )

    saved(database, pd.DataFrame({"k": [1, 2, 3], "v": [20, 10, 30]}))

    assert run_sql(database, "SELECT k, v FROM t ORDER BY k") == [(1, 20), (2, 10), (3, 30)]
    assert changes(database) == 2


TRIGGERS = (
    "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
    "INSERT INTO t VALUES (1, 10), (2, 20), (3, 30)",
    "CREATE TABLE seen (what varchar(20))",
    "CREATE TRIGGER went BEFORE DELETE ON t FOR EACH ROW INSERT INTO seen VALUES (CONCAT('-', OLD.v))",
    "CREATE TRIGGER came AFTER INSERT ON t FOR EACH ROW INSERT INTO seen VALUES (CONCAT('+', NEW.v))",
)


def test_triggers_see_all_rows_go_and_come_where_a_few_change(database, small):
    theirs(database, *TRIGGERS, 'ALTER TABLE t MODIFY v bigint COMMENT \'pandas: {"dtype": "int64"}\'')

    saved(database, pd.DataFrame({"k": [1, 2, 3], "v": [10, 25, 30]}))

    assert run_sql(database, "SELECT k, v FROM t ORDER BY k") == [(1, 10), (2, 25), (3, 30)]
    seen = {what for (what,) in run_sql(database, "SELECT what FROM seen")}
    assert seen == {"-10", "-20", "-30", "+10", "+25", "+30"}


def test_what_triggers_wrote_to_another_table_lands_with_a_save_by_a_private_branch(database):
    theirs(database, *TRIGGERS)

    version = write_table(database, "t", pd.DataFrame({"k": [1], "v": [10], "new": ["a"]}))

    seen = read_table(database, "seen", as_of=version.commit).data
    assert set(seen["what"]) == {"-10", "-20", "-30", "+10"}


def test_uncommitted_work_in_a_table_that_triggers_write_to_is_an_error_and_stays(database):
    theirs(database, *TRIGGERS)
    run_sql(database, "INSERT INTO seen VALUES ('mine')")

    with pytest.raises(UncommittedChangesError, match="`seen`"):
        write_table(database, "t", pd.DataFrame({"k": [1], "v": [10], "new": ["a"]}))

    assert run_sql(database, "SELECT what FROM seen") == [("mine",)]


def test_a_generated_column_follows(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v * 2) STORED)",
        "INSERT INTO t (k, v) VALUES (1, 1), (2, 2)",
    )
    frame = read_table(database, "t").data
    frame.loc[0, "v"] = 5

    saved(database, frame)

    assert run_sql(database, "SELECT * FROM t ORDER BY k") == [(1, 5, 10), (2, 2, 4)]


def test_a_stale_generated_column_is_no_change(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v * 2) STORED)",
        "INSERT INTO t (k, v) VALUES (1, 1), (2, 2)",
    )
    frame = read_table(database, "t").data.assign(w=7)

    assert not write_table(database, "t", frame).changed


def test_zero_in_an_auto_increment_column_stays(database, small):
    theirs(database, "CREATE TABLE t (k bigint AUTO_INCREMENT PRIMARY KEY, v bigint)", "INSERT INTO t VALUES (5, 5)")

    saved(database, pd.DataFrame({"k": [0, 5], "v": [1, 5]}))

    assert run_sql(database, "SELECT k, v FROM t ORDER BY k") == [(0, 1), (5, 5)]


FOREIGN = {
    "TIME": ("time(6)", ["10:00:00", "-838:59:59", None], "11:00:00"),
    "ENUM": ("enum('b', 'a', '')", ["b", "", None], "a"),
    "SET": ("set('b', 'a')", ["b,a", "", None], "a"),
    "YEAR": ("year", ["1901", "2155", None], "2000"),
    "BIT": ("bit(10)", [1, 1023, None], 7),
    "JSON": ("json", ['{"a": 1.5}', "[]", None], '{"b": null}'),
    "TIMESTAMP": ("timestamp(6) NULL", ["2020-01-01", "1999-01-01", None], "2001-01-01"),
    "DATETIME": ("datetime", ["2020-01-01", "0000-00-00", None], "2001-01-01"),
    "DECIMAL": ("decimal(65,30)", ["1e-30", "-1", None], "2e-30"),
    "BINARY": ("binary(4)", ["a", "bb", None], "c"),
    "CHAR": ("char(4)", ["a", "", None], "c"),
    "TINYINT(1)": ("tinyint(1)", [0, 5, None], 7),
    "FLOAT": ("float", ["0.1", "16777217", None], "-0.0"),
    "latin1": ("varchar(9) CHARACTER SET latin1", ["ü", "", None], "ß"),
    "GEOMETRY": ("point", [], "1"),
}


@BOTH_WAYS
@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_column_keeps_what_is_not_changed(database, small, name):
    kind, values, other = FOREIGN[name]
    theirs(
        database,
        f"CREATE TABLE t (k bigint PRIMARY KEY, v {kind}, w bigint)",
        *(f"INSERT INTO t VALUES ({at}, {'NULL' if v is None else repr(v)}, 0)" for at, v in enumerate(values)),
        f"INSERT INTO t VALUES (100, {'POINT(1, 2)' if name == 'GEOMETRY' else repr(other)}, 0)",
    )
    frame = read_table(database, "t").data
    query = f"SELECT k, {'v + 0' if name == 'BIT' else 'v'} FROM t ORDER BY k"
    before = run_sql(database, query)
    frame.loc[0, "w"] = 1

    assert_same(saved(database, frame), frame)
    assert run_sql(database, query) == before
    assert run_sql(database, "SELECT k FROM t WHERE w = 1") == [(0,) if values else (100,)]


@pytest.mark.parametrize("name", sorted({*FOREIGN} - {"JSON", "GEOMETRY"}))
def test_a_row_is_found_by_a_foreign_key_column(database, small, name):
    kind, values, other = FOREIGN[name]
    theirs(
        database,
        f"CREATE TABLE t (k {kind.removesuffix(' NULL')}, v bigint, PRIMARY KEY (k))",
        f"INSERT INTO t VALUES ({values[0]!r}, 0), ({other!r}, 1)",
    )
    frame = read_table(database, "t").data
    frame["v"] = np.where(frame["v"] == 0, 5, frame["v"])

    assert_same(saved(database, frame), frame)
    assert changes(database) == 1


def test_foreign_keys_do_not_cascade(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "CREATE TABLE child (k bigint PRIMARY KEY, t bigint, FOREIGN KEY (t) REFERENCES t (k) ON DELETE CASCADE)",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "INSERT INTO child VALUES (1, 1)",
    )

    saved(database, pd.DataFrame({"k": [1, 2], "v": [5, 2]}))

    assert run_sql(database, "SELECT * FROM child") == [(1, 1)]


def test_a_row_that_another_table_needs_stays(database, small):
    theirs(
        database,
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "CREATE TABLE child (k bigint PRIMARY KEY, t bigint, FOREIGN KEY (t) REFERENCES t (k))",
        "INSERT INTO t VALUES (1, 1), (2, 2)",
        "INSERT INTO child VALUES (1, 1)",
    )

    with pytest.raises(DoltError):
        saved(database, pd.DataFrame({"k": [2, 3], "v": [2, 3]}))

    assert run_sql(database, "SELECT k FROM t ORDER BY k") == [(1,), (2,)]
