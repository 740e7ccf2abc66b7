"""Values that a column of a table that others created has no room for: it is widened, or an error says where."""

import decimal

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import UnsupportedTypeError
from tests.conftest import run_sql
from tests.helpers.values.foreign import definition, expected, make

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
