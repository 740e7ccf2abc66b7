import datetime
import decimal
import io
import math

import pyarrow as pa
import pytest

from dolt_integrations.engine import (
    Column,
    Connection,
    TableSchema,
    fetch,
    insert_table,
    parse_location,
    select_table,
)
from dolt_integrations.errors import DataError, PrimaryKeyError, ServerError, StorageError, WriteQueryError
from tests.conftest import run_sql, use_temporary

TEXTS = [
    None, "", "NULL", "null", "Null", "NA", "N", "\\N", "\\", "\\\\", "\\n", "nan", "None", "\t", "\n", "\r",
    "\r\n", "\0", "a\tb\nc\0d\\e", "'", '"', "`", "''", "a'b\"c", "%", "%s", ";", "--", " ", " a ", "007",
    "é", "日本", "🍣", "\ufeff", "\u200b", "x" * 255, "\x1a", "\x7f", "\b", "1e5", "true", "0x41", "\u2028", "e\u0301",
]  # fmt: skip

COLUMNS = {
    "tinyint": pa.array([-128, 127, 0, None], pa.int8()),
    "smallint": pa.array([-(2**15), 2**15 - 1, 0, None], pa.int16()),
    "int": pa.array([-(2**31), 2**31 - 1, 0, None], pa.int32()),
    "bigint": pa.array([-(2**63), 2**63 - 1, 0, None], pa.int64()),
    "tinyint unsigned": pa.array([255, 0, None], pa.uint8()),
    "smallint unsigned": pa.array([2**16 - 1, 0, None], pa.uint16()),
    "int unsigned": pa.array([2**32 - 1, 0, None], pa.uint32()),
    "bigint unsigned": pa.array([2**64 - 1, 0, None], pa.uint64()),
    "tinyint(1)": pa.array([True, False, None], pa.bool_()),
    "double": pa.array(
        [0.1, -0.0, 0.0, 1e308, -1e308, 5e-324, 2**53 + 1.0, 1 / 3, 123456789.12345679, None], pa.float64()
    ),
    "float": pa.array([0.1, -0.0, 3.4028235e38, 1e-45, 1 / 3, 16777217.0, None], pa.float32()),
    "varchar(255)": pa.array(TEXTS, pa.large_string()),
    "longtext": pa.array([*TEXTS, "ab\tc\\\n" * 200_000], pa.large_string()),
    "longblob": pa.array([None, b"", b"NULL", b"\0\xff\\\t\n", bytes(range(256))], pa.large_binary()),
    "datetime(6)": pa.array(
        [datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),
         datetime.datetime(1969, 12, 31, 23, 59, 59, 999999), datetime.datetime(2021, 3, 28, 2, 30), None],
        pa.timestamp("us"),
    ),
    "date": pa.array([datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None], pa.date32()),
    "decimal(38,9)": pa.array(
        [decimal.Decimal("-12345678901234567890123456789.123456789"), None], pa.decimal128(38, 9)
    ),
}  # fmt: skip


@pytest.fixture(params=["load", "insert", "few"])
def url(request, set_limits):
    """Databases whose server accepts files, accepts none, or has a higher limit for inserting rows by statements."""
    if request.param == "insert":
        set_limits(insert_rows=0)
    return request.getfixturevalue("loading_database" if request.param == "load" else "database")


@pytest.fixture
def connection(url):
    with Connection(parse_location(url), local_infile=True) as connection:
        yield connection


def schema_of(sql_type):
    return TableSchema((Column("number", "bigint", nullable=False), Column("value", sql_type)), ("number",))


def store(connection, schema, data, table="t"):
    connection.execute(schema.ddl(table))
    with connection.transaction():
        insert_table(connection, table, data)


def bits(values):
    return [None if value is None else (value, math.copysign(1, value)) for value in values]


@pytest.mark.parametrize("sql_type", COLUMNS)
def test_every_value_arrives_as_it_was(sql_type, connection):
    values = COLUMNS[sql_type]
    data = pa.table({"number": range(len(values)), "value": values})

    store(connection, schema_of(sql_type), data)

    stored = fetch(connection, select_table("t", schema_of(sql_type).columns), schema_of(sql_type).columns)
    assert stored.sort_by("number")["value"].to_pylist() == values.to_pylist()
    if pa.types.is_floating(values.type):
        assert bits(stored.sort_by("number")["value"].to_pylist()) == bits(values.to_pylist())


def test_texts_are_to_a_foreign_client_what_they_were(connection, url):
    data = pa.table({"number": range(len(TEXTS)), "value": pa.array(TEXTS, pa.large_string())})

    store(connection, schema_of("varchar(255)"), data)

    assert [text for (text,) in run_sql(url, "SELECT value FROM t ORDER BY number")] == TEXTS


def test_a_table_without_rows_stays_empty(connection, url):
    store(
        connection,
        schema_of("double"),
        pa.table({"number": pa.array([], pa.int64()), "value": pa.array([], pa.float64())}),
    )

    assert run_sql(url, "SELECT count(*) FROM t") == [(0,)]


def test_a_row_of_one_null_is_a_row(connection, url):
    data = pa.table({"value": pa.array([None, None], pa.large_string())})

    store(connection, TableSchema((Column("value", "longtext"),)), data)

    assert run_sql(url, "SELECT value FROM t") == [(None,), (None,)]


def test_a_row_of_one_empty_text_is_a_row(connection, url):
    data = pa.table({"value": pa.array(["", ""], pa.large_string())})

    store(connection, TableSchema((Column("value", "longtext"),)), data)

    assert run_sql(url, "SELECT value FROM t") == [("",), ("",)]


@pytest.mark.parametrize("name", ["a`b", "100%", "%s", "order", "a b", "日本", "@v0", "a\tb"])
def test_names_may_hold_anything(name, connection, url):
    schema = TableSchema((Column(name, "varchar(9)"),))

    store(connection, schema, pa.table({name: pa.array(["NULL"], pa.large_string())}), table=name)

    assert run_sql(url, select_table(name, schema.columns)) == [("NULL",)]


def test_many_rows_arrive_all(connection, url):
    data = pa.table({"number": range(100_000), "value": pa.array(["NULL", "text"] * 50_000, pa.large_string())})

    store(connection, schema_of("varchar(9)"), data)

    assert run_sql(url, "SELECT value, count(*), sum(number) FROM t GROUP BY value ORDER BY value") == [
        ("NULL", 50_000, sum(range(0, 100_000, 2))),
        ("text", 50_000, sum(range(1, 100_000, 2))),
    ]


def test_rows_of_several_chunks_keep_their_order(connection, url):
    one = pa.table({"number": [1, 2], "value": pa.array(["a", None], pa.large_string())})

    store(
        connection,
        schema_of("varchar(9)"),
        pa.concat_tables([one, one.set_column(0, "number", pa.array([[3, 4]]).flatten())]),
    )

    assert run_sql(url, "SELECT * FROM t ORDER BY number") == [(1, "a"), (2, None), (3, "a"), (4, None)]


@pytest.mark.parametrize(
    ("sql_type", "values"),
    [
        ("tinyint", pa.array([1, 300])),
        ("varchar(3)", pa.array(["abc", "abcd"], pa.large_string())),
        ("bigint unsigned", pa.array([1, -1])),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_and_nothing_is_stored(sql_type, values, connection, url):
    with pytest.raises(DataError):
        store(connection, schema_of(sql_type), pa.table({"number": [1, 2], "value": values}))

    assert run_sql(url, "SELECT * FROM t") == []


def test_a_key_that_is_there_already_is_an_error_and_nothing_is_stored(connection, url):
    with pytest.raises(PrimaryKeyError, match=r"`t` does not accept two rows with the same key.* Drop the duplicates"):
        store(connection, schema_of("double"), pa.table({"number": [1, 2, 1], "value": [1.0, 2.0, 3.0]}))

    assert run_sql(url, "SELECT * FROM t") == []


def test_rows_that_a_trigger_refuses_are_an_error_that_names_the_table_and_says_why(database):
    refuse = "BEGIN IF NEW.value > 5 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'too much'; END IF; END"
    run_sql(database, schema_of("int").ddl("t"), f"CREATE TRIGGER most BEFORE INSERT ON t FOR EACH ROW {refuse}")

    with (
        Connection(parse_location(database)) as connection,
        pytest.raises(DataError, match=r"table `t` does not accept the rows: too much.* Change the rows"),
    ):
        insert_table(connection, "t", pa.table({"number": [1], "value": [9]}))


def test_a_session_that_may_only_read_is_no_fault_of_the_rows(connection, url):
    connection.execute(schema_of("int").ddl("t"))
    run_sql(url, "CALL DOLT_COMMIT('-Am', 'a table')", "CALL DOLT_TAG('v1')")

    with (
        Connection(parse_location(url), "v1", local_infile=True) as reading,
        pytest.raises(WriteQueryError, match="write to a branch"),
    ):
        insert_table(reading, "t", pa.table({"number": [1], "value": [9]}))


def test_rows_of_several_statements_arrive_all(database, set_limits):
    set_limits(insert_bytes=40)
    words = ["x" * size for size in (1, 50, 0, 39, 41, 1, 1, 1)]
    data = pa.table({"number": range(len(words)), "value": pa.array(words, pa.large_string())})

    with Connection(parse_location(database)) as connection:
        store(connection, schema_of("varchar(99)"), data)

    assert [text for (text,) in run_sql(database, "SELECT value FROM t ORDER BY number")] == words


def test_no_temporary_file_stays(connection, temporary):
    store(connection, schema_of("double"), pa.table({"number": [1], "value": [1.0]}))

    assert list(temporary.iterdir()) == []


def test_no_temporary_file_stays_after_a_failure(connection, temporary):
    with pytest.raises(DataError):
        store(connection, schema_of("tinyint"), pa.table({"number": [1], "value": [300]}))

    assert list(temporary.iterdir()) == []


def test_a_place_for_temporary_files_that_is_gone_is_an_error_that_names_it(loading_database, tmp_path, monkeypatch):
    use_temporary(tmp_path, monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))

    with (
        Connection(parse_location(loading_database), local_infile=True) as connection,
        pytest.raises(StorageError, match="TMPDIR") as caught,
    ):
        store(connection, schema_of("double"), pa.table({"number": [1], "value": [1.0]}))

    assert str(tmp_path / "gone") in str(caught.value)
    assert run_sql(loading_database, "SELECT * FROM t") == []


@pytest.mark.parametrize("local_infile", [False, True])
def test_a_server_gets_no_file_but_the_one_that_is_being_sent(local_infile, loading_database):
    run_sql(loading_database, "CREATE TABLE t (line longtext)")

    with (
        Connection(parse_location(loading_database), local_infile=local_infile) as connection,
        connection.sending("rows", io.BytesIO(b"mine")),
        pytest.raises(ServerError, match=r"local file '/etc/passwd'.*Nothing was sent"),
    ):
        connection.execute("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t")

    assert run_sql(loading_database, "SELECT * FROM t") == []


def test_a_column_may_be_called_like_a_variable(loading_database):
    names = ["@v0", "@v0_0", "@v1_1", "v"]
    columns = ", ".join(f"`{name}` longblob" for name in names)
    run_sql(loading_database, f"CREATE TABLE t ({columns})")
    data = pa.table({name: pa.array([name.encode()], pa.binary()) for name in names})

    with Connection(parse_location(loading_database), local_infile=True) as connection:
        insert_table(connection, "t", data)

        assert connection.row("SELECT * FROM t") == tuple(name.encode() for name in names)


def test_a_user_who_may_not_load_files_writes_literals_and_is_not_refused_again(loading_database):
    name = loading_database.rpartition("/")[2]
    run_sql(
        loading_database,
        schema_of("int").ddl("t"),
        "CREATE USER clerk@'%'",
        f"GRANT SELECT, INSERT ON {name}.* TO clerk@'%'",
    )
    try:
        url = loading_database.replace("root@", "clerk@")
        with Connection(parse_location(url), local_infile=True) as connection:
            insert_table(connection, "t", pa.table({"number": [1, 2], "value": [3, None]}))

            assert connection.loads_files is False
            assert connection.rows("SELECT * FROM t ORDER BY number") == [(1, 3), (2, None)]
    finally:
        run_sql(loading_database, "DROP USER clerk@'%'")
