"""A few rows for display: every value is short, and none is fetched as a whole."""

import pytest

from dolt_integrations.engine import describe_table, open_database
from dolt_integrations.engine.tables.preview import LONGEST, count_rows, find_rows, preview
from tests.conftest import run_sql

SHOWN = {
    "text": ("longtext", "REPEAT('é', 500)", "é" * LONGEST),
    "json": ("json", "JSON_ARRAY(REPEAT('x', 500))", '["' + "x" * (LONGEST - 2)),
    "blob": ("longblob", "REPEAT('x', 500)", "500 bytes"),
    "fixed bytes": ("binary(3)", "'ab'", "3 bytes"),
    "geometry": ("point", "POINT(1, 2)", "geometry"),
    "bits": ("bit(10)", "b'1000000001'", "513"),
    "number": ("decimal(10,2)", "1.5", "1.50"),
    "enum": ("enum('a','b')", "'b'", "b"),
    "time": ("time(6)", "'-25:30:00'", "-2 days, 22:30:00"),
}


@pytest.fixture
def session(database):
    with open_database(database) as opened, opened.connect("main") as connection:
        yield connection


def test_values_of_each_kind_are_shown_shortened_and_null_as_none(database, session):
    columns = ", ".join(f"`{name}` {kind}" for name, (kind, *_) in SHOWN.items())
    values = ", ".join(value for _, value, _ in SHOWN.values())
    nulls = ", ".join(["NULL"] * len(SHOWN))
    run_sql(database, f"CREATE TABLE t (id INT PRIMARY KEY, {columns})")
    run_sql(database, f"INSERT INTO t VALUES (1, {values}), (2, {nulls})")

    found = preview(session, "t", describe_table(session, "t").columns, 5)

    assert found == [("1", *(shown for *_, shown in SHOWN.values())), ("2", *[None] * len(SHOWN))]


@pytest.mark.parametrize(
    ("where", "rows", "ids"),
    [(None, 2, 2), ("id > 1 -- more", 9, 2), ("id = 1 OR id = 2", 1, 1), ("", 9, 3), ("FALSE", 9, 0)],
)
def test_at_most_so_many_rows_that_meet_the_condition_are_shown(where, rows, ids, database, session):
    run_sql(database, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2), (3)")

    assert len(preview(session, "t", describe_table(session, "t").columns, rows, where)) == ids


def test_rows_are_found_by_all_of_their_values(database, session):
    run_sql(database, "CREATE TABLE t (a INT, `b%s` VARCHAR(9))", "INSERT INTO t VALUES (1, 'x'), (1, 'y'), (1, 'y')")

    assert find_rows(session, "t", {"a": 1, "b%s": "y"}, 5) == [{"a": 1, "b%s": "y"}] * 2
    assert find_rows(session, "t", {"a": 1}, 1) == [{"a": 1, "b%s": "x"}]


@pytest.mark.parametrize(
    ("key", "most", "counted"),
    [("", 4, (3, True)), ("", 3, (3, True)), ("", 2, (2, False)), (", PRIMARY KEY (id)", 2, (3, True))],
)
def test_rows_without_a_key_are_counted_up_to_a_limit(key, most, counted, database, session):
    run_sql(database, f"CREATE TABLE t (id INT{key})", "INSERT INTO t VALUES (1), (2), (3)")

    assert count_rows(session, "t", describe_table(session, "t"), most) == counted
