import pytest

from dolt_integrations.engine import Column, Connection, TableSchema, describe_table, find_table, parse_location, quote
from dolt_integrations.engine.sql.definitions import compares_otherwise
from dolt_integrations.engine.tables.definitions.names import find_name, tables
from dolt_integrations.engine.tables.definitions.schema import find_base_table
from dolt_integrations.errors import InvalidNameError, TableNotFoundError
from tests.conftest import run_sql


@pytest.fixture
def connection(database):
    with Connection(parse_location(database)) as connection:
        yield connection


SCHEMAS = [
    TableSchema((Column("a", "bigint", nullable=False),), ("a",)),
    TableSchema((Column("a", "bigint", nullable=True), Column("b", "varchar(255)"))),
    TableSchema(
        (Column("a", "int unsigned", nullable=False), Column("b", "double"), Column("c", "tinyint(1)")), ("a",)
    ),
    TableSchema((Column("b", "varchar(20)", False), Column("a", "datetime(6)", False)), ("a", "b")),
    TableSchema((Column("a`b%s", "longtext"), Column("日本", "float"), Column("select", "smallint"))),
    TableSchema((Column("a", "int", True, 'it\'s a \\ "comment" with % and é\n and `'),)),
    TableSchema(tuple(Column(f"column_{number}", "bigint") for number in range(300))),
]


BYTEWISE, FOLDING = "utf8mb4_0900_bin", "utf8mb4_0900_ai_ci"


@pytest.mark.parametrize(
    ("of_table", "types", "otherwise"),
    [
        (BYTEWISE, ["int", "text"], False),
        (BYTEWISE, ["text", f"varchar(9) COLLATE {FOLDING}"], True),
        (FOLDING, ["text"], True),
        (FOLDING, [f"text COLLATE {BYTEWISE}", "int"], False),
        (FOLDING, ["int"], False),
        (None, ["text"], True),
    ],
)
def test_a_table_compares_texts_otherwise_unless_all_are_certain_to_be_bytewise(of_table, types, otherwise):
    options = f" ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE={of_table}" if of_table else ""

    assert compares_otherwise(f"CREATE TABLE `t` (`a` text){options}", types) is otherwise


@pytest.mark.parametrize("schema", SCHEMAS, ids=range(len(SCHEMAS)))
def test_a_schema_that_is_written_is_read_back(schema, connection):
    connection.execute(schema.ddl("t"))

    assert describe_table(connection, "t") == schema


@pytest.mark.parametrize("name", ["a`b", "a%sb", "order", "日本", "a b"])
def test_a_table_of_any_name_is_described(name, connection):
    connection.execute(SCHEMAS[0].ddl(name))

    assert describe_table(connection, name) == SCHEMAS[0]
    assert tables(connection) == [name]


def test_the_key_is_in_its_own_order(connection):
    connection.execute("CREATE TABLE t (a int, b int, c int, PRIMARY KEY (c, a))")

    assert describe_table(connection, "t").primary_key == ("c", "a")


def test_an_index_is_not_a_key(connection):
    connection.execute("CREATE TABLE t (a int, b int, UNIQUE KEY (a), KEY (b))")

    assert describe_table(connection, "t").primary_key == ()


def test_a_missing_table_is_an_error_with_the_nearest_names(connection):
    connection.execute("CREATE TABLE users (a int)")

    with pytest.raises(TableNotFoundError, match="Did you mean `users`"):
        describe_table(connection, "user")


def test_a_missing_table_is_found_to_be_none(connection):
    assert find_table(connection, "users") is None


def test_a_schema_is_that_of_the_sessions_revision(database, connection):
    run_sql(database, "CREATE TABLE t (a int)", "CALL DOLT_COMMIT('-Am', 'one column')", "CALL DOLT_BRANCH('old')")
    run_sql(database, "ALTER TABLE t ADD COLUMN b int", "CALL DOLT_COMMIT('-Am', 'two columns')")

    with Connection(parse_location(database), "old") as old:
        assert describe_table(old, "t").names == ("a",)
    assert describe_table(connection, "t").names == ("a", "b")


def test_a_view_is_not_a_table(connection):
    connection.execute("CREATE TABLE t (a int)")
    connection.execute("CREATE VIEW v AS SELECT * FROM t")

    assert tables(connection) == ["t"]
    assert find_base_table(connection, "v") is None
    with pytest.raises(InvalidNameError, match=r"`v` is a view of .*, not a table. Choose another name"):
        find_name(connection, "V")


def test_a_view_shows_the_columns_that_its_table_has_now(connection):
    connection.execute("CREATE TABLE t (a int)")
    connection.execute("CREATE VIEW v AS SELECT * FROM t")
    assert describe_table(connection, "v").names == ("a",)

    connection.execute("ALTER TABLE t MODIFY a varchar(9)")

    assert describe_table(connection, "v").columns[0].sql_type == "varchar(9)"


@pytest.mark.parametrize(("name", "found"), [("Users", "users"), ("user", None), ("dolt_log", None), ("DOLT_x", None)])
def test_a_name_is_found_in_the_case_of_the_database_and_dolts_own_tables_are_not(name, found, connection):
    connection.execute("CREATE TABLE users (a int)")

    assert find_name(connection, name) == found


def test_ddl_quotes_every_name(connection):
    name = "x`; DROP TABLE victim; --"
    connection.execute("CREATE TABLE victim (a int)")

    connection.execute(TableSchema((Column(name, "int", False),), (name,)).ddl(name))

    assert sorted(tables(connection)) == sorted(["victim", name])
    assert connection.rows(f"SELECT * FROM {quote(name)}") == []
