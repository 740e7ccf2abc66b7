"""Work that another client stages on the branch while a save of few rows is under way: Dolt puts it into the commit."""

import logging
from types import SimpleNamespace

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.core.writes import mingled
from dolt_integrations.engine.wire.session import Session
from dolt_integrations.errors import QueryError
from tests.conftest import run_sql

ROWS = pd.DataFrame({"id": [1, 2], "value": ["a", "b"]})
MORE = pd.DataFrame({"id": [3], "value": ["c"]})
SAVES = {
    "replace": lambda url: write_table(url, "t", ROWS.assign(value="z"), primary_key="id"),
    "append": lambda url: write_table(url, "t", MORE, mode="append"),
    "upsert": lambda url: write_table(url, "t", MORE, mode="upsert"),
}
STAGED = ("INSERT INTO o VALUES (9)", "CALL DOLT_ADD('o')")


@pytest.fixture
def shop(database):
    """A database with two tables."""
    write_table(database, "t", ROWS, primary_key="id")
    run_sql(database, "CREATE TABLE o (id INT PRIMARY KEY)", "CALL DOLT_COMMIT('-Am', 'Add o')")
    return database


@pytest.fixture
def meanwhile(monkeypatch, shop):
    """Let another client do something just before a save commits."""
    query, left = Session.query, []

    def watched(session, sql, *args, **options):
        if left and "CALL DOLT_COMMIT" in (sql if isinstance(sql, str) else bytes(sql).decode(errors="replace")):
            run_sql(shop, *left.pop())
        return query(session, sql, *args, **options)

    monkeypatch.setattr(Session, "query", watched)
    return lambda *statements: left.append(statements)


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
def test_a_table_that_another_client_stages_meanwhile_is_named_in_a_warning(shop, meanwhile, caplog, save):
    meanwhile(*STAGED)

    version = save(shop)

    (warning,) = warnings(caplog)
    assert version.commit in warning
    assert "`o`" in warning


def test_rows_that_another_client_stages_in_the_table_meanwhile_are_named_in_a_warning(shop, meanwhile, caplog):
    meanwhile("INSERT INTO t VALUES (9, 'theirs')", "CALL DOLT_ADD('t')")

    version = SAVES["append"](shop)

    (warning,) = warnings(caplog)
    assert version.commit in warning
    assert "rows of the table itself" in warning


def test_a_look_at_the_commit_that_fails_is_no_failure_of_the_save(shop, meanwhile, monkeypatch):
    def fail(*arguments):
        raise QueryError("not allowed")

    monkeypatch.setattr(mingled, "changed_tables", fail)
    meanwhile(*STAGED)

    version = SAVES["append"](shop)

    assert run_sql(shop, "SELECT COUNT(*) FROM t", revision=version.commit) == [(3,)]


def test_a_replace_warns_of_staged_rows_before_it_writes_the_table_without_them(shop, meanwhile, caplog):
    meanwhile("INSERT INTO t VALUES (9, 'theirs')", "CALL DOLT_ADD('t')")

    SAVES["replace"](shop)

    assert any("contains rows that another client had staged" in warning for warning in warnings(caplog))
    assert run_sql(shop, "SELECT id FROM t") == [(1,), (2,)]


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES)
@pytest.mark.parametrize("ending", [(), ("CALL DOLT_COMMIT('-am', 'Theirs')",)], ids=["uncommitted", "committed"])
def test_what_is_not_in_the_commit_is_no_warning(shop, meanwhile, caplog, save, ending):
    meanwhile("INSERT INTO o VALUES (9)", *ending)

    save(shop)

    assert warnings(caplog) == []


def test_what_a_trigger_of_the_table_wrote_is_no_warning(shop, meanwhile, caplog):
    trigger = "CREATE TRIGGER see AFTER INSERT ON t FOR EACH ROW INSERT INTO seen VALUES (NEW.id)"
    run_sql(shop, "CREATE TABLE seen (id INT PRIMARY KEY)", trigger, "CALL DOLT_COMMIT('-Am', 'Trigger')")
    meanwhile("INSERT INTO o VALUES (9)", "CALL DOLT_COMMIT('-am', 'Theirs')")

    SAVES["append"](shop)

    assert run_sql(shop, "SELECT id FROM seen") == [(3,)]
    assert warnings(caplog) == []


def test_a_column_comment_that_another_client_stages_meanwhile_is_named_in_a_warning(shop, meanwhile, caplog):
    meanwhile("ALTER TABLE o MODIFY COLUMN id INT COMMENT 'theirs'", "CALL DOLT_ADD('o')")

    SAVES["append"](shop)

    (warning,) = warnings(caplog)
    assert "`o`" in warning


def test_a_merge_that_another_client_begins_meanwhile_is_named_in_a_warning(shop, meanwhile, caplog):
    run_sql(shop, "CALL DOLT_CHECKOUT('-b', 'side')", "INSERT INTO o VALUES (8)", "CALL DOLT_COMMIT('-am', 'Side')")
    meanwhile("SET autocommit = 0", "CALL DOLT_MERGE('--no-ff', '--no-commit', 'side')", "COMMIT")

    SAVES["append"](shop)

    (warning,) = warnings(caplog)
    assert "`o`" in warning


@pytest.mark.parametrize(
    ("mode", "added", "modified", "removed", "is_more"),
    [
        ("append", 2, 0, 0, False), ("append", 3, 0, 0, True), ("append", 1, 0, 0, True), ("append", 1, 1, 0, True),
        ("append", 2, 0, 1, True), ("upsert", 1, 1, 0, False), ("upsert", 0, 1, 0, False), ("upsert", 2, 1, 0, True),
        ("replace", 1, 0, 1, False), ("replace", 1, 1, 1, True),
    ],
)  # fmt: skip
def test_a_commit_has_rows_of_others_if_it_changes_others_than_the_save_of_two(mode, added, modified, removed, is_more):
    save = SimpleNamespace(mode=mode, rows=SimpleNamespace(num_rows=2))

    assert mingled._is_more(save, added, modified, removed) is is_more
