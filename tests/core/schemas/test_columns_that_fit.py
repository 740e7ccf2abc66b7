"""Columns of tables that others created stay unchanged if a frame's values fit, on every way to write."""

import contextlib
import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from dolt_integrations.core import MergeBranch, Transaction, read_table, save, write_table
from dolt_integrations.errors import UnsupportedTypeError
from tests.conftest import run_sql

MODES = ["append", "upsert", "replace"]
VALUES = {
    "tiny": -7, "small": 2, "whole": 4_000_000_000, "medium": 3, "born": 1999, "bits": 9, "single": 0.25, "wide": 3,
    "price": 7, "flag": 0, "pid": 1,
}  # fmt: skip


def plain(url, frame, mode, tmp_path):
    write_table(url, "t", frame, mode=mode)


def stream(url, frame, mode, tmp_path):
    half = (len(frame) + 1) // 2
    write_table(url, "t", iter([frame.iloc[:half], frame.iloc[half:]]), mode=mode)


def merge(url, frame, mode, tmp_path):
    write_table(url, "t", frame, mode=mode, branch_conf=MergeBranch("main", "main"))


def block(url, frame, mode, tmp_path):
    with Transaction(url) as work:
        work.write("t", frame, mode=mode)


def csv(url, frame, mode, tmp_path):
    frame.to_csv(tmp_path / "t.csv", index=False)
    save(url, "t", tmp_path / "t.csv", {"mode": mode})


WAYS = [plain, stream, merge, block, csv]


def types(url):
    return [row[:2] for row in run_sql(url, "DESCRIBE t")]


@pytest.fixture
def theirs(database):
    """A database with a table of narrow types, one of whose columns is a foreign key."""
    run_sql(
        database,
        "CREATE TABLE p (id int PRIMARY KEY)",
        "INSERT INTO p VALUES (1)",
        "CREATE TABLE t (id int PRIMARY KEY, tiny tinyint, small smallint, whole int unsigned, "
        "medium mediumint unsigned, born year, bits bit(4), single float, wide double, price decimal(10,2), "
        "flag tinyint(1), pid int, CONSTRAINT fk FOREIGN KEY (pid) REFERENCES p (id))",
        "INSERT INTO t VALUES (1, 1, 2, 3, 4, 2001, 5, 0.5, 0.25, 1.50, 1, 1)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )
    return database


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("rows", [1, 1500])
def test_numbers_that_fit_are_taken_by_narrow_columns(way, mode, rows, theirs, tmp_path):
    before = types(theirs)

    way(
        theirs,
        pd.DataFrame({"id": range(10, 10 + rows), **{name: [v] * rows for name, v in VALUES.items()}}),
        mode,
        tmp_path,
    )

    found = read_table(theirs, "t", where="id >= 10").data.drop(columns="id")
    assert types(theirs) == before
    assert len(found) == rows
    assert {name: float(value) for name, value in found.iloc[-1].items()} == pytest.approx(VALUES)


@pytest.mark.parametrize(
    ("column", "value"),
    [("tiny", 128), ("small", -(2**15) - 1), ("whole", -1), ("medium", 2**24), ("born", 1900), ("bits", 16),
     ("bits", -1), ("single", 0.1), ("single", 2**24 + 1), ("wide", 2**53 + 1), ("price", 10**8), ("small", 1.5),
     ("small", -0.0)],
)  # fmt: skip
def test_a_number_that_does_not_fit_is_kept_or_refused(column, value, theirs):
    with contextlib.suppress(UnsupportedTypeError):
        write_table(theirs, "t", pd.DataFrame({"id": [2], column: [value]}), mode="append")

    found = read_table(theirs, "t", where="id = 2").data[column]
    assert found.tolist() in ([value], [])


@pytest.mark.parametrize("mode", ["append", "upsert"])
@pytest.mark.parametrize("kind", ["varchar(9) CHARACTER SET latin1", "char(9) CHARACTER SET ascii", "point"])
def test_a_frame_without_rows_fits_a_column_whose_values_are_checked_one_by_one(kind, mode, database):
    run_sql(database, f"CREATE TABLE t (id int PRIMARY KEY, a {kind})", "CALL DOLT_COMMIT('-Am', 'made')")

    assert not write_table(database, "t", read_table(database, "t").data, mode=mode).changed


def test_the_error_about_a_number_in_a_column_of_booleans_says_how_to_store_it(theirs):
    frame = pd.DataFrame({"id": [2], "flag": [7]})
    with pytest.raises(UnsupportedTypeError, match="'flag': 'Int8'"):
        write_table(theirs, "t", frame, mode="append")

    write_table(theirs, "t", frame.astype({"flag": "Int8"}), mode="append")

    assert read_table(theirs, "t").data["flag"].tolist() == [1, 7]


@pytest.mark.parametrize("way", WAYS[:4])
@pytest.mark.parametrize("mode", MODES)
def test_numbers_of_documents_may_change_their_kind(way, mode, database, tmp_path):
    documents = [{"score": 1.0}, {"large": 2**60 + 1}, {"deep": [1, {"x": 2.0}]}]
    write_table(database, "t", pd.DataFrame({"id": [1], "doc": [{"score": 0.5}]}), primary_key="id")

    way(database, pd.DataFrame({"id": [2, 3, 4], "doc": documents}), mode, tmp_path)
    write_table(database, "t", pd.DataFrame({"id": [5], "doc": [{"score": 0.25}]}), mode="append")

    kept = [] if mode == "replace" else [{"score": 0.5}]
    assert repr(read_table(database, "t").data["doc"].tolist()) == repr([*kept, *documents, {"score": 0.25}])


def test_large_doubles_of_documents_that_are_there_are_not_changed(database):
    write_table(database, "t", pd.DataFrame({"id": [1], "doc": [{"x": 1e30}]}), primary_key="id")

    with pytest.raises(UnsupportedTypeError, match="'doc' of table `t`"):
        write_table(database, "t", pd.DataFrame({"id": [2], "doc": [{"x": 1.0}]}), mode="append")

    assert read_table(database, "t").data["doc"].tolist() == [{"x": 1e30}]


TYPED = pd.DataFrame(
    {
        "id": [1, 2], "n": pd.array([5, None], "Int64"), "text": ["a", "b"], "price": [Decimal("1.5"), None],
        "at": np.array(["2020-01-01", "2021-01-01"], "datetime64[ns]"), "day": [datetime.date(2020, 1, 1), None],
        "kind": pd.Categorical(["x", "y"]), "doc": [{"a": 1}, None], "f": [0.5, 1.5], "raw": [b"x", b"y"],
        "span": np.array([1, 2], "timedelta64[s]"), "small": pd.array([1, 2], "UInt8"),
        "zoned": pd.to_datetime(["2020-01-01", "2020-01-02"]).tz_localize("Europe/Berlin"),
    }
)  # fmt: skip
MISSING = {
    "None": np.array([None, None], object),
    "NaN": np.array([np.nan, np.nan]),
    "NaT": np.array(["NaT", "NaT"], "datetime64[ns]"),
}


@pytest.mark.parametrize("way", WAYS[:4])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("missing", MISSING.values(), ids=MISSING)
def test_a_column_without_a_value_takes_the_type_that_the_table_has(way, mode, missing, database, tmp_path):
    write_table(database, "t", TYPED, primary_key="id")
    before = read_table(database, "t").data.dtypes

    way(database, pd.DataFrame({"id": [3, 4], **{name: missing for name in TYPED if name != "id"}}), mode, tmp_path)

    found = read_table(database, "t").data
    assert found.dtypes.equals(before)
    assert found[found["id"] > 2].drop(columns="id").isna().all(axis=None)


@pytest.mark.parametrize("mode", MODES)
def test_a_frame_without_rows_takes_the_types_that_the_table_has(mode, database):
    write_table(database, "t", TYPED, primary_key="id")
    before = read_table(database, "t").data

    write_table(database, "t", pd.DataFrame({name: [] for name in TYPED}), mode=mode)

    found = read_table(database, "t").data
    assert found.dtypes.equals(before.dtypes)
    assert len(found) == (0 if mode == "replace" else 2)


@pytest.mark.parametrize("way", WAYS[:4])
@pytest.mark.parametrize("mode", MODES)
def test_a_fraction_of_a_second_widens_the_column_that_has_none(way, mode, database, tmp_path):
    run_sql(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, at datetime DEFAULT current_timestamp, stamp timestamp NULL, clock time, "
        "changed datetime(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3))",
        "INSERT INTO t (id, at) VALUES (1, '2020-01-01')",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )
    at, clock = pd.Timestamp("2020-05-05 10:00:00.700001"), datetime.time(1, 2, 3, 700000)
    frame = pd.DataFrame({"id": [2, 3], "at": [at] * 2, "stamp": [at] * 2, "changed": [at] * 2, "clock": [clock] * 2})

    way(database, frame, mode, tmp_path)

    found = read_table(database, "t", where="id = 2").data.iloc[0]
    assert [found["at"], found["stamp"], found["changed"]] == [at] * 3
    assert found["clock"] in (clock, pd.Timedelta("01:02:03.7"))
    assert "CURRENT_TIMESTAMP(6) ON UPDATE" in run_sql(database, "SHOW CREATE TABLE t")[0][1]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("text", ["9999-12-31", "1000-01-01 00:00:00.123", "2020-01-01 00:00:00.123456"])
def test_timestamps_of_another_unit_are_read_as_they_were_written(unit, text, database):
    first = pd.DataFrame({"id": [1], "at": np.array(["2020-01-01"], f"datetime64[{unit}]")})
    write_table(database, "t", first, primary_key="id")

    write_table(database, "t", pd.DataFrame({"id": [2], "at": np.array([text], "datetime64[us]")}), mode="append")
    run_sql(database, f"INSERT INTO t VALUES (3, '{text}')", "CALL DOLT_COMMIT('-Am', 'of an SQL client')")

    found = read_table(database, "t").data["at"].astype("datetime64[us]")
    assert found.tolist() == [pd.Timestamp("2020-01-01"), pd.Timestamp(text), pd.Timestamp(text)]


@pytest.mark.parametrize("key", ["k", ["k", "j"], None])
@pytest.mark.parametrize("dtype", ["bool", "boolean"])
def test_booleans_in_place_of_small_integers_come_back_as_booleans(dtype, key, database):
    numbers = pd.DataFrame({"k": pd.array([0, 1], "int8"), "j": [1, 2]})
    flags = numbers.astype({"k": dtype})
    write_table(database, "t", numbers, primary_key=key)

    write_table(database, "t", flags, primary_key=key)

    found = read_table(database, "t").data.sort_values("j", ignore_index=True)
    pd.testing.assert_frame_equal(found, flags)


@pytest.mark.parametrize("dtype", ["float32", "float64", "Float64"])
def test_floats_in_a_column_of_large_integers_come_back_as_floats(dtype, database):
    write_table(database, "t", pd.DataFrame({"id": [1], "n": [2**60]}), primary_key="id")
    frame = pd.DataFrame({"id": [1, 2, 3], "n": pd.array([2.0**54, -(2.0**60), None], dtype="Float64").astype(dtype)})

    write_table(database, "t", frame, primary_key="id")

    assert_frame_equal(read_table(database, "t").data, frame, check_exact=True)


@pytest.mark.parametrize("charset", ["utf8mb3", "utf16", "utf32", "latin1"])
def test_a_text_column_keeps_its_character_set_if_that_has_the_letters(charset, database):
    run_sql(database, f"CREATE TABLE t (id int PRIMARY KEY, a varchar(9) CHARACTER SET {charset})",
            "CALL DOLT_COMMIT('-Am', 'made')")  # fmt: skip
    before = run_sql(database, "SHOW CREATE TABLE t")

    write_table(database, "t", pd.DataFrame({"id": [1], "a": ["caf\u00e9"]}), mode="append")

    assert run_sql(database, "SHOW CREATE TABLE t") == before
    assert read_table(database, "t").data["a"].tolist() == ["caf\u00e9"]
