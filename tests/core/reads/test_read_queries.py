"""Loading query results: rows and dtypes of difficult queries, and that nothing is written."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import NewBranch, SerialBranch, read_table, write_table
from dolt_integrations.errors import (
    ColumnNotFoundError,
    QueryError,
    QuerySyntaxError,
    TableNotFoundError,
    WriteQueryError,
)
from tests.conftest import run_sql
from tests.helpers.saves.queries import query
from tests.helpers.servers.databases import shared_database


@pytest.fixture(scope="module")
def shop(shared_server):
    """A database with tables for difficult queries, which tests only read."""
    with shared_database(
        shared_server,
        "shop_to_read",
        "CREATE TABLE customer (id int PRIMARY KEY, name varchar(20) NOT NULL, vip tinyint(1) NOT NULL)",
        "CREATE TABLE sale (id bigint PRIMARY KEY, customer int, amount double NOT NULL, at datetime(6) NOT NULL)",
        "INSERT INTO customer VALUES (1, 'a%b', 1), (2, 'it''s', 0), (3, 'NULL', 0)",
        "INSERT INTO sale VALUES (1, 1, 1.5, '2021-01-01'), (2, 1, 2.5, '2021-01-02'), (3, NULL, 4, '2021-01-03')",
        "CREATE TABLE nothing (id bigint NOT NULL, name varchar(5), ratio float, at datetime(6), ok bool NOT NULL)",
        "CALL DOLT_COMMIT('-Am', 'tables')",
        "UPDATE customer SET vip = 1 WHERE id = 2",
        "CALL DOLT_COMMIT('-am', 'a vip more')",
    ) as url:
        yield url


def test_an_outer_join_has_nulls_in_columns_that_have_none(shop, capfd):
    frame = query(
        shop,
        "SELECT c.id, s.id AS sale, s.amount, s.at, c.vip FROM customer c "
        "LEFT JOIN sale s ON s.customer = c.id ORDER BY c.id, s.id",
    )

    assert frame["sale"].isna().tolist() == [False, False, True, True]
    assert str(frame["sale"].dtype) == "Int64"
    assert frame["at"].isna().tolist() == [False, False, True, True]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "sql",
    ["SELECT s.id FROM sale s RIGHT JOIN customer c ON s.customer = c.id",
     "SELECT vip FROM sale s NATURAL LEFT JOIN customer c",
     "SELECT (SELECT id FROM sale WHERE id = 99) AS x FROM customer",
     "SELECT max(id) FROM nothing", "SELECT sum(id), avg(id), min(at), group_concat(name) FROM nothing",
     "SELECT CASE WHEN id > 1 THEN id END FROM customer", "SELECT nullif(id, 1) FROM customer",
     "SELECT lag(id) OVER (ORDER BY id) FROM customer", "SELECT id FROM customer UNION ALL SELECT NULL",
     "WITH a AS (SELECT c.id, s.amount FROM customer c LEFT JOIN sale s ON s.customer = c.id) SELECT amount FROM a",
     "SELECT x.amount FROM (SELECT s.amount FROM customer c LEFT JOIN sale s ON s.customer = c.id) x",
     "SELECT NULL AS a", "SELECT 1 AS a, NULL AS b",
     "SELECT id FROM customer WHERE id > (SELECT max(id) FROM nothing)"],
)  # fmt: skip
def test_nulls_where_dolt_promises_none_are_read_without_a_sound(sql, shop, capfd):
    expected = run_sql(shop, sql)

    frame = query(shop, sql)

    assert [[pd.isna(value) for value in row] for row in frame.itertuples(index=False)] == [
        [value is None for value in row] for row in expected
    ]
    assert capfd.readouterr() == ("", "")


def test_an_aggregate_over_no_rows_is_one_row(shop):
    frame = query(shop, "SELECT count(*) AS n, max(id) AS top, sum(id) AS total FROM nothing")

    assert frame["n"].tolist() == [0]
    assert frame[["top", "total"]].isna().all(axis=None)


def test_a_table_without_rows_keeps_its_dtypes(shop):
    assert read_table(shop, "nothing").data.dtypes.astype(str).tolist() == [
        "int64", str(pd.Series(["x"]).dtype), "float32", "datetime64[us]", "bool",
    ]  # fmt: skip


def test_a_result_without_rows_keeps_its_dtypes(shop):
    assert_frame_equal(query(shop, "SELECT * FROM nothing"), read_table(shop, "nothing").data)


def test_a_result_without_rows_has_the_dtypes_of_one_with(shop):
    some = query(shop, "SELECT s.*, c.vip FROM sale s JOIN customer c ON s.customer = c.id")
    none = query(shop, "SELECT s.*, c.vip FROM sale s JOIN customer c ON s.customer = c.id WHERE c.id > 99")

    assert none.dtypes.tolist() == some.dtypes.tolist()
    assert len(none) == 0


def test_columns_of_one_name_are_all_there(shop):
    frame = query(shop, "SELECT c.id, s.id FROM customer c JOIN sale s ON s.customer = c.id ORDER BY s.id")

    assert frame.columns.tolist() == ["id", "id"]
    assert frame.to_numpy().tolist() == [[1, 1], [1, 2]]


def test_the_order_of_a_query_is_kept(shop):
    assert query(shop, "SELECT id FROM sale ORDER BY amount DESC")["id"].tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT id FROM customer WHERE name LIKE 'a%%b'", [1]),
        ("SELECT id FROM customer WHERE name LIKE '%s'", [2]),
        ("SELECT id FROM customer WHERE name = 'it''s'", [2]),
        ('SELECT id FROM customer WHERE name = "it\'s"', [2]),
        ("SELECT `id` FROM `customer` WHERE `name` = 'NULL'", [3]),
        ("SELECT id -- the key\nFROM customer /* all */ WHERE id = 1 # one", [1]),
        ("SELECT id FROM customer WHERE id = 1;", [1]),
        ("SELECT id FROM customer WHERE id = 1 ; \n", [1]),
        ("\n\n  SELECT id\n\tFROM customer\n WHERE id = 1", [1]),
        ("SELECT id FROM customer WHERE name <> ';' ORDER BY id", [1, 2, 3]),
        ("SELECT id % 2 AS id FROM customer ORDER BY customer.id", [1, 0, 1]),
    ],
)
def test_a_query_may_be_written_in_any_way(sql, expected, shop):
    assert query(shop, sql)["id"].astype(int).tolist() == expected


def test_the_dtypes_of_a_query_are_those_of_the_table(shop):
    frame = query(shop, "SELECT id, name AS who, vip FROM customer")

    assert frame.dtypes.astype(str).tolist() == ["int32", str(pd.Series(["x"]).dtype), "bool"]


def test_the_dtypes_that_were_saved_come_back_through_a_query(database):
    frame = pd.DataFrame(
        {"a": pd.array([1], "Int8"), "b": pd.array(["x"], "string"), "c": np.array(["2021-01-01"], "datetime64[s]")}
    )
    write_table(database, "t", frame)

    assert_frame_equal(query(database, "SELECT * FROM t"), frame)


def test_a_result_without_columns_of_a_table_is_read_in_full(shop):
    frame = query(shop, "SELECT 1 AS a, 'x' AS b, 1.5 AS c, NULL AS d")

    assert frame["a"].tolist() == [1]
    assert frame["b"].tolist() == ["x"]
    assert float(frame["c"][0]) == 1.5


def test_a_table_that_is_not_there_is_an_error_with_the_nearest_names(shop):
    with pytest.raises(TableNotFoundError, match=r"'custmer'.*Did you mean `customer`"):
        read_table(shop, "custmer")


def test_a_table_that_is_not_there_in_a_query_is_an_error_with_the_nearest_names(shop):
    with pytest.raises(TableNotFoundError, match=r"'custmer'.*Did you mean `customer`"):
        query(shop, "SELECT * FROM custmer")


def test_a_column_that_is_not_there_is_an_error_that_names_it(shop):
    with pytest.raises(ColumnNotFoundError, match="nmae"):
        query(shop, "SELECT nmae FROM customer")


@pytest.mark.parametrize(
    "sql",
    ["SELECT nmae FROM customer", "SELECT c.nmae FROM `Customer` c", "SELECT 1 FROM sale, customer WHERE nmae = 1"],
)
def test_a_column_of_a_query_that_is_not_there_gets_the_nearest_names_of_its_tables(sql, shop):
    with pytest.raises(ColumnNotFoundError, match=r"Did you mean `name`"):
        query(shop, sql)


@pytest.mark.parametrize(
    "sql", ["", "  ", "SELEC 1", "SELECT FROM", "hello world", "SELECT * FROM customer WHERE", ";"]
)
def test_a_query_that_does_not_parse_is_an_error_that_shows_it(sql, shop):
    with pytest.raises(QuerySyntaxError) as caught:
        query(shop, sql)

    assert sql.strip(" ;") in str(caught.value)


@pytest.mark.parametrize(
    "sql",
    ["INSERT INTO t VALUES (9, 'z')", "UPDATE t SET name = 'z'", "DELETE FROM t",
     "CREATE TABLE u (a int)", "DROP TABLE t",
     "CALL DOLT_COMMIT('--allow-empty', '-m', 'x')", "CALL DOLT_BRANCH('x')", "CALL DOLT_RESET('--hard', 'HEAD~1')",
     "WITH a AS (SELECT 1) DELETE FROM t", "SELECT * FROM t INTO OUTFILE '{folder}/x'", "SELECT 1; DELETE FROM t",
     "SELECT 1; CALL DOLT_BRANCH('x')", "/* SELECT */ TRUNCATE TABLE t", "SET GLOBAL local_infile = 1"],
)  # fmt: skip
@pytest.mark.parametrize(
    "where", [{}, {"as_of": "HEAD~1"}, {"branch_conf": SerialBranch("old")}], ids=["newest", "old", "branch"]
)
def test_a_query_that_writes_is_an_error_and_writes_nothing(sql, where, versions, database, tmp_path, capfd):
    looks = (
        "SELECT * FROM t",
        "SELECT name, hash FROM dolt_branches",
        "SELECT * FROM dolt_status",
        "SELECT @@global.local_infile",
    )
    before = [run_sql(database, look) for look in looks]

    with pytest.raises(QueryError):
        query(database, sql.format(folder=tmp_path), **where)

    assert [run_sql(database, look) for look in looks] == before
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("sql", ["INSERT INTO t VALUES (9, 'z')", "DELETE FROM t", "CALL DOLT_BRANCH('x')"])
def test_the_error_of_a_query_that_writes_says_so(sql, versions, database):
    with pytest.raises(WriteQueryError, match=r"tablename and data"):
        query(database, sql)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT id FROM t AS OF 'HEAD~1'", [2]),
        ("SELECT id FROM t AS OF hashof('HEAD~1')", [2]),
        ("SELECT to_id FROM dolt_diff('HEAD~1', 'HEAD', 't') WHERE to_id IS NOT NULL", [3]),
        ("SELECT COUNT(*) FROM dolt_log('HEAD')", [4]),
        ("SELECT id FROM t AS OF 'main'", [4]),
    ],
)
@pytest.mark.parametrize("where", [{"branch_conf": "side"}, {"as_of": "side"}], ids=["branch", "version"])
def test_a_query_of_history_looks_back_from_the_branch_that_is_read(query, found, where, database):
    write_table(database, "t", pd.DataFrame({"id": [1]}), primary_key="id")
    for value in (2, 3):
        write_table(database, "t", pd.DataFrame({"id": [value]}), branch_conf=NewBranch("side"))
    write_table(database, "t", pd.DataFrame({"id": [4]}))

    assert read_table(database, sql=query, **where).data.iloc[:, 0].tolist() == found
    assert run_sql(database, "SELECT name FROM dolt_branches ORDER BY name") == [("main",), ("side",)]
