"""Dates in the year 0, such as 0000-00-00, are read as missing, and stay where the rows are written back."""

import datetime

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, Transaction, read_arrow, read_batches, read_table, write_table
from dolt_integrations.engine.tables import odd_dates
from tests.conftest import run_sql
from tests.helpers.values.foreign import commit, definition

KINDS = {
    "DATE": ["0000-00-00", "0000-12-31", "2020-01-02"],
    "DATETIME(6)": ["0000-00-00 00:00:00", "0000-01-01 10:00:00.000001", "2020-01-02 03:04:05.000006"],
    "TIMESTAMP NULL": ["0000-00-00 00:00:00", None, "2020-01-02 03:04:05"],
    "DATE NOT NULL DEFAULT '0000-00-00'": ["0000-00-00", "0000-02-03", "9999-12-31"],
}


@pytest.fixture(params=KINDS)
def values(request, database):
    """What a table with an odd date has in its column `d`."""
    make(database, request.param, KINDS[request.param])
    return dates(database)


def make(url, kind, values, key="PRIMARY KEY (id)"):
    rows = ", ".join(f"({at}, {'NULL' if value is None else repr(value)}, 0)" for at, value in enumerate(values))
    statement = f"CREATE TABLE t (id INT NOT NULL, d {kind}, n INT{', ' + key if key else ''})"
    run_sql(url, statement, f"INSERT INTO t VALUES {rows}")
    commit(url)


def dates(url):
    return [value and str(value) for (value,) in run_sql(url, "SELECT d FROM t ORDER BY id, n")]


def frame_of(url):
    return read_table(url, "t").data


@pytest.mark.parametrize("read", [frame_of, lambda url: read_arrow(url, "t")[0]], ids=["pandas", "arrow"])
@pytest.mark.parametrize("mode", ["replace", "upsert"])
def test_a_table_that_is_read_and_saved_is_left_alone(values, read, mode, database):
    before = definition(database)

    assert not write_table(database, "t", read(database), mode=mode).changed

    assert (dates(database), definition(database)) == (values, before)


@pytest.mark.parametrize("mode", ["replace", "upsert"])
@pytest.mark.parametrize("how", ["few rows", "compared", "many"])
def test_a_row_of_which_something_else_changes_keeps_its_date(values, mode, how, database, set_limits, monkeypatch):
    set_limits(**{"few rows": {}, "compared": {"compared_rows": 0, "delete_cost": 0}, "many": {"insert_rows": 0}}[how])
    monkeypatch.setattr(odd_dates, "FEW", 0 if how == "many" else 200)
    before = definition(database)

    write_table(database, "t", frame_of(database).assign(n=pd.array([7, 8, 9], dtype="Int32")), mode=mode)

    assert (dates(database), definition(database)) == (values, before)
    assert run_sql(database, "SELECT n FROM t ORDER BY id") == [(7,), (8,), (9,)]


WAYS = {
    "another column": lambda url, frame: write_table(url, "t", frame.assign(more=1)),
    "a stream": lambda url, frame: write_table(url, "t", iter([frame[:1], frame[1:]])),
    "batches": lambda url, frame: write_table(url, "t", read_batches(url, "t", rows=1)),
    "an upsert of a stream": lambda url, frame: write_table(url, "t", iter([frame[:1], frame[1:]]), mode="upsert"),
    "a merge": lambda url, frame: write_table(
        url, "t", frame.assign(n=1), branch_conf=MergeBranch(branch_from="main", merge_to="main")
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_dates_stay_however_the_rows_are_written_back(way, values, database):
    WAYS[way](database, frame_of(database))

    assert dates(database) == values


def test_dates_stay_in_a_transaction(values, database):
    with Transaction(database) as block:
        block.table("t").write(frame_of(database).assign(n=1))

    assert dates(database) == values


def test_a_date_that_is_set_replaces_the_odd_one_and_missing_ones_stay_missing(database):
    make(database, "DATE", ["0000-00-00", "2020-01-02", "0000-00-00"])
    frame = frame_of(database)
    frame["d"] = [datetime.date(1, 2, 3), None, None]
    more = pd.concat([frame, frame[:1].assign(id=9, d=None)]).astype({"id": "int32"})

    write_table(database, "t", more)

    assert dates(database) == ["0001-02-03", None, "0000-00-00", None]


@pytest.mark.parametrize("name", ["it's", "\\", "ü"])
def test_rows_are_found_by_a_key_of_several_columns(name, database):
    columns = "id INT, name VARCHAR(9), at DATETIME(6), d DATE, n INT, PRIMARY KEY (name, at, id)"
    run_sql(database, f"CREATE TABLE t ({columns})")
    literal = name.replace("\\", "\\\\").replace("'", "''")
    run_sql(database, f"INSERT INTO t VALUES (1, '{literal}', '2020-01-01 00:00:00.000001', '0000-00-00', 1)")
    commit(database)

    write_table(database, "t", frame_of(database).assign(n=2), mode="upsert")

    assert dates(database) == ["0000-00-00"]


def test_without_a_key_such_a_date_becomes_missing_with_a_warning(database, caplog):
    make(database, "DATE", ["0000-00-00", "2020-01-02"], key="")

    write_table(database, "t", frame_of(database).assign(n=1))

    assert sorted(map(str, dates(database))) == ["2020-01-02", "None"]
    assert "column d" in caplog.text
