from types import SimpleNamespace

import pyarrow as pa
import pytest
from pymysql.constants import FIELD_TYPE

from dolt_integrations.engine import Connection, check_query, parse_location, run_query
from dolt_integrations.engine.tables import describe, fetch
from dolt_integrations.engine.tables.condition import check_condition
from dolt_integrations.engine.tables.query import check_statement, looks_back, select_table
from dolt_integrations.errors import (
    ColumnNotFoundError,
    DoltError,
    QueryError,
    QuerySyntaxError,
    TableNotFoundError,
    WriteQueryError,
)
from tests.conftest import run_sql
from tests.helpers.servers.databases import shared_database


@pytest.fixture(scope="module")
def url(shared_server):
    with shared_database(
        shared_server,
        "queried",
        "CREATE TABLE t (id int PRIMARY KEY, name varchar(20), amount double)",
        "INSERT INTO t VALUES (1, 'a%b', 1.5), (2, 'it''s', NULL)",
        "CREATE TABLE `odd ``name%s` (`a;b` int)",
        "INSERT INTO `odd ``name%s` VALUES (7)",
        "CALL DOLT_COMMIT('-Am', 'tables')",
    ) as url:
        yield url


@pytest.fixture
def connection(url):
    with Connection(parse_location(url)) as connection:
        yield connection


def rows(connection, sql):
    data = run_query(connection, check_query(connection, sql)).data
    return list(zip(*(column.to_pylist() for column in data.columns), strict=True))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", [(1,)]),
        ("select 1", [(1,)]),
        ("SELECT 1;", [(1,)]),
        ("  SELECT 1 ;\n ; ", [(1,)]),
        ("SELECT 1 -- the end", [(1,)]),
        ("SELECT 1 # the end", [(1,)]),
        ("SELECT 1 /* the end */;", [(1,)]),
        ("SELECT 1; -- the end", [(1,)]),
        ("-- first\nSELECT 1", [(1,)]),
        ("# first\n/* second;\n */ SELECT 1", [(1,)]),
        ("SELECT ';'", [(";",)]),
        ("SELECT '-- no comment'", [("-- no comment",)]),
        ("SELECT '?'", [("?",)]),
        ("SELECT 'INSERT INTO t'", [("INSERT INTO t",)]),
        ("SELECT id FROM t WHERE name LIKE 'a%%b'", [(1,)]),
        ("SELECT id FROM t WHERE name LIKE '%s'", [(2,)]),
        ("SELECT id FROM t WHERE name LIKE '%(x)s' OR id = 1", [(1,)]),
        ("SELECT id % 2 FROM t", [(1,), (0,)]),
        ('SELECT id FROM t WHERE name = "it\'s"', [(2,)]),
        ("SELECT 'back\\\\slash'", [("back\\slash",)]),
        ("SELECT `a;b` FROM `odd ``name%s`", [(7,)]),
        ("SELECT 'é🍣'", [("é🍣",)]),
        ("SELECT id FROM t ORDER BY id DESC", [(2,), (1,)]),
        ("SELECT id FROM t ORDER BY id LIMIT 1", [(1,)]),
        ("SELECT id FROM t ORDER BY id LIMIT 1 OFFSET 1", [(2,)]),
        ("SELECT 1 UNION ALL SELECT 2", [(1,), (2,)]),
        ("(SELECT 1) UNION ALL (SELECT 2)", [(1,), (2,)]),
        ("WITH a AS (SELECT 5 AS x) SELECT x FROM a", [(5,)]),
        ("WITH RECURSIVE a AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM a WHERE x < 3) SELECT x FROM a",
         [(1,), (2,), (3,)]),
        ("TABLE t", [(1, "a%b", 1.5), (2, "it's", None)]),
        ("VALUES ROW(1, 2), ROW(3, 4)", [(1, 2), (3, 4)]),
        ("SELECT NULL", [(None,)]),
        ("SELECT count(*) FROM t", [(2,)]),
        ("SELECT id FROM t WHERE id IN (SELECT max(id) FROM t)", [(2,)]),
        ("SELECT name FROM t WHERE name = 'INTO OUTFILE'", []),
        ("SELECT id FROM t FOR UPDATE", [(1,), (2,)]),
        ("SELECT REPLACE(name, 'a', 'b') FROM t WHERE id = 1", [("b%b",)]),
    ],
)  # fmt: skip
def test_a_query_is_run(sql, expected, connection):
    assert rows(connection, sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (3, 'c', 3)",
        "insert into t values (3, 'c', 3)",
        "/* a query */ INSERT INTO t VALUES (3, 'c', 3)",
        "-- SELECT\nDELETE FROM t",
        "UPDATE t SET name = 'x'",
        "DELETE FROM t",
        "REPLACE INTO t VALUES (1, 'x', 1)",
        "TRUNCATE TABLE t",
        "CREATE TABLE u (a int)",
        "CREATE TABLE u AS SELECT * FROM t",
        "DROP TABLE t",
        "ALTER TABLE t ADD COLUMN x int",
        "CALL DOLT_COMMIT('-Am', 'x')",
        "CALL DOLT_BRANCH('x')",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "SET @@autocommit = 0",
        "USE mysql",
        "WITH a AS (SELECT 1) DELETE FROM t",
        "WITH a AS (SELECT 1 AS x) UPDATE t SET name = 'x'",
        "WITH a AS (SELECT 1 AS x) INSERT INTO t SELECT x, 'x', 1 FROM a",
        "SELECT * FROM t INTO OUTFILE '{folder}/out'",
        "SELECT * INTO OUTFILE '{folder}/out' FROM t",
        "SELECT name FROM t LIMIT 1 INTO DUMPFILE '{folder}/out'",
        "SELECT id INTO @x FROM t LIMIT 1",
        "GRANT ALL ON *.* TO root",
        "SHOW TABLES",
        "DESCRIBE t",
        "EXPLAIN SELECT 1",
        "BEGIN",
        "COMMIT",
    ],
)
def test_a_statement_that_is_no_query_is_an_error_and_is_not_run(sql, connection, url, tmp_path):
    before = run_sql(url, "SELECT * FROM t", "SELECT DOLT_HASHOF_DB()")

    with pytest.raises(WriteQueryError) as caught:
        check_query(connection, sql.format(folder=tmp_path))

    assert url in str(caught.value)
    assert run_sql(url, "SELECT * FROM t", "SELECT DOLT_HASHOF_DB()") == before
    assert list(tmp_path.iterdir()) == []


def test_a_decimal_of_an_expression_has_the_digits_that_the_server_says(connection):
    assert run_query(connection, "SELECT CAST(1.5 AS DECIMAL(10,2)) AS a").data.schema.types == [pa.decimal128(10, 2)]


@pytest.mark.parametrize("sql", ["hello world", "", "-- SELECT 1", "XA RECOVER"])
def test_what_begins_as_no_query_is_refused_without_a_session(sql):
    with pytest.raises(QuerySyntaxError, match="not an SQL query"):
        check_statement(sql, "a database")


@pytest.mark.parametrize(
    ("sql", "is_of_history"),
    [
        ("SELECT * FROM t AS  OF 'v1'", True),
        ("select * from dolt_diff_t where to_commit = 'WORKING'", True),
        ("select * from dolt_diff_t where to_commit = 'staged'", True),
        ("SELECT hashof('HEAD')", True),
        ("SELECT * FROM dolt_diff('a', 'b', 't')", True),
        ("SELECT as_of, heading FROM t", False),
    ],
)
def test_a_query_whose_meaning_depends_on_the_sessions_commit_is_known(sql, is_of_history):
    assert looks_back(sql) is is_of_history


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM t",
        "SELECT 1; -- done\nDELETE FROM t",
        "SELECT 1) AS q; DELETE FROM t; SELECT * FROM (SELECT 1",
        "SELECT 1) AS q UNION SELECT * FROM (SELECT 2",
        "SELECT 1;\0DELETE FROM t",
        "(SELECT id FROM t LIMIT 1) INTO @x",
        "(SELECT * FROM t) INTO OUTFILE '/nowhere/out'",
    ],
)
def test_several_statements_are_an_error_and_none_is_run(sql, connection, url):
    before = run_sql(url, "SELECT * FROM t")

    with pytest.raises(QueryError):
        rows(connection, sql)

    assert run_sql(url, "SELECT * FROM t") == before


@pytest.mark.parametrize(
    "sql",
    ["", " ", ";", "-- nothing", "/* nothing */", "hello", "t", "SELEC 1", "SELECT", "SELECT FROM t", "SELECT (1",
     "SELECT 'a", "SELECT * FROM", "SELECT * FROM t WHERE", "SELECT ,", "42", "WITH", "SELECT /* open"],
)  # fmt: skip
def test_what_does_not_parse_is_an_error(sql, connection):
    with pytest.raises(QuerySyntaxError) as caught:
        check_query(connection, sql)

    assert sql.strip(" ;") in str(caught.value)


def test_a_placeholder_without_a_value_is_an_error(connection):
    with pytest.raises(QueryError):
        rows(connection, "SELECT ?")


def test_an_unknown_table_is_an_error(connection):
    with pytest.raises(TableNotFoundError, match="nowhere"):
        rows(connection, "SELECT * FROM nowhere")


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT nam FROM t", r", in: SELECT nam FROM t. Did you mean `name`\?"),
        ("SELECT t.nam FROM t", r", in: SELECT t.nam FROM t. Did you mean `name`\?"),
        ("SELECT id FROM t JOIN t AS u USING (nam)", "Unknown column 'nam'"),
        ("WITH a(x) AS (SELECT 1) SELECT z FROM a", r'column "z" could not be found [^,]*$'),
    ],
)
def test_an_unknown_column_is_answered_with_those_of_the_tables_if_dolt_names_it(sql, said, connection):
    with pytest.raises(ColumnNotFoundError, match=said):
        check_query(connection, sql)


@pytest.mark.parametrize(
    ("where", "error", "said"),
    [
        ("nam = 'x'", ColumnNotFoundError, "names column 'nam', which does not exist: nam = 'x'. Did you mean `name`"),
        ("id IN (SELECT id FROM t JOIN t AS u USING (nam))", ColumnNotFoundError, "Unknown column 'nam'"),
        ("id = = 1", QuerySyntaxError, "the condition on table `t` of mysql.* does not parse near 'id': id = = 1$"),
        ("id == 1", QuerySyntaxError, "Compare with `=`, not `==`"),
        ("id >", QuerySyntaxError, "does not parse: id >$"),
        ("id IN (DELETE FROM t)", WriteQueryError, "writes, or does not parse: .*. A condition may only read"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said_in_its_own_words(where, error, said, connection):
    query = select_table("t", (), where=where).replace("SELECT  FROM", "SELECT 1 FROM")

    with pytest.raises(error, match=f"(?s){said}"):
        check_condition(connection, "t", where, query, ["id", "name", "amount"])


def test_a_query_of_a_column_of_dates_twice_is_read_with_all_its_dates_and_no_backtrace(database, capfd):
    run_sql(database, "CREATE TABLE days (day date)", "INSERT INTO days VALUES ('2020-01-02'), ('0000-00-00'), (NULL)")
    with Connection(parse_location(database)) as connection:
        assert sorted(map(str, rows(connection, "SELECT day, day FROM days"))) == [
            "(None, None)", "(None, None)", "(datetime.date(2020, 1, 2), datetime.date(2020, 1, 2))",
        ]  # fmt: skip
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_during_a_fast_read_ends_it(connection, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(fetch, "interruptible", interrupted)

    with pytest.raises(KeyboardInterrupt):
        rows(connection, "SELECT name FROM t ORDER BY id")


def test_an_unknown_column_is_an_error(connection):
    with pytest.raises(ColumnNotFoundError, match="nothing"):
        rows(connection, "SELECT nothing FROM t")


@pytest.mark.parametrize("sql", ["SELECT no_such_function(1)", "SELECT abs()", "SELECT * FROM t WHERE sum(id) > 1"])
def test_what_cannot_run_is_an_error(sql, connection):
    with pytest.raises(QueryError):
        rows(connection, sql)


@pytest.mark.parametrize("sql", ["SELECT CAST('x' AS JSON)", "SELECT (SELECT id FROM t)", "SELECT * FROM nowhere"])
def test_no_failure_prints_anything(sql, connection, capfd):
    with pytest.raises(DoltError):
        rows(connection, sql)

    assert capfd.readouterr() == ("", "")


def test_the_session_is_as_before_after_a_query(connection):
    rows(connection, "SELECT id FROM t")

    assert connection.rows("SELECT id FROM t") == [(1,), (2,)]
    with pytest.raises(QueryError):
        connection.execute("EXECUTE dolt_integrations_check")


def test_a_column_of_a_table_is_as_the_table_declares_it(connection):
    columns = run_query(connection, "SELECT name, id FROM t").columns

    assert [(column.name, column.sql_type, column.nullable) for column in columns] == [
        ("name", "varchar(20)", True),
        ("id", "int", False),
    ]


def test_an_aliased_column_keeps_its_declaration_under_the_new_name(connection):
    (column,) = run_query(connection, "SELECT amount AS total FROM t").columns

    assert (column.name, column.sql_type) == ("total", "double")


def test_an_empty_result_has_its_columns(connection):
    data = run_query(connection, "SELECT * FROM t WHERE FALSE").data

    assert data.schema == pa.schema([("id", pa.int32()), ("name", pa.large_string()), ("amount", pa.float64())])
    assert data.num_rows == 0


def test_a_number_of_more_digits_than_arrow_has_is_refused_by_its_description():
    field = SimpleNamespace(name="n", type_code=FIELD_TYPE.NEWDECIMAL, length=90, scale=2, flags=0, org_table="")

    with pytest.raises(ValueError, match="precision"):
        describe._column(None, field, {})
