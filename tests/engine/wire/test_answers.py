"""Values of answers are read by the kind that they must be. Another kind is an error that names the statement."""

import datetime

import pytest

from dolt_integrations.engine.wire.answers import maybe, number, read_rows, text, timestamp
from dolt_integrations.errors import ServerError

DAY = datetime.datetime(2026, 11, 27)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (text, b"x", "x"),
        (text, 1, "1"),
        (number, "7", 7),
        (timestamp, DAY, DAY),
        (maybe(timestamp), None, None),
        (maybe(text), b"x", "x"),
    ],
)
def test_a_value_of_its_kind_is_read(kind, value, read):
    assert read_rows([(value,)], [kind], "SELECT 1", "here") == [(read,)]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (text, None),
        (number, None),
        (number, "x"),
        (timestamp, None),
        (timestamp, "2026-11-27 00:00:00"),
        (timestamp, datetime.date(2026, 11, 27)),
        (maybe(timestamp), "2026-11-27"),
    ],
)
def test_a_value_of_another_kind_is_an_error_that_names_the_statement(kind, value):
    with pytest.raises(ServerError, match=r"the answer to SELECT 1 makes no sense \(here\)"):
        read_rows([(value,)], [kind], "SELECT 1", "here")


@pytest.mark.parametrize("row", [(1,), (1, 2, 3)], ids=["fewer", "more"])
def test_another_number_of_columns_is_an_error(row):
    with pytest.raises(ServerError, match="makes no sense"):
        read_rows([row], [number, number], "SELECT 1, 2", "here")


@pytest.mark.parametrize("statement", ["SHOW TABLES", "CALL DOLT_COMMIT()"])
def test_columns_that_a_newer_server_adds_are_dropped_and_one_that_lacks_is_an_error(statement):
    assert read_rows([(1, "new")], [number], statement, "here") == [(1,)]
    with pytest.raises(ServerError, match="makes no sense"):
        read_rows([(1,)], [number, number], statement, "here")
