"""Tables that others created are read, changed and saved back with all their declarations."""

import decimal

import numpy as np
import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from dolt_integrations.errors import DataError, PrimaryKeyError, UnsupportedTypeError
from tests.conftest import run_sql

COLUMNS = {
    "tiny": ("TINYINT NOT NULL DEFAULT 5", "-128, 127, 1", "int8"),
    "tiny unsigned": ("TINYINT UNSIGNED", "0, 255, NULL", "UInt8"),
    "medium": ("MEDIUMINT DEFAULT -3 COMMENT 'it''s medium'", "-8388608, 8388607, NULL", "Int32"),
    "medium unsigned": ("MEDIUMINT UNSIGNED NOT NULL", "0, 16777215, 1", "uint32"),
    "int": ("INT UNSIGNED NOT NULL DEFAULT 7", "0, 4294967295, 1", "uint32"),
    "big": ("BIGINT", "-9223372036854775808, 9223372036854775807, NULL", "Int64"),
    "boolean": ("BOOLEAN NOT NULL DEFAULT TRUE", "1, 0, 1", "bool"),
    "number in a boolean": ("TINYINT(1)", "1, 0, 7", "Int8"),
    "float": ("FLOAT DEFAULT 1.5", "0.1, -1.5, NULL", "float32"),
    "double": ("DOUBLE NOT NULL DEFAULT 0.5", "0.1, 1e308, 5e-324", "float64"),
    "decimal": ("DECIMAL(10,2) NOT NULL DEFAULT 1.5", "1.5, -99999999.99, 0", "object"),
    "wide decimal": ("DECIMAL(65,30)", "1.5, NULL, -1e-30", "object"),
    "fraction": ("DECIMAL(3,3)", "0.125, -0.999, NULL", "object"),
    "char": ("CHAR(5) DEFAULT 'x'", "'', 'abcde', NULL", TEXT_DTYPE),
    "varchar": ("VARCHAR(20) NOT NULL DEFAULT 'it''s ; COMMENT'", "'', 'NULL', 'x'", TEXT_DTYPE),
    "collation": ("VARCHAR(20) COLLATE utf8mb4_general_ci", "'a', 'A', NULL", TEXT_DTYPE),
    "latin": ("VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci", "'a', 'é', NULL", TEXT_DTYPE),
    "tinytext": ("TINYTEXT", "'', 'a', NULL", TEXT_DTYPE),
    "text": ("TEXT COLLATE utf8mb4_unicode_ci", "'', 'NULL', NULL", TEXT_DTYPE),
    "enum": ("ENUM('b', 'a', '2', 'NULL', 'it''s') DEFAULT 'a'", "'2', 'NULL', NULL", TEXT_DTYPE),
    "set": ("SET('x', 'y', '1') NOT NULL DEFAULT 'x,y'", "'', 'x,1', '1'", TEXT_DTYPE),
    "bit": ("BIT(10) DEFAULT b'101'", "0, 1023, NULL", "UInt64"),
    "wide bit": ("BIT(64)", "5, 18446744073709551615, NULL", "UInt64"),
    "year": ("YEAR DEFAULT 2020", "1901, 2155, NULL", "Int16"),
    "date": ("DATE DEFAULT '2020-01-01'", "'0001-01-01', '9999-12-31', NULL", "object"),
    "datetime": ("DATETIME DEFAULT '2020-01-01'", "'0001-01-01', '2021-01-01 01:02:03', NULL", "datetime64[us]"),
    "datetime with a fraction": (
        "DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)",
        "'0001-01-01', '2021-01-01 01:02:03.456', NULL",
        "datetime64[us]",
    ),
    "timestamp": (
        "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
        "'1970-01-01 00:00:01', '2038-01-19 03:14:07', '2021-01-01'",
        "datetime64[us]",
    ),
    "time": ("TIME DEFAULT '10:00:00'", "'-838:59:59', '838:59:59', NULL", "timedelta64[us]"),
    "json": ("JSON", """'{"b": [1, 1.5, 1e30], "a": null}', '[100000000000000000000]', NULL""", "object"),
    "binary": ("BINARY(3)", "X'00ff00', X'610000', NULL", "object"),
    "varbinary": ("VARBINARY(10) NOT NULL DEFAULT 'x'", "X'', X'00ff', 'NULL'", "object"),
    "blob": ("BLOB", "X'', X'00ff', NULL", "object"),
    "geometry": ("GEOMETRY", "ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('LINESTRING(0 0,1 1)'), NULL", "object"),
    "point": ("POINT SRID 4326", "ST_GeomFromText('POINT(1 2)', 4326), NULL, NULL", "object"),
    "computed default": ("INT DEFAULT (1 + 1)", "1, 2, NULL", "Int32"),
    "stored": ("INT GENERATED ALWAYS AS (id + 1) STORED", None, "Int32"),
    "virtual": ("INT AS (id * 2)", None, "Int32"),
}  # fmt: skip
"""Of each column: its definition, the SQL of three values, and the dtype that it is read as."""


@pytest.fixture(params=["load", "insert"])
def url(request):
    """A database whose server takes files, and one whose server takes none."""
    return request.getfixturevalue("loading_database" if request.param == "load" else "database")


def make(url, *columns):
    """Make a table with a key that counts, a column to change, and some more; of three rows."""
    definitions = "".join(f", `{name}` {COLUMNS[name][0]}" for name in columns)
    run_sql(url, f"CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(20){definitions})")
    written = [name for name in columns if COLUMNS[name][1]]
    names = ", ".join(["id", *(f"`{name}`" for name in written)])
    parts = [split_values(COLUMNS[name][1]) for name in written]
    for row in range(3):
        run_sql(url, f"INSERT INTO t ({names}) VALUES ({', '.join([str(row + 1), *(part[row] for part in parts)])})")
    commit(url)


def split_values(text):
    """Split SQL at the commas that are in no text, parenthesis or bracket."""
    parts, depth, quoted = [""], 0, False
    for letter in text:
        quoted ^= letter == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not quoted and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def commit(url):
    run_sql(url, "CALL DOLT_COMMIT('-Am', 'by hand')")


def definition(url, table="t"):
    return run_sql(url, f"SHOW CREATE TABLE {table}")[0][1]


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


WITHOUT_ROOM = {
    "enum": ["2", "other", None],
    "set": ["x", "y,x", ""],
    "bit": [1, 1024, None],
    "year": [1901, 1900, None],
    "time": pd.to_timedelta([0, 839 * 3600, None], unit="s").as_unit("us"),
    "point": [None, b"nothing", None],
}


@pytest.mark.parametrize("name", WITHOUT_ROOM)
def test_a_value_that_a_column_cannot_keep_is_an_error_that_says_where(name, database):
    make(database, name)
    before, frame = definition(database), read_table(database, "t").data
    frame[name] = pd.Series(WITHOUT_ROOM[name], dtype=frame[name].dtype)

    with pytest.raises(UnsupportedTypeError, match=rf"'{name}' of table `t`.*row 1.*overwrite"):
        write_table(database, "t", frame)

    assert definition(database) == before
    assert run_sql(database, "SELECT COUNT(*) FROM dolt_log") == [(2,)]


WIDENED = {
    "medium": (pd.array([2**31 - 1, 1, None], "Int32"), "int DEFAULT '-3' COMMENT 'it''s medium'"),
    "decimal": (list(map(decimal.Decimal, ["1.125", 10**12, 0])), "decimal(28,3) NOT NULL DEFAULT '1.5'"),
    "char": (["abcdefg", "", None], "varchar(255) DEFAULT 'x'"),
    "collation": (["x" * 21, "A", None], "varchar(255) COLLATE utf8mb4_general_ci"),
    "latin": (["🍣", "a", None], "varchar(255)"),
    "text": (["x" * 70_000, "", None], "longtext COLLATE utf8mb4_unicode_ci"),
    "datetime": (
        pd.to_datetime(["2021-01-01 00:00:00.5", None, None]).as_unit("us"),
        "datetime(6) DEFAULT '2020-01-01'",
    ),
    "binary": ([b"\0", b"ab\0c", None], "longblob"),
    "varbinary": ([b"x" * 11, b"", b"a"], "longblob NOT NULL"),
    "json": ([{"a": 1.0}, [2**60 + 1], None], "longtext"),
}  # fmt: skip


@pytest.mark.parametrize("name", WIDENED)
def test_a_column_that_is_too_narrow_is_widened_and_keeps_the_rest(name, database):
    make(database, name)
    values, declared = WIDENED[name]
    frame = read_table(database, "t").data
    frame[name] = pd.Series(values, dtype=frame[name].dtype)

    write_table(database, "t", frame)

    assert f"`{name}` {declared}" in definition(database).replace("'1.500'", "'1.5'")  # as Dolt 2 writes it
    back = read_table(database, "t").data
    assert [*map(repr, back[name])] in ([*map(repr, frame[name])], [*map(repr, expected(frame[name]))])


def test_a_widened_decimal_keeps_the_indexes_of_its_table(database):
    run_sql(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, n int, price decimal(10,2) DEFAULT 1.5, KEY by_n (n))",
        "INSERT INTO t (id) VALUES (1)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )

    write_table(database, "t", pd.DataFrame({"id": [1], "n": [1], "price": [decimal.Decimal("0.125")]}))

    assert "KEY `by_n` (`n`)" in definition(database)


def expected(values):
    """Return decimals of a column in the scale that they all have."""
    scale = decimal.Decimal("0.001")
    return [value.quantize(scale) if isinstance(value, decimal.Decimal) else value for value in values]


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
