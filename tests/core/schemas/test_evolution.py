import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.schemas.alterations import alterations, holds_all
from dolt_integrations.engine import Column, TableSchema
from dolt_integrations.errors import UnsupportedTypeError
from tests.conftest import run_sql

ONE = pd.DataFrame({"id": [1, 2], "count": pd.Series([3, 4], dtype="int32")})


def saved_as(url, dtype, **options):
    """Save the frame twice, the second time with another dtype of its column."""
    write_table(url, "t", ONE, primary_key="id")
    frame = ONE.astype({"count": dtype})
    write_table(url, "t", frame, **options)
    return frame


@pytest.mark.parametrize("dtype", ["int64", "Int32", "Int64", "float64", "int8", "int16", "uint32", "float32"])
def test_another_type_of_numbers_that_fit_comes_back_as_it_was(dtype, database):
    frame = saved_as(database, dtype)

    pd.testing.assert_frame_equal(read_table(database, "t").data, frame)


@pytest.mark.parametrize("dtype", ["str", "bool"])
def test_a_type_that_would_lose_data_is_an_error_and_changes_nothing(dtype, database):
    with pytest.raises(UnsupportedTypeError, match=r"'count' of table `t` is int.*overwrite"):
        saved_as(database, dtype)

    pd.testing.assert_frame_equal(read_table(database, "t").data, ONE)
    assert run_sql(database, "SELECT * FROM dolt_status") == []
    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_a_column_that_moves_may_not_lose_data_either(database):
    write_table(database, "t", ONE, primary_key="id")

    with pytest.raises(UnsupportedTypeError, match="'count' of table `t` is int"):
        write_table(database, "t", ONE[["count", "id"]].astype({"count": "str"}))

    pd.testing.assert_frame_equal(read_table(database, "t").data, ONE)


@pytest.mark.parametrize("dtype", ["int8", "float32", "str", "bool"])
def test_overwriting_makes_the_table_anew(dtype, database):
    frame = saved_as(database, dtype, overwrite=True)

    pd.testing.assert_frame_equal(read_table(database, "t").data, frame)


def test_an_added_and_a_removed_column_keep_the_history_of_the_others(database):
    write_table(database, "t", ONE, primary_key="id")
    write_table(database, "t", ONE.drop(columns="count").assign(name=["a", "b"]))

    write_table(database, "t", ONE.drop(columns="count").assign(name=["a", "c"]))

    changed = run_sql(database, "SELECT to_id, from_name, to_name FROM dolt_diff('HEAD~1', 'HEAD', 't')")
    assert changed == [(2, "b", "c")]
    assert run_sql(database, "SELECT COUNT(*) FROM dolt_history_t") == [(6,)]


def test_an_index_of_the_users_survives_an_added_column(database):
    write_table(database, "t", ONE, primary_key="id")
    run_sql(database, "CREATE INDEX by_count ON t (count)", "CALL DOLT_COMMIT('-Am', 'index')")

    write_table(database, "t", ONE.assign(name=["a", "b"]))

    assert "by_count" in run_sql(database, "SHOW CREATE TABLE t")[0][1]


def test_another_order_of_columns_comes_back_in_that_order(database):
    write_table(database, "t", ONE, primary_key="id")

    write_table(database, "t", ONE[["count", "id"]])

    assert list(read_table(database, "t").data.columns) == ["count", "id"]


def schema_of(names):
    return TableSchema(tuple(Column(name, "int") for name in names))


@pytest.mark.parametrize(
    ("new", "statements"),
    [
        ("abc", []), ("bac", ["MODIFY `b` FIRST"]), ("cab", ["MODIFY `c` FIRST"]), ("acb", ["MODIFY `c` AFTER `a`"]),
        ("cba", ["MODIFY `c` FIRST", "MODIFY `b` AFTER `c`"]), ("ab", ["DROP `c`"]), ("bc", ["DROP `a`"]),
        ("abcd", ["ADD `d` AFTER `c`"]), ("dabc", ["ADD `d` FIRST"]), ("adbc", ["ADD `d` AFTER `a`"]),
        ("dca", ["DROP `b`", "ADD `d` FIRST", "MODIFY `c` AFTER `d`"]),
    ],
)  # fmt: skip
def test_no_column_is_moved_that_is_in_its_place_already(new, statements):
    found = alterations("t", schema_of("abc"), schema_of(new))

    short = [text.removeprefix("ALTER TABLE `t` ").replace(" COLUMN", "").replace(" int NULL", "") for text in found]
    assert short == statements


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("bigint", "int"), ("bigint", "int unsigned"), ("int", "tinyint(1)"), ("double", "float"), ("double", "int"),
        ("decimal(20,5)", "decimal(10,2)"), ("longtext", "varchar(255)"), ("varchar(255)", "varchar(20)"),
        ("longtext", "text"), ("datetime(6)", "datetime(6)"), ("datetime(6)", "datetime"), ("time(6)", "time(3)"),
        ("datetime(6)", "timestamp(6)"), ("smallint", "tinyint unsigned"), ("mediumint unsigned", "smallint unsigned"),
        ("decimal(10,2)", "decimal(9,1)"), ("decimal(10,2)", "decimal(10,2)"), ("tinytext", "varchar(63)"),
        ("text", "varchar(16383)"), ("mediumtext", "varchar(16384)"), ("varchar(63)", "tinytext"), ("char(9)", "char"),
        ("varbinary(9)", "binary(9)"), ("blob", "varbinary(65535)"), ("longblob", "mediumblob"),
        ("double", "mediumint unsigned"), ("double", "int unsigned"),
    ],
)  # fmt: skip
def test_the_new_type_holds_all_of_the_old(new, old):
    assert holds_all(new, old)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("int", "bigint"), ("int unsigned", "int"), ("bigint", "bigint unsigned"), ("float", "double"),
        ("double", "bigint"),
        ("tinyint(1)", "tinyint"), ("decimal(10,2)", "decimal(10,3)"), ("decimal(10,3)", "decimal(10,2)"),
        ("varchar(255)", "longtext"), ("bigint", "varchar(20)"), ("varchar(20)", "bigint"), ("date", "datetime(6)"),
        ("longtext", "json"), ("json", "longtext"), ("longtext", "longblob"), ("datetime", "datetime(6)"),
        ("datetime(3)", "datetime(6)"), ("time", "time(6)"), ("timestamp(6)", "datetime(6)"),
        ("tinyint unsigned", "tinyint"), ("smallint", "smallint unsigned"), ("decimal(10,2)", "decimal(11,2)"),
        ("decimal(10,2)", "decimal(4,3)"), ("tinytext", "varchar(64)"), ("text", "varchar(16384)"),
        ("varchar(62)", "tinytext"), ("char", "char(2)"), ("varbinary(8)", "binary(9)"), ("blob", "mediumblob"),
        ("text", "blob"), ("blob", "text"), ("time(6)", "datetime(6)"), ("float", "int"), ("date", "time"),
        ("enum('a')", "varchar(1)"),
    ],
)  # fmt: skip
def test_the_new_type_does_not_hold_all_of_the_old(new, old):
    assert not holds_all(new, old)


def test_documents_do_not_become_texts_silently(database):
    write_table(database, "t", pd.DataFrame({"a": [{"b": 1}]}))

    with pytest.raises(UnsupportedTypeError, match="is json, and the frame would make it longtext"):
        write_table(database, "t", pd.DataFrame({"a": ["x" * 300]}))

    assert read_table(database, "t").data["a"].tolist() == [{"b": 1}]


def test_a_generated_column_that_the_frame_lacks_keeps_its_place(database):
    run_sql(
        database, "CREATE TABLE t (id bigint PRIMARY KEY, twice bigint AS (id * 2) STORED, b bigint)",
        "INSERT INTO t (id, b) VALUES (1, 1)", "CALL DOLT_COMMIT('-Am', 'by hand')",
    )  # fmt: skip

    write_table(database, "t", pd.DataFrame({"id": [2], "b": [2], "c": [3]}))

    assert run_sql(database, "SELECT * FROM t") == [(2, 4, 2, 3)]
