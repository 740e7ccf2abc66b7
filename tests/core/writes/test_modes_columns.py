"""Write modes and columns: types, marks, defaults."""

import pandas as pd
import pytest

from dolt_integrations.core import read_table, write_table
from dolt_integrations.errors import DataError, InvalidNameError, UnsupportedTypeError
from tests.conftest import run_sql
from tests.helpers.saves.modes import KEEPING, commits, frame, make


def series(values, dtype):
    return pd.Series(values).astype(dtype)


@pytest.mark.parametrize("mode", KEEPING)
def test_a_new_column_that_dolt_confuses_with_one_of_the_table_is_an_error(mode, database):
    write_table(database, "t", pd.DataFrame({"id": [1], "\u00b5g": [5.0]}), primary_key="id")

    with pytest.raises(InvalidNameError, match="does not tell"):
        write_table(database, "t", pd.DataFrame({"id": [2], "\u00b5g": [6.0], "\u03bcg": [7.0]}), mode=mode)
    with pytest.raises(InvalidNameError, match="does not tell"):
        write_table(database, "t", pd.DataFrame({"id": [2], "\u03bcg": [7.0]}).assign(x=1), mode=mode)
    assert read_table(database, "t").data["\u00b5g"].tolist() == [5.0]


@pytest.mark.parametrize("mode", KEEPING)
@pytest.mark.parametrize(
    ("old", "new", "value", "dtype"),
    [
        ("int32", "int64", 2**40, "int64"), ("int16", "Int32", 2**20, "int32"), ("float32", "float64", 0.1, "float64"),
        ("uint8", "int16", -5, "int16"), ("int32", "float64", 0.5, "float64"),
    ],
)  # fmt: skip
def test_a_column_gets_the_wider_type_of_the_two_where_a_value_needs_it(mode, old, new, value, dtype, database):
    write_table(database, "t", frame(series([1, 0], old)), primary_key="id")

    write_table(database, "t", frame(series([value], new), key=3), mode=mode)

    found = read_table(database, "t").data["value"]
    assert found.tolist() == [1, 0, value]
    assert found.dtype.name.lower() == dtype


@pytest.mark.parametrize("mode", KEEPING)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int32", "int64"), ("int64", "int32"), ("int16", "Int32"), ("float32", "float64"), ("int64", "Int64"),
        ("Int64", "int64"), ("uint8", "int16"), ("bool", "boolean"), ("int32", "float64"), ("bool", "int64"),
        ("float64", "int64"), ("int64", "float64"),
    ],
)  # fmt: skip
def test_a_column_stays_as_it_is_where_the_values_fit(mode, old, new, database):
    write_table(database, "t", frame(series([1, 0], old)), primary_key="id")
    before = run_sql(database, "SHOW CREATE TABLE t")

    write_table(database, "t", frame(series([1], new), key=3), mode=mode)

    assert run_sql(database, "SHOW CREATE TABLE t") == before
    assert [int(value) for value in read_table(database, "t").data["value"]] == [1, 0, 1]
    assert read_table(database, "t").data["value"].dtype.name.lower() == old.lower()


@pytest.mark.parametrize("mode", KEEPING)
def test_a_longer_text_widens_the_column(mode, database):
    write_table(database, "t", frame(["a"]), primary_key="id")

    write_table(database, "t", frame(["x" * 5000], key=2), mode=mode)

    assert read_table(database, "t").data["value"].str.len().tolist() == [1, 5000]


@pytest.mark.parametrize("mode", KEEPING)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (pd.Series([1]), pd.Series(["a"])),
        (pd.Series(["a"]), pd.Series([1])),
        (pd.Series([1.5]), pd.Series([2**60])),
        (pd.Series([1]), pd.Series([1.5])),
        (pd.to_datetime(pd.Series(["2020-01-01"])), pd.to_datetime(pd.Series(["2020-01-01"])).dt.tz_localize("UTC")),
        (pd.Series([1]).astype("timedelta64[s]"), pd.Series([1]).astype("timedelta64[ms]")),
        (pd.Series(["a"], dtype="category"), pd.Series([1], dtype="category")),
        (pd.Series(pd.Categorical(["a"], ordered=True)), pd.Series(pd.Categorical(["b"], ordered=True))),
        (pd.Series([b"a"]), pd.Series(["a"])),
        (pd.Series([[1, 2]]), pd.Series(["a"])),
    ],
)  # fmt: skip
def test_a_column_of_another_meaning_is_an_error_and_nothing_is_written(mode, old, new, database):
    write_table(database, "t", frame(old), primary_key="id")

    with pytest.raises(UnsupportedTypeError, match="'value'"):
        write_table(database, "t", frame(new, key=2), mode=mode)

    assert commits(database) == 2
    assert len(read_table(database, "t").data) == 1


@pytest.mark.parametrize("mode", KEEPING)
@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", None], dtype="category"),
        pd.Series(pd.Categorical(["low", "high"], categories=["low", "high"], ordered=True)),
        pd.to_datetime(pd.Series(["2020-01-01", "2021-06-01"])).dt.tz_localize("Europe/Berlin"),
        pd.Series(pd.to_timedelta([1, -5], "s")).astype("timedelta64[s]"),
        pd.Series([1, None], dtype="Int8"),
        pd.Series([True, False]),
        pd.Series(["a", ""], dtype="string"),
        pd.Series([{"a": 1}, [2]]),
        pd.Series([b"\0", b""]),
        pd.Series([1.5, None], dtype="float32"),
        pd.Series([1, 2], dtype="uint64"),
    ],
    ids=lambda values: str(values.dtype),
)
def test_the_frame_that_comes_back_has_the_dtypes_of_the_table(mode, values, database):
    write_table(database, "t", frame(values), primary_key="id")

    write_table(database, "t", frame(values, key=3), mode=mode)

    expected = pd.concat([frame(values), frame(values, key=3)], ignore_index=True)
    pd.testing.assert_frame_equal(read_table(database, "t").data, expected)


def test_categories_of_both_come_together(database):
    write_table(database, "t", frame(pd.Series(["a"], dtype="category")), primary_key="id")

    write_table(database, "t", frame(pd.Series(["b"], dtype="category"), key=2), mode="append")

    found = read_table(database, "t").data["value"]
    assert found.tolist() == ["a", "b"]
    assert found.cat.categories.tolist() == ["a", "b"]


def test_plain_texts_may_come_to_categories_only_if_nothing_is_lost(database):
    write_table(database, "t", frame(pd.Series(["a"], dtype="category")), primary_key="id")

    try:
        write_table(database, "t", frame(["b"], key=2), mode="append")
    except UnsupportedTypeError:
        assert commits(database) == 2
    else:
        assert read_table(database, "t").data["value"].tolist() == ["a", "b"]


@pytest.mark.parametrize("mode", KEEPING)
def test_the_index_of_the_table_comes_back(mode, database):
    first = pd.DataFrame({"value": [1, 2]}, index=pd.Index([1, 2], name="id"))
    write_table(database, "t", first)

    write_table(database, "t", first.set_axis(pd.Index([3, 4], name="id")), mode=mode)

    found = read_table(database, "t").data
    assert found.index.tolist() == [1, 2, 3, 4]
    assert found.index.name == "id"


@pytest.mark.parametrize("mode", KEEPING)
def test_a_frame_with_its_key_as_a_column_goes_into_a_table_with_an_index(mode, database):
    write_table(database, "t", pd.DataFrame({"value": [1]}, index=pd.Index([1], name="id")))

    write_table(database, "t", frame([2], key=2), mode=mode)

    assert read_table(database, "t").data.reset_index().values.tolist() == [[1, 1], [2, 2]]


@pytest.mark.parametrize("mode", KEEPING)
def test_a_null_for_a_column_without_nulls_makes_it_take_them(mode, database):
    write_table(database, "t", frame([1]), primary_key="id")

    write_table(database, "t", frame(pd.Series([None], dtype="Int64"), key=2), mode=mode)

    assert run_sql(database, "SELECT value FROM t ORDER BY id") == [(1,), (None,)]


@pytest.mark.parametrize("mode", KEEPING)
def test_a_column_that_needs_a_value_and_gets_none_is_an_error_and_nothing_is_written(mode, database):
    make(database, "CREATE TABLE t (id bigint PRIMARY KEY, value bigint NOT NULL)")

    with pytest.raises(DataError, match="value"):
        write_table(database, "t", pd.DataFrame({"id": [1]}), mode=mode)

    assert commits(database) == 2
    assert run_sql(database, "SELECT * FROM dolt_status") == []


@pytest.mark.parametrize("mode", KEEPING)
def test_columns_that_the_frame_lacks_get_their_defaults(mode, database):
    make(
        database,
        "CREATE TABLE t (id bigint PRIMARY KEY, value bigint NOT NULL DEFAULT 7, made varchar(9) DEFAULT 'now')",
    )

    write_table(database, "t", pd.DataFrame({"id": [1]}), mode=mode)

    assert run_sql(database, "SELECT * FROM t") == [(1, 7, "now")]


def test_an_append_without_the_key_takes_the_next_numbers(database):
    make(database, "CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY, value bigint)", "INSERT INTO t VALUES (5, 1)")

    write_table(database, "t", pd.DataFrame({"value": [2, 3]}), mode="append")

    assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(5, 1), (6, 2), (7, 3)]
    assert "AUTO_INCREMENT" in run_sql(database, "SHOW CREATE TABLE t")[0][1]


def test_an_upsert_into_a_table_that_counts_its_key_changes_and_adds(database):
    make(database, "CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY, value bigint)", "INSERT INTO t VALUES (5, 1)")

    write_table(database, "t", pd.DataFrame({"id": [5, 9], "value": [2, 3]}), mode="upsert")

    assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(5, 2), (9, 3)]


@pytest.mark.parametrize("mode", KEEPING)
def test_a_frame_that_was_read_with_its_generated_column_may_be_written_back(mode, database):
    make(database, "CREATE TABLE t (id bigint PRIMARY KEY, value bigint, twice bigint AS (value * 2) STORED)")
    write_table(database, "t", frame([1]), mode="append")
    found = read_table(database, "t").data

    write_table(database, "t", found.assign(id=2, value=5), mode=mode)

    assert run_sql(database, "SELECT id, value, twice FROM t ORDER BY id") == [(1, 1, 2), (2, 5, 10)]


@pytest.mark.parametrize("mode", KEEPING)
def test_names_that_are_words_of_sql_are_names_like_others(mode, database):
    frame = pd.DataFrame({"key": [1], "select": ["a"], "a`b": ["x"], "100%": [0.5], "%s": ["p"]})
    write_table(database, "order", frame, primary_key="key")

    write_table(database, "order", frame.assign(key=2), mode=mode)

    assert run_sql(database, "SELECT * FROM `order`") == [(1, "a", "x", 0.5, "p"), (2, "a", "x", 0.5, "p")]


def test_a_document_whose_numbers_a_text_would_change_is_an_error_and_stays(database):
    run_sql(database, "CREATE TABLE t (id bigint PRIMARY KEY, a json)", "INSERT INTO t VALUES (1, '{\"x\": 1e22}')")
    run_sql(database, "CALL DOLT_COMMIT('-Am', 'by hand')")
    before = run_sql(database, "SELECT a FROM t")

    with pytest.raises(UnsupportedTypeError, match="22 digits"):
        write_table(database, "t", pd.DataFrame({"id": [2], "a": [{"x": 2**60 + 1}]}), mode="append")

    assert run_sql(database, "SELECT a FROM t") == before


def test_rows_are_numbered_on_after_those_of_a_version_that_was_taken_back(database):
    """The counter of a running server is not reset."""
    counting = "CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY, value bigint)"
    run_sql(database, counting, "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)", "CALL DOLT_COMMIT('-Am', 'made')")
    run_sql(database, "CALL DOLT_TAG('v1')", "DROP TABLE t", counting, "INSERT INTO t VALUES (1, 1)")
    run_sql(database, "CALL DOLT_COMMIT('-Am', 'anew')", "CALL DOLT_CHECKOUT('v1', '--', 't')")
    run_sql(database, "CALL DOLT_COMMIT('-Am', 'back')")

    write_table(database, "t", pd.DataFrame({"value": [4, 5]}), mode="append")

    assert run_sql(database, "SELECT id, value FROM t ORDER BY id") == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


def test_a_replace_without_the_key_says_that_the_table_loses_it(database, caplog):
    write_table(database, "t", pd.DataFrame({"id": [1], "v": ["a"]}), primary_key="id")

    write_table(database, "t", pd.DataFrame({"v": ["a"]}))

    assert caplog.text.count("loses its primary key, because the frame that replaces it lacks `id`") == 1


def test_a_replace_with_another_key_says_what_that_means_for_diffs(database, caplog):
    frame = pd.DataFrame({"id": [1], "name": ["a"]})
    write_table(database, "t", frame, primary_key="id")

    write_table(database, "t", frame, primary_key="name")

    warning = "the primary key of table `t` changes from `id` to `name`: `dolt diff` shows no rows between"
    assert caplog.text.count(warning) == 1


@pytest.mark.parametrize("mode", KEEPING)
def test_a_column_without_nulls_takes_one_in_the_new_rows(mode, database):
    make(database, "CREATE TABLE t (id bigint PRIMARY KEY, value bigint NOT NULL)", "INSERT INTO t VALUES (1, 1)")

    write_table(database, "t", pd.DataFrame({"id": [2, 3], "value": pd.array([2, None], "Int64")}), mode=mode)

    assert run_sql(database, "SELECT * FROM t ORDER BY id") == [(1, 1), (2, 2), (3, None)]


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_negative_zeros_survive_a_wider_column(mode, database):
    write_table(database, "t", pd.DataFrame({"id": [1, 2], "x": [-0.0, 0.0], "s": ["a", "b"]}), primary_key="id")

    write_table(database, "t", pd.DataFrame({"id": [3], "x": [1.0], "s": ["x" * 300]}), mode=mode)

    assert repr(read_table(database, "t").data["x"].tolist()) == "[-0.0, 0.0, 1.0]"


def test_a_column_beside_a_negative_zero_in_the_key_is_widened(database):
    write_table(database, "t", pd.DataFrame({"x": [-0.0, 1.0], "s": ["a", "b"]}), primary_key="x")

    write_table(database, "t", pd.DataFrame({"x": [2.0], "s": ["x" * 300]}), mode="append")

    assert read_table(database, "t").data["x"].tolist() == [0.0, 1.0, 2.0]


def test_negative_zeros_that_a_wider_column_loses_without_a_key_are_warned_of(database, caplog):
    write_table(database, "t", pd.DataFrame({"x": pd.Series([-0.0, -0.0, 0.0, None], dtype="float32")}))

    write_table(database, "t", pd.DataFrame({"x": [1e300]}), mode="append")

    assert "table t has no key, so altering it changed -0.0 to 0.0 in 2 values" in caplog.text
