"""Streams that are appended, upserted, merged, or written to a branch."""

import pandas as pd
import pytest

from dolt_integrations.core import AppendBranch, MergeBranch, NewBranch, write_table
from dolt_integrations.errors import MergeConflictError, PrimaryKeyError
from tests.conftest import run_sql
from tests.helpers.saves.state import branches
from tests.helpers.saves.streams import batches, failing, ns, numbers, rows


def test_batches_are_appended(database):
    write_table(database, "t", numbers(0, 2), primary_key="n")

    write_table(database, "t", batches(2, 4, 6), mode="append")

    assert rows(database) == ns(*range(6))


def test_an_append_of_a_key_that_is_there_is_an_error(database):
    write_table(database, "t", numbers(0, 5), primary_key="n")

    with pytest.raises(PrimaryKeyError):
        write_table(database, "t", iter([numbers(8, 9), numbers(4, 5)]), mode="append")

    assert rows(database) == ns(*range(5))


def test_batches_are_upserted(database):
    write_table(database, "t", numbers(0, 4).assign(text="old"), primary_key="n")

    write_table(database, "t", batches(2, 4, 6), mode="upsert")

    assert run_sql(database, "SELECT n FROM t WHERE text = 'old' ORDER BY n") == ns(0, 1)
    assert rows(database) == ns(*range(6))


def test_an_upsert_that_changes_nothing_is_no_commit(database):
    first = write_table(database, "t", numbers(0, 4), primary_key="n")

    assert write_table(database, "t", batches(0, 1, 2), mode="upsert").commit == first.commit


def test_other_columns_may_be_made_anew(database):
    write_table(database, "t", pd.DataFrame({"n": ["text"]}))

    write_table(database, "t", batches(0, 2, 4), overwrite=True)

    assert rows(database) == ns(*range(4))


def test_a_new_branch_is_made(database):
    write_table(database, "t", numbers(0, 1))

    version = write_table(database, "t", batches(0, 2, 4), branch_conf=NewBranch("b"))

    assert version.branch == "b"
    assert branches(database) == ["b", "main"]
    assert rows(database) == ns(0)
    assert rows(database, "b") == ns(*range(4))


def test_a_new_branch_of_what_fails_is_not_made(database):
    with pytest.raises(ZeroDivisionError):
        write_table(database, "t", failing(ZeroDivisionError()), branch_conf=NewBranch("b"))

    assert branches(database) == ["main"]


def test_a_new_branch_is_made_of_what_does_not_change(database):
    write_table(database, "t", numbers(0, 4))

    frame = write_table(database, "t", numbers(0, 4), branch_conf=NewBranch("by-frame"))
    stream = write_table(database, "t", batches(0, 2, 4), branch_conf=NewBranch("by-stream"))

    assert (stream.changed, stream.commit) == (frame.changed, frame.commit)
    assert "by-stream" in branches(database)


def test_an_existing_branch_is_appended_to(database):
    write_table(database, "t", numbers(0, 1), branch_conf=NewBranch("b"))

    write_table(database, "t", batches(0, 2, 4), branch_conf=AppendBranch("b"))

    assert rows(database, "b") == ns(*range(4))


def test_batches_are_merged(database):
    start = write_table(database, "t", numbers(0, 4), primary_key="n").commit
    write_table(database, "t", numbers(0, 5), primary_key="n")

    merge = MergeBranch(branch_from=start, merge_to="main")
    write_table(database, "t", iter([numbers(0, 4), numbers(10, 12)]), branch_conf=merge)

    assert rows(database) == ns(0, 1, 2, 3, 4, 10, 11)
    assert branches(database) == ["main"]


def test_a_merge_that_conflicts_keeps_the_work(database):
    start = write_table(database, "t", numbers(0, 4), primary_key="n").commit
    write_table(database, "t", numbers(0, 4).assign(text="theirs"), primary_key="n")

    merge = MergeBranch(branch_from=start, merge_to="main")
    with pytest.raises(MergeConflictError) as raised:
        write_table(database, "t", iter([numbers(0, 2).assign(text="ours"), numbers(2, 4)]), branch_conf=merge)

    assert raised.value.branch in branches(database)
    assert run_sql(database, "SELECT DISTINCT text FROM t") == [("theirs",)]
