"""Write modes: what happens to existing rows, in every state of the table."""

import pandas as pd
import pytest

from dolt_integrations.core import NewBranch, read_table, write_table
from dolt_integrations.errors import ConfigError, PrimaryKeyError
from tests.conftest import run_sql
from tests.helpers.saves.modes import commits

FIRST = pd.DataFrame({"id": [1, 2], "text": ["a", "b"], "number": [1.5, 2.5]})
MORE = pd.DataFrame({"id": [3], "text": ["c"], "number": [3.5]})
OVERLAPPING = pd.DataFrame({"id": [2, 3], "text": ["B", "c"], "number": [20.5, 3.5]})
MODES = ["replace", "append", "upsert"]


def rows(url, table="t", **read):
    """Return the rows of a table, sorted."""
    return sorted(read_table(url, table, **read).data.itertuples(index=False, name=None), key=repr)


def assert_nothing_stays(url, before):
    assert commits(url) == before
    assert run_sql(url, "SELECT name FROM dolt_branches") == [("main",)]
    assert run_sql(url, "SELECT * FROM dolt_status") == []


@pytest.fixture
def keyed(database):
    """A database whose table `t` has the key `id`."""
    write_table(database, "t", FIRST, primary_key="id")
    return database


@pytest.fixture
def keyless(database):
    """A database whose table `t` has no key."""
    write_table(database, "t", FIRST)
    return database


@pytest.mark.parametrize("mode", MODES)
def test_a_new_table_has_the_rows_in_any_mode(mode, database):
    version = write_table(database, "t", FIRST, primary_key="id", mode=mode)

    assert version.changed
    assert read_table(database, "t").data.equals(FIRST)
    assert commits(database) == 2


def test_an_upsert_into_a_new_table_without_a_key_makes_it_or_is_an_error(database):
    try:
        write_table(database, "t", FIRST, mode="upsert")
    except PrimaryKeyError:
        assert_nothing_stays(database, 1)
    else:
        assert read_table(database, "t").data.equals(FIRST)


def test_append_adds_the_rows_to_those_of_a_table_with_a_key(keyed):
    version = write_table(keyed, "t", MORE, mode="append")

    assert version.changed
    assert read_table(keyed, "t").data.equals(pd.concat([FIRST, MORE], ignore_index=True))
    assert run_sql(keyed, "SHOW KEYS FROM t")[0][4] == "id"


def test_append_adds_the_rows_to_those_of_a_table_without_a_key(keyless):
    write_table(keyless, "t", FIRST, mode="append")

    assert rows(keyless) == sorted([*FIRST.itertuples(index=False, name=None)] * 2)


def test_upsert_changes_the_rows_that_are_there_and_adds_the_others(keyed):
    write_table(keyed, "t", OVERLAPPING, mode="upsert")

    assert rows(keyed) == [(1, "a", 1.5), (2, "B", 20.5), (3, "c", 3.5)]


def test_replace_is_the_default_and_leaves_no_other_rows(keyed):
    write_table(keyed, "t", OVERLAPPING)

    assert read_table(keyed, "t").data.equals(OVERLAPPING)


def test_upsert_into_a_table_without_a_key_is_an_error_and_nothing_is_written(keyless):
    with pytest.raises(PrimaryKeyError, match="`t` has no primary key"):
        write_table(keyless, "t", MORE, mode="upsert")

    assert_nothing_stays(keyless, 2)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_another_key_than_the_tables_is_an_error_and_nothing_is_written(mode, keyed):
    with pytest.raises(PrimaryKeyError, match=r"\(id\).*\(text\)"):
        write_table(keyed, "t", MORE, primary_key="text", mode=mode)

    assert_nothing_stays(keyed, 2)


def test_append_of_a_key_that_is_there_is_an_error_and_nothing_is_written(keyed):
    with pytest.raises(PrimaryKeyError, match="`t`"):
        write_table(keyed, "t", OVERLAPPING, mode="append")

    assert read_table(keyed, "t").data.equals(FIRST)
    assert_nothing_stays(keyed, 2)


def test_append_of_a_key_that_is_there_is_an_error_with_a_new_column_too(keyed):
    with pytest.raises(PrimaryKeyError, match="`t`"):
        write_table(keyed, "t", OVERLAPPING.assign(more=1), mode="append")

    assert list(read_table(keyed, "t").data.columns) == ["id", "text", "number"]
    assert_nothing_stays(keyed, 2)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_key_that_the_frame_has_twice_is_an_error_and_nothing_is_written(mode, keyed):
    with pytest.raises(PrimaryKeyError, match="duplicates"):
        write_table(keyed, "t", pd.concat([MORE, MORE]), mode=mode)

    assert_nothing_stays(keyed, 2)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_new_column_is_added_and_is_null_in_the_rows_that_were_there(mode, keyed):
    write_table(keyed, "t", MORE.assign(more=7), mode=mode)

    assert run_sql(keyed, "SELECT id, more FROM t ORDER BY id") == [(1, None), (2, None), (3, 7)]


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_columns_that_the_frame_lacks_stay_and_are_null_in_the_new_rows(mode, keyed):
    write_table(keyed, "t", MORE[["id", "text"]], mode=mode)

    assert run_sql(keyed, "SELECT * FROM t ORDER BY id") == [(1, "a", 1.5), (2, "b", 2.5), (3, "c", None)]


def test_an_upsert_leaves_the_columns_that_the_frame_lacks_as_they_are(keyed):
    write_table(keyed, "t", pd.DataFrame({"id": [2], "text": ["B"]}), mode="upsert")

    assert run_sql(keyed, "SELECT * FROM t ORDER BY id") == [(1, "a", 1.5), (2, "B", 2.5)]


def test_an_upsert_of_keys_alone_adds_the_missing_ones(keyed):
    write_table(keyed, "t", pd.DataFrame({"id": [2, 3]}), mode="upsert")

    assert run_sql(keyed, "SELECT * FROM t ORDER BY id") == [(1, "a", 1.5), (2, "b", 2.5), (3, None, None)]


def test_an_upsert_without_the_keys_column_is_an_error(keyed):
    with pytest.raises(PrimaryKeyError, match="'id'"):
        write_table(keyed, "t", MORE[["text"]], mode="upsert")

    assert_nothing_stays(keyed, 2)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_the_order_and_the_case_of_the_frames_columns_do_not_matter(mode, keyed):
    write_table(keyed, "t", MORE[["number", "text", "id"]].rename(columns=str.upper), mode=mode)

    assert run_sql(keyed, "SELECT id, text, number FROM t ORDER BY id") == [(1, "a", 1.5), (2, "b", 2.5), (3, "c", 3.5)]
    assert [name for name, *_ in run_sql(keyed, "SHOW COLUMNS FROM t")] == ["id", "text", "number"]


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_the_tables_name_is_found_in_any_case(mode, keyed):
    write_table(keyed, "T", MORE, mode=mode)

    assert run_sql(keyed, "SHOW TABLES") == [("t",)]
    assert len(read_table(keyed, "t").data) == 3


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_frame_without_rows_changes_nothing(mode, keyed):
    version = write_table(keyed, "t", FIRST.head(0), mode=mode)

    assert not version.changed
    assert version.commit == read_table(keyed, "t").version.commit
    assert_nothing_stays(keyed, 2)


def test_a_replace_by_a_frame_without_rows_empties_the_table(keyed):
    assert write_table(keyed, "t", FIRST.head(0)).changed

    assert read_table(keyed, "t").data.equals(FIRST.head(0))


def test_an_upsert_of_what_is_there_makes_no_commit(keyed):
    version = write_table(keyed, "t", FIRST.tail(1), mode="upsert")

    assert not version.changed
    assert_nothing_stays(keyed, 2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [10, 20_000])
def test_few_rows_and_many_come_to_the_same(mode, count, loading_database):
    before = pd.DataFrame({"id": range(count), "text": "old"})
    after = pd.DataFrame({"id": range(count // 2, count + count // 2), "text": "new"})
    write_table(loading_database, "t", before, primary_key="id")
    if mode == "append":
        after = after[after["id"] >= count]

    version = write_table(loading_database, "t", after, mode=mode)

    found = read_table(loading_database, "t").data.set_index("id")["text"].to_dict()
    kept = {} if mode == "replace" else dict.fromkeys(range(count), "old")
    assert found == {**kept, **dict.fromkeys(after["id"], "new")}
    assert version.changed
    assert_nothing_stays(loading_database, 3)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_twenty_thousand_rows_with_one_bad_key_leave_nothing(mode, keyed):
    data = pd.DataFrame({"id": [*range(2, 20_001), 20_000], "text": "new", "number": 0.5})

    with pytest.raises(PrimaryKeyError):
        write_table(keyed, "t", data, mode=mode)

    assert read_table(keyed, "t").data.equals(FIRST)
    assert_nothing_stays(keyed, 2)


def test_a_composite_key_is_matched_by_all_of_its_columns(database):
    first = pd.DataFrame({"a": [1, 1, 2], "b": ["x", "y", "x"], "value": [1, 2, 3]})
    write_table(database, "t", first, primary_key=["b", "a"])

    write_table(database, "t", pd.DataFrame({"a": [1, 2], "b": ["y", "y"], "value": [20, 4]}), mode="upsert")

    assert rows(database) == [(1, "x", 1), (1, "y", 20), (2, "x", 3), (2, "y", 4)]
    assert [row[4] for row in run_sql(database, "SHOW KEYS FROM t")] == ["b", "a"]


@pytest.mark.parametrize("keys", [["a", "A"], ["a", "a "], ["", " "], ["é", "e\u0301"], ["NULL", "null"], ["ß", "ss"]])
def test_text_keys_that_differ_in_anything_are_different_rows(keys, database):
    write_table(database, "t", pd.DataFrame({"name": keys[:1], "value": [1]}), primary_key="name")

    write_table(database, "t", pd.DataFrame({"name": keys, "value": [10, 20]}), mode="upsert")

    assert rows(database) == sorted(zip(keys, [10, 20], strict=True), key=repr)


def test_text_keys_of_a_collation_that_ignores_case_are_matched_as_the_table_does(database):
    run_sql(
        database,
        "CREATE TABLE t (name varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, value bigint)",
        "INSERT INTO t VALUES ('Ann', 1)",
        "CALL DOLT_COMMIT('-Am', 'theirs')",
    )

    write_table(database, "t", pd.DataFrame({"name": ["ann", "Bob"], "value": [10, 20]}), mode="upsert")

    assert run_sql(database, "SELECT LOWER(name), value FROM t ORDER BY value") == [("ann", 10), ("bob", 20)]


def test_two_keys_that_are_equal_in_the_tables_collation_are_an_error(database):
    run_sql(
        database,
        "CREATE TABLE t (name varchar(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, value bigint)",
        "CALL DOLT_COMMIT('-Am', 'theirs')",
    )

    for mode in ("append", "upsert"):
        with pytest.raises(PrimaryKeyError):
            write_table(database, "t", pd.DataFrame({"name": ["ann", "ANN"], "value": [1, 2]}), mode=mode)

    assert_nothing_stays(database, 2)


@pytest.mark.parametrize("mode", ["", "Append", "insert", None, 5, ["append"]])
def test_what_is_no_mode_is_an_error(mode, keyed):
    with pytest.raises(ConfigError, match="mode"):
        write_table(keyed, "t", MORE, mode=mode)


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_mode_that_keeps_rows_and_overwrite_contradict_each_other(mode, keyed):
    with pytest.raises(ConfigError, match="overwrite"):
        write_table(keyed, "t", MORE, mode=mode, overwrite=True)


@pytest.mark.parametrize("mode", MODES)
def test_a_new_branch_takes_a_mode_too(mode, keyed):
    write_table(keyed, "t", MORE, mode=mode, branch_conf=NewBranch("run/1"))

    assert len(rows(keyed, branch_conf=NewBranch("run/1"))) == (1 if mode == "replace" else 3)
    assert len(rows(keyed)) == 2
