"""Reads and writes use the cache, and the rows are the same as fetched ones."""

import decimal
import itertools

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.core.rows import cache
from dolt_integrations.errors import ServerError
from tests.conftest import run_sql
from tests.helpers.saves.caches import empty, frame, stored
from tests.helpers.values.samples import FAMILIES, TYPES, assert_same

pytestmark = pytest.mark.usefixtures("own_cache")


def test_a_version_that_was_read_is_not_fetched_again(database, own_cache, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    empty(own_cache)
    read_table(database, "t")
    no_fetch()

    assert_same(read_table(database, "t").data, frame())


def test_without_it_each_read_fetches(database, monkeypatch, no_fetch):
    monkeypatch.setenv(cache.LOCATION, "off")
    write_table(database, "t", frame(), primary_key="n")
    read_table(database, "t")
    no_fetch()

    with pytest.raises(ServerError, match="it was fetched"):
        read_table(database, "t")


def test_a_version_that_was_written_is_not_fetched(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()

    assert_same(read_table(database, "t").data, frame())


def test_an_unchanged_save_of_what_was_written_fetches_nothing(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()

    assert not write_table(database, "t", frame(), primary_key="n").changed


def test_a_changed_save_of_what_was_written_fetches_nothing(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()
    changed = frame()
    changed.loc[7, "text"] = "another"

    write_table(database, "t", changed, primary_key="n")

    assert_same(read_table(database, "t").data, changed)


def test_the_same_content_on_another_branch_is_not_fetched(database, no_fetch):
    write_table(database, "t", frame(), primary_key="n")
    no_fetch()

    write_table(database, "t", frame(), primary_key="n", branch_conf=NewBranch("b"))

    assert_same(read_table(database, "t", branch_conf=NewBranch("b")).data, frame())


def test_a_read_sees_the_commit_that_another_client_has_just_made(database):
    write_table(database, "t", frame(), primary_key="n")
    run_sql(database, "UPDATE t SET text = 'theirs' WHERE n = 5", "CALL dolt_commit('-Am', 'theirs')")

    assert read_table(database, "t").data["text"][5] == "theirs"


def test_what_is_read_from_it_may_be_changed_in_place(database):
    write_table(database, "t", frame(), primary_key="n")

    data = read_table(database, "t").data
    data.loc[3, "n"] = -1
    data["n"].to_numpy()

    assert read_table(database, "t").data["n"][3] == 3


def both_ways(url, place, tablename="t"):
    """Return the cached rows and the fetched ones."""
    assert stored(), "it was not remembered"
    remembered = read_table(url, tablename).data
    empty(place)
    return remembered, read_table(url, tablename).data


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("key", ["number", None])
def test_what_was_written_is_read_as_a_fetch_gives_it(database, own_cache, set_limits, name, key):
    set_limits(cached_bytes=0)
    values = TYPES[name]
    data = pd.DataFrame({"number": range(len(values))[::-1], "value": values.reset_index(drop=True)})
    write_table(database, "t", data, primary_key=key)

    first = read_table(database, "t").data
    empty(own_cache) if own_cache.exists() else None
    second = read_table(database, "t").data

    by = ["number"]
    assert_same(first.sort_values(by, ignore_index=not key), second.sort_values(by, ignore_index=not key))
    if key:
        assert first["number"].tolist() == second["number"].tolist() == sorted(data["number"])


KEYS = {
    "int8": pd.Series([3, -128, 127, 0], dtype="int8"),
    "uint64": pd.Series([2**64 - 1, 0, 2**63], dtype="uint64"),
    "text": pd.Series(["b", "a", "B", "é", "e\u0301", "日本", "🍣", "", " ", "a ", "\uffff", "z"]),
    "float": pd.Series([0.5, -1.5, 1e308, 5e-324, 0.0]),
    "float32": pd.Series([0.5, -1.5, 3e38, 0.1], dtype="float32"),
    "bool": pd.Series([True, False]),
    "date": TYPES["dates"],
    "moment": TYPES["time zone in microseconds"],
    "decimal": TYPES["money"],
    "wide decimal": TYPES["decimals of 65 digits"],
    "bytes": pd.Series([b"b", b"", b"a\0", b"\xff", b"a"], dtype=object),
    "categories": pd.Series(pd.Categorical(["x", "y", "z"], categories=["z", "y", "x"])),
    "times": TYPES["times"],
    "UUIDs": TYPES["UUIDs"],
    "spans": TYPES["spans in us"],
}


@pytest.mark.parametrize("name", KEYS)
def test_what_was_written_is_in_the_order_that_a_fetch_gives(database, own_cache, set_limits, name):
    set_limits(cached_bytes=0)
    data = pd.DataFrame({"value": range(len(KEYS[name])), "key": KEYS[name].reset_index(drop=True)})
    write_table(database, "t", data, primary_key="key")

    first = read_table(database, "t").data
    empty(own_cache) if own_cache.exists() else None

    assert_same(first, read_table(database, "t").data)


def test_a_key_of_two_columns_is_in_the_order_of_the_key(database, own_cache, set_limits):
    set_limits(cached_bytes=0)
    pairs = list(itertools.product(["b", "a", "c"], [2, -1, 3]))
    data = pd.DataFrame({"text": [a for a, _ in pairs], "n": [b for _, b in pairs]})
    write_table(database, "t", data, primary_key=["n", "text"])

    first, second = both_ways(database, own_cache)

    assert_same(first, second)
    assert first["n"].is_monotonic_increasing


FOREIGN = {
    "a trigger": (
        "CREATE TABLE t (k bigint PRIMARY KEY, v bigint)",
        "CREATE TRIGGER twice BEFORE INSERT ON t FOR EACH ROW SET NEW.v = NEW.v * 2",
    ),
    "AUTO_INCREMENT": ("CREATE TABLE t (k bigint AUTO_INCREMENT PRIMARY KEY, v bigint)",),
    "a generated column": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint, w bigint AS (v + 1) STORED)",),
    "a collation in the key": ("CREATE TABLE t (k varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v bigint)",),
    "a secondary index": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint, KEY (v))",),
    "a covering index": ("CREATE TABLE t (k bigint PRIMARY KEY, v bigint, UNIQUE KEY (v, k))",),
    "FLOAT": ("CREATE TABLE t (k bigint PRIMARY KEY, v float)",),
    "a short DECIMAL": ("CREATE TABLE t (k bigint PRIMARY KEY, v decimal(20,4))",),
    "CHAR": ("CREATE TABLE t (k char(20) PRIMARY KEY, v bigint)",),
    "BINARY": ("CREATE TABLE t (k bigint PRIMARY KEY, v binary(8))",),
    "DATETIME of seconds": ("CREATE TABLE t (k bigint PRIMARY KEY, v datetime)",),
    "TIMESTAMP": ("CREATE TABLE t (k bigint PRIMARY KEY, v timestamp(6) NULL)",),
    "ENUM": ("CREATE TABLE t (k enum('z', 'y', 'x') PRIMARY KEY, v bigint)",),
    "TIME": ("CREATE TABLE t (k bigint PRIMARY KEY, v time(6))",),
    "latin1": ("CREATE TABLE t (k varchar(20) CHARACTER SET latin1 PRIMARY KEY, v bigint)",),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_table_that_was_written_is_read_as_a_fetch_gives_it(database, own_cache, set_limits, what):
    set_limits(cached_bytes=0)
    run_sql(database, *FOREIGN[what], "CALL dolt_commit('-Am', 'theirs')")
    texts = what in ("a collation in the key", "CHAR", "ENUM", "latin1")
    data = pd.DataFrame({"k": ["x", "Y", "z"] if texts else [0, 9, 5], "v": [3, 2, 1]})
    if what == "ENUM":
        data["k"] = ["x", "y", "z"]
    if what == "BINARY":
        data["v"] = [b"a", b"b\0", b""]
    if "DATETIME" in what or what == "TIMESTAMP":
        moments = ["2020-01-01T00:00:01", "1999-12-31T00:00:00", "2020-01-01T00:00:00"]
        data["v"] = pd.Series(moments, dtype="datetime64[us]")
    if what == "a short DECIMAL":
        data["v"] = [decimal.Decimal("1.5"), decimal.Decimal("-2.25"), None]
    if what == "FLOAT":
        data["v"] = pd.Series([0.1, -0.0, None], dtype="float32")
    if what == "TIME":
        data["v"] = pd.to_timedelta([1, 2, -1], unit="s").astype("timedelta64[us]")
    write_table(database, "t", data)

    first = read_table(database, "t").data
    if own_cache.exists():
        empty(own_cache)

    assert_same(first, read_table(database, "t").data)


def test_a_stale_value_of_a_generated_column_is_not_kept(database, set_limits):
    set_limits(cached_bytes=0)
    made = "CREATE TABLE t (k bigint PRIMARY KEY, a bigint, b bigint AS (a + 1) STORED)"
    run_sql(database, made, "CALL DOLT_COMMIT('-Am', 'by hand')")

    write_table(database, "t", pd.DataFrame({"k": [1], "a": [1], "b": [99]}))

    assert read_table(database, "t").data["b"].tolist() == [2]
