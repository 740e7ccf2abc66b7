"""What Dolt cannot take is refused before anything is sent, and what it can take is stored."""

import decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from dolt_integrations.core import MergeBranch, NewBranch, Transaction, read_table, write_table
from dolt_integrations.core.schemas.limits import column_bytes
from dolt_integrations.errors import DataError, InvalidNameError, UnsupportedValueError
from tests.conftest import run_sql


def plain(url, frame, **options):
    write_table(url, "t", frame, **options)


def stream(url, frame, **options):
    write_table(url, "t", iter([frame]), **options)


def merge(url, frame, **options):
    write_table(url, "t", frame, branch_conf=MergeBranch("main", "main"), **options)


def new_branch(url, frame, **options):
    write_table(url, "t", frame, branch_conf=NewBranch("fresh"), **options)


def block(url, frame, **options):
    with Transaction(url) as work:
        work.write("t", frame, **options)


WAYS = [plain, stream, merge, new_branch, block]

TYPES = [
    "tinyint", "bigint unsigned", "double", "float", "decimal(65,30)", "decimal(10,2)", "decimal(1,0)", "date",
    "datetime(6)", "timestamp", "time(6)", "year", "bit(64)", "json", "longtext", "blob", "char(10)", "varchar(10)",
    "varbinary(10)", "binary(10)", "enum('a','b')", "set('a','b')",
    "varchar(10) CHARACTER SET latin1 COLLATE latin1_bin",
]  # fmt: skip


@pytest.mark.parametrize("sql_type", TYPES)
def test_the_bytes_of_a_column_are_those_that_dolt_counts(sql_type, database):
    room = 65_504 - column_bytes(sql_type)

    run_sql(database, f"CREATE TABLE fits (b varbinary({room}), c {sql_type})")
    with pytest.raises(Exception, match="expected size"):
        run_sql(database, f"CREATE TABLE bursts (b varbinary({room + 1}), c {sql_type})")


def wide(kind, count):
    values = {
        "texts": "x" * 3,
        "long texts": "x" * 300,
        "decimals": decimal.Decimal("9" * 30 + ".5"),
        "lists": [1],
        "bytes": b"x",
    }
    column = [values[kind]]
    return pd.DataFrame({f"c{at}": pd.Series(column, dtype=object) for at in range(count)})


TOO_WIDE = [("texts", 3300), ("long texts", 3300), ("decimals", 2200), ("lists", 3300), ("bytes", 3300)]


@pytest.mark.parametrize(("kind", "count"), TOO_WIDE)
def test_a_row_that_is_too_wide_makes_no_database(kind, count, tmp_path):
    with pytest.raises(DataError, match=r"may take .* bytes"):
        write_table(str(tmp_path / "db"), "t", wide(kind, count))

    assert not (tmp_path / "db").exists()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_new_text_column_of_a_row_that_is_nearly_full_is_a_longtext(way, mode, database):
    run_sql(database, "CREATE TABLE t (a int PRIMARY KEY, x varchar(16200))", "CALL DOLT_COMMIT('-Am', 'made')")

    way(database, pd.DataFrame({"a": [1], "y": ["b"], "z": ["c"]}), mode=mode)

    branch = "fresh" if way is new_branch else "main"
    found = read_table(database, "t", branch_conf=branch).data
    assert found[["y", "z"]].to_dict("list") == {"y": ["b"], "z": ["c"]}


def test_a_text_column_that_is_there_stays_what_it_is(database):
    frame = pd.DataFrame({f"c{at}": ["x"] for at in range(40)})
    write_table(database, "t", frame)

    assert not write_table(database, "t", frame).changed


@pytest.mark.parametrize("way", WAYS)
def test_a_key_that_ends_the_server_is_refused_with_its_row(way, database):
    parts = {f"k{at}": ["a", "\N{MUSICAL SYMBOL G CLEF}" * 768] for at in range(10)}

    with pytest.raises(UnsupportedValueError, match="more than 30000 bytes in row 1"):
        way(database, pd.DataFrame(parts), primary_key=list(parts))

    assert run_sql(database, "SELECT name FROM dolt_branches") == [("main",)]


def test_the_longest_keys_are_stored(database):
    rng = np.random.default_rng(1)
    parts = {f"k{at}": ["".join(map(chr, rng.integers(97, 123, 740))) for _ in range(60)] for at in range(40)}
    frame = pd.DataFrame(parts)

    with pytest.raises(DataError, match="may take"):
        write_table(database, "t", frame, primary_key=list(parts))
    frame = frame[[f"k{at}" for at in range(20)]]
    write_table(database, "t", frame, primary_key=list(frame))

    found = read_table(database, "t").data
    assert sorted(found["k0"]) == sorted(frame["k0"])


NAMES = {
    "a column of 65 bytes": (lambda: pd.DataFrame({"é" * 33: [1]}), {}),
    "a column of 65 characters": (lambda: pl.DataFrame({"x" * 65: [1]}), {}),
    "an index of 65 characters": (lambda: pd.DataFrame({"a": [1]}, index=pd.Index([1], name="x" * 65)), {}),
    "too many columns": (lambda: pd.DataFrame([range(4096)], columns=[f"c{at}" for at in range(4096)]), {}),
    "a key that is too long": (lambda: pd.DataFrame({"k": ["x" * 769]}), {"primary_key": "k"}),
    "a key that is there twice": (lambda: pd.DataFrame({"k": [1, 1]}), {"primary_key": "k"}),
    "a row that is too wide": (lambda: wide("lists", 3300), {}),
}


WIDE = {"too many columns", "a row that is too wide"}
"""Frames that take half a second to look at, for two ways."""


@pytest.mark.parametrize(
    ("name", "way"), [(name, way) for name in NAMES for way in WAYS if name not in WIDE or way in (stream, block)]
)
def test_no_branch_is_left_after_a_refusal(name, way, database):
    write_table(database, "t", pd.DataFrame({"a": [1]}))
    heads = run_sql(database, "SELECT name, hash FROM dolt_branches")
    frame, options = NAMES[name]

    with pytest.raises(DataError):
        way(database, frame(), **options)

    assert run_sql(database, "SELECT name, hash FROM dolt_branches") == heads
    assert run_sql(database, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize("name", ["é" * 33, "x" * 65])
def test_the_name_of_a_table_is_counted_in_bytes(name, database):
    with pytest.raises(InvalidNameError, match="bytes of UTF-8"):
        write_table(database, name, pd.DataFrame({"a": [1]}))
    write_table(database, "é" * 32, pd.DataFrame({"a": [1]}))


REFUSED = ["", "-x", "a b", "a..b", "a:b", "HEAD", "head", "a//b", "/a", "a/", "a?b", "a*b", "a\tb", "a~b", "a^b",
           "a[b", "a\\b", "a@{b", "a.lock", "0" * 32, "é", "-", ".", "@", "a.", ".a", "a/.b", "a.lock/b"]  # fmt: skip
FRAME_OR_STREAM = pytest.mark.parametrize(
    "data", [lambda each: each, lambda each: iter([each])], ids=["frame", "stream"]
)


@pytest.mark.parametrize("branch", REFUSED)
@FRAME_OR_STREAM
def test_a_branch_name_that_dolt_does_not_take_leaves_nothing(branch, data, database):
    heads = run_sql(database, "SELECT name FROM dolt_branches")

    with pytest.raises(InvalidNameError) as caught:
        write_table(database, "t", data(pd.DataFrame({"a": [1]})), branch_conf=NewBranch(branch))

    assert repr(branch) in str(caught.value)
    assert run_sql(database, "SELECT name FROM dolt_branches") == heads


@pytest.mark.parametrize("branch", ["a.b", "x" * 240, "run/2024-01-01", "a@b", "{a}", "1", "a'b", "a`b", "a%sb"])
@FRAME_OR_STREAM
def test_a_branch_name_that_dolt_takes_is_found_again(branch, data, database):
    write_table(database, "t", data(pd.DataFrame({"a": [1]})), branch_conf=NewBranch(branch))

    assert read_table(database, "t", branch_conf=branch).data["a"].tolist() == [1]


def test_a_row_may_take_as_many_bytes_as_dolt_accepts(database):
    run_sql(database, "CREATE TABLE t (a varbinary(65504))", "CALL DOLT_COMMIT('-Am', 'by hand')")

    write_table(database, "t", pd.DataFrame({"a": [b"x"]}), mode="append")

    assert read_table(database, "t").data["a"].tolist() == [b"x"]
    with pytest.raises(DataError, match="may take 65512 bytes"):
        write_table(database, "t", pd.DataFrame({"a": [b"x"], "b": [np.float32(1)]}), mode="append")
