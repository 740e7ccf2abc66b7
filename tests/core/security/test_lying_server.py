"""A server that follows the protocol but lies about results: the rows are right, or the error is ours, in time."""

import time

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dolt_integrations.core import (
    MergeBranch,
    NewBranch,
    Transaction,
    blame,
    diff,
    find_version,
    history,
    read_arrow,
    read_batches,
    read_table,
    write_table,
)
from dolt_integrations.errors import DoltError
from tests.conftest import run_sql
from tests.helpers.servers.liar import lying
from tests.helpers.values.fuzzing import examples

EXAMPLES = examples(4)
FEW, MANY = 30, 1_500


def frame(rows, start):
    return pd.DataFrame(
        {
            "id": range(rows),
            "n": [start] * rows,
            "s": [f"x{start}"] * rows,
            "t": pd.Timestamp("2026-01-02") + pd.to_timedelta(range(rows), "D"),
        }
    )


def in_a_block(url, number):
    with Transaction(url, "main") as block:
        block.read("kept")
        block.write("both", frame(FEW, number), primary_key="id")


OPERATIONS = {
    "few rows": lambda url, number: write_table(url, "few", frame(FEW, number), primary_key="id"),
    "many rows": lambda url, number: write_table(url, "many", frame(MANY, number), primary_key="id"),
    "new table": lambda url, number: write_table(url, f"new{number}", frame(FEW, number)),
    "append": lambda url, number: write_table(url, "keyless", frame(FEW, number), mode="append"),
    "upsert": lambda url, number: write_table(url, "many", frame(FEW, number), mode="upsert", primary_key="id"),
    "other columns": lambda url, number: write_table(url, "wide", pd.DataFrame({f"c{number % 3}": [number]})),
    "stream": lambda url, number: write_table(url, "many", iter([frame(FEW, number)]), primary_key="id"),
    "new branch": lambda url, number: write_table(url, "few", frame(3, number), branch_conf=NewBranch(f"b{number}")),
    "merge": lambda url, number: write_table(url, "few", frame(FEW, number), branch_conf=MergeBranch("main", "main")),
    "transaction": in_a_block,
    "read": lambda url, number: read_table(url, "kept"),
    "query": lambda url, number: read_table(url, sql="SELECT *, n + 1.5 AS m FROM kept"),
    "as of": lambda url, number: read_arrow(url, "kept", as_of="HEAD~1"),
    "batches": lambda url, number: list(read_batches(url, "kept", rows=7)),
    "history": lambda url, number: history(url, "kept"),
    "diff": lambda url, number: diff(url, "kept", "HEAD~1"),
    "blame": lambda url, number: blame(url, "kept"),
    "version": lambda url, number: find_version(url),
}


@pytest.fixture
def port(database, monkeypatch):
    monkeypatch.setenv("DOLT_INTEGRATIONS_CACHE", "off")
    for table in ("few", "many", "both", "kept"):
        write_table(database, table, frame(FEW, 0), primary_key="id")
    write_table(database, "kept", frame(FEW, 1), primary_key="id")
    return int(database.rpartition(":")[2].partition("/")[0])


def without(at):
    return lambda columns, rows: (columns[:at] + columns[at + 1 :], [row[:at] + row[at + 1 :] for row in rows])


def all_are(value):
    return lambda columns, rows: (columns, [[value] * len(columns) for _ in rows or [()]])


def last_is(value):
    return lambda columns, rows: (columns, [[*row[:-1], value] for row in rows])


def typed(code):
    """Claim another type for each column: the byte before flags, decimals and filler."""
    return lambda columns, rows: ([each[:-6] + bytes([code]) + each[-5:] for each in columns], rows)


OK = b"\0\0\0\2\0\0\0"
VALUES = st.sampled_from(
    [None, b"", b"0", b"1", b"-1", b"9" * 400, b"1e400", b"\xff\xfe", b"NaN", b"2026-13-45", b"x" * 100_000, b"{", b"'"]
) | st.binary(max_size=20)
LIES = st.one_of(
    st.sampled_from([without(0), without(-1), lambda columns, rows: (columns, [])]),
    st.just(lambda columns, rows: (columns * 2, [row * 2 for row in rows])),
    st.just(lambda columns, rows: (columns[::-1], [row[::-1] for row in rows])),
    st.just(lambda columns, rows: (columns, rows * 3)),
    st.just(lambda columns, rows: (columns, [row[:-1] for row in rows])),
    VALUES.map(all_are),
    VALUES.map(last_is),
    st.sampled_from([0, 1, 4, 5, 7, 8, 10, 11, 12, 13, 16, 245, 246, 252, 255, 99]).map(typed),
    st.sampled_from(
        [
            [OK],
            [b"\xfe" + b"\xff" * 8],
            [b"\x01", b"\x03def"],
            [b"\xff\x51\x04#HY000table not found: x"],
            [b"\xff\xbd\x04#40001serialization failure"],
        ]
    ).map(lambda packets: lambda columns, rows: packets),
)


@pytest.mark.parametrize("name", OPERATIONS)
@settings(
    max_examples=EXAMPLES, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(lie=LIES, first=st.integers(0, 25), length=st.sampled_from([1, 1, 3, 1_000]), number=st.integers(1, 10**6))
def test_a_lie_about_a_result_is_an_error_of_ours_or_changes_nothing(name, lie, first, length, number, port, database):
    started = time.monotonic()
    with lying(port, lie, first, first + length - 1) as liar:
        url = database.replace(f":{port}/", f":{liar.port}/") + "?connect_timeout=5"
        try:
            OPERATIONS[name](url, number)
        except DoltError as error:
            assert len(str(error)) < 10_000  # noqa: PT017

    assert time.monotonic() - started < 120
    assert run_sql(database, "SELECT 1")


def test_a_million_million_columns_are_an_error_of_ours(port, database):
    columns = [b"\xfe" + b"\0" * 5 + b"\1\0\0"]  # connectorx's client would end the process (SECURITY)

    with lying(port, lambda _columns, _rows: columns, 0, 1_000) as liar, pytest.raises(DoltError):
        find_version(database.replace(f":{port}/", f":{liar.port}/") + "?connect_timeout=5")
