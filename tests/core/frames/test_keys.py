import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.core.frames import frame as frames
from dolt_integrations.core.frames.key import check_key
from dolt_integrations.errors import DataError, PrimaryKeyError, UnsupportedValueError
from tests.conftest import run_sql


def key_of(url, table="t"):
    return [row[4] for row in run_sql(url, f"SHOW KEYS FROM {table}") if row[2] == "PRIMARY"]


def nothing_is_there(url):
    return run_sql(url, "SHOW TABLES") == [] and len(run_sql(url, "SELECT * FROM dolt_log")) == 1


@pytest.mark.parametrize("key", [["a"], ["b"], ["a", "b"], ["b", "a"], ("a",)])
def test_a_key_is_the_tables_in_its_order(key, database):
    write_table(database, "t", pd.DataFrame({"a": [1, 2], "b": [3, 4]}), primary_key=key)

    assert key_of(database) == list(key)


def test_a_key_that_is_not_the_first_column_keeps_the_order_of_columns(database):
    frame = pd.DataFrame({"name": ["a"], "id": [1]})

    write_table(database, "t", frame, primary_key=["id"])

    assert list(read_table(database, "t").data.columns) == ["name", "id"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, None], dtype="Int64"),
        pd.Series(["a", None]),
        pd.Series(["a", None], dtype="string"),
        pd.to_datetime(pd.Series(["2021-01-01", None])),
        pd.Series([1.5, float("nan")]),
        pd.Series([True, None], dtype="boolean"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_a_key_with_nulls_is_an_error_that_says_where(values, database):
    with pytest.raises(PrimaryKeyError, match=r"'id'.*`t`.*1 NULL.*row 1"):
        write_table(database, "t", pd.DataFrame({"id": values}), primary_key=["id"])

    assert nothing_is_there(database)


@pytest.mark.parametrize("values", [[1, 2, 1], ["a", "b", "a"], [True, False, True], [1.5, 2.5, 1.5], [0.0, 1.0, -0.0]])
def test_a_key_with_duplicates_is_an_error_that_says_where(values, database):
    with pytest.raises(PrimaryKeyError, match=r"\(id\).*`t`.*rows 0, 2"):
        write_table(database, "t", pd.DataFrame({"id": values}), primary_key=["id"])

    assert nothing_is_there(database)


def test_a_duplicate_pair_is_an_error(database):
    frame = pd.DataFrame({"a": [1, 1, 1], "b": ["x", "y", "x"]})

    with pytest.raises(PrimaryKeyError, match=r"\(a, b\).*rows 0, 2"):
        write_table(database, "t", frame, primary_key=["a", "b"])


def test_pairs_that_share_one_half_are_accepted(database):
    frame = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"]})

    write_table(database, "t", frame, primary_key=["a", "b"])

    assert len(read_table(database, "t").data) == 3


@pytest.mark.parametrize(
    "values", [["a", "A"], ["a", "a "], ["e\u0301", "é"], ["", " "], ["ß", "ss"], ["NULL", "null"], ["\0", ""]]
)
def test_texts_that_are_not_the_same_are_not_one_key(values, database):
    write_table(database, "t", pd.DataFrame({"id": values}), primary_key=["id"])

    assert sorted(read_table(database, "t").data["id"]) == sorted(values)


def test_a_key_column_that_is_not_there_is_an_error_with_the_nearest_names(database):
    with pytest.raises(PrimaryKeyError, match=r"'idd'.*Did you mean `id`"):
        write_table(database, "t", pd.DataFrame({"id": [1], "name": ["a"]}), primary_key=["idd"])

    assert nothing_is_there(database)


def test_a_key_column_named_twice_is_an_error_of_ours(database):
    with pytest.raises(DataError):
        write_table(database, "t", pd.DataFrame({"id": [1]}), primary_key=["id", "id"])

    assert nothing_is_there(database)


def test_a_key_given_as_a_text_is_that_column(database):
    write_table(database, "t", pd.DataFrame({"id": [1], "i": [2], "d": [3]}), primary_key="id")

    assert key_of(database) == ["id"]


@pytest.mark.parametrize("length", [255, 256, 768])
def test_a_key_of_long_texts_is_stored(length, database):
    frame = pd.DataFrame({"id": ["x" * length, "é" * length]})

    write_table(database, "t", frame, primary_key=["id"])

    assert read_table(database, "t").data["id"].tolist() == frame["id"].tolist()


def test_a_key_of_texts_that_are_too_long_is_an_error_that_says_the_limit(database):
    with pytest.raises(UnsupportedValueError, match=r"'id'.*`t`.*769.*768"):
        write_table(database, "t", pd.DataFrame({"id": ["x" * 769]}), primary_key=["id"])

    assert nothing_is_there(database)


def test_a_key_of_several_long_texts_is_stored_or_an_error_of_ours(database):
    frame = pd.DataFrame({name: ["x" * 768] for name in "abcd"})

    try:
        write_table(database, "t", frame, primary_key=list("abcd"))
    except DataError:
        assert nothing_is_there(database)
    else:
        assert read_table(database, "t").data.equals(frame)


def test_a_key_text_may_grow_later(database):
    write_table(database, "t", pd.DataFrame({"id": ["a"]}), primary_key=["id"])

    write_table(database, "t", pd.DataFrame({"id": ["a" * 700]}))

    assert read_table(database, "t").data["id"].tolist() == ["a" * 700]
    assert key_of(database) == ["id"]


def test_a_key_is_kept_where_none_is_named(database):
    write_table(database, "t", pd.DataFrame({"id": [1], "a": [1]}), primary_key=["id"])

    write_table(database, "t", pd.DataFrame({"id": [2], "b": ["x"]}))

    assert key_of(database) == ["id"]


def test_a_kept_key_is_checked_too(database):
    write_table(database, "t", pd.DataFrame({"id": [1]}), primary_key=["id"])

    with pytest.raises(PrimaryKeyError, match="duplicates"):
        write_table(database, "t", pd.DataFrame({"id": [2, 2]}))

    assert read_table(database, "t").data["id"].tolist() == [1]


def test_a_key_ends_where_its_column_is_gone(database):
    write_table(database, "t", pd.DataFrame({"id": [1]}), primary_key=["id"])

    write_table(database, "t", pd.DataFrame({"a": [1, 1]}))

    assert key_of(database) == []
    assert read_table(database, "t").data["a"].tolist() == [1, 1]


def test_a_key_may_be_changed(database):
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    write_table(database, "t", frame, primary_key=["a"])

    version = write_table(database, "t", frame, primary_key=["b"])

    assert version.changed
    assert key_of(database) == ["b"]


def test_a_key_may_be_taken_away(database):
    write_table(database, "t", pd.DataFrame({"a": [1]}), primary_key=["a"])

    write_table(database, "t", pd.DataFrame({"a": [1, 1]}), primary_key=[])

    assert key_of(database) == []


def test_a_nullable_dtype_in_a_key_comes_back(database):
    frame = pd.DataFrame({"id": pd.array([1, 2], "Int64")})

    write_table(database, "t", frame, primary_key=["id"])

    assert read_table(database, "t").data["id"].dtype == "Int64"


def test_a_save_checks_the_rows_of_its_key_once(database, monkeypatch):
    checked, check_key = [], frames.check_key
    monkeypatch.setattr(
        frames, "check_key", lambda data, key, table: (checked.append(key), check_key(data, key, table))
    )
    write_table(database, "users", pd.DataFrame({"id": [2, 1]}), primary_key="id")

    write_table(database, "users", pd.DataFrame({"id": [3, 1]}), primary_key="id", mode="upsert")

    assert checked == [("id",)] * 2


UNIQUE = {
    "no row": {"a": []}, "one row": {"a": [1]}, "ascending": {"a": [1, 2, 3]}, "descending": {"a": [3, 2, 1]},
    "mixed": {"a": [2, 1, 3]}, "two columns": {"a": [1, 1], "b": [1, 2]},
    "two columns and one row": {"a": [1], "b": [1]}, "texts in two cases": {"a": ["a", "A"]},
}  # fmt: skip


@pytest.mark.parametrize("columns", UNIQUE.values(), ids=UNIQUE)
def test_a_key_without_duplicates_is_taken_in_any_order_of_rows(columns):
    check_key(pa.table(columns), tuple(columns), "t")


REPEATED = {
    "next to each other": ({"a": [1, 1]}, r"2 rows share .*; 1 is in rows 0, 1,", 1, 1),
    "at the end": ({"a": [1, 2, 3, 3]}, r"2 rows .*; 3 is in rows 2, 3,", 3, 3),
    "apart": ({"a": [5, 1, 5, 1]}, r"4 rows .*; 5 is in rows 0, 2,", 5, 2),
    "many": ({"a": [7] * 9}, r"9 rows .*; 7 is in rows 0, 1, 2, 3, 4, counted", 7, 1),
    "of two columns": (
        {"a": [1, 1, 1], "b": ["x", "y", "x"]}, r"key \(a, b\) .*\(1, 'x'\) is in rows 0, 2,", (1, "x"), 2
    ),
    "NULL": ({"a": [1, None]}, r"'a' of table `t` has 1 NULL in row 1, .*Fill them", None, 1),
    "NULLs": ({"a": [1, 2], "b": [None, None]}, r"'b' of table `t` has 2 NULLs, the first in row 0,", None, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", REPEATED)
def test_a_key_that_does_not_tell_rows_apart_is_refused_with_the_rows(name):
    columns, said, value, row = REPEATED[name]

    with pytest.raises(PrimaryKeyError, match=said) as caught:
        check_key(pa.table(columns), tuple(columns), "t")

    assert (caught.value.constraint, caught.value.value, caught.value.row) == ("PRIMARY KEY", value, row)


def test_a_key_that_is_named_twice_is_one():
    check_key(pa.table({"a": [1, 2]}), ("a", "a"), "t")
