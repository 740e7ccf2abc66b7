"""Taking back what an earlier attempt wrote, in a table that others have changed since: all of it, or an error."""

import pandas as pd
import pyarrow as pa
import pytest

from dolt_integrations.core import MergeBranch, read_table, write_table
from dolt_integrations.core.branches.undo_rows import _overlap
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.errors import SupersededError
from tests.conftest import run_sql
from tests.helpers.saves.attempts import Node, contents, rows


def by_hand(url, *statements):
    """Commit another client's statements. Returns the commit."""
    return run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'by hand')")[0][0]


def state(url):
    return run_sql(url, "SELECT commit_hash FROM dolt_log"), run_sql(url, "SHOW TABLES")


BUILT_ON = {
    "dropped": ["DROP TABLE t"],
    "another key": ["ALTER TABLE t DROP PRIMARY KEY", "ALTER TABLE t ADD PRIMARY KEY (value)"],
}


@pytest.mark.parametrize("what", BUILT_ON)
@pytest.mark.parametrize("where", [None, "merge"])
def test_a_table_that_others_have_changed_as_a_whole_is_an_error_that_names_their_commit(what, where, database):
    write_table(database, "t", rows(100), primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c0')")
    node = Node(database, "id", MergeBranch("c0", "main") if where else None)
    node.write(rows(1))
    other = by_hand(database, *BUILT_ON[what])
    write_table(database, "u", rows(1))
    before = state(database)

    with pytest.raises(SupersededError) as caught:
        node.again().write(rows(2))

    assert other in str(caught.value), str(caught.value)
    assert state(database) == before


@pytest.mark.parametrize("where", [None, "merge"])
def test_rows_before_a_write_that_added_a_column_come_back_and_those_of_others_stay(where, database):
    write_table(database, "t", rows(100, 101), primary_key="id")
    run_sql(database, "CALL DOLT_TAG('c0')")
    node = Node(database, "id", MergeBranch("c0", "main") if where else None)
    node.write(pd.concat([rows(1), rows(100, value="w")]).assign(more=5), "upsert")
    write_table(database, "t", rows(7).assign(more=6), mode="append")

    node.again().write(rows(2))

    assert [row[:2] for row in contents(database)] == [(2, "v2"), (7, "v7"), (100, "v100"), (101, "v101")]
    with unrecorded_reads():
        found = read_table(database, "t").data.set_index("id")["more"]
    assert found[7] == 6
    assert found.drop(7).isna().all()


def test_a_column_that_others_have_dropped_by_a_merge_is_an_error_and_no_row_is_taken_back(database):
    write_table(database, "t", rows(100))
    node = Node(database, None)
    node.write(rows(1))
    run_sql(database, "CALL DOLT_BRANCH('side', 'HEAD~1')")
    by_hand(f"{database}/side", "ALTER TABLE t DROP COLUMN value")
    run_sql(database, "CALL DOLT_MERGE('side', '-m', 'Merge')")
    before = state(database)

    with pytest.raises(SupersededError, match="Nothing is written"):
        node.again().write(rows(2))

    assert state(database) == before


@pytest.mark.parametrize(
    ("theirs", "shared"),
    [
        ({"id": [2], "at": [1.5]}, True),
        ({"id": [2], "at": [2.5]}, False),
        ({"id": [None], "at": [None]}, False),
        ({"id": [2], "at": [1.5], "more": ["x"]}, True),
        ({"id": [3], "at": [1.5], "more": ["x"]}, False),
        ({"id": [3]}, True),  # without the column it cannot be determined
        ({"id": pa.array([], pa.int64())}, False),
    ],
)
def test_rows_overlap_where_all_named_columns_are_equal_and_not_all_are_null(theirs, shared):
    ours = pa.table({"id": pa.array([1, 2, None]), "at": pa.array([1.5, 1.5, None])})
    other = pa.table({name: pa.array(values, ours.schema.field(name).type if name in ours.column_names else None)
                      for name, values in theirs.items()})  # fmt: skip

    assert _overlap(ours, other, ["id", "at"]) is _overlap(other, ours, ["id", "at"]) is shared


@pytest.mark.parametrize("key", ["id", None], ids=["key", "no key"])
@pytest.mark.parametrize("where", [None, "merge"])
@pytest.mark.parametrize("more", [False, True], ids=["as it was", "with other rows"])
def test_a_row_that_others_deleted_and_added_again_is_not_taken_back(more, where, key, database):
    write_table(database, "t", rows(100), primary_key=key)
    run_sql(database, "CALL DOLT_TAG('c0')")
    node = Node(database, key, MergeBranch("c0", "main") if where else None)
    node.write(rows(1))
    if more:  # otherwise the deletion brings the table back, and nothing is left to be taken back
        write_table(database, "t", rows(7), mode="append")
    by_hand(database, "DELETE FROM t WHERE id = 1")
    write_table(database, "t", rows(1), mode="append")
    before = state(database)

    with pytest.raises(SupersededError, match="Nothing is written"):
        node.again().write(rows(2))

    assert state(database) == before


def test_a_row_without_a_key_in_whose_new_column_others_wrote_is_not_taken_back(database):
    write_table(database, "t", rows(100))
    node = Node(database, None)
    node.write(rows(1))
    by_hand(database, "ALTER TABLE t ADD w INT", "UPDATE t SET w = 5 WHERE id = 1")
    before = state(database)

    with pytest.raises(SupersededError, match="Nothing is written"):
        node.again().write(rows(2))

    assert state(database) == before


def test_values_in_a_new_column_of_a_table_without_a_key_stay(database):
    write_table(database, "t", rows(100))
    node = Node(database, None)
    node.write(rows(1))
    write_table(database, "t", rows(7).assign(w=6), mode="append")

    node.again().write(rows(2))

    assert sorted(run_sql(database, "SELECT id, w FROM t")) == [(2, None), (7, 6), (100, None)]
