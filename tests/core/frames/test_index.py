"""A frame's index: the primary key of its table, and back."""

import datetime
import uuid

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import InvalidNameError, PrimaryKeyError, UnsupportedTypeError
from tests.conftest import run_sql
from tests.helpers.values.samples import (
    MOMENTS,
    TYPES,
    D,
    assert_same,
    objects,
    round_trip,
    zoned,
)


def level(name):
    series = TYPES[name]
    return pd.Index(series, name="k")


INDEXES = {
    "texts": pd.Index(["", "NULL", "a b", "é🍣"], name="k"),
    "integers": pd.Index([-(2**63), -1, 5, 2**63 - 1], name="k"),
    "a range": pd.RangeIndex(3, name="k"),
    "unsigned": pd.Index([0, 2**64 - 1], dtype="uint64", name="k"),
    "moments": pd.DatetimeIndex(["1970-01-01", "2021-01-01"], name="k"),
    "nanoseconds": pd.DatetimeIndex(["1970-01-01", "2021-01-01"], name="k").as_unit("ns"),
    "days": pd.date_range("2021-01-01", periods=3, name="k", unit="us"),
    "moments in Berlin": pd.DatetimeIndex(zoned("us", "Europe/Berlin", MOMENTS[1:3]), name="k"),
    "spans": pd.TimedeltaIndex([-5, 0, 7], name="k"),
    "dates": pd.Index([datetime.date(1, 1, 1), datetime.date(9999, 12, 31)], dtype=object, name="k"),
    "times": pd.Index([datetime.time(0), datetime.time(23, 59)], dtype=object, name="k"),
    "decimals": pd.Index([D("-1.50"), D("1.50")], dtype=object, name="k"),
    "bytes": pd.Index([b"", b"\0", b"\0\xff", b"NULL", b"a"], dtype=object, name="k"),
    "UUIDs": pd.Index([uuid.UUID(int=1), uuid.UUID(int=2)], dtype=object, name="k"),
    "categories": pd.CategoricalIndex(["a", "b"], categories=["b", "a", "c"], ordered=True, name="k"),
    "nullable integers": pd.Index([1, 2], dtype="Int64", name="k"),
    "arrow integers": pd.Index([1, 2], dtype="int64[pyarrow]", name="k"),
    "booleans": pd.Index([False, True], name="k"),
    "floats": pd.Index([-1.5, 0.1], name="k"),
    "named by a number": pd.Index(["a", "b"], name=7),
    "named 0": pd.Index([1, 2], name=0),
    "named as an unnamed one is stored": pd.Index([1, 2], name="__index_level_0__"),
    "levels named as unnamed ones are stored": pd.MultiIndex.from_tuples(
        [("a", 1), ("b", 1)], names=["__index_level_1__", "__index_level_0__"]
    ),
    "two levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["k", "n"]),
    "three levels": pd.MultiIndex.from_product(
        [["a", "b"], pd.to_datetime(["2021-01-01", "2021-01-02"], utc=True), [1]], names=["k", "when", "n"]
    ),
    "levels named by a number and a text": pd.MultiIndex.from_tuples([("a", 1), ("b", 1)], names=[1, "n"]),
    "levels with categories": pd.MultiIndex.from_arrays(
        [pd.Categorical(["x", "y"], categories=["y", "x"]), [1, 2]], names=["k", "n"]
    ),
}  # fmt: skip


def indexed(index):
    return pd.DataFrame({"v": [f"value {number}" for number in range(len(index))]}, index=index)


@pytest.mark.parametrize("name", INDEXES)
def test_a_named_index_is_the_primary_key_and_comes_back(name, url):
    frame = indexed(INDEXES[name])

    back = round_trip(url, frame)

    assert_same(back, frame, check_freq=False)
    key = [row[0] for row in run_sql(url, "SHOW COLUMNS FROM t") if row[3] == "PRI"]
    assert key == [str(each) for each in frame.index.names]
    assert write_table(url, "t", back).changed is False


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_without_rows_comes_back(name, database):
    frame = indexed(INDEXES[name]).head(0)

    assert_same(round_trip(database, frame), frame, check_freq=False, check_index_type=False)


@pytest.mark.parametrize("name", ["texts", "moments in Berlin", "UUIDs", "two levels", "three levels"])
def test_a_query_gives_the_index_too(name, database):
    frame = indexed(INDEXES[name])
    write_table(database, "t", frame)

    back = read_table(database, sql="SELECT * FROM t").data

    assert_same(back.sort_index(), frame)


def test_rows_come_back_in_the_order_of_the_index(url):
    frame = indexed(pd.Index([3, 1, 2], name="k"))

    assert_same(round_trip(url, frame), frame.sort_index())


def test_columns_before_and_behind_the_index_keep_their_order(database):
    frame = pd.DataFrame({"z": [1], "k": [2], "a": [3], "j": [4]}).set_index(["k", "j"])

    back = round_trip(database, frame)

    assert list(back.columns) == ["z", "a"]
    assert list(back.index.names) == ["k", "j"]


def test_an_index_alone_is_a_table(url):
    frame = pd.DataFrame(index=pd.Index(["a", "b"], name="k"))

    back = round_trip(url, frame)

    assert back.index.equals(frame.index)
    assert back.shape == (2, 0)


def test_a_primary_key_beside_an_index(url):
    frame = pd.DataFrame({"id": [1, 2, 3]}, index=pd.Index(["x", "x", None], name="k"))

    back = round_trip(url, frame, "id")

    assert_same(back, frame)
    assert [row[0] for row in run_sql(url, "SHOW COLUMNS FROM t") if row[3] == "PRI"] == ["id"]


def test_a_primary_key_of_the_index_and_a_column(database):
    frame = pd.DataFrame({"id": [1, 2]}, index=pd.Index(["x", "x"], name="k"))

    assert_same(round_trip(database, frame, ["k", "id"]), frame)


def test_an_index_with_no_primary_key(database):
    frame = pd.DataFrame({"id": [1, 2]}, index=pd.Index(["x", "x"], name="k"))

    back = round_trip(database, frame, [])

    assert_same(back.sort_values("id"), frame)
    assert [row for row in run_sql(database, "SHOW COLUMNS FROM t") if row[3] == "PRI"] == []


def test_levels_without_a_name_are_no_key(database):
    index = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None])
    frame = pd.DataFrame({"v": [1, 2]}, index=index)

    assert_same(round_trip(database, frame).sort_index(), frame)
    assert [row for row in run_sql(database, "SHOW COLUMNS FROM t") if row[3] == "PRI"] == []


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (pd.Index(["a", "b", "a"], name="k"), "duplicates"),
        (pd.Index(["a", None, "b"], name="k"), "NULL"),
        (pd.DatetimeIndex(["2021-01-01", None, "2021-01-02"], name="k"), "NULL"),
        (pd.MultiIndex.from_tuples([("a", 1), ("b", 1), ("a", 1)], names=["k", "n"]), "duplicates"),
        (pd.CategoricalIndex(["a", "b", "a"], name="k"), "duplicates"),
        (pd.Index([D("1.5"), D(2), D("1.50")], dtype=object, name="k"), "duplicates"),
        (pd.Index([0.0, 1.0, -0.0], name="k"), "duplicates"),
    ],
)
def test_an_index_that_cannot_be_a_key_is_an_error(index, text, database):
    with pytest.raises(PrimaryKeyError, match=text):
        write_table(database, "t", indexed(index))

    assert run_sql(database, "SHOW TABLES") == []


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([1, 2], name="v"),
        pd.Index([1, 2], name="V"),
        pd.MultiIndex.from_tuples([(1, 2), (3, 4)], names=["k", "v"]),
    ],
)
def test_an_index_named_as_a_column_is_an_error_that_says_what_to_do(index, database):
    with pytest.raises(InvalidNameError, match=r"`t` has an index and a column.*rename_axis.*drop=True"):
        write_table(database, "t", indexed(index))


def test_an_unnamed_index_beside_a_column_of_its_name_is_an_error(database):
    frame = pd.DataFrame({"__index_level_0__": [1, 2]}, index=["a", "b"])

    with pytest.raises(InvalidNameError, match="an index and a column"):
        write_table(database, "t", frame)


def test_an_index_of_documents_is_an_error_of_ours(database):
    frame = indexed(pd.Index(objects([1], [2]), name="k"))

    with pytest.raises((UnsupportedTypeError, PrimaryKeyError), match="`t`"):
        write_table(database, "t", frame)


def test_a_join_of_a_table_with_itself_comes_back(database):
    write_table(database, "t", indexed(pd.Index(["x", "y"], name="k")))

    back = read_table(database, sql="SELECT a.k AS one, b.k AS two FROM t a JOIN t b ON a.v = b.v").data

    assert sorted(back.reset_index()["one"]) == ["x", "y"]


def test_a_join_with_one_name_twice_comes_back(database):
    write_table(database, "t", indexed(pd.Index(["x", "y"], name="k")))

    back = read_table(database, sql="SELECT a.k, b.k FROM t a JOIN t b ON a.v = b.v").data

    assert len(back) == 2


def test_a_join_of_tables_whose_indexes_are_named_by_a_number_and_a_text_comes_back(database):
    write_table(database, "t", indexed(pd.Index(["x"], name="k")))
    write_table(database, "u", indexed(pd.Index(["x"], name=5)))

    back = read_table(database, sql="SELECT t.*, u.`5` FROM t JOIN u ON t.k = u.`5`").data

    assert len(back) == 1


def test_levels_keep_their_order_where_their_columns_have_another(database):
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, 10), (2, 20)], names=["a", "b"]))
    write_table(database, "t", frame)
    definition = run_sql(database, "SHOW CREATE TABLE t")[0][1]
    column = next(line.strip().rstrip(",") for line in definition.splitlines() if line.strip().startswith("`b`"))
    run_sql(database, f"ALTER TABLE t MODIFY COLUMN {column} FIRST", "CALL DOLT_COMMIT('-Am', 'order')")

    found = read_table(database, "t").data

    assert (list(found.index.names), found.index.tolist()) == (["a", "b"], [(1, 10), (2, 20)])


def test_levels_keep_their_order_wherever_sql_has_moved_their_columns(database):
    index = pd.MultiIndex.from_tuples([(1, "a", 0.5), (2, "b", 1.5)], names=["k", "l", "m"])
    write_table(database, "t", pd.DataFrame({"x": [5, 6]}, index=index), primary_key=["k"])

    run_sql(
        database,
        "ALTER TABLE t MODIFY COLUMN k bigint NOT NULL COMMENT 'pandas: {\"index\": 0}' AFTER x",
        "CALL DOLT_COMMIT('-am', 'by hand')",
    )

    assert read_table(database, "t").data.index.names == ["k", "l", "m"]
