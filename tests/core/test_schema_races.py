"""Saves of few rows while another client changes the table's schema in the middle of their transaction."""

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.writes import in_place
from tests.conftest import run_sql

ROWS = pd.DataFrame({"id": [1, 2], "value": ["a", "b"]})
MORE = pd.DataFrame({"id": [3], "value": ["long"]})
CHANGES = {
    "rename": "RENAME TABLE t TO u",
    "drop": "DROP TABLE t",
    "narrower column": "ALTER TABLE t MODIFY value VARCHAR(2)",
    "other type": "ALTER TABLE t MODIFY value LONGTEXT",
}


@pytest.fixture
def meanwhile(database, monkeypatch):
    """Return a function that lets another client run statements in the middle of the next transaction of a save."""
    write_table(database, "t", ROWS, primary_key="id")
    real, acts = in_place.put_rows, []

    def put(*arguments, **options):
        found = real(*arguments, **options)
        if acts:
            run_sql(database, *acts.pop(), "CALL DOLT_COMMIT('-Am', 'Change')")
        return found

    monkeypatch.setattr(in_place, "put_rows", put)
    return acts.append


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("mode", ["append", "upsert", "replace"])
def test_a_save_begins_again_where_another_client_has_changed_the_columns(mode, change, database, meanwhile):
    meanwhile([CHANGES[change]])

    write_table(database, "t", MORE, mode=mode, primary_key="id")

    kept = [] if mode == "replace" or change in ("rename", "drop") else [1, 2]
    assert [key for (key,) in run_sql(database, "SELECT id FROM t ORDER BY id")] == [*kept, 3]
    assert run_sql(database, "SELECT * FROM dolt_status") == []
