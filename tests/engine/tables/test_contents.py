import pytest

from dolt_integrations.engine import Author, open_database
from dolt_integrations.engine.session.transactions import trial
from dolt_integrations.engine.tables.contents import (
    copy_rows,
    empty_table,
    has_values,
    largest_number,
    row_count,
    without_foreign_key_checks,
)
from dolt_integrations.engine.versions.commits import commit, head
from dolt_integrations.engine.versions.diffs.diff import find_version_of
from dolt_integrations.engine.versions.diffs.multisets import Pinned, Subtraction
from dolt_integrations.engine.versions.working_set import stage
from dolt_integrations.engine.wire.answers import number
from dolt_integrations.errors import QueryError

AUTHOR = Author("Ann", "ann@example.org")


@pytest.fixture
def connection(database):
    with open_database(database) as opened, opened.connect("main") as session:
        yield session


def add(connection, *lines):
    """Commit rows of a table without a key. Returns the table in that commit."""
    connection.execute("CREATE TABLE IF NOT EXISTS log (line varchar(20))")
    for line in lines:
        connection.execute("INSERT INTO log VALUES (%s)", (line,))
    stage(connection, ["log"])
    commit(connection, "Add rows", AUTHOR)
    return Pinned(head(connection), find_version_of(connection, "log"))


def lines(connection):
    return [line for (line,) in connection.rows("SELECT line FROM log ORDER BY line")]


def test_rows_of_a_commit_are_copied_into_an_emptied_table(connection):
    old = add(connection, "a", "a")
    add(connection, "b")

    empty_table(connection, "log")
    copy_rows(connection, "log", ["line"], old.commit, "log")

    assert lines(connection) == ["a", "a"]
    assert row_count(connection, "log") == 2


def test_a_subtraction_takes_as_many_of_each_row_as_the_commit_added(connection):
    old, new = add(connection, "a"), add(connection, "a", "a", "b")
    add(connection, "a", "c")

    Subtraction(connection, "log", ["line"], new, old).apply()

    assert lines(connection) == ["a", "a", "c"]


def test_a_subtraction_names_the_rows_that_are_gone(connection):
    new = add(connection, "a", "b", "b")
    connection.execute("DELETE FROM log WHERE line = 'b' LIMIT 1")

    assert Subtraction(connection, "log", ["line"], new, None).missing(most=5) == (1, [{"line": "b"}])


def test_a_subtraction_that_a_trigger_refuses_leaves_all_rows(connection):
    old, new = add(connection, "a", "c"), add(connection, "b")
    refuse = "BEGIN IF NEW.line = 'c' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no c'; END IF; END"
    connection.execute(f"CREATE TRIGGER most BEFORE INSERT ON log FOR EACH ROW {refuse}")

    with pytest.raises(QueryError, match="no c"):
        Subtraction(connection, "log", ["line"], new, old).apply()

    assert lines(connection) == ["a", "b", "c"]


def test_without_missing_rows_none_is_named(connection):
    old, new = add(connection, "a"), add(connection, "b")

    assert Subtraction(connection, "log", ["line"], new, old).missing(most=5) == (0, [])


def test_a_subtraction_restores_rows_that_the_commit_deleted_under_the_columns_that_are_there_now(connection):
    old = add(connection, "a", "b")
    connection.execute("DELETE FROM log WHERE line = 'a'")
    connection.execute("ALTER TABLE log ADD COLUMN more int")
    new = add(connection)

    Subtraction(connection, "log", ["line", "more"], new, old).apply()

    assert sorted(connection.rows("SELECT line, more FROM log")) == [("a", None), ("b", None)]


def test_foreign_keys_are_checked_again_after_a_block_that_fails(connection):
    with pytest.raises(ZeroDivisionError), without_foreign_key_checks(connection):
        raise ZeroDivisionError

    assert connection.value("SELECT @@foreign_key_checks", kind=number) == 1


@pytest.mark.parametrize(("values", "largest"), [("(3), (7), (5)", 7), ("(-3)", -3), ("(NULL)", 0)])
def test_the_largest_number_is_that_of_the_rows_or_zero(values, largest, connection):
    connection.execute("CREATE TABLE n (a int)")
    assert largest_number(connection, "n", "a") == 0
    assert not has_values(connection, "n", "a")

    connection.execute(f"INSERT INTO n VALUES {values}")

    assert largest_number(connection, "n", "a") == largest
    assert has_values(connection, "n", "a") is (largest != 0)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_trial_leaves_only_what_was_kept(wanted, connection):
    add(connection, "a")

    with trial(connection) as keep:
        connection.execute("INSERT INTO log VALUES ('b')")
        if wanted:
            keep()

    assert lines(connection) == (["a", "b"] if wanted else ["a"])
