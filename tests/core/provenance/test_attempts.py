"""Attempts of a node: equal rows are adopted, others are superseded, and rows that were read are kept."""

import logging

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, read_table, write_table
from dolt_integrations.core.provenance.reads import unrecorded_reads
from dolt_integrations.errors import MergeConflictError, SupersededError
from tests.conftest import run_sql
from tests.helpers.saves.attempts import Node, contents, rows
from tests.helpers.saves.modes import commits


def ids(url, table="t"):
    with unrecorded_reads():
        return sorted(read_table(url, table).data["id"])


def message(url, commit):
    return run_sql(url, f"SELECT message FROM dolt_log WHERE commit_hash = '{commit}'")[0][0]


WHERE = {"main": None, "append branch": AppendBranch("main"), "merge": MergeBranch("c0", "main")}
KEYS = pytest.mark.parametrize("key", ["id", None], ids=["key", "no key"])
PLACES = pytest.mark.parametrize("where", WHERE.values(), ids=WHERE)


@pytest.fixture
def base(database):
    run_sql(database, "CALL DOLT_TAG('c0')")
    return database


@KEYS
@PLACES
@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_other_rows_of_an_earlier_attempt_are_taken_back(mode, where, key, base, caplog):
    if mode == "upsert" and key is None:
        pytest.skip("an upsert has a key")
    write_table(base, "t", rows(100), primary_key=key)
    if where is not None and isinstance(where, MergeBranch):
        run_sql(base, "CALL DOLT_TAG('-d', 'c0')", "CALL DOLT_TAG('c0')")
    node = Node(base, key, where)
    first = node.write(rows(1, 2), mode)
    write_table(base, "t", rows(7), mode="append")

    with caplog.at_level(logging.WARNING):
        second = node.again().write(rows(2, 3, value="w"), mode)

    assert contents(base) == [(2, "w2"), (3, "w3"), (7, "v7"), (100, "v100")]
    assert f"Supersedes: {first.commit}" in message(base, second.commit).splitlines()
    assert first.commit in caplog.text


@KEYS
@PLACES
@pytest.mark.parametrize("mode", ["append", "replace"])
def test_the_same_rows_in_another_order_are_adopted(mode, where, key, base):
    node = Node(base, key, where)
    first = node.write(rows(1, 2, 3), mode)
    write_table(base, "other", rows(1))
    before = commits(base)

    second = node.again().write(rows(3, 1, 2), mode)

    assert (second.commit, second.changed, commits(base)) == (first.commit, False, before)


@KEYS
def test_equal_writes_of_one_attempt_are_counted(key, base):
    node = Node(base, None)
    for _ in range(2):
        for _ in range(2):
            node.write(rows(1))
        node.again()

    node.write(rows(1))
    node.write(rows(1))
    node.write(rows(1))

    assert ids(base) == [1, 1, 1]


@KEYS
def test_outputs_come_in_any_order_and_each_counts_once(key, base):
    node = Node(base, key)
    for each in (1, 2, 3):
        node.write(rows(each))

    node.again()
    for each in (3, 4, 1, 2):
        node.write(rows(each))

    assert ids(base) == [1, 2, 3, 4]


def test_an_attempt_that_has_read_the_rows_of_the_one_before_builds_on_them(base):
    node = Node(base, None)
    first = node.write(rows(1))

    node.again()
    assert read_table(base, "t").data["id"].tolist() == [1]
    version = node.write(rows(2))

    assert ids(base) == [1, 2]
    assert f"Supersedes: {first.commit}" not in message(base, version.commit)


@KEYS
@pytest.mark.parametrize("change", ["upsert", "delete"])
def test_rows_that_others_have_changed_are_a_conflict_that_names_both_commits(change, key, base):
    node = Node(base, key)
    first = node.write(rows(1, 2))
    statement = "UPDATE t SET value = 'x' WHERE id = 1" if change == "upsert" else "DELETE FROM t WHERE id = 1"
    other = run_sql(base, statement, "CALL DOLT_COMMIT('-am', 'by hand')")[0][0]
    write_table(base, "t", rows(9), mode="append")
    before = commits(base), contents(base)

    with pytest.raises(MergeConflictError) as caught:
        node.again().write(rows(3))

    assert isinstance(caught.value, SupersededError)
    assert first.commit in str(caught.value)
    assert other in str(caught.value)
    assert (commits(base), contents(base)) == before


def test_the_last_replace_wins_and_an_earlier_one_is_written_again(base):
    node = Node(base, "id")
    node.write(rows(1), "replace")
    node.again().write(rows(2), "replace")

    node.again().write(rows(1), "replace")

    assert ids(base) == [1]


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ([("replace", 1), ("replace", 2)], [("replace", 2), ("replace", 1)], [1]),
        ([("append", 1), ("replace", 2)], [("replace", 2), ("append", 1)], [1, 2]),
        ([("replace", 1), ("append", 2)], [("append", 2), ("replace", 1)], [1]),
        ([("append", 1), ("replace", 2)], ["read", ("append", 1)], [1, 2]),
        ([("replace", 1), ("replace", 2)], ["read", ("replace", 1)], [1]),
    ],
    ids=["two replaces", "an append before a replace", "an append after a replace", "append, read", "replace, read"],
)
@KEYS
def test_what_a_later_write_has_overwritten_is_written_again(key, first, second, left, base):
    node = Node(base, key)
    for mode, each in first:
        node.write(rows(each), mode)

    node.again()
    for step in second:
        if step == "read":
            read_table(base, "t")
        else:
            node.write(rows(step[1]), step[0])

    assert ids(base) == left


def test_an_upsert_that_a_later_one_has_changed_is_written_again(base):
    node = Node(base, "id")
    for value in ("a", "b"):
        node.write(rows(1, value=value), "upsert")

    node.again()
    for value in ("b", "a"):
        node.write(rows(1, value=value), "upsert")

    assert contents(base) == [(1, "a1")]


@KEYS
def test_writes_in_the_same_order_are_adopted_in_all_modes(key, base):
    node = Node(base, key)
    for mode, each in (("replace", 1), ("append", 2), ("replace", 3), ("append", 4)):
        node.write(rows(each), mode)
    before = commits(base)

    node.again()
    for mode, each in (("replace", 1), ("append", 2), ("replace", 3), ("append", 4)):
        node.write(rows(each), mode)

    assert (commits(base), ids(base)) == (before, [3, 4])


def test_a_commit_whose_attempt_another_client_misspelt_counts_as_the_first(database):
    node = Node(database, "id")
    message = f"Add\n\nWrite-Attempt: one\nWrite-Id: {node.name}/t/main/append/0a1b/1"
    write_table(database, "t", rows(1), primary_key="id", message=message)

    node.again().write(rows(2))

    assert contents(database) == [(2, "v2")]


def test_an_attempt_that_comes_late_does_not_write_over_the_one_after_it(base):
    node = Node(base, "id")
    node.write(rows(1))
    late = node.attempt
    node.again().write(rows(2))

    with pytest.raises(SupersededError, match="attempt 1"):
        write_table(base, "t", rows(3), mode="append", attempt=late)

    assert ids(base) == [2]


@KEYS
@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_stream_is_adopted_and_superseded(mode, key, base):
    def stream(*numbers):
        return (rows(number) for number in numbers)

    node = Node(base, key)
    write_table(base, "t", rows(100), primary_key=key)
    first = node.write(stream(1, 2, 3), mode)
    assert node.again().write(iter([rows(2, 1), rows(3)]), mode).commit == first.commit

    node.again().write(stream(2, 4), mode)

    assert ids(base) == ([2, 4, 100] if mode == "append" else [2, 4])


@pytest.mark.parametrize("where", [None, NewBranch("run/1")], ids=["main", "new branch"])
def test_a_table_that_an_earlier_attempt_made_with_other_columns_is_made_anew(where, base):
    node = Node(base, None, where)
    node.write(pd.DataFrame({"id": ["a"], "text": [1.5]}))

    node.again().write(rows(1))

    with unrecorded_reads():
        found = read_table(base, "t", branch_conf=where).data
    assert found.to_dict("list") == {"id": [1], "value": ["v1"]}


@pytest.mark.parametrize("change", ["UPDATE t SET value = 'x'", "DROP TABLE t"])
def test_a_commit_that_carries_the_id_and_has_other_rows_is_not_believed(change, base):
    node = Node(base, "id")
    made = node.write(rows(1), "replace")
    text = message(base, made.commit)
    run_sql(base, "CREATE TABLE o (id INT)", "INSERT INTO o VALUES (1)", change, "CALL DOLT_ADD('-A')")
    run_sql(base, f"CALL DOLT_COMMIT('--amend', '-A', '-m', '{text}')")

    node.again().write(rows(1), "replace")

    assert contents(base) == [(1, "v1")]


@pytest.mark.parametrize("row", [2, 3], ids=["same rows", "other rows"])
def test_rows_that_were_reverted_are_neither_adopted_nor_taken_back_twice(base, row):
    write_table(base, "t", rows(1), primary_key="id")
    node = Node(base, "id")
    Repository(base).revert(node.write(rows(2)).commit)

    again = node.again().write(rows(row))

    assert again.changed
    assert ids(base) == [1, row]
