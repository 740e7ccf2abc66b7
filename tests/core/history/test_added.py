"""`added_rows`: the rows that a commit has added, whatever the table held and others wrote at the same time."""

from __future__ import annotations

import pandas as pd
import pytest

from dolt_integrations.core import MergeBranch, Repository, added_rows, write_table
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.errors import TableNotFoundError


def rows(*ids: int, text: str = "x") -> pd.DataFrame:
    return pd.DataFrame({"id": list(ids), "text": text})


def test_of_an_append_only_the_rows_that_it_appended_with_the_dtypes_of_the_table(database: str) -> None:
    first = write_table(database, "t", rows(1, 2).astype({"text": "category"}), primary_key="id")
    second = write_table(database, "t", rows(3), mode="append")
    third = write_table(database, "t", pd.concat([rows(3, text="y"), rows(4)]), mode="upsert")
    write_table(database, "u", rows(9))
    table = Repository(database).table("t")

    assert table.added(first.commit)["id"].tolist() == [1, 2]
    pd.testing.assert_frame_equal(
        table.added(second.commit), table.read(second.commit).iloc[[2]].reset_index(drop=True)
    )
    assert table.added(third.commit)["id"].tolist() == [4]
    assert table.added().empty
    with pytest.raises(TableNotFoundError, match="u"):
        Repository(database).table("u").added(third.commit)


def test_without_a_key_those_that_are_there_more_often_also_under_other_columns(database: str) -> None:
    write_table(database, "t", rows(1, 1, 2))
    again = write_table(database, "t", rows(1, 3), mode="append")
    wider = write_table(database, "t", rows(1, 4).assign(more=1.5), mode="append")

    assert sorted(added_rows(database, "t", again.commit)["id"]) == [1, 3]
    assert added_rows(database, "t", wider.commit).sort_values("id").values.tolist() == [[1, "x", 1.5], [4, "x", 1.5]]


def test_of_a_merge_what_it_brought_to_its_branch(database: str) -> None:
    base = write_table(database, "t", rows(1), primary_key="id")
    write_table(database, "t", rows(2), mode="append")
    merged = write_table(database, "t", rows(3), mode="append", branch_conf=MergeBranch(base.commit, "main"))

    assert added_rows(database, "t", merged.commit)["id"].tolist() == [3]


@pytest.mark.parametrize("key", [None, "id"])
def test_a_retry_with_other_rows_has_added_also_those_that_it_wrote_before(database: str, key: str | None) -> None:
    write_table(database, "t", rows(1), primary_key=key)
    write_table(database, "t", rows(2, 3), mode="append", attempt=Attempt("ex:p:d:n/n0", 0))
    write_table(database, "t", rows(7), mode="append")
    again = write_table(database, "t", rows(2, 4), mode="append", attempt=Attempt("ex:p:d:n/n0", 1))
    same = write_table(database, "t", rows(2, 4), mode="append", attempt=Attempt("ex:p:d:n/n0", 2))

    assert sorted(Repository(database).table("t").read()["id"]) == [1, 2, 4, 7]
    assert sorted(added_rows(database, "t", again.commit)["id"]) == [2, 4]
    assert sorted(added_rows(database, "t", same.commit)["id"]) == [2, 4]


def test_without_a_key_rows_that_only_lost_a_column_are_not_added(database: str) -> None:
    write_table(database, "t", rows(1, 1, 2).assign(more=1.5))
    narrower = write_table(database, "t", rows(1, 1, 2, 2, 3))

    assert sorted(added_rows(database, "t", narrower.commit)["id"]) == [2, 3]


def test_a_retried_upsert_has_added_the_rows_with_new_keys_as_its_last_attempt_wrote_them(database: str) -> None:
    write_table(database, "t", rows(1), primary_key="id")
    write_table(database, "t", rows(1, 2, text="first"), mode="upsert", attempt=Attempt("ex:p:d:n/n0", 0))
    again = write_table(database, "t", rows(1, 2, text="second"), mode="upsert", attempt=Attempt("ex:p:d:n/n0", 1))

    assert added_rows(database, "t", again.commit).values.tolist() == [[2, "second"]]


@pytest.mark.parametrize("key", [None, "id"])
def test_of_several_attempts_only_the_rows_of_the_last_are_added(database: str, key: str | None) -> None:
    write_table(database, "t", rows(1), primary_key=key)
    for number, ids in enumerate([(2, 3), (2, 4), (2, 5)]):
        last = write_table(database, "t", rows(*ids), mode="append", attempt=Attempt("ex:p:d:n/n0", number))

    assert sorted(added_rows(database, "t", last.commit)["id"]) == [2, 5]
