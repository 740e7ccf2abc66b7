"""Changes that a save causes in other tables, by triggers and cascades, are in its commit, or it is refused."""

import pandas as pd
import pytest

from dolt_integrations.core import write_table
from dolt_integrations.errors import MergeConflictError, UncommittedChangesError
from tests.conftest import run_sql
from tests.helpers.saves.paths import PATHS, branch_of, found, frame, rows_on


@pytest.fixture
def triggered(database):
    """A database with a table `t`, whose trigger writes each new id to table `audit`."""
    run_sql(
        database, "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(9))",
        "CREATE TABLE audit (id bigint PRIMARY KEY)",
        "CREATE TRIGGER log_it AFTER INSERT ON t FOR EACH ROW REPLACE INTO audit VALUES (new.id)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )  # fmt: skip
    return database


def clean(url, revision="main"):
    return run_sql(url, "SELECT * FROM dolt_status", revision=revision) == []


@pytest.mark.parametrize("path", PATHS)
def test_what_a_trigger_writes_is_in_the_commit_of_the_save(path, triggered):
    PATHS[path](triggered, "t", frame(rows_on(path)))

    branch = branch_of(path)
    assert found(triggered, "audit", branch) == found(triggered, "t", branch)
    assert clean(triggered, branch)


@pytest.mark.parametrize("path", ["append", "upsert", "replace", "stream append", "merge", "block"])
def test_saves_that_follow_are_not_in_its_way(path, triggered):
    write_table(triggered, "t", frame(), mode="append")

    PATHS[path](triggered, "t", frame(first=5).assign(note="a new column"))

    assert set(found(triggered, "audit")) == {1, 2, 5, 6}
    assert clean(triggered)


@pytest.mark.parametrize("path", [path for path in PATHS if branch_of(path) == "main" and path != "merge"])
def test_rows_of_the_users_in_the_triggers_table_are_not_mixed_with_the_saves(path, triggered):
    run_sql(triggered, "INSERT INTO audit VALUES (77)")
    before = run_sql(triggered, "SELECT HASHOF('main')")

    with pytest.raises(UncommittedChangesError, match="`audit`"):
        PATHS[path](triggered, "t", frame(rows_on(path)))

    assert run_sql(triggered, "SELECT id FROM audit") == [(77,)]
    assert run_sql(triggered, "SELECT HASHOF('main')") == before


def test_rows_of_the_users_in_other_tables_stay_as_they_are(triggered):
    run_sql(triggered, "CREATE TABLE own (id int PRIMARY KEY)", "INSERT INTO own VALUES (77)")

    for mode in ("append", "upsert", "replace"):
        write_table(triggered, "t", frame(first={"append": 1, "upsert": 3, "replace": 5}[mode]), mode=mode)

    assert found(triggered, "audit") == [1, 2, 3, 4, 5, 6]
    assert run_sql(triggered, "SELECT table_name, staged, status FROM dolt_status") == [("own", 0, "new table")]


def test_what_a_cascade_changes_is_in_the_commit_of_the_save(database):
    run_sql(
        database, "CREATE TABLE parent (id bigint PRIMARY KEY, code bigint UNIQUE)",
        "CREATE TABLE child (id bigint PRIMARY KEY, code bigint, "
        "FOREIGN KEY (code) REFERENCES parent (code) ON UPDATE CASCADE)",
        "INSERT INTO parent VALUES (1, 10)", "INSERT INTO child VALUES (1, 10)", "CALL DOLT_COMMIT('-Am', 'made')",
    )  # fmt: skip

    write_table(database, "parent", pd.DataFrame({"id": [1], "code": [11]}), mode="upsert")

    commit = run_sql(database, "SELECT HASHOF('main')")[0][0]
    assert run_sql(database, "SELECT code FROM child", revision=commit) == [(11,)]
    assert clean(database)


def test_what_a_streams_trigger_wrote_lands_on_top_of_others_commits(triggered):
    def batches():
        yield frame()
        write_table(triggered, "other", frame(), primary_key="id")
        yield frame(first=3)

    write_table(triggered, "t", batches(), message="the stream", author="Ann <ann@example.org>")

    newest = run_sql(triggered, "SELECT message, committer FROM dolt_log LIMIT 1")
    assert newest == [("the stream", "Ann")]
    assert found(triggered, "audit") == found(triggered, "t") == [1, 2, 3, 4]
    assert found(triggered, "other") == [1, 2]
    assert clean(triggered)


def test_a_stream_whose_triggers_table_others_changed_meanwhile_keeps_its_work(triggered):
    def batches():
        yield frame()
        run_sql(triggered, "INSERT INTO audit VALUES (99)", "CALL DOLT_COMMIT('-Am', 'others')")
        yield frame(first=3)

    with pytest.raises(MergeConflictError, match="audit") as caught:
        write_table(triggered, "t", batches())

    assert [(conflict.table, conflict.kind, conflict.count) for conflict in caught.value.conflicts] == [
        ("t", "schema", 1)
    ]
    assert found(triggered, "audit") == [99]
    assert found(triggered, "t", caught.value.branch) == [1, 2, 3, 4]


def test_a_save_with_a_new_column_and_triggers_starts_again_after_a_commit_in_between(triggered, monkeypatch):
    from dolt_integrations.core.writes.workspace import Workspace

    real, others = Workspace.build_and_commit, iter([True])

    def build(*arguments, **options):
        changed = real(*arguments, **options)
        if next(others, False):
            write_table(triggered, "other", frame(), primary_key="id")
        return changed

    monkeypatch.setattr(Workspace, "build_and_commit", build)
    write_table(triggered, "t", frame().assign(note="x"), mode="append")

    assert found(triggered, "audit") == found(triggered, "t") == found(triggered, "other") == [1, 2]
    assert clean(triggered)


def test_an_append_that_builds_while_another_adds_a_column_keeps_the_rows_of_both(database, monkeypatch):
    from dolt_integrations.core.writes.workspace import Workspace

    write_table(database, "t", frame(), primary_key="id")
    real, others = Workspace.build_and_commit, iter([True])

    def build(*arguments, **options):
        changed = real(*arguments, **options)
        if next(others, False):
            add = ("ALTER TABLE t ADD COLUMN theirs int", "INSERT INTO t VALUES (10, 'x', 1), (11, 'y', 1)")
            run_sql(database, *add, "CALL DOLT_COMMIT('-Am', 'theirs')")  # a client that does not use our locks
        return changed

    monkeypatch.setattr(Workspace, "build_and_commit", build)
    write_table(database, "t", frame(first=20).assign(ours=1), mode="append")

    assert found(database, "t") == [1, 2, 10, 11, 20, 21]
    columns = {name for (name, *_) in run_sql(database, "SHOW COLUMNS FROM t")}
    assert {"ours", "theirs"} <= columns


@pytest.mark.parametrize("path", ["append", "upsert", "large", "stream append", "merge"])
def test_a_trigger_changes_rows_though_the_server_takes_files(path, loading_database):
    run_sql(
        loading_database, "CREATE TABLE t (id bigint PRIMARY KEY, value varchar(9))",
        "CREATE TRIGGER no_five BEFORE INSERT ON t FOR EACH ROW SET NEW.value = IF(NEW.id = 5, 'five', NEW.value)",
        "CALL DOLT_COMMIT('-Am', 'made')",
    )  # fmt: skip

    PATHS[path](loading_database, "t", frame(20))

    branch = branch_of(path)
    assert run_sql(loading_database, "SELECT value FROM t WHERE id = 5", revision=branch) == [("five",)]
