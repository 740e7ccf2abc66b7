"""Rows of later runs, when a run is reverted whose rows look the same: they stay, or it is a conflict."""

from __future__ import annotations

import pandas as pd
import pytest

from dolt_integrations import Repository
from dolt_integrations.core import MergeBranch, NewBranch, write_table
from dolt_integrations.core.provenance.attempt import Attempt
from dolt_integrations.errors import MergeConflictError
from tests.conftest import run_sql
from tests.helpers.saves.manage import orders

KEYS = pytest.mark.parametrize("key", ["id", None], ids=["key", "no key"])


def shop_with(url: str, key: str | None = "id") -> Repository:
    """Write row 1 as somebody else, and row 2 as Import/1."""
    shop = Repository(url)
    shop.table("orders").write(orders(1), key=key, message="Run: Import/0/load/1")
    return ran(shop, "Import/1", orders(2))


def ran(shop: Repository, run: str, frame: pd.DataFrame, mode: str = "append") -> Repository:
    shop.table("orders").write(frame, mode=mode, message=f"Run: {run}/load/1")
    return shop


def by_hand(url: str, *statements: str, message: str = "by hand") -> str:
    return run_sql(url, *statements, f"CALL DOLT_COMMIT('-Am', '{message}')")[0][0]


def contents(url: str) -> list[tuple[object, ...]]:
    return sorted(run_sql(url, "SELECT * FROM orders"))


def refuses(url: str, run: str, *later: str) -> MergeConflictError:
    """Check that a run is not reverted, that the error names what wrote later, and that nothing is changed."""
    before, head = contents(url), run_sql(url, "SELECT HASHOF('HEAD')")
    with pytest.raises(MergeConflictError) as caught:
        Repository(url).revert(run)
    assert [name for name in later if name not in str(caught.value)] == []
    assert (contents(url), run_sql(url, "SELECT HASHOF('HEAD')")) == (before, head)
    return caught.value


@KEYS
def test_a_row_that_was_deleted_and_that_a_later_run_added_again_is_a_conflict(database: str, key: str | None) -> None:
    shop = shop_with(database, key)
    by_hand(database, "DELETE FROM orders WHERE id = 2")
    ran(shop, "Import/2", orders(2))

    error = refuses(database, "Import/1", "Import/2/load/1")

    (conflict,) = error.conflicts
    assert (conflict.table, conflict.count) == ("orders", 1)
    assert conflict.rows[0].ours == {"id": 2, "amount": 20}


@KEYS
def test_a_row_that_a_later_run_added_again_is_a_conflict_where_others_changed_the_table_since(
    database: str, key: str | None
) -> None:
    shop = shop_with(database, key)
    by_hand(database, "DELETE FROM orders WHERE id = 2")
    ran(ran(shop, "Import/2", orders(2)), "Import/3", orders(3))

    refuses(database, "Import/1", "Import/2/load/1")


@KEYS
def test_a_table_that_was_dropped_and_that_a_later_run_wrote_again_is_a_conflict(
    database: str, key: str | None
) -> None:
    shop = shop_with(database, key)
    by_hand(database, "DROP TABLE orders")
    shop.table("orders").write(orders(1, 2), key=key, message="Run: Import/2/load/1")

    refuses(database, "Import/1", "Import/2/load/1")


@KEYS
def test_rows_in_whose_new_column_a_later_run_wrote_are_a_conflict(database: str, key: str | None) -> None:
    shop = shop_with(database, key)
    filled = [
        "ALTER TABLE orders ADD w INT",
        "UPDATE orders SET w = 5 WHERE id = 2",
    ]
    by_hand(database, *filled, message="Run: Import/2/load/1")
    ran(shop, "Import/3", orders(3).assign(w=6))

    refuses(database, "Import/1", "Import/2/load/1")


@pytest.mark.parametrize(("key", "added"), [("id", "w INT"), (None, "w INT"), ("id", "w INT DEFAULT 5")])
def test_values_in_a_column_that_a_later_run_added_for_its_own_rows_stay(
    database: str, key: str | None, added: str
) -> None:
    shop = shop_with(database, key)
    by_hand(database, f"ALTER TABLE orders ADD {added}")
    ran(shop, "Import/3", orders(3).assign(w=6))

    shop.revert("Import/1")

    assert run_sql(database, "SELECT id, w FROM orders WHERE id > 1") == [(3, 6)]


def test_a_value_that_later_runs_changed_and_changed_back_is_a_conflict(database: str) -> None:
    shop = ran(shop_with(database), "Import/2", orders(1, amounts=[11]), "upsert")
    ran(shop, "Import/3", orders(1, amounts=[12]), "upsert")
    ran(shop, "Import/4", orders(1, amounts=[11]), "upsert")

    refuses(database, "Import/2", "Import/3/load/1", "Import/4/load/1")


def test_a_later_change_of_another_cell_stays_and_is_no_conflict(database: str) -> None:
    shop = Repository(database)
    shop.table("orders").write(orders(1).assign(note="a"), key="id", message="Run: Import/0/load/1")
    ran(shop, "Import/1", orders(1, amounts=[11]).assign(note="a"), "upsert")
    ran(shop, "Import/2", orders(1, amounts=[11]).assign(note="b"), "upsert")

    shop.revert("Import/1")

    assert contents(database) == [(1, 10, "b")]


def test_a_later_run_that_was_reverted_is_no_conflict(database: str) -> None:
    shop = shop_with(database)
    ran(shop, "Import/2", orders(2, amounts=[21]), "upsert")
    shop.revert("Import/2")

    shop.revert("Import/1")

    assert contents(database) == [(1, 10)]


def test_a_later_commit_that_dolt_reverted_is_no_conflict(database: str) -> None:
    shop = shop_with(database)
    by_hand(database, "UPDATE orders SET amount = 21 WHERE id = 2")
    run_sql(database, "CALL DOLT_REVERT('HEAD')")

    shop.revert("Import/1")

    assert contents(database) == [(1, 10)]


def test_a_later_commit_is_a_conflict_if_dolt_reverted_another_one_with_its_message(database: str) -> None:
    shop_with(database)
    by_hand(database, "INSERT INTO orders VALUES (8, 80)", message="fix")
    by_hand(database, "UPDATE orders SET amount = 21 WHERE id = 2", message="first")
    other = by_hand(database, "UPDATE orders SET amount = 20 WHERE id = 2", message="fix")
    run_sql(database, "CALL DOLT_REVERT('HEAD~2')")

    refuses(database, "Import/1", other)


def test_values_in_a_new_column_are_a_conflict_if_dolt_reverted_another_commit_with_their_message(
    database: str,
) -> None:
    shop_with(database)
    by_hand(database, "ALTER TABLE orders ADD w INT", message="columns")
    by_hand(database, "INSERT INTO orders VALUES (8, 80, 1)", message="fix")
    other = by_hand(database, "UPDATE orders SET w = 5 WHERE id = 2", message="fix")
    run_sql(database, "CALL DOLT_REVERT('HEAD~1')")

    refuses(database, "Import/1", other)


@KEYS
def test_a_deletion_that_a_restore_undid_is_no_conflict(database: str, key: str | None) -> None:
    shop = shop_with(database, key)
    by_hand(database, "DELETE FROM orders WHERE id = 2")
    shop.restore("orders", "HEAD~1")
    ran(shop, "Import/2", orders(3))

    shop.revert("Import/1")

    assert contents(database) == [(1, 10), (3, 30)]


def test_rows_of_another_branch_to_which_the_table_was_restored_are_a_conflict(database: str) -> None:
    shop = shop_with(database)
    ran(shop, "Import/2", orders(3))
    run_sql(database, "CALL DOLT_BRANCH('side')")
    by_hand(f"{database}/side", "DELETE FROM orders WHERE id = 2")
    shop.table("orders", branch="side").write(orders(2), mode="append")
    by_hand(database, "DELETE FROM orders WHERE id = 2")
    restored = shop.restore("orders", "side").commit

    refuses(database, "Import/1", str(restored))


@KEYS
def test_a_deleted_row_that_a_later_run_added_again_stays_when_the_deletion_is_reverted(
    database: str, key: str | None
) -> None:
    shop = shop_with(database, key)
    by_hand(database, "DELETE FROM orders WHERE id = 2", message="Run: Clean/1/x/1")
    ran(shop, "Import/2", orders(2))

    shop.revert("Clean/1")

    assert (2, 20) in contents(database)


@KEYS
def test_a_row_that_a_later_run_deleted_does_not_come_back(database: str, key: str | None) -> None:
    shop = shop_with(database, key)
    by_hand(database, "DELETE FROM orders WHERE id = 2", message="Run: Clean/1/x/1")
    ran(shop, "Import/2", orders(2))
    by_hand(database, "DELETE FROM orders WHERE id = 2", message="Run: Clean/2/x/1")

    refuses(database, "Clean/1", "Clean/2/x/1")


def test_a_row_that_a_merged_branch_added_as_well_is_a_conflict(database: str) -> None:
    shop = Repository(database)
    shop.table("orders").write(orders(1), key="id")
    shop.table("orders", branch=NewBranch("side")).write(orders(2), mode="append", message="Run: Import/2/load/1")
    ran(shop, "Import/1", orders(2))
    run_sql(database, "CALL DOLT_MERGE('side', '-m', 'Merge')")

    refuses(database, "Import/1", "Import/2/load/1")


CHANGED = {
    "renamed": ["ALTER TABLE orders RENAME COLUMN amount TO total"],
    "dropped": ["ALTER TABLE orders DROP COLUMN amount"],
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_row_is_reverted_whose_column_was(database: str, what: str) -> None:
    shop = shop_with(database)
    by_hand(database, *CHANGED[what])

    shop.revert("Import/1")

    assert run_sql(database, "SELECT id FROM orders") == [(1,)]


def test_a_row_whose_column_was_retyped_is_a_conflict(database: str) -> None:
    shop_with(database)
    other = by_hand(database, "ALTER TABLE orders MODIFY amount BIGINT UNSIGNED")

    refuses(database, "Import/1", other)


def test_a_value_is_a_conflict_whose_column_was_dropped_and_filled_again(database: str) -> None:
    shop = ran(shop_with(database), "Import/2", orders(1, amounts=[11]), "upsert")
    by_hand(database, "ALTER TABLE orders DROP COLUMN amount")
    again = "ALTER TABLE orders ADD amount BIGINT", "UPDATE orders SET amount = 11 WHERE id = 1"
    by_hand(database, *again, message="Run: Import/3/load/1")

    refuses(database, "Import/2")
    assert shop.table("orders").read().set_index("id")["amount"][1] == 11


@KEYS
def test_rows_of_a_table_that_was_renamed_are_a_conflict(database: str, key: str | None) -> None:
    shop = shop_with(database, key)
    by_hand(database, "RENAME TABLE orders TO bills")
    shop.table("bills").write(orders(3), mode="append", message="Run: Import/2/load/1")

    with pytest.raises(MergeConflictError):
        shop.revert("Import/1")

    assert sorted(run_sql(database, "SELECT id FROM bills")) == [(1,), (2,), (3,)]


@pytest.mark.parametrize("where", [None, "merge"])
def test_rows_that_a_resumed_run_wrote_again_in_place_of_the_reverted_run_are_a_conflict(
    database: str, where: str | None
) -> None:
    shop_with(database)
    run_sql(database, "CALL DOLT_TAG('c0')")
    place = MergeBranch("c0", "main") if where else None
    for attempt, frame in enumerate([orders(5, 6), orders(6, 7)]):
        named = Attempt("load", attempt), f"Run: Resumed/{attempt}/load/1"
        write_table(database, "orders", frame, mode="append", branch_conf=place, attempt=named[0], message=named[1])

    refuses(database, "Resumed/0", "Resumed/1")
