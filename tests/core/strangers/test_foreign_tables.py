"""Tables that others created are read, changed and saved back with all their declarations."""

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DataError, PrimaryKeyError
from tests.conftest import run_sql
from tests.helpers.values.foreign import COLUMNS, commit, definition, make


def changed_rows(url):
    return [row[0] for row in run_sql(url, "SELECT to_id FROM dolt_diff('HEAD~1', 'HEAD', 't') ORDER BY to_id")]


@pytest.mark.parametrize("name", COLUMNS)
def test_a_changed_row_is_all_that_changes(name, database):
    make(database, name)
    before, frame = definition(database), read_table(database, "t").data
    frame.loc[1, "note"] = "changed"

    write_table(database, "t", frame)

    assert str(frame[name].dtype) == COLUMNS[name][2]
    assert changed_rows(database) == [2]
    assert definition(database) == before
    pd.testing.assert_frame_equal(read_table(database, "t").data, frame)


def test_a_table_of_all_columns_that_is_read_and_saved_is_left_alone(url):
    make(url, *COLUMNS)

    assert write_table(url, "t", read_table(url, "t").data).changed is False


def test_a_table_of_all_columns_keeps_its_definition(url):
    make(url, *COLUMNS)
    before, frame = definition(url), read_table(url, "t").data
    frame.loc[2, "note"] = "changed"

    write_table(url, "t", frame)

    assert changed_rows(url) == [3]
    assert definition(url) == before


FURTHER = """CREATE TABLE t (
    id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL DEFAULT 'nobody' COMMENT 'who', size INT DEFAULT 3,
    kind ENUM('a', 'b') DEFAULT 'b', twice INT GENERATED ALWAYS AS (size * 2) STORED, UNIQUE KEY by_name (name),
    KEY by_size (size), CONSTRAINT small CHECK (size < 100)
)"""


@pytest.fixture
def shop(database):
    """A table with an index, a unique one, a CHECK, defaults and a generated column."""
    run_sql(database, FURTHER, "INSERT INTO t (name, size) VALUES ('x', 1), ('y', NULL)")
    commit(database)
    return database


def lines(url):
    return [line.strip().rstrip(",") for line in definition(url).splitlines()]


def test_an_added_and_a_dropped_column_leave_the_rest_as_it_was(shop):
    before = lines(shop)
    frame = read_table(shop, "t").data.drop(columns="kind").assign(extra=[1.5, None])

    write_table(shop, "t", frame)

    gone, new = set(before) - set(lines(shop)), set(lines(shop)) - set(before)
    assert [line.split()[0] for line in gone] == ["`kind`"]
    assert [line.split()[0] for line in new] == ["`extra`"]


def test_another_order_of_columns_keeps_indexes_and_defaults(shop):
    before = lines(shop)
    frame = read_table(shop, "t").data[["kind", "size", "id", "name", "twice"]]

    write_table(shop, "t", frame)

    assert sorted(lines(shop)) == sorted(before)
    assert list(read_table(shop, "t").data.columns) == list(frame.columns)


def test_a_widened_column_keeps_its_default_and_comment(shop):
    frame = read_table(shop, "t").data
    frame["size"] = frame["size"].astype("Int64")
    frame.loc[0, "name"] = "a name of more than twenty letters"

    write_table(shop, "t", frame)

    assert "`name` varchar(255) NOT NULL DEFAULT 'nobody' COMMENT 'who'" in lines(shop)
    assert any(line.startswith("`size` int DEFAULT '3'") for line in lines(shop))
    assert "UNIQUE KEY `by_name` (`name`)" in lines(shop)


def test_a_mark_stands_behind_the_comment_that_was_there(shop):
    frame = read_table(shop, "t").data
    frame["name"] = frame["name"].astype("string")

    write_table(shop, "t", frame)

    comment = run_sql(shop, "SHOW FULL COLUMNS FROM t LIKE 'name'")[0][8]
    assert comment.startswith("who\npandas: ")
    assert read_table(shop, "t").data["name"].dtype == "string"


def test_a_mark_leaves_and_the_comment_stays(shop):
    frame = read_table(shop, "t").data
    write_table(shop, "t", frame.astype({"name": "category"}))

    write_table(shop, "t", frame)

    assert run_sql(shop, "SHOW FULL COLUMNS FROM t LIKE 'name'")[0][8] == "who"


def test_keys_go_on_counting(shop):
    write_table(shop, "t", read_table(shop, "t").data.assign(size=[5, 6]).astype({"size": "Int32"}))

    run_sql(shop, "INSERT INTO t (name) VALUES ('z')")

    assert run_sql(shop, "SELECT id, size, kind FROM t WHERE name = 'z'") == [(3, 3, "b")]


@pytest.mark.parametrize("with_it", [True, False])
def test_a_generated_column_is_computed_whatever_the_frame_has(with_it, shop):
    frame = read_table(shop, "t").data
    frame["size"] = pd.array([10, 20], "Int32")
    frame["twice"] = pd.array([-1, -1], "Int32")

    write_table(shop, "t", frame if with_it else frame.drop(columns="twice"))

    assert run_sql(shop, "SELECT twice FROM t ORDER BY id") == [(20,), (40,)]
    assert list(read_table(shop, "t").data.columns) == list(frame.columns)


def test_a_column_that_takes_no_null_takes_it_when_there_is_one(shop):
    frame = read_table(shop, "t").data
    frame.loc[0, "name"] = None

    write_table(shop, "t", frame)

    assert "`name` varchar(20) DEFAULT 'nobody' COMMENT 'who'" in lines(shop)
    assert read_table(shop, "t").data["name"].isna().tolist() == [True, False]


def test_a_nullable_dtype_without_missing_values_keeps_not_null_and_comes_back(database):
    run_sql(database, "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 3)")
    commit(database)
    frame = pd.DataFrame({"id": pd.array([1], "int32"), "n": pd.array([5], "Int32")})

    write_table(database, "t", frame)

    assert "`n` int NOT NULL DEFAULT '3'" in definition(database)
    pd.testing.assert_frame_equal(read_table(database, "t").data, frame)


def test_a_row_that_breaks_a_check_is_an_error_and_changes_nothing(shop):
    frame = read_table(shop, "t").data.assign(size=pd.array([1, 1000], "Int32"))

    with pytest.raises(DataError, match=r"`t`.*small"):
        write_table(shop, "t", frame)

    assert run_sql(shop, "SELECT size FROM t ORDER BY id") == [(1,), (None,)]


def test_rows_that_share_a_unique_key_are_an_error_that_names_the_table(shop):
    with pytest.raises(PrimaryKeyError, match=r"`t`.*unique"):
        write_table(shop, "t", read_table(shop, "t").data.assign(name=["x", "x"]))

    assert run_sql(shop, "SELECT name FROM t ORDER BY id") == [("x",), ("y",)]


def test_spans_of_another_unit_go_into_a_time_and_come_back(url):
    make(url, "time")
    frame = read_table(url, "t").data
    frame["time"] = frame["time"].astype("timedelta64[s]") // 2
    frame["time"] = frame["time"].astype("timedelta64[s]")

    write_table(url, "t", frame)

    assert "`time` time(6)" in definition(url)
    pd.testing.assert_frame_equal(read_table(url, "t").data, frame)


def test_a_text_does_not_become_a_number_in_an_enum_of_numbers(url):
    run_sql(url, "CREATE TABLE t (id INT PRIMARY KEY, e ENUM('3', '1', '2'))", "INSERT INTO t VALUES (1, '3')")
    commit(url)
    frame = pd.DataFrame({"id": np.array([1, 2, 3], "int32"), "e": ["1", "2", "3"]})

    write_table(url, "t", frame)

    assert run_sql(url, "SELECT e FROM t ORDER BY id") == [("1",), ("2",), ("3",)]
