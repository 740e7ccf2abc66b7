"""The log: searches that do not go through the names of all branches find the same commits as those that do."""

import pytest

from dolt_integrations.engine import open_database
from dolt_integrations.engine.versions.log import entries_since, is_ancestor, line_since, log, newest, newest_since
from dolt_integrations.errors import InvalidNameError
from tests.conftest import run_sql


def commits(url, *messages):
    """Make an empty commit for each message, and return the head."""
    run_sql(url, *(f"CALL DOLT_COMMIT('--allow-empty', '-m', '{message}')" for message in messages))
    return run_sql(url, "SELECT HASHOF('HEAD')")[0][0]


@pytest.fixture
def session(database):
    with open_database(database) as opened, opened.connect() as connection:
        yield connection


def order_of(session, commit):
    return newest(session, commit, 1)[0].order


def line(session, head, seen, part):
    return line_since(session, head, seen, order_of(session, head) - order_of(session, seen), part)


def test_the_newest_commits_are_those_of_the_log_without_their_parents(database, session):
    head = commits(database, *"abcd")

    found = newest(session, head, 3)

    assert [entry.commit for entry in found] == [entry.commit for entry in log(session, head, most=3)]
    assert [entry.message for entry in found] == ["d", "c", "b"]
    assert {entry.parents for entry in found} == {()}


def test_only_a_commit_of_two_parents_is_a_merge(database, session):
    commits(database, "a")
    run_sql(
        database,
        "CALL DOLT_BRANCH('side')",
        "CALL DOLT_CHECKOUT('side')",
        "CREATE TABLE t (id INT PRIMARY KEY)",
        "CALL DOLT_COMMIT('-Am', 'b')",
    )
    run_sql(database, "CALL DOLT_MERGE('--no-ff', 'side', '-m', 'merged')")

    found = log(session, "HEAD")

    assert [entry.message for entry in found if entry.is_merge] == ["merged"]


def test_a_line_of_commits_is_searched_as_the_log_is(database, session):
    seen = commits(database, "x 1", "x 2")
    head = commits(database, "x 3", "y", "x 4")

    found = line(session, head, seen, "x")

    assert [entry.message for entry in found] == ["x 4", "x 3"]
    assert found == entries_since(session, head, seen, "x")
    assert line(session, seen, seen, "x") == []
    assert line_since(session, head, None, order_of(session, head), "x") == entries_since(session, head, None, "x")


def test_commits_that_a_merge_brought_are_no_line(database, session):
    run_sql(database, "CALL DOLT_BRANCH('side')")
    seen = commits(database, "x 1", "x 2")
    run_sql(
        database,
        "CALL DOLT_CHECKOUT('side')",
        "CALL DOLT_COMMIT('--allow-empty', '-m', 'x of the side')",
        "CALL DOLT_CHECKOUT('main')",
        "CALL DOLT_MERGE('side', '--no-ff', '-m', 'x of the merge')",
    )
    head = run_sql(database, "SELECT HASHOF('HEAD')")[0][0]

    assert line(session, head, seen, "x") is None
    assert {entry.message for entry in entries_since(session, head, seen, "x")} == {"x of the merge", "x of the side"}


def test_a_merge_of_what_was_seen_is_found_with_both_parents(database, session):
    run_sql(
        database,
        "CALL DOLT_BRANCH('side')",
        "CALL DOLT_COMMIT('--allow-empty', '-m', 'main goes on')",
        "CALL DOLT_CHECKOUT('side')",
        "CALL DOLT_COMMIT('--allow-empty', '-m', 'side')",
        "CALL DOLT_MERGE('main', '--no-ff', '-m', 'first merge')",
        "CALL DOLT_CHECKOUT('main')",
        "CALL DOLT_MERGE('side', '--no-ff', '-m', 'x of the merge')",
    )
    head, seen = (run_sql(database, f"SELECT HASHOF('{name}')")[0][0] for name in ("main", "side"))

    found = line(session, head, seen, "x")

    assert found == entries_since(session, head, seen, "x")
    assert [len(entry.parents) for entry in found] == [2]


@pytest.mark.parametrize("table", ["-x", "a,b"])
@pytest.mark.parametrize(
    "search",
    [
        lambda session, head, table: log(session, head, table),
        lambda session, head, table: newest_since(session, head, head, 5, table),
    ],
    ids=["log", "newest since"],
)
def test_a_table_whose_name_dolt_takes_for_an_option_or_a_list_is_refused(search, table, database, session):
    with pytest.raises(InvalidNameError, match=f"'{table}' as options or as a list. Rename it .*`{table}` TO"):
        search(session, commits(database, "a"), table)


def test_the_newest_commits_since_another_are_those_that_changed_the_table(database, session):
    seen = commits(database, "a")
    run_sql(database, "CREATE TABLE t (id INT)", "CALL DOLT_COMMIT('-Am', 'a table')")
    head = commits(database, "b")

    assert [entry.message for entry in newest_since(session, head, seen, 5)] == ["b", "a table"]
    assert [entry.message for entry in newest_since(session, head, seen, 1)] == ["b"]
    assert [entry.message for entry in newest_since(session, head, seen, 5, "t")] == ["a table"]


def test_only_a_commit_of_the_line_is_an_ancestor(database, session):
    old = commits(database, "a")
    new = commits(database, "b")

    assert [is_ancestor(session, *pair) for pair in ((old, new), (new, new), (new, old))] == [True, True, False]
    assert not is_ancestor(session, "0" * 32, new)
    assert not is_ancestor(session, new, "0" * 32)
