"""`Repository.compare` and `runs`: tables that come, go or change their columns, and arguments that cannot be."""

from __future__ import annotations

import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch
from dolt_integrations.errors import ConfigError, NotFoundError, RunNotFoundError
from tests.conftest import run_sql
from tests.helpers.saves.manage import orders


@pytest.fixture
def shop(database: str) -> Repository:
    shop = Repository(database)
    shop.table("orders").write(orders(1), key="id", message="Run: A/1/s/1")
    return shop


@pytest.mark.parametrize(
    ("statement", "schema"),
    [
        ("ALTER TABLE orders MODIFY amount INT", "amount: bigint -> int"),
        ("ALTER TABLE orders DROP PRIMARY KEY", "key: (id) -> ()"),
        ("ALTER TABLE orders DROP PRIMARY KEY, ADD PRIMARY KEY (id, amount)", "key: (id) -> (id, amount)"),
        ("ALTER TABLE orders RENAME COLUMN amount TO sum", "+sum bigint, -amount bigint"),
    ],
)
def test_other_columns_or_another_key_are_a_change_that_is_named(shop: Repository, statement: str, schema: str) -> None:
    run_sql(str(shop.location), statement, "CALL DOLT_COMMIT('-am', 'columns')")

    found = shop.compare("HEAD~1", "HEAD").iloc[0]

    assert found["change"] == "modified"
    assert schema in found["schema"]


def test_a_table_that_one_version_has_is_added_or_removed_with_its_rows(shop: Repository) -> None:
    shop.table("users").write(orders(1, 2), key="id")

    there, back = shop.compare("HEAD~1", "HEAD"), shop.compare("HEAD", "HEAD~1")

    assert there.iloc[1].tolist() == ["users", "added", 2, 0, 0, ""]
    assert back.iloc[1].tolist() == ["users", "removed", 0, 0, 2, ""]


def test_a_table_that_neither_run_has_left_is_not_compared(shop: Repository) -> None:
    run_sql(str(shop.location), "DROP TABLE orders", "CALL DOLT_COMMIT('-am', 'Run: A/2/s/1')")
    shop.table("users").write(orders(1), key="id", message="Run: A/3/s/1")

    assert shop.compare("A/2", "A/3")["table"].tolist() == ["users"]


def test_runs_are_looked_up_on_the_branch_that_is_given(shop: Repository) -> None:
    shop.branches.create("side", at="HEAD~1")
    shop.table("orders", branch="side").write(orders(1, 2), key="id", message="Run: B/1/s/1")
    shop.table("orders", branch="side").write(orders(1, 2, 3), message="Run: B/2/s/1")

    assert shop.compare("B/1", "B/2", "side")["rows_added"].tolist() == [1]
    assert shop.runs("side", most=1)["run"].tolist() == ["B/2"]
    with pytest.raises(RunNotFoundError, match="no execution 'B/1' has written to"):
        shop.compare("B/1", "B/2")


def test_what_may_be_a_branch_is_an_error_about_branches_and_a_run_one_about_runs(shop: Repository) -> None:
    for wrong, said in (("mian", "main"), ("A/7", "A/1/s/1"), ("ex:p:d:n", "no execution")):
        with pytest.raises(NotFoundError, match=said):
            shop.compare("HEAD", wrong)


@pytest.mark.parametrize("most", [0, -1, True, "3", 1.5])
def test_a_number_of_runs_that_is_none_is_refused(most: object) -> None:
    with pytest.raises(ConfigError, match=r"most is .*an integer of at least 1, or None"):
        Repository("mysql://me@nowhere/shop").runs(most=most)  # type: ignore[arg-type]


def test_runs_are_listed_with_their_tables_and_without_the_merges_that_repeat_them(shop: Repository) -> None:
    base = shop.version().commit
    shop.table("users").write(orders(1), key="id", message="Run: A/2/s/1")
    shop.table("orders", branch=MergeBranch(base, "main")).write(orders(5), mode="append", message="Run: A/3/s/1")
    shop.table("users").write(orders(2), mode="append", message="Run: A/3/s/2")

    found = shop.runs()

    assert found[["run", "tables", "commits"]].to_numpy().tolist() == [
        ["A/3", "orders, users", 2], ["A/2", "users", 1], ["A/1", "orders", 1],
    ]  # fmt: skip
    assert (found["author"][0], found["commit"][0]) == ("flyte", shop.version().commit)
    assert str(found["date"].dtype) == "datetime64[us, UTC]"
