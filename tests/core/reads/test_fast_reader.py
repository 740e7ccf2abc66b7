"""Types that connectorx cannot read, or not exactly."""

from decimal import Decimal

import pytest

from dolt_integrations.core import read_table
from dolt_integrations.core.rows import cache
from tests.conftest import run_sql

COLUMNS = {
    "tinyint(1)": ("1, 2, 0, -3", [1, 2, 0, -3]),
    "decimal(28,12)": ("1.000000000001, -0.5, 1234567890123456.789012345678", None),
    "decimal(28,9)": ("1.000000001, -0.5, 1234567890123456789.123456789", None),
    "decimal(65,30)": ("0.000000000000000000000000000001, 99999999999999999999999999999999999.5", None),
    "bigint unsigned": ("18446744073709551615, 0", [2**64 - 1, 0]),
    "double": ("0.1, -1.7976931348623157e308", [0.1, -1.7976931348623157e308]),
    "varchar(20)": ("'', 'NULL', '007'", ["", "NULL", "007"]),
}


@pytest.fixture(autouse=True)
def all_fast(monkeypatch, set_limits):
    set_limits(plain_fetch_rows=0)
    monkeypatch.setenv(cache.LOCATION, "off")


@pytest.mark.parametrize("null", ["NULL", "NOT NULL"])
@pytest.mark.parametrize("sql_type", COLUMNS)
def test_values_come_as_they_are(sql_type, null, database):
    listed, expected = COLUMNS[sql_type]
    values = listed.split(", ")
    rows = ", ".join(f"({at}, {value})" for at, value in enumerate(values))
    run_sql(
        database, f"CREATE TABLE t (n INT PRIMARY KEY, a {sql_type} {null})", f"INSERT INTO t VALUES {rows}",
        "CALL dolt_commit('-Am', 'by hand')",
    )  # fmt: skip

    found = read_table(database, "t").data["a"].tolist()

    assert found == (expected or [Decimal(value) for value in values])


@pytest.mark.parametrize("date", ["0000-00-00", "0001-01-01", "9999-12-31"])
def test_no_date_lets_the_fast_reader_print_anything(date, database, capfd):
    """For dates that it cannot read, connectorx prints a backtrace. They are read in another way."""
    run_sql(
        database, "SET sql_mode = ''", "CREATE TABLE t (n INT PRIMARY KEY, a DATE, b DATETIME)",
        f"INSERT INTO t VALUES (1, '{date}', '{date}'), (2, '2026-01-01', '2026-01-01')",
        "CALL dolt_commit('-Am', 'by hand')",
    )  # fmt: skip

    assert len(read_table(database, "t").data) == 2
    assert capfd.readouterr() == ("", "")


def test_what_the_fast_reader_cannot_read_after_all_is_read_exactly(database, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("not supported")

    run_sql(
        database, "CREATE TABLE t (n INT PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)", "CALL dolt_commit('-Am', 'x')"
    )
    monkeypatch.setattr("connectorx.read_sql", fail)

    assert read_table(database, "t").data["n"].tolist() == [1, 2]
