"""Saves of few rows while another client changes the table's schema in the middle of their transaction."""

import logging

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.writes import in_place, landing, route
from dolt_integrations.errors import ConstraintError, MergeConflictError
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


ADD = ("ALTER TABLE t ADD CONSTRAINT related FOREIGN KEY (id) REFERENCES others (id)",)
DROP = ("ALTER TABLE t DROP FOREIGN KEY related",)


def beside(url, monkeypatch, *statements):
    """Let another client change the schema when the next save has built its table on a private branch."""
    real, acts = landing.PutOnTop.land, [statements]

    def land(*arguments, **options):
        if acts:
            run_sql(url, *acts.pop(), "CALL DOLT_COMMIT('-Am', 'Change')")
        return real(*arguments, **options)

    monkeypatch.setattr(landing.PutOnTop, "land", land)


@pytest.fixture
def related(database):
    write_table(database, "t", ROWS, primary_key="id")
    write_table(database, "others", pd.DataFrame({"id": [1, 2]}), primary_key="id")
    return database


def foreign_keys(url):
    return run_sql(url, "SHOW CREATE TABLE t")[0][1].count("CONSTRAINT `related`")


def test_a_foreign_key_that_another_client_adds_meanwhile_is_kept_and_checked(related, monkeypatch):
    beside(related, monkeypatch, *ADD)

    with pytest.raises(ConstraintError, match="related"):
        write_table(related, "t", MORE.assign(more=1), mode="append")

    assert foreign_keys(related) == 1
    run_sql(related, "INSERT INTO others VALUES (3)", "CALL DOLT_COMMIT('-am', 'Add the row')")
    write_table(related, "t", MORE.assign(more=1), mode="append")
    assert foreign_keys(related) == 1


def test_a_foreign_key_that_another_client_drops_meanwhile_does_not_come_back(related, monkeypatch):
    run_sql(related, *ADD, "CALL DOLT_COMMIT('-am', 'Add it')")
    beside(related, monkeypatch, *DROP)

    write_table(related, "t", ROWS.assign(more=1))

    assert foreign_keys(related) == 0


def test_a_foreign_key_to_the_table_that_another_client_adds_meanwhile_is_checked(related, monkeypatch):
    beside(related, monkeypatch, "ALTER TABLE others ADD CONSTRAINT related FOREIGN KEY (id) REFERENCES t (id)")

    with pytest.raises(ConstraintError, match="others"):
        write_table(related, "t", ROWS[:1].assign(more=1))


def test_a_stream_that_cannot_be_repeated_does_not_lose_a_foreign_key(related, monkeypatch):
    beside(related, monkeypatch, *ADD)

    with pytest.raises(MergeConflictError, match="foreign keys of table `t`"):
        write_table(related, "t", iter([ROWS[:1]]))

    assert foreign_keys(related) == 1


def test_a_table_that_another_client_makes_before_a_save_has_looked_at_the_branch_is_replaced(database, monkeypatch):
    real, acts = route._state, [["CREATE TABLE t (id BIGINT PRIMARY KEY, value TEXT)", "INSERT INTO t VALUES (9, 'x')"]]

    def state(*arguments, **options):
        if acts:
            run_sql(database, *acts.pop(), "CALL DOLT_COMMIT('-Am', 'Make it')")
        return real(*arguments, **options)

    monkeypatch.setattr(route, "_state", state)
    write_table(database, "t", ROWS, primary_key="id")

    assert run_sql(database, "SELECT * FROM t") == [(1, "a"), (2, "b")]


def test_a_save_of_the_rows_that_are_there_removes_what_another_client_adds_meanwhile(database, meanwhile):
    meanwhile(["INSERT INTO t VALUES (9, 'theirs')"])

    version = write_table(database, "t", ROWS, primary_key="id")

    assert run_sql(database, "SELECT id FROM t") == [(1,), (2,)]
    assert run_sql(database, "SELECT HASHOF('main')") == [(version.commit,)]


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["ALTER TABLE t DROP COLUMN value"], ["`value` was dropped or renamed"]),
        (["ALTER TABLE t RENAME COLUMN value TO text"], ["`value` was dropped or renamed", "`text`"]),
        (["ALTER TABLE t RENAME COLUMN value TO text", "ALTER TABLE t ADD COLUMN value VARCHAR(255)"], ["`text`"]),
        (["ALTER TABLE t DROP COLUMN value", "ALTER TABLE t ADD COLUMN value VARCHAR(255) AS ('x')"], ["`value`"]),
    ],
    ids=["dropped", "renamed", "renamed and added", "dropped and generated"],
)
@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_a_column_that_another_client_takes_meanwhile_is_named_in_a_warning(
    mode, change, said, database, meanwhile, caplog
):
    meanwhile(change)

    version = write_table(database, "t", MORE, mode=mode)

    (warning,) = warnings(caplog)
    assert version.commit in warning
    assert all(each in warning for each in said)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE t ADD COLUMN more INT", "ALTER TABLE t ADD COLUMN more INT NOT NULL DEFAULT 5",
        "ALTER TABLE t ADD COLUMN more BIGINT AS (id + 1)", "ALTER TABLE t DROP COLUMN blank",
        "ALTER TABLE t MODIFY value VARCHAR(255) FIRST",
    ],
)  # fmt: skip
def test_a_change_of_columns_that_takes_no_value_is_no_warning(change, database, meanwhile, caplog):
    run_sql(database, "ALTER TABLE t ADD COLUMN blank INT", "CALL DOLT_COMMIT('-am', 'Blank')")
    meanwhile([change])

    write_table(database, "t", MORE.assign(blank=pd.array([None], dtype="Int32")), mode="append")

    assert warnings(caplog) == []
    assert run_sql(database, "SELECT value FROM t WHERE id = 3") == [("long",)]
