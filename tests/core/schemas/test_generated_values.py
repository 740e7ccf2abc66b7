"""Values that a frame has for a generated column: Dolt computes the column, and a warning names what differs."""

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.engine import describe_table, open_database
from dolt_integrations.engine.tables.computed import columns_computed_otherwise
from dolt_integrations.errors import ServerLostError
from tests.conftest import run_sql
from tests.helpers.values.foreign import commit

PRICES = """CREATE TABLE t (id BIGINT PRIMARY KEY, net BIGINT, rate BIGINT DEFAULT 2,
    gross DECIMAL(12,2) GENERATED ALWAYS AS (net * rate) STORED,
    twice BIGINT GENERATED ALWAYS AS (gross * 2) VIRTUAL)"""
ROW = "INSERT INTO t (id, net) VALUES (1, 3)"


@pytest.fixture
def prices(database):
    run_sql(database, PRICES, ROW)
    commit(database)
    return database


def warned(caplog):
    return [record.args[1] for record in caplog.records if "computes column" in record.msg]


@pytest.mark.parametrize("mode", ["replace", "append", "upsert"])
def test_other_values_than_the_table_computes_are_warned_of(mode, prices, caplog):
    frame = pd.DataFrame({"id": [2], "net": [5], "rate": [2], "gross": [99.0], "twice": [20]})

    write_table(prices, "t", frame, mode=mode)

    assert warned(caplog) == ["gross"]
    assert run_sql(prices, "SELECT gross FROM t WHERE id = 2") == [(10,)]


def test_a_value_that_the_column_cannot_store_is_warned_of(prices, caplog):
    frame = pd.DataFrame({"id": [2], "net": [5], "rate": [2], "gross": ["ten"]})

    write_table(prices, "t", frame, mode="append")

    assert warned(caplog) == ["gross"]


def test_the_values_that_the_table_computes_are_no_reason_to_warn(prices, caplog):
    frame = read_table(prices, "t").data

    write_table(prices, "t", frame.assign(id=2), mode="append")

    assert warned(caplog) == []


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_values_that_are_computed_from_what_the_frame_lacks_are_warned_of(mode, prices, caplog):
    frame = pd.DataFrame({"id": [2], "net": [4], "gross": [9.0], "twice": pd.array([None], "Int64")})

    write_table(prices, "t", frame, mode=mode)

    assert warned(caplog) == ["gross"]
    assert "from others, which the frame lacks" in caplog.text
    assert run_sql(prices, "SELECT gross FROM t WHERE id = 2") == [(8,)]


def test_a_frame_without_what_is_computed_is_no_reason_to_warn(prices, caplog):
    write_table(prices, "t", pd.DataFrame({"id": [2], "net": [4]}), mode="append")

    assert warned(caplog) == []


OTHER = pd.DataFrame({"id": [2], "net": [5], "rate": [2], "gross": [99.0]})


def test_a_user_who_may_not_create_temporary_tables_saves_and_is_told_what_was_not_checked(prices, caplog):
    name = prices.rpartition("/")[2]
    run_sql(prices, "CREATE USER clerk@'%'", f"GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON {name}.* TO clerk@'%'")
    try:
        write_table(prices.replace("root@", "clerk@"), "t", OTHER, mode="append")
    finally:
        run_sql(prices, "DROP USER clerk@'%'")

    assert "cannot check the values for generated columns, which are not written: command denied" in caplog.text
    assert run_sql(prices, "SELECT gross FROM t WHERE id = 2") == [(10,)]


def test_a_server_that_goes_away_during_the_check_is_no_reason_to_save_without_it(prices):
    with open_database(prices) as database, database.connect("main") as session:
        schema, rows = describe_table(session, "t"), pa.table({"id": [2], "net": [5], "rate": [2], "gross": ["99"]})
        run_sql(prices, f"KILL {session.value('SELECT CONNECTION_ID()')}")

        with pytest.raises(ServerLostError):
            columns_computed_otherwise(session, schema, rows)
