"""Merges for which Dolt's server would end: a table without a key, of which one side has made a column longer."""

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, SerialBranch, Transaction, read_table, write_table
from dolt_integrations.core.branches.merges.unmergeable import _stored_apart
from dolt_integrations.engine import Column, TableSchema
from dolt_integrations.errors import MergeConflictError
from tests.conftest import run_sql

FIRST = pd.DataFrame({"n": [1, 2], "text": ["a", "b"]})
SHORT = pd.DataFrame({"n": [3], "text": ["c"]})
LONG = pd.DataFrame({"n": [4], "text": ["long" * 100]})


def merge(url, rows, on_conflict=None):
    return write_table(url, "t", rows, mode="append", branch_conf=MergeBranch("start", "main", on_conflict=on_conflict))


def begun(url, first, later):
    write_table(url, "t", first)
    run_sql(url, "CALL DOLT_BRANCH('start')")
    write_table(url, "t", later, mode="append")


@pytest.mark.parametrize("on_conflict", [None, "ours", "theirs"])
@pytest.mark.parametrize(("theirs", "ours"), [(SHORT, LONG), (LONG, SHORT)], ids=["longer", "shorter"])
def test_a_merge_is_refused_and_the_server_lives(theirs, ours, on_conflict, server):
    begun(server.url, FIRST, theirs)

    with pytest.raises(MergeConflictError, match=r"without a key|no primary key in common"):
        merge(server.url, ours, on_conflict)

    assert server.process.poll() is None
    assert sorted(read_table(server.url, "t").data["n"]) == [1, 2, *theirs["n"]]


def test_a_block_whose_table_another_writer_made_longer_is_refused_and_may_be_repeated(server):
    write_table(server.url, "t", FIRST)

    def block(meanwhile):
        with Transaction(server.url) as work:
            work.write("t", SHORT, mode="append")
            meanwhile()

    with pytest.raises(MergeConflictError, match="without a key"):
        block(lambda: write_table(server.url, "t", LONG, mode="append"))
    block(lambda: None)

    assert sorted(read_table(server.url, "t").data["n"]) == [1, 2, 3, 4]


def test_a_promotion_is_refused(server):
    begun(server.url, FIRST, SHORT)
    write_table(server.url, "t", LONG, mode="append", branch_conf=SerialBranch("start"))

    with pytest.raises(MergeConflictError, match="without a key"):
        Repository(server.url).promote("start", "main")


def test_a_merge_that_dolt_refuses_because_of_a_new_key_keeps_the_work(database):
    write_table(database, "t", FIRST)
    run_sql(database, "CALL DOLT_BRANCH('start')", "CALL DOLT_COMMIT('--allow-empty', '-m', 'target')")
    run_sql(database, "ALTER TABLE t ADD PRIMARY KEY (n)", "CALL DOLT_COMMIT('-am', 'key')", revision="start")

    with pytest.raises(MergeConflictError, match="keyless and keyed") as caught:
        merge(database, SHORT)

    assert sorted(read_table(database, "t", branch_conf=caught.value.branch).data["n"]) == [1, 2, 3]


def test_other_columns_and_tables_with_a_key_are_merged(database):
    write_table(database, "t", FIRST)
    write_table(database, "keyed", FIRST, primary_key="n")
    run_sql(database, "CALL DOLT_BRANCH('start')")
    write_table(database, "t", SHORT, mode="append")
    write_table(database, "keyed", SHORT, mode="append")

    merge(database, SHORT.assign(n=5))
    write_table(database, "keyed", LONG, mode="append", branch_conf=MergeBranch("start", "main"))

    assert sorted(read_table(database, "t").data["n"]) == [1, 2, 3, 5]
    assert sorted(read_table(database, "keyed").data["n"]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("sql_type", "is_apart"),
    [
        ("int", False), ("varchar(255)", False), ("varbinary(9)", False), ("datetime(6)", False), ("json", True),
        ("point", True), ("geometry", True), ("longtext", True), ("tinyblob", True), ("mediumtext", True),
    ],
)  # fmt: skip
def test_long_texts_documents_and_geometries_are_stored_apart_from_their_rows(sql_type, is_apart):
    assert _stored_apart(TableSchema((Column("A", sql_type, True),), ())) == {"a": is_apart}
