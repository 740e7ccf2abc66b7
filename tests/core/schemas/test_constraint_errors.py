"""One error for every constraint: each way to write names the constraint, the column, the value and the row."""

import copy
import datetime
import decimal

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, save, write_table
from dolt_integrations.core.frames.frame import encode_frame
from dolt_integrations.core.schemas.duplicates import find_duplicate
from dolt_integrations.engine import find_table, open_database
from dolt_integrations.errors import (
    ConstraintError,
    MemberError,
    MergeConflictError,
    PrimaryKeyError,
    UnsupportedTypeError,
)
from tests.conftest import run_sql
from tests.helpers.saves.ways import block, left, merge, new_branch, plain, stream

WAYS = [plain, stream, merge, new_branch, block]


@pytest.fixture
def theirs(database):
    """A database with a table that has constraints of every kind, and a row."""
    run_sql(
        database,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "INSERT INTO p VALUES (1)",
        "CREATE TABLE t (a int PRIMARY KEY, b int, s enum('x','y'), w set('k','l'), n int NOT NULL, u int, "
        "v varchar(9), pid int, UNIQUE KEY one_u (u), UNIQUE KEY one_uv (v, b), CONSTRAINT positive CHECK (b > 0), "
        "CONSTRAINT of_p FOREIGN KEY (pid) REFERENCES p (id))",
        "INSERT INTO t VALUES (1, 1, 'x', 'k', 1, 1, 'q', 1)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )
    return database


def rows(count, **last):
    base = range(10, 10 + count)
    frame = pd.DataFrame(
        {"a": base, "b": 1, "s": "x", "w": "k", "n": 1, "u": base, "v": [f"v{n}" for n in base], "pid": 1}
    )
    for name, value in last.items():
        frame.loc[count - 1, name] = value
    return frame


def known(error):
    return error.constraint, error.column, error.value, error.row


WRONG = {
    "check": ({"b": -5}, ("positive", "b", -5)),
    "enum": ({"s": "z"}, ("ENUM", "s", "z")),
    "set": ({"w": "m"}, ("SET", "w", "m")),
    "foreign key": ({"pid": 99}, ("of_p", "pid", 99)),
    "unique in the frame": ({"u": 10}, ("one_u", "u", 10)),
    "unique of two columns": ({"v": "v10"}, ("one_uv", "v, b", ("v10", 1))),
    "primary key in the frame": ({"a": 10}, ("PRIMARY KEY", "a", 10)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
@pytest.mark.parametrize("name", WRONG)
def test_an_error_holds_the_constraint_the_column_the_value_and_the_row(way, mode, name, theirs):
    wrong, expected = WRONG[name]

    with pytest.raises(ConstraintError) as caught:
        way(theirs, rows(3, **wrong), mode)

    assert known(caught.value) == (*expected, 2)
    assert "row" in str(caught.value)
    assert left(theirs) == ([(1,)], [], [("main",)])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("count", [3, 300])
@pytest.mark.parametrize(
    ("wrong", "expected"),
    [({"a": 1}, ("PRIMARY KEY", "a", 1)), ({"u": 1}, ("one_u", "u", 1)), ({"v": "q"}, ("one_uv", "v, b", ("q", 1)))],
    ids=["primary", "unique", "unique of two"],
)
def test_a_key_that_the_table_has_is_named_with_its_row(way, count, wrong, expected, theirs):
    with pytest.raises(PrimaryKeyError, match="is already in the table") as caught:
        way(theirs, rows(count, **wrong), "append")

    assert known(caught.value) == (*expected, count - 1)
    assert left(theirs) == ([(1,)], [], [("main",)])


@pytest.mark.parametrize("way", WAYS)
def test_an_upsert_names_the_row_that_takes_the_unique_value_of_another(way, theirs):
    with pytest.raises(PrimaryKeyError) as caught:
        way(theirs, rows(3, u=1), "upsert")

    assert known(caught.value) == ("one_u", "u", 1, 2)


def test_an_upsert_does_not_name_a_row_that_keeps_its_unique_value(theirs):
    frame = pd.DataFrame({"a": [1, 7], "b": 1, "s": "x", "w": "k", "n": 1, "u": [1, 1], "v": ["q", "r"], "pid": 1})

    with pytest.raises(PrimaryKeyError) as caught:
        write_table(theirs, "t", frame.tail(1), mode="upsert")
    assert known(caught.value) == ("one_u", "u", 1, 0)
    with pytest.raises(PrimaryKeyError) as caught:
        write_table(theirs, "t", frame, mode="upsert")
    assert known(caught.value) == ("one_u", "u", 1, 1)


@pytest.mark.parametrize("way", WAYS)
def test_an_upsert_that_adds_a_row_without_a_required_column_is_refused_in_our_words(way, theirs):
    frame = pd.DataFrame({"a": [1, 7], "b": [2, 2]})

    with pytest.raises(ConstraintError, match=r"lacks column 'n', which is NOT NULL .* adds a row: a = 7") as caught:
        way(theirs, frame, "upsert")

    assert known(caught.value) == ("NOT NULL", "n", None, 1)
    assert left(theirs) == ([(1,)], [], [("main",)])


def test_an_append_without_a_required_column_is_refused_in_our_words(theirs):
    with pytest.raises(ConstraintError, match=r"lacks column 'n', which is NOT NULL") as caught:
        write_table(theirs, "t", pd.DataFrame({"a": [7], "b": [2]}), mode="append")

    assert known(caught.value) == ("NOT NULL", "n", None, None)


def test_an_upsert_of_rows_that_are_there_needs_no_other_column(theirs):
    write_table(theirs, "t", pd.DataFrame({"a": [1], "b": [2]}), mode="upsert")

    assert run_sql(theirs, "SELECT b, n FROM t") == [(2, 1)]


@pytest.mark.parametrize("name", WRONG)
def test_an_error_about_a_csv_file_names_the_line(name, theirs, tmp_path):
    wrong, expected = WRONG[name]
    path = tmp_path / "rows.csv"
    rows(3, **wrong).to_csv(path, index=False)

    with pytest.raises((ConstraintError, ValueError), match=r"rows\.csv.*line 4") as caught:
        save(theirs, "t", path, {"mode": "append"})

    if isinstance(caught.value, ConstraintError):
        assert known(caught.value) == (*expected, 2)
    assert left(theirs) == ([(1,)], [], [("main",)])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("datetime(6)", pd.Timestamp("2021-01-01 10:00:00.5")),
        ("decimal(10,2)", decimal.Decimal("1.50")),
        ("date", datetime.date(2021, 1, 1)),
        ("varbinary(9)", b"\x00\xff"),
        ("double", 1e30),
        ("varchar(9) COLLATE utf8mb4_0900_ai_ci", "a,b"),
    ],
)
def test_a_unique_value_of_each_type_is_found(kind, value, database):
    run_sql(
        database, f"CREATE TABLE t (a int PRIMARY KEY, x {kind}, UNIQUE KEY one_x (x))", "CALL DOLT_COMMIT('-Am', 'm')"
    )
    write_table(database, "t", pd.DataFrame({"a": [1], "x": [value]}), mode="append")

    with pytest.raises(PrimaryKeyError) as caught:
        write_table(database, "t", pd.DataFrame({"a": [2, 3], "x": [None, value]}), mode="append")

    assert (caught.value.constraint, caught.value.column, caught.value.row) == ("one_x", "x", 1)


def test_the_rows_before_the_one_that_is_refused_are_not_taken_for_its_duplicates(database, set_limits):
    """Each row is sent in its own statement, so earlier rows are written before the last one is refused."""
    set_limits(insert_bytes=1)
    write_table(database, "t", pd.DataFrame({"id": [3]}), primary_key="id")

    with pytest.raises(PrimaryKeyError) as caught:
        write_table(database, "t", pd.DataFrame({"id": [1, 2, 3]}), mode="append")

    assert (caught.value.value, caught.value.row) == (3, 2)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("datetime(6)", pd.Timestamp("2021-01-01 10:00:00.5")),
        ("date", datetime.date(2021, 1, 1)),
        ("varbinary(9)", b"\x00\xff"),
        ("decimal(10,2)", decimal.Decimal("1.50")),
        ("varchar(9)", "a,b"),
    ],
)
def test_a_value_of_each_type_that_another_table_lacks_is_found(kind, value, database):
    run_sql(
        database,
        f"CREATE TABLE p (`a``b` {kind} PRIMARY KEY)",
        f"CREATE TABLE t (a int PRIMARY KEY, x {kind}, CONSTRAINT of_p FOREIGN KEY (x) REFERENCES p (`a``b`))",
        "CALL DOLT_COMMIT('-Am', 'm')",
    )

    with pytest.raises(ConstraintError, match=r"of_p.*has no row for x = .*row 1") as caught:
        write_table(database, "t", pd.DataFrame({"a": [2, 3], "x": [None, value]}), mode="append")

    assert (caught.value.constraint, caught.value.column, caught.value.row) == ("of_p", "x", 1)


def test_a_value_that_its_own_table_lacks_is_named(database):
    run_sql(
        database,
        "CREATE TABLE t (a varbinary(9) PRIMARY KEY, x varbinary(9), CONSTRAINT of_t FOREIGN KEY (x) REFERENCES t (a))",
        "CALL DOLT_COMMIT('-Am', 'm')",
    )

    with pytest.raises(ConstraintError, match=r"of_t .*has no row for") as caught:
        write_table(database, "t", pd.DataFrame({"a": [b"\xff"], "x": [b"\xfe"]}), mode="append")

    assert (caught.value.constraint, caught.value.column) == ("of_t", "x")


def test_a_replace_repeats_no_value_of_the_rows_that_it_replaces(theirs):
    data = encode_frame(pd.DataFrame({"a": [7], "u": [1]}), table="t").data

    with open_database(theirs) as database, database.connect() as session:
        schema = find_table(session, "t")
        found = {mode: find_duplicate(session, "t", schema, data, mode) for mode in ("append", "replace")}

    assert found["append"].key.name == "one_u"
    assert found["replace"] is None


def test_a_value_that_two_rows_have_names_both(theirs):
    data = encode_frame(pd.DataFrame({"a": [5, 6, 7], "u": [3, 4, 4]}), table="t").data

    with open_database(theirs) as database, database.connect() as session:
        found = find_duplicate(session, "t", find_table(session, "t"), data, "append")

    assert (found.key.name, found.row, found.other) == ("one_u", 2, 1)


def test_a_check_that_a_default_fails_is_named(database):
    run_sql(
        database,
        "CREATE TABLE t (a int PRIMARY KEY, b int DEFAULT -1, CONSTRAINT positive CHECK (b > 0))",
        "CALL DOLT_COMMIT('-Am', 'm')",
    )

    with pytest.raises(ConstraintError, match="CHECK positive") as caught:
        write_table(database, "t", pd.DataFrame({"a": [1]}), mode="append")

    assert caught.value.constraint == "positive"


def test_a_key_of_another_table_that_a_trigger_repeats_is_an_error_in_dolts_words(database):
    run_sql(
        database,
        "CREATE TABLE log (n int PRIMARY KEY)",
        "CREATE TABLE t (a int PRIMARY KEY)",
        "CREATE TRIGGER logs AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (7)",
        "CALL DOLT_COMMIT('-Am', 'm')",
    )

    with pytest.raises(PrimaryKeyError, match=r"table `t` does not accept the rows: .*7") as caught:
        write_table(database, "t", pd.DataFrame({"a": [1, 2]}), mode="append")

    assert caught.value.row is None
    assert left(database) == ([(0,)], [], [("main",)])


def test_a_unique_key_of_a_column_that_the_frame_lacks_is_not_the_one_that_is_named(database):
    run_sql(
        database,
        "CREATE TABLE t (a int PRIMARY KEY, b int, u int, UNIQUE KEY one_b (b), UNIQUE KEY one_u (u))",
        "INSERT INTO t VALUES (1, 1, 1)",
        "CALL DOLT_COMMIT('-Am', 'm')",
    )

    with pytest.raises(PrimaryKeyError) as caught:
        write_table(database, "t", pd.DataFrame({"a": [2, 3], "u": [5, 1]}), mode="append")

    assert known(caught.value) == ("one_u", "u", 1, 1)


def test_todays_classes_are_still_caught():
    assert issubclass(PrimaryKeyError, ConstraintError)
    assert issubclass(MemberError, UnsupportedTypeError)


@pytest.fixture
def sides(database):
    """A database whose branches `side` and `main` are valid, but violate every kind of constraint when merged."""
    run_sql(
        database,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "INSERT INTO p VALUES (1), (2)",
        "CREATE TABLE t (a int PRIMARY KEY, u int, pid int, UNIQUE KEY one_u (u), "
        "CONSTRAINT of_p FOREIGN KEY (pid) REFERENCES p (id))",
        "INSERT INTO t VALUES (1, 1, 1)",
        "CALL DOLT_COMMIT('-Am', 'made')",
        "CALL DOLT_BRANCH('side')",
    )
    return database


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO t VALUES (5, 77, 1)", ("one_u", "u", 77)),
        ("DELETE FROM p WHERE id = 2", ("of_p", "pid", 2)),
        ("ALTER TABLE t ADD CONSTRAINT small CHECK (u < 50)", ("small", "u", 77)),
    ],
    ids=["unique", "foreign key", "check"],
)
@pytest.mark.parametrize("data", [lambda frame: frame, lambda frame: iter([frame])], ids=["frame", "stream"])
def test_rows_that_break_a_constraint_only_when_merged_are_named(data, statement, expected, sides):
    run_sql(sides, statement, "CALL DOLT_COMMIT('-Am', 'main')")
    frame = pd.DataFrame({"a": [9], "u": [77], "pid": [2]})

    with pytest.raises(ConstraintError) as caught:
        write_table(sides, "t", data(frame), mode="append", branch_conf=MergeBranch("side", "main"))

    assert isinstance(caught.value, MergeConflictError)
    assert known(caught.value) == (*expected, None)
    assert caught.value.branch in [name for (name,) in run_sql(sides, "SELECT name FROM dolt_branches")]
    assert known(copy.copy(caught.value)) == (*expected, None)


def test_the_row_is_named_in_a_table_with_a_column_that_is_called_like_a_number_of_rows(database):
    run_sql(
        database,
        "CREATE TABLE t (id INT PRIMARY KEY, `ROW_0` INT, `row_1` INT, CONSTRAINT up CHECK (`ROW_0` < `row_1`))",
        "CALL DOLT_COMMIT('-Am', 'a table')",
    )

    with pytest.raises(ConstraintError, match=r"fails for .*\(row 1, counted from 0\)"):
        write_table(database, "t", pd.DataFrame({"id": [1, 2], "ROW_0": [1, 9], "row_1": [5, 5]}), mode="append")
