"""Reading tables that others created, without marks."""

import datetime

import pandas as pd
import pytest

from dolt_integrations.core import read_arrow, read_table, write_table
from dolt_integrations.core.columns.dtypes import TEXT_DTYPE
from tests.conftest import run_sql
from tests.helpers.values.samples import (
    D,
    round_trip,
)

FOREIGN = """CREATE TABLE t (
    id INT PRIMARY KEY, day DATE, clock TIME, `precise` TIME(6), money DECIMAL(10,2), huge DECIMAL(65,30), bytes BLOB,
    few VARBINARY(10), document JSON, `year` YEAR, bits BIT(10), `one` ENUM('a', 'b'), `some` SET('x', 'y', 'z'),
    moment DATETIME, stamp TIMESTAMP NULL, middle MEDIUMINT UNSIGNED, flag BOOLEAN, sure BOOLEAN NOT NULL,
    `char` CHAR(5), body TEXT
)"""
FOREIGN_DTYPES = {
    "id": "int32", "day": "object", "clock": "timedelta64[us]", "precise": "timedelta64[us]", "money": "object",
    "huge": "object", "bytes": "object", "few": "object", "document": "object", "year": "Int16", "bits": "UInt64",
    "one": TEXT_DTYPE, "some": TEXT_DTYPE, "moment": "datetime64[us]", "stamp": "datetime64[us]", "middle": "UInt32",
    "flag": "boolean", "sure": "bool", "char": TEXT_DTYPE, "body": TEXT_DTYPE,
}  # fmt: skip
FOREIGN_ROW = {
    "id": 1, "day": datetime.date(1, 1, 1), "clock": pd.Timedelta(hours=-838, minutes=-59, seconds=-59),
    "precise": pd.Timedelta("23:59:59.999999"), "money": D("-1.50"), "huge": D("9" * 35 + "." + "9" * 30),
    "bytes": b"\0\xff", "few": b"x", "document": {"a": [1, None]}, "year": 2021, "bits": 1023, "one": "b",
    "some": "x,z", "moment": pd.Timestamp("2021-01-01 01:02:03"), "stamp": pd.Timestamp("2021-01-01 01:02:03"),
    "middle": 2**24 - 1, "flag": True, "sure": False, "char": "é", "body": "text",
}  # fmt: skip


@pytest.fixture
def foreign(database):
    """A table without any comment, with a row of values and a row of NULLs."""
    run_sql(
        database,
        FOREIGN,
        r"""INSERT INTO t VALUES (1, '0001-01-01', '-838:59:59', '23:59:59.999999', -1.5,
        '99999999999999999999999999999999999.999999999999999999999999999999', X'00ff', 'x', '{"a": [1, null]}', 2021,
        b'1111111111', 'b', 'x,z', '2021-01-01 01:02:03', '2021-01-01 01:02:03', 16777215, true, false, 'é', 'text')""",
        "INSERT INTO t (id, sure) VALUES (2, true)",
        "CALL dolt_add('-A')",
        "CALL dolt_commit('-m', 'by hand')",
    )
    return database


@pytest.mark.parametrize("of", [{"tablename": "t"}, {"sql": "SELECT * FROM t ORDER BY id"}])
def test_a_table_that_others_made_reads_as_what_its_columns_are(foreign, of):
    back = read_table(foreign, **of).data

    assert {name: str(dtype) for name, dtype in back.dtypes.items()} == FOREIGN_DTYPES
    assert back.iloc[0].to_dict() == FOREIGN_ROW
    assert back.iloc[1].drop(["id", "sure"]).isna().all()


@pytest.mark.parametrize("column", FOREIGN_DTYPES)
def test_each_column_that_others_made_reads_alone(foreign, column):
    back = read_table(foreign, sql=f"SELECT `{column}` FROM t ORDER BY id").data

    assert str(back[column].dtype) == FOREIGN_DTYPES[column]
    assert back[column][0] == FOREIGN_ROW[column]


@pytest.mark.parametrize("column", FOREIGN_DTYPES)
def test_each_column_that_others_made_is_stored_again(foreign, column):
    frame = read_table(foreign, sql=f"SELECT `{column}` FROM t ORDER BY id").data

    back = round_trip(foreign, frame, [], table="copy")

    assert back[column].dtype == frame[column].dtype
    assert set(map(repr, back[column])) == set(map(repr, frame[column]))


def test_a_json_null_is_missing_to_pandas_with_a_warning_and_kept_by_arrow(database, caplog):
    run_sql(
        database,
        "CREATE TABLE j (id INT PRIMARY KEY, doc JSON)",
        "INSERT INTO j VALUES (1, '[1]'), (2, 'null'), (3, NULL)",
        "CALL dolt_commit('-Am', 'by hand')",
    )

    assert read_table(database, "j").data["doc"].tolist() == [[1], None, None]
    assert "'doc' has the JSON document null" in caplog.text
    assert not write_table(database, "j", read_arrow(database, "j")[0]).changed
