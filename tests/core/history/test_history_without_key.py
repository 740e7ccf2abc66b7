"""The history of a table without a key is exact, even if Dolt's hash changes while its rows do not."""

from functools import partial

import pandas as pd

from dolt_integrations.core import history, write_table
from tests.conftest import run_sql
from tests.helpers.threads import in_threads


def test_commits_of_concurrent_writers_of_another_table_are_not_in_it(database):
    one = pd.DataFrame({"id": [-1]})
    write_table(database, "keyed", one, primary_key="id", message="keyed")
    write_table(database, "plain", one, message="plain")

    def add(number):
        for table in ("keyed", "plain"):
            write_table(database, table, pd.DataFrame({"id": [number]}), mode="append", message=table)

    in_threads(partial(add, number) for number in range(8))

    for table in ("keyed", "plain"):
        assert [text.split()[0] for text in history(database, table)["message"]] == [table] * 9


def test_changes_of_its_columns_and_their_comments_are_in_it(database):
    write_table(database, "plain", pd.DataFrame({"id": [1]}), message="rows")
    for change in ("ADD COLUMN more int", "MODIFY COLUMN more int COMMENT 'said'", "DROP COLUMN more"):
        run_sql(database, f"ALTER TABLE plain {change}", f'CALL DOLT_COMMIT("-am", "{change}")')

    assert [text.split()[0] for text in history(database, "plain")["message"]] == ["DROP", "MODIFY", "ADD", "rows"]


def test_a_merge_that_brings_rows_of_both_sides_is_in_it(database):
    write_table(database, "plain", pd.DataFrame({"id": [1]}), message="rows")
    run_sql(
        database, "CALL DOLT_CHECKOUT('-b', 'side')", "INSERT INTO plain VALUES (2)", "CALL DOLT_COMMIT('-am', 'side')",
        "CALL DOLT_CHECKOUT('main')", "INSERT INTO plain VALUES (3)", "CALL DOLT_COMMIT('-am', 'main')",
        "CALL DOLT_MERGE('side', '-m', 'merge')",
    )  # fmt: skip

    found = history(database, "plain")["message"].tolist()

    assert found[0] == "merge"
    assert set(found[1:3]) == {"side", "main"}
