"""`dolt_diff()` as the engine asks it: which keys a commit has written, whatever the key's columns are called."""

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.diffs.diff import any_differs, differing_rows, find_version_of, written_keys
from dolt_integrations.engine.versions.diffs.diff_preview import ShownChange, comparable, count_kinds, shown_changes
from dolt_integrations.engine.versions.diffs.hashes import table_hash
from dolt_integrations.engine.versions.diffs.incremental import (
    Counts,
    count_differing,
    fetch_removed,
    fetch_written,
    find_step,
)
from dolt_integrations.engine.versions.heads import commit_of
from tests.conftest import run_sql


@pytest.mark.parametrize("name", ["id", "commit", "Commit_Date"])
def test_the_written_keys_are_those_of_added_and_modified_rows(name, database):
    run_sql(
        database,
        f"CREATE TABLE t (v INT, `{name}` INT PRIMARY KEY)",
        "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)",
        "CALL DOLT_COMMIT('-Am', 'rows')",
        f"DELETE FROM t WHERE `{name}` = 1",
        f"UPDATE t SET v = 9 WHERE `{name}` = 2",
        "INSERT INTO t VALUES (4, 4)",
        "CALL DOLT_COMMIT('-am', 'other rows')",
    )

    with open_database(database) as opened, opened.connect() as session:
        old, new = commit_of(session, "HEAD~1"), commit_of(session, "HEAD")
        found = written_keys(session, old, new, find_version_of(session, "t"))

    assert found.to_pydict() == {name: [2, 4]}


@pytest.fixture
def changed(database):
    """A database whose last commit has added, modified and removed a row each of `t`."""
    run_sql(
        database,
        "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(200), `commit` INT)",
        "INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3), (4, 'd', 4)",
        "CREATE TABLE other (id INT PRIMARY KEY, day DATE)",
        "INSERT INTO other VALUES (1, '2020-01-02'), (2, '2020-01-03'), (3, NULL), (4, NULL)",
        "CALL DOLT_COMMIT('-Am', 'rows')",
        "UPDATE t SET v = REPEAT('x', 200) WHERE id = 2",
        "DELETE FROM t WHERE id = 3",
        "INSERT INTO t VALUES (5, NULL, 5)",
        "DELETE FROM other WHERE id IN (1, 2)",
        "UPDATE other SET day = '2020-01-04' WHERE id = 3",
        "INSERT INTO other VALUES (5, '2020-01-05'), (6, '2020-01-06')",
        "CALL DOLT_COMMIT('-am', 'other rows')",
    )
    with open_database(database) as opened, opened.connect() as session:
        yield session


def test_shown_changes_have_both_sides_and_say_which_columns_differ(changed):
    old, new, table = commit_of(changed, "HEAD~1"), commit_of(changed, "HEAD"), find_version_of(changed, "t")
    columns = comparable(table.schema.columns)

    found = shown_changes(changed, old, new, table, columns, 2)

    assert [column.name for column in columns] == ["id", "v"]
    assert found == [
        ShownChange("modified", ("2", "x" * 101), ("2", "b"), (False, True)),
        ShownChange("removed", (None, None), ("3", "c"), (True, True)),
    ]
    assert shown_changes(changed, old, new, table, columns, 9)[2] == ShownChange(
        "added", ("5", None), (None, None), (True, False)
    )


@pytest.mark.parametrize(("most", "is_complete"), [(3, True), (2, False)])
def test_changes_are_counted_up_to_a_limit(most, is_complete, changed):
    old, new, table = commit_of(changed, "HEAD~1"), commit_of(changed, "HEAD"), find_version_of(changed, "t")

    found, complete = count_kinds(changed, old, new, table, most)

    assert complete is is_complete
    assert not is_complete or found == {"added": 1, "modified": 1, "removed": 1}


@pytest.mark.parametrize(
    ("limit", "offset", "ids"),
    [(None, 0, [2, 3, 5]), (2, 0, [2, 3]), (1, 1, [3]), (None, 2, [5]), (0, 0, [])],
)
def test_differing_rows_are_paged_in_the_order_of_the_key(limit, offset, ids, changed):
    old, new, table = commit_of(changed, "HEAD~1"), commit_of(changed, "HEAD"), find_version_of(changed, "t")

    kinds, was, is_ = differing_rows(changed, old, new, table, table, limit=limit, offset=offset)

    both = zip(was["id"].to_pylist(), is_["id"].to_pylist(), strict=True)
    assert [before or after for before, after in both] == ids
    assert len(kinds) == len(ids)


def test_only_commits_that_differ_in_a_table_differ(changed):
    old, new, table = commit_of(changed, "HEAD~1"), commit_of(changed, "HEAD"), find_version_of(changed, "t")

    assert any_differs(changed, old, new, table)
    assert not any_differs(changed, new, new, table)


def step_of(session, table, old_hash=None):
    """Return the step between the last two versions of a table; `old_hash` is the one that the older has to have."""
    old, new = commit_of(session, "HEAD~1"), commit_of(session, "HEAD")
    session.switch(old)
    was = table_hash(session, table)
    session.switch(new)
    step = find_step(session, table, old, old_hash or was)
    session.leave_revision()
    return step


def test_there_is_no_step_from_another_version_or_of_a_table_with_a_column_like_one_of_dolts(changed):
    assert step_of(changed, "other") is not None
    assert step_of(changed, "other", old_hash="0" * 32) is None
    assert step_of(changed, "t") is None


@pytest.mark.parametrize(("most", "counted"), [(5, True), (4, False)])
def test_a_step_is_counted_if_it_is_small(most, counted, changed):
    step = step_of(changed, "other")

    assert count_differing(changed, step, most) == (Counts(2, 1, 2, 4) if counted else None)
    assert fetch_written(changed, step).sort_by("id")["id"].to_pylist() == [3, 5, 6]
    assert fetch_removed(changed, step).sort_by("id").to_pydict() == {"id": [1, 2]}


def test_a_step_to_a_date_in_the_year_0_is_none(database):
    run_sql(
        database,
        "CREATE TABLE t (id INT PRIMARY KEY, day DATE)",
        "INSERT INTO t VALUES (1, '2020-01-02')",
        "CALL DOLT_COMMIT('-Am', 'rows')",
        "INSERT INTO t VALUES (2, '0000-00-00'), (3, '2020-01-02')",
        "CALL DOLT_COMMIT('-am', 'more')",
    )
    with open_database(database) as opened, opened.connect() as session:
        assert count_differing(session, step_of(session, "t"), 9) is None
