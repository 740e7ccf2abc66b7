import pytest

from dolt_integrations.engine import DEFAULT_AUTHOR, open_database
from dolt_integrations.engine.versions import merges
from dolt_integrations.engine.versions.checks import failed_checks
from dolt_integrations.engine.versions.merges import (
    SHOWN_ROWS,
    Conflict,
    ConflictRow,
    changed_tables,
    conflicts,
    merge,
    resolve_rows,
)
from dolt_integrations.errors import DoltError, RevisionNotFoundError
from tests.conftest import run_sql

TABLE = "CREATE TABLE t (id int PRIMARY KEY, value varchar(20))"


@pytest.fixture
def connection(database):
    """A session on `main`."""
    with open_database(database) as opened, opened.connect("main") as session:
        yield session


def commit(url, *statements, branch="main"):
    run_sql(url, *statements, "CALL DOLT_COMMIT('-Am', 'a commit')", revision=branch)


@pytest.fixture
def parted(database):
    """A database whose branches `main` and `other` have diverged: both changed row 1 of `t`."""
    commit(database, TABLE, "INSERT INTO t VALUES (1, 'base'), (2, 'base')")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "UPDATE t SET value = 'ours' WHERE id = 1")
    commit(database, "UPDATE t SET value = 'theirs' WHERE id = 1", branch="other")
    return database


def try_merge(connection):
    connection.execute("START TRANSACTION")
    return merge(connection, "other", "Merge", DEFAULT_AUTHOR)


def test_a_merge_without_conflicts_is_a_commit_with_message_and_author(database, connection):
    commit(database, TABLE)
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "INSERT INTO t VALUES (1, 'ours')")
    commit(database, "INSERT INTO t VALUES (2, 'theirs')", branch="other")

    assert try_merge(connection)
    connection.execute("COMMIT")

    assert len(run_sql(database, "SELECT * FROM t")) == 2
    name, email, message = run_sql(database, "SELECT committer, email, message FROM dolt_log LIMIT 1")[0]
    assert (f"{name} <{email}>", message) == (str(DEFAULT_AUTHOR), "Merge")


def test_a_merge_of_what_is_there_already_does_nothing(database, connection):
    commit(database, TABLE)
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "INSERT INTO t VALUES (1, 'ours')")

    assert try_merge(connection)
    connection.execute("COMMIT")

    assert run_sql(database, "SELECT COUNT(*) FROM dolt_log") == [(3,)]


def test_a_merge_of_what_does_not_exist_is_an_error(connection):
    with pytest.raises((RevisionNotFoundError, DoltError), match="nowhere"):
        merge(connection, "nowhere", "Merge", DEFAULT_AUTHOR)


def test_rows_in_conflict_are_shown_from_all_three_sides(parted, connection):
    assert not try_merge(connection)

    assert conflicts(connection) == [
        Conflict(
            "t", "data", 1,
            (ConflictRow({"id": 1, "value": "base"}, {"id": 1, "value": "ours"}, {"id": 1, "value": "theirs"}),),
        )
    ]  # fmt: skip


def test_a_merge_that_is_rolled_back_leaves_nothing(parted, connection):
    try_merge(connection)
    connection.execute("ROLLBACK")

    assert conflicts(connection) == []
    assert run_sql(parted, "SELECT * FROM dolt_status") == []
    assert run_sql(parted, "SELECT value FROM t") == [("ours",), ("base",)]


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_rows_are_resolved_by_a_side(side, parted, connection):
    try_merge(connection)

    resolve_rows(connection, "t", side)

    assert [conflict for conflict in conflicts(connection) if conflict.count] == []
    assert connection.rows("SELECT value FROM t WHERE id = 1") == [(side,)]


def test_some_of_many_rows_are_shown(database, connection):
    rows = ", ".join(f"({number}, 'base')" for number in range(50))
    commit(database, TABLE, f"INSERT INTO t VALUES {rows}")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "UPDATE t SET value = 'ours'")
    commit(database, "UPDATE t SET value = 'theirs'", branch="other")
    try_merge(connection)

    (conflict,) = conflicts(connection)

    assert (conflict.count, len(conflict.rows)) == (50, SHOWN_ROWS)


def test_a_deleted_row_is_none_on_its_side(database, connection):
    commit(database, TABLE, "INSERT INTO t VALUES (1, 'base')")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "DELETE FROM t")
    commit(database, "UPDATE t SET value = 'theirs'", branch="other")
    try_merge(connection)

    (row,) = conflicts(connection)[0].rows

    assert row == ConflictRow({"id": 1, "value": "base"}, None, {"id": 1, "value": "theirs"})


def test_a_row_whose_side_is_all_null_but_its_key_is_not_taken_for_a_deleted_one(database, connection):
    commit(database, TABLE, "INSERT INTO t VALUES (1, 'base')")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "UPDATE t SET value = NULL")
    commit(database, "UPDATE t SET value = 'theirs'", branch="other")
    try_merge(connection)

    assert conflicts(connection)[0].rows[0].ours == {"id": 1, "value": None}


@pytest.mark.parametrize("table", ["a`b", "it's", "order", "100%", "a b"])
def test_conflicts_in_tables_of_any_name_are_shown_and_resolved(table, database, connection):
    name = "`" + table.replace("`", "``") + "`"
    commit(database, f"CREATE TABLE {name} (id int PRIMARY KEY, v int)", f"INSERT INTO {name} VALUES (1, 0)")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, f"UPDATE {name} SET v = 1")
    commit(database, f"UPDATE {name} SET v = 2", branch="other")
    try_merge(connection)

    (conflict,) = conflicts(connection)
    resolve_rows(connection, table, "theirs")

    assert (conflict.table, conflict.rows[0].theirs) == (table, {"id": 1, "v": 2})
    assert connection.rows(f"SELECT v FROM {name}") == [(2,)]


def test_conflicts_in_columns_named_like_dolts_own_are_shown(database, connection):
    commit(database, "CREATE TABLE t (id int PRIMARY KEY, base_x int, our_y int)", "INSERT INTO t VALUES (1, 0, 0)")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "UPDATE t SET base_x = 1")
    commit(database, "UPDATE t SET base_x = 2", branch="other")
    try_merge(connection)

    assert conflicts(connection)[0].rows[0].theirs == {"id": 1, "base_x": 2, "our_y": 0}


def test_schemas_in_conflict_are_shown_with_dolts_description(database, connection):
    commit(database, TABLE)
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "ALTER TABLE t ADD COLUMN more int")
    commit(database, "ALTER TABLE t ADD COLUMN more varchar(9)", branch="other")
    try_merge(connection)

    (conflict,) = conflicts(connection)

    assert (conflict.table, conflict.kind, conflict.count) == ("t", "schema", 1)
    assert "more" in conflict.description
    assert "1 schema conflict (" in str(conflict)


def test_broken_constraints_are_shown(database, connection):
    commit(database, "CREATE TABLE t (id int PRIMARY KEY, v int UNIQUE)")
    run_sql(database, "CALL DOLT_BRANCH('other')")
    commit(database, "INSERT INTO t VALUES (1, 7)")
    commit(database, "INSERT INTO t VALUES (2, 7)", branch="other")

    assert not try_merge(connection)

    (conflict,) = conflicts(connection)
    assert (conflict.table, conflict.kind, conflict.count) == ("t", "constraint", 2)
    assert sorted(row.theirs["id"] for row in conflict.rows) == [1, 2]


def test_a_null_in_a_column_that_may_have_none_any_more_is_a_broken_constraint_of_that_column(parted, connection):
    run_sql(parted, "CALL DOLT_BRANCH('-f', 'other', 'HEAD~1')")
    commit(parted, "ALTER TABLE t MODIFY value varchar(20) NOT NULL")
    commit(parted, "INSERT INTO t VALUES (3, NULL)", branch="other")
    try_merge(connection)

    (conflict,) = conflicts(connection)

    assert (conflict.constraint, conflict.columns, conflict.description) == ("NOT NULL", ("value",), "NOT NULL (value)")


@pytest.mark.parametrize(
    ("info", "description", "constraint", "columns"),
    [
        (None, "", None, ()),
        ("no JSON", "", None, ()),
        ("[1]", "", None, ()),
        ("{}", "", None, ()),
        ('{"Columns": ["v"], "Name": "u"}', "UNIQUE u (v)", "u", ("v",)),
        ('{"Name": "c", "Expression": "(`v` > `gone`)"}', "CHECK c (`v` > `gone`)", "c", ("v",)),
        (
            '{"Columns": ["v"], "ForeignKey": "f", "ReferencedTable": "p", "ReferencedColumns": ["a", "b"]}',
            "foreign key f (v) REFERENCES p (a, b)", "f", ("v",),
        ),
    ],
)  # fmt: skip
def test_a_broken_constraint_is_described_as_far_as_dolt_says_what_it_is(info, description, constraint, columns):
    assert merges._constraint({"v": 1, "violation_info": info}) == (description, constraint, columns)


def test_changed_tables_are_listed_a_renamed_one_with_both_names(database, connection):
    commit(database, TABLE, "CREATE TABLE gone (a int)", "CREATE TABLE same (a int)", "CREATE TABLE old (a int, b int)")
    commit(
        database,
        "INSERT INTO t VALUES (1, 'x')",
        "DROP TABLE gone",
        "RENAME TABLE old TO new",
        "CREATE TABLE made (c int)",
    )

    assert changed_tables(connection, "HEAD~1", "HEAD") == ["gone", "made", "new", "old", "t"]


def test_dolts_failing_tests_are_listed(database, connection):
    assert failed_checks(connection) == []
    good = "('good', 'g', 'SELECT 1', 'expected_rows', '==', '1')"
    bad = "('bad', 'g', 'SELECT 1', 'expected_rows', '==', '2')"
    broken = "('broken', NULL, 'SELECT * FROM nowhere', 'expected_rows', '==', '2')"
    commit(database, f"INSERT INTO dolt_tests VALUES {good}, {bad}, {broken}")

    failed = failed_checks(connection)

    assert len(failed) == 2
    assert any("'bad'" in text for text in failed)
    assert any("'broken'" in text and "nowhere" in text for text in failed)
